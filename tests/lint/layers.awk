# layers: dependencies point one way: core -> libc; db -> core; gateway -> core, db; tui -> core, db, and two doors of gateway.
#   awk -f tests/lint/layers.awk FILE...      paths from the repository's root; prints what is wrong, fails if anything is
function wrong(words) { printf "%s:%d: layers: %s\n", FILENAME, FNR, words; failures++ }

BEGIN {
    split("ctype.h errno.h inttypes.h limits.h signal.h stdarg.h stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h " \
          "string.h strings.h", plain, " ")
    for (i in plain) libc[plain[i]] = 1
    # Third-party headers and the one place of each.
    place["msgpack.h"] = "^core/wire\\.c$"
    place["sqlite3.h"] = "^db/"
    place["zmq.h"] = "^gateway/(bus|loop)[a-z_]*\\.[ch]$"
    place["archive.h"] = "^gateway/"
    place["archive_entry.h"] = "^gateway/"
    place["ini.h"] = "^(gateway|tui)/"
    place["jansson.h"] = "^(gateway|tui)/"
    place["iconv.h"] = "^gateway/"
    place["curses.h"] = place["ncurses.h"] = place["panel.h"] = place["menu.h"] = place["form.h"] = "^tui/"
    place["vterm.h"] = place["cmocka.h"] = "^tests/"
}

FNR == 1 { layer = FILENAME; sub(/\/.*/, "", layer) }

/^[ \t]*#[ \t]*include[ \t]*</ {
    name = $0
    sub(/^[^<]*</, "", name); sub(/>.*/, "", name)
    base = name; sub(/.*\//, "", base)
    if (layer == "tests") next
    if (base in place) {
        if (FILENAME !~ place[base]) wrong("<" name "> is not for this file")
    } else if (layer == "core" && !(name in libc)) {
        if (!(FILENAME == "core/clock.c" && name == "time.h") && !(FILENAME == "core/check.c" && name == "unistd.h"))
            wrong("core is pure: no <" name ">")
    }
    next
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
    name = $0
    sub(/^[^"]*"/, "", name); sub(/".*/, "", name)
    if (name !~ /\//) { wrong("\"" name "\" is not written from the root (like \"core/price.h\")"); next }
    to = name; sub(/\/.*/, "", to)
    ok = to == layer || layer == "tests"
    if (layer == "db") ok = ok || to == "core"
    if (layer == "gateway") ok = ok || to == "core" || to == "db"
    if (layer == "tui") ok = ok || to == "core" || to == "db" || name == "gateway/client.h" || name == "gateway/backtest.h"
    if (!ok) wrong(layer " may not see \"" name "\"")
}

layer == "tui" && /(^|[^a-z_])(db_store|db_meta_put|DB_WRITE)([^a-z_]|$)/ { wrong("the screen only reads databases") }

END { exit failures > 0 }
