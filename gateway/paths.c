/*
 * paths: resolve and make the two directories. The runtime directory is checked through lstat, so that a link planted
 * in /tmp is refused instead of followed.
 */
#include "gateway/paths.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status fit(char *out, size_t size, struct err *err, const char *what, const char *a, const char *b)
{
    int length = snprintf(out, size, "%s%s", a, b);
    if (length < 0 || (size_t)length >= size) {
        out[0] = '\0';
        return err_set(err, ERR_RANGE, "%s: '%.80s%.40s' is too long (allowed %zu bytes)", what, a, b, size - 1);
    }
    return ERR_OK;
}

enum status paths_absolute(const char *path, const char *base, char out[SETTING_TEXT_SIZE], struct err *err)
{
    char cwd[SETTING_TEXT_SIZE];
    char relative[SETTING_TEXT_SIZE + 1];
    if (path[0] == '/') return fit(out, SETTING_TEXT_SIZE, err, "path", path, "");
    if (base == NULL) {
        if (getcwd(cwd, sizeof cwd) == NULL) return err_set(err, ERR_IO, "working directory: %s", strerror(errno));
        base = cwd;
    }
    enum status status = fit(relative, sizeof relative, err, "path", "/", path);
    return status != ERR_OK ? status : fit(out, SETTING_TEXT_SIZE, err, "path", base, relative);
}

const char *paths_join(char *out, const char *directory, const char *name)
{
    int length = snprintf(out, PATHS_FILE_SIZE, "%s/%s", directory, name);
    if (length < 0 || length >= PATHS_FILE_SIZE) out[0] = '\0'; /* opening it fails: never a wrong file */
    return out;
}

/* XDG: a relative path in these variables is to be ignored. */
static const char *absolute_variable(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] == '/' ? value : NULL;
}

static enum status resolve_home(struct paths *paths, const struct settings *settings, struct err *err)
{
    const char *set = settings_text(settings, SET_HOME);
    if (set[0] != '\0') return paths_absolute(set, NULL, paths->home, err);
    const char *data = absolute_variable("XDG_DATA_HOME");
    if (data != NULL) return fit(paths->home, sizeof paths->home, err, "home.directory", data, "/outcry");
    const char *home = absolute_variable("HOME");
    if (home == NULL) return err_set(err, ERR_NOT_FOUND, "home.directory: $HOME is not set; say --home DIRECTORY");
    return fit(paths->home, sizeof paths->home, err, "home.directory", home, "/.local/share/outcry");
}

static enum status resolve_runtime(struct paths *paths, const struct settings *settings, struct err *err)
{
    const char *set = settings_text(settings, SET_RUNTIME);
    if (set[0] != '\0') {
        char absolute[SETTING_TEXT_SIZE];
        enum status status = paths_absolute(set, NULL, absolute, err);
        return status != ERR_OK ? status
                                : fit(paths->runtime, sizeof paths->runtime, err, "home.runtime", absolute, "");
    }
    const char *run = absolute_variable("XDG_RUNTIME_DIR");
    if (run != NULL) return fit(paths->runtime, sizeof paths->runtime, err, "home.runtime", run, "/outcry");
    char user[32];
    snprintf(user, sizeof user, "%lu", (unsigned long)getuid());
    return fit(paths->runtime, sizeof paths->runtime, err, "home.runtime", "/tmp/outcry-", user);
}

enum status paths_resolve(struct paths *paths, const struct settings *settings, struct err *err)
{
    memset(paths, 0, sizeof *paths);
    enum status status = resolve_home(paths, settings, err);
    return status != ERR_OK ? status : resolve_runtime(paths, settings, err);
}

/* mkdir -p, 0700 for what is made. */
static enum status make_directory(const char *path, struct err *err)
{
    char part[PATHS_FILE_SIZE];
    size_t length = strlen(path);
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0') continue;
        memcpy(part, path, i);
        part[i] = '\0';
        int code = mkdir(part, 0700) == 0 ? 0 : errno;
        if (code != 0 && code != EEXIST && (path[i] == '\0' || access(part, F_OK) != 0))
            return err_set(err, ERR_IO, "%s: cannot make the directory: %s", part, strerror(code));
    }
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) return err_set(err, ERR_IO, "%s: is not a directory", path);
    return ERR_OK;
}

enum status paths_prepare(const struct paths *paths, struct err *err)
{
    enum status status = make_directory(paths->home, err);
    if (status != ERR_OK) return err_prefix(err, "home.directory");
    if (access(paths->home, R_OK | W_OK | X_OK) != 0)
        return err_set(err, ERR_DENIED, "home.directory: %s: %s", paths->home, strerror(errno));
    status = make_directory(paths->runtime, err);
    if (status != ERR_OK) return err_prefix(err, "home.runtime");
    struct stat st;
    if (lstat(paths->runtime, &st) != 0)
        return err_set(err, ERR_IO, "home.runtime: %s: %s", paths->runtime, strerror(errno));
    if (!S_ISDIR(st.st_mode) || st.st_uid != getuid() || (st.st_mode & 0077) != 0) {
        return err_set(err, ERR_DENIED,
                       "home.runtime: %s must be a directory of yours with mode 0700 (it is %s, owner %lu, mode %04o)",
                       paths->runtime, S_ISDIR(st.st_mode) ? "a directory" : "not a directory",
                       (unsigned long)st.st_uid, (unsigned)(st.st_mode & 07777));
    }
    return ERR_OK;
}
