/* Stored rows read in the background: the old ones stay until the new ones have come, and none that was stored meanwhile is
 * left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "tests/gateway/tempdir.h"
#include "tui/records.h"

#define PATIENCE_US (10 * CLOCK_SECOND_US)

static char home[TEMPDIR_SIZE];
static struct settings settings;
static struct db *db;

static int setup(void **state)
{
    (void)state;
    struct err err;
    if (tempdir_make(home) != 0) return -1;
    settings_defaults(&settings);
    return (int)settings_set(&settings, setting_row(SET_HOME), home, SOURCE_FLAG, &err);
}

static int teardown(void **state)
{
    (void)state;
    db_close(db);
    db = NULL;
    /* A reading that nobody waits for may still make and remove SQLite's files beside the database. */
    for (int64_t until_us = clock_monotonic_us() + PATIENCE_US; clock_monotonic_us() < until_us; (void)poll(NULL, 0, 1))
        if (tempdir_remove(home) == 0) return 0;
    return -1;
}

static void open_file(void)
{
    struct err err = {.text = ""};
    if (db_open(&db, DB_CONDITIONS, home, DB_WRITE, DB_NORMAL, &err) != ERR_OK) fail_msg("%s", err.text);
}

static void put(int64_t serial)
{
    struct err err = {.text = ""};
    struct msg msg;
    msg_init(&msg, MSG_TRANSITION);
    msg.transition = (struct transition){.condition_id = 1, .serial = serial, .to = CONDITION_ARMED, .time_us = serial};
    (void)snprintf(msg.transition.symbol, sizeof msg.transition.symbol, "MXFH1");
    if (db_store(db, &msg, &err) != ERR_OK) fail_msg("%s", err.text);
}

static struct records *read_transitions(void)
{
    const struct db_query query = {.id = MSG_TRANSITION, .condition_id = 1};
    return records_read(DB_CONDITIONS, &settings, &query);
}

static void await(struct records *records, int count)
{
    int64_t until_us = clock_monotonic_us() + PATIENCE_US;
    while ((!records_ready(records) || records_count(records) != count) && clock_monotonic_us() < until_us)
        (void)poll(NULL, 0, 1);
    assert_true(records_ready(records));
    assert_int_equal(records_count(records), count);
}

static void test_a_file_that_is_not_there_has_no_rows(void **state)
{
    (void)state;
    struct records *records = read_transitions();
    await(records, 0);
    assert_null(records_refusal(records));
    assert_string_equal(records_words(records), "");
    records_free(records);
}

static void test_rows_stay_until_the_new_ones_have_come(void **state)
{
    (void)state;
    open_file();
    put(1);
    struct records *records = read_transitions();
    await(records, 1);
    put(2);
    records_renew(records);
    assert_int_equal(records_at(records, 0)->transition.serial, 1);
    assert_string_equal(records_words(records), "");
    await(records, 2);
    assert_int_equal(records_at(records, 1)->transition.serial, 2);
    records_free(records);
}

/* Asked for again while a reading goes on that may have looked too early. */
static void test_what_comes_during_a_reading_is_read_too(void **state)
{
    (void)state;
    open_file();
    struct records *records = read_transitions();
    await(records, 0);
    records_renew(records);
    (void)poll(NULL, 0, 100); /* by now it has looked, and found nothing */
    put(1);
    records_renew(records);
    await(records, 1);
    records_free(records);
}

static void test_closing_while_it_reads(void **state)
{
    (void)state;
    open_file();
    put(1);
    struct records *records = read_transitions();
    records_renew(records);
    records_renew(records);
    records_free(records);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_file_that_is_not_there_has_no_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rows_stay_until_the_new_ones_have_come, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_comes_during_a_reading_is_read_too, setup, teardown),
        cmocka_unit_test_setup_teardown(test_closing_while_it_reads, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
