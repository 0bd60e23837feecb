#!/bin/sh
# deps: install the Debian packages that a purpose needs, when they are missing.
#   sh .ci/deps.sh build [lint] [fuzz]
# Says what it installs. Where it may not install, it stops with the one command that a person must run.
set -eu

packages() {
    case $1 in
    build) echo gcc libc6-dev libncurses-dev libzmq3-dev libmsgpack-dev libsqlite3-dev libinih-dev libarchive-dev \
        libjansson-dev libvterm-dev libcmocka-dev ;;
    lint) echo clang-tidy clang-format cppcheck shellcheck ;;
    fuzz) echo clang libclang-rt-14-dev ;;
    *) echo "deps: unknown purpose '$1' (build, lint or fuzz)" >&2; exit 2 ;;
    esac
}

wanted=
for purpose in "$@"; do wanted="$wanted $(packages "$purpose")"; done

command -v dpkg-query >/dev/null || {
    echo "deps: this is not a Debian machine; the libraries needed are:$wanted" >&2
    exit 0
}
missing=
for package in $wanted; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root=sudo
    elif command -v sudo >/dev/null && [ -t 0 ]; then as_root=sudo
    else
        echo "deps: missing packages, and no right to install them. As root, run:" >&2
        echo "  apt-get install -y$missing" >&2
        exit 1
    fi
fi
echo "deps: installing$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install_missing() {
    # shellcheck disable=SC2086 # a list of names
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends $missing >"$log" 2>&1
}
install_missing || { $as_root apt-get update >"$log" 2>&1 && install_missing; } || {
    tail -n 5 "$log" >&2
    echo "deps: could not install$missing (the lines above say why)" >&2
    exit 1
}
