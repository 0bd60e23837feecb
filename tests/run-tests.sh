#!/bin/sh
# run-tests: run test programs, two at a time, show what failed, end with a plain count.
#   BUILD=build sh tests/run-tests.sh PROGRAM...
# Each program is killed after TEST_S seconds (default 120) and then counts as one failure.
set -u
: "${BUILD:=build}" "${TEST_S:=120}"
logs=$BUILD/test-logs
rm -rf "$logs" && mkdir -p "$logs"
export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=1:abort_on_error=0" UBSAN_OPTIONS="${UBSAN_OPTIONS-}:print_stacktrace=1"
export TSAN_OPTIONS="${TSAN_OPTIONS-}:second_deadlock_stack=1"
[ -f tests/lint/lsan.supp ] && export LSAN_OPTIONS="suppressions=$PWD/tests/lint/lsan.supp:print_suppressions=0"
[ -f tests/lint/tsan.supp ] && export TSAN_OPTIONS="$TSAN_OPTIONS:suppressions=$PWD/tests/lint/tsan.supp"
export BUILD TEST_S logs

# shellcheck disable=SC2016 # what is quoted is for the shell that xargs starts
printf '%s\n' "$@" | xargs -P 2 -n 1 sh -c '
    name=$(echo "${1#"$BUILD"/tests/}" | tr / .)
    timeout -k 5 "$TEST_S" "$1" >"$logs/$name.log" 2>&1
    code=$?
    echo "$code" >"$logs/$name.code"
    [ "$code" = 0 ] && printf "  ok    %s\n" "$name" || printf "  FAIL  %s (exit %s)\n" "$name" "$code"
' sh

passed=0 failed=0 skipped=0
for log in "$logs"/*.log; do
    code=$(cat "${log%.log}.code")
    p=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | awk '{s+=$1} END {print s+0}')
    s=$(grep -c '^\[  SKIPPED \] [a-z_]' "$log")
    f=$(grep -c '^\[  FAILED  \] [a-z_]' "$log")
    [ "$s" -gt 0 ] && s=$(grep '^\[  SKIPPED \] [a-z_]' "$log" | sort -u | wc -l)
    [ "$f" -gt 0 ] && f=$(grep '^\[  FAILED  \] [a-z_]' "$log" | sort -u | wc -l)
    [ "$code" != 0 ] && [ "$f" = 0 ] && f=1
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    if [ "$code" != 0 ]; then
        echo "--- ${log}"
        grep -vE '^\[ RUN      \]|^\[       OK \]' "$log" | tail -n 40
    fi
    grep -h '^skip: ' "$log"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
