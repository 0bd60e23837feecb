/*
 * config: default < outcry.ini < environment < flag. Flags are looked at twice: first for --home, because the file is
 * in it, and last for all, because they win.
 */
#include "gateway/config.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/paths.h"

#define LINE_SIZE      512
#define FILE_BYTES_MAX 1000000

struct file_reader {
    FILE *file;
    const char *name; /* what a person calls the file */
    const char *directory;
    int line;
    int long_line; /* the first line that does not fit, 0 = none */
    struct settings *settings;
    int bad_line; /* the first line refused, 0 = none */
    struct err err;
};

/* fgets that counts, and that notices a line which inih would cut in two. */
static char *read_line(char *line, int size, void *stream)
{
    struct file_reader *reader = stream;
    char *got = fgets(line, size, reader->file);
    if (got != NULL) {
        reader->line++;
        bool whole = strchr(got, '\n') != NULL || feof(reader->file);
        if (!whole && reader->long_line == 0) reader->long_line = reader->line;
    }
    return got;
}

/* A file's path is seen from where it was said: the command line's directory, or the file's own. */
static enum status set_from(struct settings *settings, const struct setting *row, const char *text,
                            enum setting_source source, const char *base, struct err *err)
{
    char absolute[SETTING_TEXT_SIZE];
    bool is_path = row->id == SET_MARKET_FILE || row->id == SET_HOME || row->id == SET_RUNTIME;
    if (is_path && text[0] != '\0') {
        enum status status = paths_absolute(text, base, absolute, err);
        if (status != ERR_OK) return status;
        text = absolute;
    }
    return settings_set(settings, row, text, source, err);
}

static int take_pair(void *user, const char *section, const char *name, const char *value)
{
    struct file_reader *reader = user;
    char key[128];
    enum status status = ERR_OK;
    struct err err;
    snprintf(key, sizeof key, "%s%s%s", section, section[0] != '\0' ? "." : "", name);
    const struct setting *row = setting_by_key(key);
    if (row == NULL) {
        status = err_set(&err, ERR_NOT_FOUND, "%.80s: no such setting ('outcry config' lists them)", key);
    } else if (row->id == SET_HOME) {
        status =
            err_set(&err, ERR_STATE, "%s: this file is in the home directory; say --home or %s", key, row->environment);
    } else {
        status = set_from(reader->settings, row, value, SOURCE_FILE, reader->directory, &err);
    }
    if (status != ERR_OK && reader->bad_line == 0) {
        reader->bad_line = reader->line;
        reader->err = err;
    }
    return status == ERR_OK;
}

static enum status parse_stream(struct file_reader *reader, struct err *err)
{
    /* inih's defaults cut lines at 200 bytes and glue an indented line to the one before it. */
    ini_use_stack = false;
    ini_initial_alloc = LINE_SIZE;
    ini_allow_multiline = false;
    int result = ini_parse_stream(read_line, reader, take_pair, reader);
    if (reader->long_line != 0 && (result <= 0 || reader->long_line <= result)) {
        return err_set(err, ERR_INVALID, "%s:%d: line too long (allowed %d bytes)", reader->name, reader->long_line,
                       LINE_SIZE - 2);
    }
    if (result < 0) return err_set(err, ERR_IO, "%s: cannot be read", reader->name);
    if (result > 0 && result == reader->bad_line)
        return err_set(err, reader->err.status, "%s:%d: %s", reader->name, result, reader->err.text);
    if (result > 0) {
        return err_set(err, ERR_INVALID, "%s:%d: not a line of '[section]', 'key = value' or '; comment'", reader->name,
                       result);
    }
    return ERR_OK;
}

/* A pipe would be waited for, a device read without end: only a plain file will do. NULL with ERR_OK: not there. */
static enum status open_file(const char *path, FILE **file, struct err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    *file = NULL;
    if (fd < 0) return errno == ENOENT ? ERR_OK : err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return err_set(err, ERR_INVALID, "%s: is not a plain file", path);
    }
    if (st.st_size > FILE_BYTES_MAX) {
        close(fd);
        return err_set(err, ERR_RANGE, "%s: %lld bytes is too long (allowed %d)", path, (long long)st.st_size,
                       FILE_BYTES_MAX);
    }
    *file = fdopen(fd, "r");
    if (*file == NULL) {
        close(fd);
        return err_set(err, ERR_FULL, "out of memory");
    }
    return ERR_OK;
}

enum status config_read_file(struct settings *settings, const char *path, struct err *err)
{
    FILE *file = NULL;
    enum status status = open_file(path, &file, err);
    if (file == NULL) return status;
    char directory[SETTING_TEXT_SIZE];
    const char *slash = strrchr(path, '/');
    snprintf(directory, sizeof directory, "%.*s", slash != NULL ? (int)(slash - path) : 1, slash != NULL ? path : ".");
    /* Nothing of a file that has an error anywhere is taken. */
    struct settings trial = *settings;
    struct file_reader reader = {.file = file, .name = path, .directory = directory, .settings = &trial};
    status = parse_stream(&reader, err);
    fclose(file);
    if (status == ERR_OK) *settings = trial;
    return status;
}

