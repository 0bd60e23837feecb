#!/bin/sh
# fuzz: run every fuzz target for FUZZ_S seconds, each on a copy of its corpus. A crash keeps its input in build/fuzz and fails.
#   FUZZ_S=20 sh tests/fuzz/fuzz.sh fuzz_NAME...      (build/fuzz/fuzz_NAME, tests/fuzz/corpus/NAME)
set -eu
: "${BUILD:=build/fuzz}" "${FUZZ_S:=20}"
for target in "$@"; do
    name=${target#fuzz_}
    work=$BUILD/corpus/$name
    seeds=tests/fuzz/corpus/$name
    mkdir -p "$work"
    [ -d "$seeds" ] || seeds=
    log=$BUILD/$name.log
    if "$BUILD/$target" -max_total_time="$FUZZ_S" -max_len=9000 -timeout=5 -print_final_stats=1 -artifact_prefix="$BUILD/$name-" \
        "$work" ${seeds:+"$seeds"} >"$log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
        echo "  ok    $name: $runs inputs in $FUZZ_S s"
    else
        tail -n 40 "$log"
        echo "  FAIL  $name: the input is in $BUILD/$name-*; mend it, and keep the input in tests/fuzz/corpus/$name (make test runs it)"
        exit 1
    fi
done
