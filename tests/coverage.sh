#!/bin/sh
# coverage: lines run by the tests, a folder at a time, from gcov's own summary.
#   sh tests/coverage.sh BUILD        (after the tests ran in BUILD, built with --coverage)
set -eu
build=$1
for folder in core db gateway tui; do
    [ -d "$build/$folder" ] || continue
    # gcov prints for each file: File 'core/price.c' / Lines executed:97.50% of 120
    find "$build/$folder" -name '*.gcno' | sort | while read -r notes; do
        gcov -n -r "$notes" 2>/dev/null || true
    done | awk -v folder="$folder" '
        /^File / { file = $2; gsub(/\047/, "", file) }
        /^Lines executed:/ {
            split($0, part, /[:%]| of /)
            if (index(file, folder "/") == 1 && file ~ /\.c$/ && !(file in seen)) {
                seen[file] = 1; lines += part[4]; hit += part[4] * part[2] / 100
            }
        }
        END { if (lines > 0) printf "  %-8s %5.1f %% of %d lines\n", folder, 100 * hit / lines, lines }'
done
