/*
 * The sink driver with a real database: what is stored is committed before anything leaves; when it cannot be, nothing
 * leaves, now or later.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "gateway/driver.h"
#include "tests/gateway/tempdir.h"

static char home[TEMPDIR_SIZE];
static struct db *db;
static struct driver *driver;

static struct {
    enum port ports[1000];
    uint64_t seqs[1000];
    int count;
    int stored_before; /* rows another reader sees at the first release */
} left;

static bool count_row(void *context, const struct msg *msg)
{
    (void)msg;
    ++*(int *)context;
    return true;
}

/* What someone else sees in the file: only what is committed. */
static int rows_in_file(void)
{
    struct db *reader = NULL;
    struct err err;
    int rows = 0;
    struct db_query query = {.id = MSG_CURSOR};
    assert_int_equal(db_open(&reader, DB_CONDITIONS, home, DB_READ, DB_NORMAL, &err), ERR_OK);
    assert_int_equal(db_each(reader, &query, count_row, &rows, &err), ERR_OK);
    db_close(reader);
    return rows;
}

static void release(void *context, enum port port, const struct msg *msg)
{
    (void)context;
    if (left.count == 0) left.stored_before = rows_in_file();
    left.ports[left.count] = port;
    left.seqs[left.count++] = msg->id == MSG_REPLY ? msg->reply.request_id : 0;
}

static int open_driver(void **state)
{
    struct err err;
    (void)state;
    memset(&left, 0, sizeof left);
    if (tempdir_make(home) != 0 || db_open(&db, DB_CONDITIONS, home, DB_WRITE, DB_NORMAL, &err) != ERR_OK) return -1;
    driver = driver_new(db, release, NULL);
    return driver != NULL ? 0 : -1;
}

static int close_driver(void **state)
{
    (void)state;
    driver_free(driver);
    db_close(db);
    return tempdir_remove(home);
}

static void emit_cursor(int i)
{
    struct msg msg;
    msg_init(&msg, MSG_CURSOR);
    snprintf(msg.cursor.stream, sizeof msg.cursor.stream, "stream%d", i);
    msg.cursor.seq = 1;
    driver_sink(driver)->emit(driver_sink(driver)->context, PORT_STORE, &msg);
}

static void emit_reply(enum port port, uint64_t id)
{
    struct msg msg;
    msg_init(&msg, MSG_REPLY);
    msg.reply.request_id = id;
    driver_sink(driver)->emit(driver_sink(driver)->context, port, &msg);
}

static void test_commit_then_release(void **state)
{
    (void)state;
    struct err err;
    emit_reply(PORT_SIGNAL, 1);
    emit_cursor(1);
    emit_reply(PORT_PUBLISH, 2);
    emit_cursor(2);
    emit_reply(PORT_REPLY, 3);
    assert_int_equal(left.count, 0);
    assert_int_equal(rows_in_file(), 0);
    assert_int_equal(driver_end_step(driver, &err), ERR_OK);
    assert_int_equal(left.count, 3);
    assert_int_equal(left.stored_before, 2);
    for (int i = 0; i < 3; i++) assert_int_equal(left.seqs[i], i + 1); /* in the order it was said */
    assert_int_equal(left.ports[0], PORT_SIGNAL);
    assert_int_equal(driver_end_step(driver, &err), ERR_OK); /* an empty step */
    assert_int_equal(left.count, 3);
}

static void test_a_big_step(void **state)
{
    (void)state;
    struct err err;
    for (uint64_t i = 1; i <= 900; i++) emit_reply(PORT_PUBLISH, i);
    assert_int_equal(driver_end_step(driver, &err), ERR_OK);
    assert_int_equal(left.count, 900);
    assert_int_equal(left.seqs[899], 900);
}

/* A record the file has no table for is a fault of the program: the step fails whole. */
static void test_what_cannot_be_stored(void **state)
{
    (void)state;
    struct err err = {0};
    struct msg msg;
    emit_cursor(1);
    msg_init(&msg, MSG_TICK);
    driver_sink(driver)->emit(driver_sink(driver)->context, PORT_STORE, &msg);
    emit_reply(PORT_SIGNAL, 1);
    assert_int_not_equal(driver_end_step(driver, &err), ERR_OK);
    assert_non_null(strstr(err.text, "cannot store: "));
    assert_int_equal(left.count, 0);
    assert_int_equal(rows_in_file(), 0);
    /* And stays failed: the memory of the component is ahead of the file now. */
    emit_reply(PORT_SIGNAL, 2);
    assert_int_not_equal(driver_end_step(driver, &err), ERR_OK);
    assert_int_equal(left.count, 0);
}

/* A full disk, as the operating system tells it: writes beyond a size fail. */
static void test_full_disk(void **state)
{
    (void)state;
    struct err err = {0};
    struct rlimit before;
    enum status status = ERR_OK;
    int steps = 0;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit small = {.rlim_cur = 150000, .rlim_max = before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    while (status == ERR_OK && steps < 2000) {
        emit_cursor(steps++);
        emit_reply(PORT_SIGNAL, 1);
        left.count = 1;
        status = driver_end_step(driver, &err);
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_not_equal(status, ERR_OK);
    assert_int_equal(left.count, 1); /* the failed step let nothing out */
    assert_true(strlen(err.text) > 0);
    assert_int_equal(rows_in_file(), steps - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_commit_then_release, open_driver, close_driver),
        cmocka_unit_test_setup_teardown(test_a_big_step, open_driver, close_driver),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_stored, open_driver, close_driver),
        cmocka_unit_test_setup_teardown(test_full_disk, open_driver, close_driver),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
