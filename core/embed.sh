#!/bin/sh
# embed: text files as a C table, so that the programs need no file beside them.
#   sh core/embed.sh NAME ROOT FILE... > NAME.c      gives: const struct embedded embedded_NAME[], ended by a NULL name
set -eu
name=$1 root=$2
shift 2
printf '#include "core/embedded.h"\n\nconst struct embedded embedded_%s[] = {\n' "$name"
for file in "$@"; do
    printf '    {"%s",\n     ""\n' "${file#"$root"/}"
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/     "/' -e 's/$/\\n"/' "$file"
    printf '    },\n'
done
printf '    {0, 0},\n};\n'
