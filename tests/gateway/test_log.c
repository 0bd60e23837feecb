/*
 * The log: one line is one line, whatever is in it; the last ones are kept; a flood is cut and counted; a full file is
 * put aside and everyone goes on in the new one.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/log.h"
#include "gateway/paths.h"
#include "tests/gateway/tempdir.h"

static char home[TEMPDIR_SIZE];
static struct log *writer;

static int open_log(void **state)
{
    struct err err;
    (void)state;
    return tempdir_make(home) != 0 || log_open(&writer, COMPONENT_GATEWAY, home, &err) != ERR_OK ? -1 : 0;
}

static int close_log(void **state)
{
    (void)state;
    log_close(writer);
    return tempdir_remove(home);
}

static const char *log_path(const char *name)
{
    static char path[PATHS_FILE_SIZE];
    return paths_join(path, home, name);
}

static int lines_in(const char *name, const char *containing)
{
    char line[1024];
    int count = 0;
    FILE *file = fopen(log_path(name), "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) count += strstr(line, containing) != NULL ? 1 : 0;
    fclose(file);
    return count;
}

static struct msg heard;
static int heard_count;

static void hear(void *context, const struct msg *line)
{
    (void)context;
    heard = *line;
    heard_count++;
    log_write(writer, LEVEL_ERROR, "a listener that logs"); /* must not hear itself for ever */
}

static void test_a_line_is_a_line(void **state)
{
    (void)state;
    heard_count = 0;
    log_set_listener(writer, hear, NULL);
    log_write(writer, LEVEL_WARNING, "first\nsecond \x1b[31m red %s", "\xff\xfe");
    assert_int_equal(heard_count, 1);
    assert_int_equal(heard.log.level, LEVEL_WARNING);
    assert_int_equal(heard.log.component, COMPONENT_GATEWAY);
    assert_null(strpbrk(heard.log.text, "\n\x1b\xff"));
    struct err err;
    assert_int_equal(msg_check(&heard, &err), ERR_OK);
    assert_int_equal(lines_in(LOG_FILE_NAME, "first"), 1);
    assert_int_equal(lines_in(LOG_FILE_NAME, "warning"), 1);
    assert_int_equal(lines_in(LOG_FILE_NAME, ""), 2);
}

/* A text cut at its limit is still UTF-8: a wire that refuses it would lose the line. */
static void test_a_long_line(void **state)
{
    (void)state;
    char text[600] = "";
    for (int i = 0; i < 150; i++) memcpy(text + 3 * i, (const char[]){'\xe8', '\x87', '\xba'}, 3); /* 臺 */
    heard_count = 0;
    log_set_listener(writer, hear, NULL);
    log_write(writer, LEVEL_INFO, "%s", text);
    assert_int_equal(strlen(heard.log.text) % 3, 0);
    assert_int_equal(strlen(heard.log.text), 255);
    assert_int_equal(msg_check(&heard, NULL), ERR_OK);
}

static void count_line(void *context, const struct msg *line)
{
    (void)line;
    ++*(int *)context;
}

static void test_a_flood(void **state)
{
    (void)state;
    int kept = 0;
    for (int i = 0; i < 5 * LOG_RATE; i++) log_write(writer, LEVEL_INFO, "flood %d", i);
    /* At most two seconds began in so short a time. */
    int written = lines_in(LOG_FILE_NAME, "flood");
    assert_true(written >= LOG_RATE && written <= 2 * LOG_RATE);
    log_each(writer, count_line, &kept);
    assert_int_equal(kept, LOG_LINES);
}

static void test_a_full_file(void **state)
{
    (void)state;
    struct log *other = NULL;
    struct err err;
    struct stat st;
    assert_int_equal(log_open(&other, COMPONENT_STRATEGY, home, &err), ERR_OK);
    assert_int_equal(truncate(log_path(LOG_FILE_NAME), LOG_FILE_MAX), 0);
    for (int i = 0; i < 70; i++) log_write(writer, LEVEL_INFO, "mine %d", i);
    for (int i = 0; i < 70; i++) log_write(other, LEVEL_INFO, "theirs %d", i);
    assert_int_equal(stat(log_path(LOG_FILE_NAME ".1"), &st), 0);
    assert_true(st.st_size >= LOG_FILE_MAX);
    assert_int_equal(stat(log_path(LOG_FILE_NAME), &st), 0);
    assert_true(st.st_size < 20000);
    /* Both have found the new file; nothing is written twice. */
    assert_int_equal(lines_in(LOG_FILE_NAME, "mine 69"), 1);
    assert_int_equal(lines_in(LOG_FILE_NAME, "theirs 69"), 1);
    log_close(other);
}

/* Two that see it full at once: the second must not put the new file in the old one's place. */
static void test_one_renames_at_a_time(void **state)
{
    (void)state;
    struct stat st;
    assert_int_equal(truncate(log_path(LOG_FILE_NAME), LOG_FILE_MAX), 0);
    int busy = open(log_path(LOG_FILE_NAME), O_RDONLY);
    assert_true(busy >= 0);
    assert_int_equal(flock(busy, LOCK_EX), 0);
    for (int i = 0; i < 70; i++) log_write(writer, LEVEL_INFO, "mine %d", i);
    assert_int_not_equal(stat(log_path(LOG_FILE_NAME ".1"), &st), 0);
    close(busy);
    for (int i = 0; i < 70; i++) log_write(writer, LEVEL_INFO, "mine %d", i);
    assert_int_equal(stat(log_path(LOG_FILE_NAME ".1"), &st), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_line_is_a_line, open_log, close_log),
        cmocka_unit_test_setup_teardown(test_a_long_line, open_log, close_log),
        cmocka_unit_test_setup_teardown(test_a_flood, open_log, close_log),
        cmocka_unit_test_setup_teardown(test_a_full_file, open_log, close_log),
        cmocka_unit_test_setup_teardown(test_one_renames_at_a_time, open_log, close_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
