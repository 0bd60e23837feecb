# banned: calls and words that this code does without.
#   awk -f tests/lint/banned.awk FILE...
# One place may be excused, with its reason, on the line or on the line above:  /* lint: allow sleep: why */
function wrong(word, words) {
    if (index(allowed, " " word ":") || index(allowed_before, " " word ":")) return
    printf "%s:%d: banned: %s: %s\n", FILENAME, FNR, word, words; failures++
}

# The line without comments, texts and characters.
function bare(line,    out, i, c) {
    out = ""
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (in_comment) {
            if (substr(line, i, 2) == "*/") { in_comment = 0; i++ }
        } else if (substr(line, i, 2) == "/*") { in_comment = 1; i++ }
        else if (substr(line, i, 2) == "//") break
        else if (c == "\"" || c == "\047") {
            for (i++; i <= length(line) && substr(line, i, 1) != c; i++) if (substr(line, i, 1) == "\\") i++
            out = out c c
        } else out = out c
    }
    return out
}

function calls(line, word) { return match(line, "(^|[^A-Za-z0-9_.>])" word "[ \t]*\\(") > 0 }

BEGIN {
    n = split("strcpy strcat sprintf vsprintf gets strtok rand srand random atoi atol atoll atof system popen sleep usleep " \
              "alloca setjmp longjmp strncpy", everywhere, " ")
    clocks = split("time clock_gettime gettimeofday clock ftime localtime", clock_calls, " ")
    ios = split("printf fprintf vprintf puts putchar perror fopen freopen open read write close socket getenv setenv", io_calls, " ")
}

FNR == 1 { in_comment = 0; allowed = ""; layer = FILENAME; sub(/\/.*/, "", layer) }

{
    allowed_before = alone ? allowed : ""
    allowed = ""
    rest = $0
    while (match(rest, /lint: allow [a-z_]+: [^ *]/)) {
        allowed = allowed " " substr(rest, RSTART + 12, RLENGTH - 12)
        rest = substr(rest, RSTART + RLENGTH)
    }
    line = bare($0)
    alone = line ~ /^[ \t]*$/
    for (i = 1; i <= n; i++) if (calls(line, everywhere[i])) wrong(everywhere[i], "is never called")
    if (layer == "tests") next
    if (FILENAME != "core/clock.c")
        for (i = 1; i <= clocks; i++) if (calls(line, clock_calls[i])) wrong(clock_calls[i], "time comes from core/clock.h")
    if (layer != "core") next
    if (match(line, /(^|[^A-Za-z0-9_])(float|double)([^A-Za-z0-9_]|$)/)) wrong("double", "prices and decisions are whole numbers")
    if (FILENAME != "core/check.c")
        for (i = 1; i <= ios; i++) if (calls(line, io_calls[i])) wrong(io_calls[i], "core does no input or output")
}

END { exit failures > 0 }
