/* config_keep: one value into outcry.ini, with every other line as the trader wrote it. The file is made anew beside the
 * old one and takes its name, so that nobody reads half of it. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/config.h"

#define KEY_SIZE 128

struct place {
    int section; /* line of "[section]", 0 = none */
    int value;   /* line of "key = ...", 0 = none */
};

static bool is_section(const char *line, const char *section)
{
    size_t length = strlen(section);
    line += strspn(line, " \t");
    return line[0] == '[' && strncmp(line + 1, section, length) == 0 && line[1 + length] == ']';
}

static bool is_key(const char *line, const char *key)
{
    size_t length = strlen(key);
    line += strspn(line, " \t");
    if (strncmp(line, key, length) != 0) return false;
    line += length + strspn(line + length, " \t");
    return *line == '=' || *line == ':';
}

/* The last of each: that is the one that counts. */
static struct place find_place(FILE *file, const char *section, const char *key)
{
    struct place place = {0};
    char *line = NULL;
    size_t size = 0;
    bool inside = false;
    for (int number = 1; getline(&line, &size, file) >= 0; number++) {
        if (line[strspn(line, " \t")] == '[') inside = is_section(line, section);
        if (is_section(line, section)) place.section = number;
        if (inside && is_key(line, key)) place.value = number;
    }
    free(line);
    rewind(file);
    return place;
}

static void write_lines(FILE *from, FILE *to, struct place place, const char *section, const char *key,
                        const char *value)
{
    char *line = NULL;
    size_t size = 0;
    for (int number = 1; from != NULL && getline(&line, &size, from) >= 0; number++) {
        bool ended = strchr(line, '\n') != NULL;
        if (number == place.value)
            fprintf(to, "%s = %s\n", key, value);
        else
            fprintf(to, "%s%s", line, ended ? "" : "\n");
        if (place.value == 0 && number == place.section) fprintf(to, "%s = %s\n", key, value);
    }
    if (place.value == 0 && place.section == 0) fprintf(to, "[%s]\n%s = %s\n", section, key, value);
    free(line);
}

/* "temporary" takes the place of "path"; the temporary one is gone in any case. */
static enum status replace(const char *path, char *temporary, FILE *from, const char *section, const char *key,
                           const char *value, struct err *err)
{
    struct place place = {0};
    int fd = mkstemp(temporary);
    FILE *to = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (to == NULL) {
        if (fd >= 0) close(fd);
        return err_set(err, ERR_IO, "%.180s: %s", path, strerror(errno));
    }
    if (from != NULL) place = find_place(from, section, key);
    write_lines(from, to, place, section, key, value);
    bool written = fflush(to) == 0 && ferror(to) == 0;
    if (fclose(to) == 0 && written && rename(temporary, path) == 0) return ERR_OK;
    enum status status = err_set(err, ERR_IO, "%.180s: %s", path, strerror(errno));
    (void)unlink(temporary);
    return status;
}

enum status config_keep(const char *path, const struct setting *row, const char *value, struct err *err)
{
    char section[KEY_SIZE], temporary[PATH_MAX + 8], real[PATH_MAX];
    struct settings trial;
    settings_defaults(&trial);
    enum status status = settings_set(&trial, row, value, SOURCE_FILE, err);
    if (status == ERR_OK) status = config_read_file(&trial, path, err); /* a file in error is the trader's to mend */
    if (status != ERR_OK) return status;
    const char *dot = strchr(row->key, '.');
    snprintf(section, sizeof section, "%.*s", (int)(dot - row->key), row->key);
    if (realpath(path, real) == NULL)
        snprintf(real, sizeof real, "%s", path); /* not there yet, or where a link leads */
    snprintf(temporary, sizeof temporary, "%s.XXXXXX", real);
    FILE *from = fopen(real, "re");
    status = replace(real, temporary, from, section, dot + 1, value, err);
    if (from != NULL) fclose(from);
    return status;
}