static enum status read_environment(struct settings *settings, struct err *err)
{
    for (int id = 0; id < SETTING_COUNT; id++) {
        const struct setting *row = setting_row((enum setting_id)id);
        const char *value = getenv(row->environment);
        if (value == NULL || (value[0] == '\0' && row->type != SETTING_TEXT)) continue;
        enum status status = set_from(settings, row, value, SOURCE_ENVIRONMENT, NULL, err);
        if (status != ERR_OK) {
            err_prefix(err, "environment variable %s", row->environment);
            return status;
        }
    }
    return ERR_OK;
}

struct flag {
    const struct setting *row;
    const char *value; /* NULL = missing */
    int words;         /* of argv */
};

/* Is argv[at] one of ours? A yes/no flag needs no value: --ascii, --ascii=no. */
static bool flag_at(int argc, char **argv, int at, struct flag *out)
{
    char name[64];
    const char *equals = strchr(argv[at], '=');
    size_t length = equals != NULL ? (size_t)(equals - argv[at]) : strlen(argv[at]);
    if (strncmp(argv[at], "--", 2) != 0 || length >= sizeof name) return false;
    memcpy(name, argv[at], length);
    name[length] = '\0';
    out->row = setting_by_flag(name);
    out->words = 1;
    if (out->row == NULL) return false;
    if (equals != NULL) {
        out->value = equals + 1;
    } else if (out->row->type == SETTING_BOOL) {
        out->value = "yes";
    } else {
        out->value = at + 1 < argc ? argv[at + 1] : NULL;
        out->words = 2;
    }
    return true;
}

/* only: one setting, or SETTING_COUNT for all. */
static enum status read_flags(struct settings *settings, int argc, char **argv, enum setting_id only, struct err *err)
{
    struct flag flag;
    for (int at = 1; at < argc && strcmp(argv[at], "--") != 0; at += flag.words) {
        if (!flag_at(argc, argv, at, &flag)) {
            flag.words = 1;
            continue;
        }
        if (only != SETTING_COUNT && flag.row->id != only) continue;
        if (flag.value == NULL)
            return err_set(err, ERR_INVALID, "%s: a value is missing (%s)", flag.row->flag, flag.row->meaning);
        enum status status = set_from(settings, flag.row, flag.value, SOURCE_FLAG, NULL, err);
        if (status != ERR_OK) {
            err_prefix(err, "%s", flag.row->flag);
            return status;
        }
    }
    return ERR_OK;
}

static void remove_flags(int *argc, char **argv)
{
    int kept = 1;
    int at = 1;
    struct flag flag;
    while (at < *argc && strcmp(argv[at], "--") != 0)
        if (flag_at(*argc, argv, at, &flag))
            at += flag.words;
        else
            argv[kept++] = argv[at++];
    while (at < *argc) argv[kept++] = argv[at++];
    argv[kept] = NULL;
    *argc = kept;
}

enum status config_load(struct settings *settings, int *argc, char **argv, struct err *err)
{
    struct settings home_only;
    struct paths paths;
    char file[PATHS_FILE_SIZE];
    settings_defaults(settings);
    settings_defaults(&home_only);
    enum status status = read_flags(&home_only, *argc, argv, SET_HOME, err);
    const char *variable = getenv(setting_row(SET_HOME)->environment);
    if (status == ERR_OK && home_only.values[SET_HOME].source == SOURCE_DEFAULT && variable != NULL)
        status = set_from(&home_only, setting_row(SET_HOME), variable, SOURCE_ENVIRONMENT, NULL, err);
    if (status == ERR_OK) status = paths_resolve(&paths, &home_only, err);
    if (status == ERR_OK) status = config_read_file(settings, paths_join(file, paths.home, CONFIG_FILE_NAME), err);
    if (status == ERR_OK) status = read_environment(settings, err);
    if (status == ERR_OK) status = read_flags(settings, *argc, argv, SETTING_COUNT, err);
    if (status == ERR_OK) remove_flags(argc, argv);
    return status;
}

size_t config_to_flags(const struct settings *settings, char **flags, size_t max)
{
    size_t count = 0;
    for (int i = 0; i < SETTING_COUNT && count < max; i++) {
        /* market.source goes last: --replay would choose it again. */
        int id = i < (int)SET_MARKET_SOURCE ? i : (i + 1 < SETTING_COUNT ? i + 1 : (int)SET_MARKET_SOURCE);
        const struct setting *row = setting_row((enum setting_id)id);
        const struct setting_value *value = &settings->values[id];
        if (value->source != SOURCE_DEFAULT && asprintf(&flags[count], "%s=%s", row->flag, value->text) >= 0) count++;
    }
    return count;
}

void config_free_flags(char **flags, size_t count)
{
    for (size_t i = 0; i < count; i++) free(flags[i]);
}
