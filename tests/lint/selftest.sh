#!/bin/sh
# selftest: the rules themselves are tested: the files under fixtures/ break each of them once, and what is said about them
# must be fixtures/expected, no less and no more.
set -u
foreign=$(sh "$(dirname "$0")/pure.sh" "$(dirname "$0")/fixtures/foreign.c" | grep -cE '/(curses|sqlite3)\.h comes in')
[ "$foreign" = 2 ] || { echo "pure.sh saw $foreign of 2 foreign headers"; exit 1; }
cd "$(dirname "$0")/fixtures" || exit 2
files=$(find core db gateway tui tests -name '*.[ch]' | LC_ALL=C sort)
got=$(
    # shellcheck disable=SC2086
    for rule in layers shape banned; do awk -f ../$rule.awk $files && echo "$rule found nothing"; done
    # shellcheck disable=SC2086
    echo "$files" | awk -f ../names.awk - $files && echo "names found nothing"
)
if [ "$got" != "$(cat expected)" ]; then
    echo "$got" | diff expected - && exit 2
    exit 1
fi
# And what is allowed passes.
cd good || exit 2
good=$(for rule in layers shape banned; do awk -f ../../$rule.awk core/fine.c; done
    echo core/fine.c | awk -f ../../names.awk - core/fine.c)
[ -z "$good" ] || { echo "$good"; exit 1; }
