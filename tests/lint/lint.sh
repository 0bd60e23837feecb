#!/bin/sh
# lint: everything about the sources that a machine can judge. Every part runs, then it fails if any part did.
#   BUILD=build sh tests/lint/lint.sh [PART...]      parts: self shell layers pure shape names format banned state tidy cppcheck
# clang-tidy is run again only on files that changed, or all when a header did; two at a time.
set -u
: "${BUILD:=build}"
here=tests/lint
cache=$BUILD/lint
mkdir -p "$cache"
files=$(find core db gateway tui tests -name '*.[ch]' ! -path "$here/fixtures/*" | sort)
sources=$(echo "$files" | grep '\.c$')
failed=

part() {
    name=$1
    shift
    if "$@" >"$cache/$name.out" 2>&1; then
        echo "  ok    $name"
    else
        cat "$cache/$name.out"
        echo "  FAIL  $name"
        failed="$failed $name"
    fi
}

# shellcheck disable=SC2086 # lists of names without spaces
layers() { awk -f $here/layers.awk $files; }
# shellcheck disable=SC2086
shape() { awk -f $here/shape.awk $files; }
# shellcheck disable=SC2086
names() { echo "$files" | awk -f $here/names.awk - $files README.md docs/*.md; }
# shellcheck disable=SC2086
banned() { awk -f $here/banned.awk $files; }
# The layout of every source is what .clang-format says; another version of the program has other opinions.
format() {
    clang-format --version | grep -q 'version 14\.' || { echo 'skip: format needs clang-format 14'; return 0; }
    # shellcheck disable=SC2086
    clang-format --dry-run --Werror $files
}
pure() { BUILD=$BUILD sh $here/pure.sh; }
state() { BUILD=$BUILD sh $here/state.sh; }
self() { sh $here/selftest.sh; }
# shellcheck disable=SC2046 # names without spaces
shell() { shellcheck .ci/run $(find .ci core tests -name '*.sh'); }

tidy() {
    # shellcheck disable=SC2046,SC2012 # names without spaces
    newest=$(ls -t .clang-tidy $(echo "$files" | grep '\.h$') | head -n 1)
    # shellcheck disable=SC2016 # what is quoted is for the shell that xargs starts
    echo "$sources" | while read -r source; do
        stamp=$cache/tidy/$source.ok
        # shellcheck disable=SC3013 # POSIX has -nt since 2024, dash and bash had it before
        [ "$stamp" -nt "$source" ] && [ "$stamp" -nt "$newest" ] || echo "$source"
    done | CACHE=$cache xargs -r -P 2 -n 1 sh -c '
        # Its count of suppressed warnings goes to stderr; kept only when it fails.
        clang-tidy --quiet "$1" -- -std=c17 -D_GNU_SOURCE -I. -I"$CACHE/../gen" -DOUTCRY_VERSION="\"0\"" -DOUTCRY_PREFIX="\"/usr\"" \
            2>"$CACHE/tidy.err" || exit 1
        mkdir -p "$CACHE/tidy/$(dirname "$1")" && touch "$CACHE/tidy/$1.ok"' sh
}

# Off: variableScope (a group of buffers is declared together), readdirCalled (readdir_r is the deprecated one),
# unusedStructMember (tables are read by macros), clarifyCalculation, shadowFunction, redundantContinue (taste), knownConditionTrueFalse and oppositeInnerCondition (it does not see what a
# called function changes).
check() {
    cppcheck -q -j 2 --enable=warning,style,performance,portability --inline-suppr --std=c11 -I. -D_GNU_SOURCE \
        --library=posix,gnu --suppress=missingIncludeSystem --suppress=variableScope --suppress=readdirCalled \
        --suppress=unusedStructMember --suppress=clarifyCalculation --suppress=shadowFunction --suppress=redundantContinue \
        --suppress=knownConditionTrueFalse --suppress=oppositeInnerCondition --suppress='*:tests/lint/fixtures/*' --error-exitcode=1 -i tests/lint/fixtures \
        --template='{file}:{line}: cppcheck: {message} [{id}]' core db gateway tui tests
}

[ $# -gt 0 ] || set -- self shell layers pure shape names format banned state cppcheck tidy
for name in "$@"; do
    case $name in
    self | shell | layers | pure | shape | names | format | banned | state | tidy) part "$name" "$name" ;;
    cppcheck) part cppcheck check ;;
    *) echo "lint: no part '$name'" >&2; exit 2 ;;
    esac
done
[ -z "$failed" ] || { echo "lint: failed:$failed"; exit 1; }
echo "lint: clean"
