# names: a source file that a comment or a document names exists, and a header that lists its module's files lists all of them.
#   find core db gateway tui tests -name '*.[ch]' | awk -f tests/lint/names.awk - FILE...
# A list is lines of " *   file.c   what is in it" in an opening comment. It must name STEM*.c, but for programs and for files
# with a header of their own; STEM is the header's name without _impl, _state or _agent.
function wrong(line, words) { printf "%s:%d: names: %s\n", FILENAME_NOW, line, words; failures++ }

function matches(pattern,    path) {
    gsub(/\./, "\\.", pattern); gsub(/\*/, "[a-z_0-9]*", pattern)
    for (path in paths) if (path ~ "(^|/)" pattern "$") return 1
    return 0
}

function finish(    path, name) {
    if (!has_list) return
    stem = FILENAME_NOW; sub(/(_impl|_state|_agent)?\.h$/, "", stem)
    for (path in paths) {
        if (path !~ "^" stem "(_[a-z_]+)?\\.c$" || path ~ /_main\.c$/) continue
        own = path; sub(/c$/, "h", own)
        name = path; sub(/.*\//, "", name)
        if (!(name in listed) && !(own in paths)) wrong(1, "the list of files lacks " name)
    }
}

FILENAME == "-" { paths[$0] = 1; name = $0; sub(/.*\//, "", name); names[name] = 1; next }
FNR == 1 { finish(); FILENAME_NOW = FILENAME; has_list = 0; split("", listed); in_top = 1 }
FILENAME ~ /\.h$/ && in_top && $1 == "*" && $2 ~ /^[a-z_]+\.c$/ && /^ \*  / { has_list = 1; listed[$2] = 1 }
/\*\// { in_top = 0 }
/^[ \t]*#[ \t]*include/ { next }
{
    rest = $0
    while (match(rest, /[A-Za-z0-9_.\/*-]*[a-z_0-9*]\.[ch]([^A-Za-z0-9_]|$)/)) {
        found = substr(rest, RSTART, RLENGTH); sub(/[^ch]$/, "", found)
        rest = substr(rest, RSTART + RLENGTH)
        if (found !~ /^[a-z_][a-z_0-9\/*]*\.[ch]$/) continue
        known = found ~ /\*/ ? matches(found) : found ~ /\// ? found in paths : found in names
        if (!known) wrong(FNR, "there is no " found)
    }
}

END { finish(); exit failures > 0 }
