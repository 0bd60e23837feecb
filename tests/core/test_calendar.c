/* test_calendar: dates and Taipei time against known days and against the C library. Covers clock too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/calendar.h"
#include "core/clock.h"
#include "core/rng.h"

static void test_valid(void **state)
{
    (void)state;
    assert_true(calendar_date_valid(20210726));
    assert_true(calendar_date_valid(20240229));
    assert_true(calendar_date_valid(20000229));
    const int32_t bad[] = {0,        -1,       19891231, 21000101, 20210229,  20210431, 20211301,
                           20210001, 20210100, 20210132, 2021072,  INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_false(calendar_date_valid(bad[i]));
}

/* Every day of the calendar, against timegm and gmtime_r. */
static void test_every_day(void **state)
{
    (void)state;
    int32_t date = CALENDAR_DATE_MIN;
    for (time_t at = 631152000; date < CALENDAR_DATE_MAX; at += 86400) {
        struct tm tm;
        assert_non_null(gmtime_r(&at, &tm));
        assert_int_equal(date, (tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday);
        assert_int_equal(calendar_weekday(date), tm.tm_wday);
        const int64_t noon_us = calendar_taipei_us(date, 43200);
        assert_int_equal(noon_us, ((int64_t)at + 43200 - INT64_C(28800)) * CLOCK_SECOND_US);
        assert_int_equal(calendar_date(noon_us), date);
        const int32_t next = calendar_add_days(date, 1);
        assert_int_equal(calendar_add_days(next, -1), date);
        date = next;
    }
    assert_int_equal(calendar_add_days(CALENDAR_DATE_MAX, 1), CALENDAR_DATE_MAX);
    assert_int_equal(calendar_add_days(CALENDAR_DATE_MIN, -1), CALENDAR_DATE_MIN);
    assert_int_equal(calendar_add_days(20210726, INT32_MAX), CALENDAR_DATE_MAX);
}

static void test_moments(void **state)
{
    (void)state;
    const int64_t us = calendar_taipei_us(20210726, 8 * 3600 + 45 * 60) + 123456;
    assert_int_equal(us, INT64_C(1627260300123456));
    struct civil civil;
    calendar_civil(us, &civil);
    assert_int_equal(civil.year, 2021);
    assert_int_equal(civil.month, 7);
    assert_int_equal(civil.day, 26);
    assert_int_equal(civil.hour, 8);
    assert_int_equal(civil.minute, 45);
    assert_int_equal(civil.second, 0);
    assert_int_equal(civil.micro, 123456);
    assert_int_equal(civil.weekday, 1);
    assert_int_equal(calendar_date(calendar_taipei_us(20210727, 0) - 1), 20210726);
    assert_int_equal(calendar_seconds_of_day(calendar_taipei_us(20210727, 0) - 1), 86399);
    assert_int_equal(calendar_date(INT64_MIN), CALENDAR_DATE_MIN);
    assert_int_equal(calendar_date(INT64_MAX), CALENDAR_DATE_MAX);
}

static void test_format(void **state)
{
    (void)state;
    char buf[CALENDAR_TEXT_SIZE];
    const int64_t us = calendar_taipei_us(20210726, 9 * 3600 + 3 * 60 + 7) + 123999;
    assert_string_equal(calendar_format_date(20210726, buf, sizeof buf), "2021-07-26");
    assert_string_equal(calendar_format_date(0, buf, sizeof buf), "-");
    assert_string_equal(calendar_format_time(us, buf, sizeof buf), "09:03:07");
    assert_string_equal(calendar_format_stamp(us, buf, sizeof buf), "2021-07-26 09:03:07.123");
}

static void test_nth_weekday(void **state)
{
    (void)state;
    assert_int_equal(calendar_nth_weekday(2021, 8, 3, 3), 20210818);
    assert_int_equal(calendar_nth_weekday(2021, 9, 3, 1), 20210901);
    assert_int_equal(calendar_nth_weekday(2021, 7, 3, 4), 20210728);
    assert_int_equal(calendar_nth_weekday(2026, 2, 0, 1), 20260201);
}

static void date_refused(const char *text, enum status status)
{
    int32_t date = 77;
    struct err err;
    assert_int_equal(calendar_parse_date(text, &date, &err), status);
    assert_int_equal(date, 77);
}

static void test_parse_date(void **state)
{
    (void)state;
    int32_t date;
    assert_int_equal(calendar_parse_date("20210726", &date, NULL), ERR_OK);
    assert_int_equal(date, 20210726);
    assert_int_equal(calendar_parse_date("2024-02-29", &date, NULL), ERR_OK);
    assert_int_equal(date, 20240229);
    const char *const bad[] = {NULL,        "",           "2021-7-26", "2021/07/26", "2021072",
                               "202107260", "2021-07-2x", "+0210726",  " 20210726",  "2021-07-26 "};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) date_refused(bad[i], ERR_INVALID);
    const char *const beyond[] = {"20210229", "2021-13-01", "19891231", "21000101", "00000000"};
    for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++) date_refused(beyond[i], ERR_RANGE);
}

static void test_parse_time(void **state)
{
    (void)state;
    int32_t seconds = 77;
    assert_int_equal(calendar_parse_time("24:00", &seconds, NULL), ERR_RANGE);
    assert_int_equal(calendar_parse_time("08:60", &seconds, NULL), ERR_RANGE);
    const char *const bad[] = {NULL,       "",     "8:45",  "08.45", "08:45:", "08:45:3",
                               "08:45-30", "0845", "08453", "ab:cd", "-8:45"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(calendar_parse_time(bad[i], &seconds, NULL), ERR_INVALID);
    assert_int_equal(seconds, 77);
    assert_int_equal(calendar_parse_time("08:45", &seconds, NULL), ERR_OK);
    assert_int_equal(seconds, 31500);
    assert_int_equal(calendar_parse_time("08:45:30", &seconds, NULL), ERR_OK);
    assert_int_equal(seconds, 31530);
    assert_int_equal(calendar_parse_time("235959", &seconds, NULL), ERR_OK);
    assert_int_equal(seconds, 86399);
}

static void test_clock(void **state)
{
    (void)state;
    struct clock clock;
    clock_virtual_init(&clock, 5);
    assert_int_equal(clock.now_us(&clock), 5);
    clock.virtual_us = 99;
    assert_int_equal(clock.now_us(&clock), 99);
    struct clock *machine = clock_system();
    assert_true(machine->now_us(machine) > INT64_C(1700000000000000));
    const int64_t before = clock_monotonic_us();
    assert_true(clock_monotonic_us() >= before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid),      cmocka_unit_test(test_every_day),   cmocka_unit_test(test_moments),
        cmocka_unit_test(test_format),     cmocka_unit_test(test_nth_weekday), cmocka_unit_test(test_parse_date),
        cmocka_unit_test(test_parse_time), cmocka_unit_test(test_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
