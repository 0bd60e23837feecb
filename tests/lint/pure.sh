#!/bin/sh
# pure: core/ and its tests compile on a machine that has no other library than libc, msgpack (core/wire.c) and cmocka
# (the tests): no header of ncurses, ZeroMQ, SQLite or the others is opened for them, whatever includes whatever.
#   BUILD=build sh tests/lint/pure.sh [FILE.c...]
set -u
: "${BUILD:=build}" "${CC:=gcc}"
[ $# -gt 0 ] || set -- core/*.c tests/core/*.c
own='^(core|db|gateway|tui|tests)/'
wrong=0
for source in "$@"; do
    headers=$($CC -std=c17 -D_GNU_SOURCE -I. -I"$BUILD/gen" -DOUTCRY_VERSION='"0"' -DOUTCRY_PREFIX='"/"' -M "$source" |
        tr ' \134' '[\n*]' | grep '\.h$') || { echo "$source: cannot be preprocessed"; wrong=1; continue; }
    # The headers of all that the other layers use.
    foreign=$(echo "$headers" | grep -vE "$own" | grep -E '/(n?curses[a-z]*|panel|menu|form|eti|term|unctrl|zmq|zmq_utils|sqlite3[a-z]*|archive[a-z_]*|ini|jansson[a-z_]*|vterm[a-z_]*|iconv)\.h$')
    case $source in
    core/wire.c | tests/core/test_wire.c) ;;
    *) foreign="$foreign$(echo "$headers" | grep -E '/msgpack[/.]')" ;;
    esac
    layers=$(echo "$headers" | grep -E '^(db|gateway|tui)/')
    for header in $foreign $layers; do
        echo "$source: $header comes in: core and its tests need libc alone"
        wrong=1
    done
done
exit $wrong
