/*
 * log: one line, one write(2) to a file opened for appending, so that the lines of several processes never mix.
 */
#include "gateway/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/calendar.h"
#include "core/clock.h"
#include "core/text.h"
#include "gateway/paths.h"

#define LOOK_EVERY 64 /* lines between looks at the file's size */

struct log {
    enum component component;
    char path[PATHS_FILE_SIZE];
    int fd;
    void (*listen)(void *context, const struct msg *line);
    void *context;
    struct msg lines[LOG_LINES];
    size_t count; /* ever */
    int64_t second_us;
    int in_second;
    int suppressed;
    bool listening; /* a listener that logs must not hear itself */
};

static int open_file(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

enum status log_open(struct log **out, enum component component, const char *home, struct err *err)
{
    *out = NULL;
    struct log *log = calloc(1, sizeof *log);
    if (log == NULL) return err_set(err, ERR_FULL, "out of memory");
    log->component = component;
    paths_join(log->path, home, LOG_FILE_NAME);
    log->fd = open_file(log->path);
    if (log->fd < 0) {
        free(log);
        return err_set(err, ERR_IO, "%s: %s", LOG_FILE_NAME, strerror(errno));
    }
    *out = log;
    return ERR_OK;
}

void log_close(struct log *log)
{
    if (log != NULL) {
        close(log->fd);
        free(log);
    }
}

void log_set_listener(struct log *log, void (*listen)(void *context, const struct msg *line), void *context)
{
    log->listen = listen;
    log->context = context;
}

static bool is_named(const struct log *log, const struct stat *mine)
{
    struct stat named;
    return stat(log->path, &named) == 0 && named.st_ino == mine->st_ino;
}

/* Whoever sees the file full renames it; the others see that their file has another name now, and open the new one. The
 * lock, on the file and not on its name, keeps a second one from renaming the new file over the old. */
static void look_at_file(struct log *log)
{
    char old[PATHS_FILE_SIZE + 4];
    struct stat mine;
    if (fstat(log->fd, &mine) != 0) return;
    bool same = is_named(log, &mine);
    if (same && mine.st_size >= LOG_FILE_MAX) {
        if (flock(log->fd, LOCK_EX | LOCK_NB) != 0) return;
        snprintf(old, sizeof old, "%s.1", log->path);
        same = is_named(log, &mine) && rename(log->path, old) != 0;
        (void)flock(log->fd, LOCK_UN);
    }
    if (!same) {
        int fd = open_file(log->path);
        if (fd >= 0) {
            close(log->fd);
            log->fd = fd;
        }
    }
}

static void write_file(struct log *log, const struct log_line *line)
{
    char stamp[CALENDAR_TEXT_SIZE];
    char text[TEXT_SIZE + 96];
    int length =
        snprintf(text, sizeof text, "%s %-10s %-7s %s\n", calendar_format_stamp(line->time_us, stamp, sizeof stamp),
                 component_name(line->component), log_level_name(line->level), line->text);
    if (length > 0 && (size_t)length < sizeof text) {
        ssize_t written = write(log->fd, text, (size_t)length);
        (void)written; /* a full disk must not stop trading for want of a line; the commits will say it */
    }
    if (log->count % LOOK_EVERY == 0) look_at_file(log);
}

static void put_line(struct log *log, enum log_level level, const char *text, int64_t now_us)
{
    struct msg *msg = &log->lines[log->count % LOG_LINES];
    msg_init(msg, MSG_LOG);
    msg->log.time_us = now_us;
    msg->log.component = log->component;
    msg->log.level = level;
    text_copy(msg->log.text, sizeof msg->log.text, text);
    text_clean(msg->log.text);
    log->count++;
    write_file(log, &msg->log);
    if (log->listen != NULL && !log->listening) {
        log->listening = true;
        log->listen(log->context, msg);
        log->listening = false;
    }
}

void log_write(struct log *log, enum log_level level, const char *format, ...)
{
    char text[2 * TEXT_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (log == NULL) {
        fprintf(stderr, "outcry: %s\n", text);
        return;
    }
    int64_t now = clock_system()->now_us(clock_system());
    if (now - log->second_us >= CLOCK_SECOND_US || now < log->second_us) {
        int suppressed = log->suppressed;
        log->second_us = now;
        log->in_second = 0;
        log->suppressed = 0;
        if (suppressed > 0) {
            char words[64];
            snprintf(words, sizeof words, "%d more lines in that second were not written", suppressed);
            put_line(log, LEVEL_WARNING, words, now);
        }
    }
    if (++log->in_second > LOG_RATE) {
        log->suppressed++;
        return;
    }
    put_line(log, level, text, now);
}

void log_each(const struct log *log, void (*visit)(void *context, const struct msg *line), void *context)
{
    size_t kept = log->count < LOG_LINES ? log->count : LOG_LINES;
    for (size_t i = log->count - kept; i < log->count; i++) visit(context, &log->lines[i % LOG_LINES]);
}
