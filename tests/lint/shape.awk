# shape: how a file looks: its opening comment, a header's guard, lengths of lines, functions and the file.
#   awk -f tests/lint/shape.awk FILE...
# Limits: 140 columns (120 is the aim), 70 lines a function, 450 lines a file (tests: 800).
function wrong(line, words) { printf "%s:%d: shape: %s\n", FILENAME_NOW, line, words; failures++ }

function finish() {
    if (FILENAME_NOW == "") return
    limit = FILENAME_NOW ~ /^tests\// ? 800 : 450
    if (lines > limit) wrong(lines, "the file has " lines " lines (at most " limit ")")
    if (!is_header) return
    if (guard_if != guard || guard_define != guard) wrong(1, "the include guard must be " guard)
    if (last !~ /^#endif/) wrong(lines, "the guard's #endif must be the last line")
    if (tolower(top) !~ /thread/) wrong(1, "the opening comment must say \"Thread:\" (which threads may use it)")
    if (tolower(top) !~ /owner|owns/) wrong(1, "the opening comment must say \"Owner:\" (whose it is, from when to when)")
}

FNR == 1 {
    finish()
    FILENAME_NOW = FILENAME
    is_header = FILENAME ~ /\.h$/
    stem = FILENAME; sub(/.*\//, "", stem); sub(/\.[ch]$/, "", stem)
    guard = toupper(FILENAME); gsub(/[^A-Z0-9]/, "_", guard)
    guard_if = guard_define = top = ""
    in_top = 1; start = 0; start_line = ""; lines = 0
    if ($0 !~ /^\/\*/) wrong(1, "must open with a comment that says what the file is")
}
FNR == 2 && is_header && index($0, " * " stem ":") != 1 { wrong(2, "the opening comment must begin with \"" stem ": \"") }

{
    lines = FNR; last = $0
    if (in_top) { top = top "\n" $0; if ($0 ~ /\*\//) in_top = 0 }
    shown = $0; gsub(/[\200-\277]/, "", shown)
    if (length(shown) > 140) wrong(FNR, "the line has " length(shown) " columns (at most 140)")
    if ($0 ~ /\t/) wrong(FNR, "has a tab")
    if ($0 ~ /[ \t]$/) wrong(FNR, "has a space at its end")
    if (is_header && guard_if == "" && $1 == "#ifndef") guard_if = $2
    if (is_header && guard_define == "" && $1 == "#define") guard_define = $2
}

# A definition starts at the margin and ends with a brace at the margin.
/^[A-Za-z_]/ && !/;[ \t]*(\/\*.*)?$/ && !/^(typedef|struct [a-z_]+ \{|enum [a-z_]+ \{|#)/ { start = FNR; start_line = $0 }
/^}$/ {
    length_now = FNR - start + 1
    if (start > 0 && start_line ~ /\(/ && length_now > 70) {
        name = start_line; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name)
        wrong(start, name "() has " length_now " lines (at most 70)")
    }
    start = 0
}

END { finish(); exit failures > 0 }
