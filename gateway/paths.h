/*
 * paths: where the files and the sockets are.
 *
 *   home     databases, log, outcry.ini: --home, else $XDG_DATA_HOME/outcry, else ~/.local/share/outcry
 *   runtime  sockets and locks: --runtime, else $XDG_RUNTIME_DIR/outcry, else /tmp/outcry-UID
 *
 * Whoever can open a socket in the runtime directory can trade: it must be a real directory, ours, and closed to
 * everyone else, or it is refused (never repaired: somebody else may have made it). Its length is limited because a
 * socket's address (sun_path) is.
 *
 * Owner: the caller. Thread: any; the file mode mask is not touched.
 */
#ifndef GATEWAY_PATHS_H
#define GATEWAY_PATHS_H

#include <stddef.h>

#include "core/settings.h"

#define PATHS_HOME_SIZE    SETTING_TEXT_SIZE
#define PATHS_RUNTIME_SIZE 84  /* leaves 24 of sun_path's 108 bytes for "/" and the socket's name */
#define PATHS_FILE_SIZE    320 /* a file in either */

struct paths {
    char home[PATHS_HOME_SIZE];
    char runtime[PATHS_RUNTIME_SIZE];
};

/* Names only, absolute; touches nothing. ERR_RANGE: too long. ERR_NOT_FOUND: no $HOME to start from. */
enum status paths_resolve(struct paths *paths, const struct settings *settings, struct err *err);

/* Makes what is missing (0700). ERR_DENIED: the runtime directory is not ours, not a directory or open to others. */
enum status paths_prepare(const struct paths *paths, struct err *err);

/* "directory/name" into out (PATHS_FILE_SIZE bytes); returns out. */
const char *paths_join(char *out, const char *directory, const char *name);

/* An absolute form of path, seen from base (NULL: the working directory). ERR_RANGE: longer than a setting may be. */
enum status paths_absolute(const char *path, const char *base, char out[SETTING_TEXT_SIZE], struct err *err);

#endif
