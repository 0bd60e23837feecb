#!/bin/sh
# state: core has no variables that outlive a call: two runs in one process must not meet. Asks the object files.
#   BUILD=build sh tests/lint/state.sh
set -eu
: "${BUILD:=build}"
# core/check.c's hook is set once at start; core/clock.c's system clock is never written.
allowed='^core/check.c hook_set$|^core/clock.c machine\.[0-9]*$'
found=$(for object in "$BUILD"/core/*.o; do
    source=core/$(basename "$object" .o).c
    [ -f "$source" ] || continue
    objdump -t "$object" | awk -v source="$source" '
        $NF !~ /^\./ && / O (\.data|\.bss|\.data\.rel\.local|\.data\.rel|\*COM\*)\t/ { print source, $NF }'
done | grep -Ev "$allowed" || true)
[ -z "$found" ] && exit 0
echo "$found" | sed 's/^\([^ ]*\) \(.*\)/\1: state: variable "\2" outlives a call/'
exit 1
