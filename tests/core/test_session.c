/* test_session: trading days, and every boundary of a session. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/calendar.h"
#include "core/clock.h"
#include "core/session.h"

static int64_t at(int32_t date, const char *time)
{
    int32_t seconds;
    assert_int_equal(calendar_parse_time(time, &seconds, NULL), ERR_OK);
    return calendar_taipei_us(date, seconds);
}

static void test_trading_days(void **state)
{
    (void)state;
    const int32_t open[] = {20210726, 20210723, 20210205, 20210217, 20211012, 20220126, 20220207, 20240215, 20250122,
                            20250203, 20260211, 20260223, 20210601, 20240723, 20240726, 20251226, 20300102};
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
        if (!session_is_trading_day(open[i])) fail_msg("%d is a trading day", open[i]);
    const int32_t closed[] = {20210724, 20210725, 20210101, 20210208, 20210210, 20210216, 20210301, 20210405, 20210430,
                              20210614, 20210920, 20210921, 20211011, 20211231, 20220204, 20230102, 20240213, 20240725,
                              20241031, 20250131, 20251225, 20260216, 20270101, 0,        20210229, -5};
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++)
        if (session_is_trading_day(closed[i])) fail_msg("%d is none", closed[i]);
    assert_int_equal(session_next_trading_day(20210723), 20210726);
    assert_int_equal(session_next_trading_day(20210725), 20210726);
    assert_int_equal(session_next_trading_day(20210205), 20210217);
    assert_int_equal(session_previous_trading_day(20210217), 20210205);
    assert_int_equal(session_previous_trading_day(20210726), 20210723);
    assert_true(session_next_trading_day(20991231) <= CALENDAR_DATE_MAX); /* ends */
}

/* About 245 trading days a year: a holiday too many or too few in the table shows. */
static void test_days_of_each_year(void **state)
{
    (void)state;
    const int wanted[] = {244, 246, 239, 242, 243, 243};
    for (int year = 2021; year <= 2026; year++) {
        int days = 0;
        for (int32_t date = year * 10000 + 101; date / 10000 == year; date = calendar_add_days(date, 1))
            days += session_is_trading_day(date) ? 1 : 0;
        if (days != wanted[year - 2021]) fail_msg("%d has %d trading days", year, days);
    }
}

struct row {
    int32_t date;
    const char *time;
    int32_t last_trading_day;
    enum session_kind kind;
    enum session_state state;
    int32_t trading_day;
    int32_t open_date;
    const char *open;
    int32_t close_date;
    const char *close;
    int32_t change_date;
    const char *change;
};

static const struct row rows[] = {
    /* Monday's own day */
    {20210726, "08:29:59", 0, SESSION_NONE, SESSION_CLOSED, 20210726, 20210726, "08:45", 20210726, "13:45", 20210726,
     "08:30"},
    {20210726, "08:30", 0, SESSION_DAY, SESSION_PRE_OPEN, 20210726, 20210726, "08:45", 20210726, "13:45", 20210726,
     "08:45"},
    {20210726, "08:44:59", 0, SESSION_DAY, SESSION_PRE_OPEN, 20210726, 20210726, "08:45", 20210726, "13:45", 20210726,
     "08:45"},
    {20210726, "08:45", 0, SESSION_DAY, SESSION_OPEN, 20210726, 20210726, "08:45", 20210726, "13:45", 20210726,
     "13:45"},
    {20210726, "13:44:59", 0, SESSION_DAY, SESSION_OPEN, 20210726, 20210726, "08:45", 20210726, "13:45", 20210726,
     "13:45"},
    {20210726, "13:45", 0, SESSION_NONE, SESSION_CLOSED, 20210727, 20210726, "15:00", 20210727, "05:00", 20210726,
     "14:50"},
    {20210726, "14:50", 0, SESSION_NIGHT, SESSION_PRE_OPEN, 20210727, 20210726, "15:00", 20210727, "05:00", 20210726,
     "15:00"},
    {20210726, "15:00", 0, SESSION_NIGHT, SESSION_OPEN, 20210727, 20210726, "15:00", 20210727, "05:00", 20210727,
     "05:00"},
    {20210726, "23:59:59", 0, SESSION_NIGHT, SESSION_OPEN, 20210727, 20210726, "15:00", 20210727, "05:00", 20210727,
     "05:00"},
    {20210727, "00:00", 0, SESSION_NIGHT, SESSION_OPEN, 20210727, 20210726, "15:00", 20210727, "05:00", 20210727,
     "05:00"},
    {20210727, "04:59:59", 0, SESSION_NIGHT, SESSION_OPEN, 20210727, 20210726, "15:00", 20210727, "05:00", 20210727,
     "05:00"},
    {20210727, "05:00", 0, SESSION_NONE, SESSION_CLOSED, 20210727, 20210727, "08:45", 20210727, "13:45", 20210727,
     "08:30"},
    /* Friday night is Monday's */
    {20210723, "15:00", 0, SESSION_NIGHT, SESSION_OPEN, 20210726, 20210723, "15:00", 20210724, "05:00", 20210724,
     "05:00"},
    {20210724, "02:00", 0, SESSION_NIGHT, SESSION_OPEN, 20210726, 20210723, "15:00", 20210724, "05:00", 20210724,
     "05:00"},
    {20210724, "05:00", 0, SESSION_NONE, SESSION_CLOSED, 20210726, 20210726, "08:45", 20210726, "13:45", 20210726,
     "08:30"},
    {20210725, "12:00", 0, SESSION_NONE, SESSION_CLOSED, 20210726, 20210726, "08:45", 20210726, "13:45", 20210726,
     "08:30"},
    {20210726, "00:30", 0, SESSION_NONE, SESSION_CLOSED, 20210726, 20210726, "08:45", 20210726, "13:45", 20210726,
     "08:30"},
    /* over the lunar new year */
    {20210205, "15:00", 0, SESSION_NIGHT, SESSION_OPEN, 20210217, 20210205, "15:00", 20210206, "05:00", 20210206,
     "05:00"},
    {20210210, "10:00", 0, SESSION_NONE, SESSION_CLOSED, 20210217, 20210217, "08:45", 20210217, "13:45", 20210217,
     "08:30"},
    /* a contract's last day */
    {20210818, "13:29:59", 20210818, SESSION_DAY, SESSION_OPEN, 20210818, 20210818, "08:45", 20210818, "13:30",
     20210818, "13:30"},
    {20210818, "02:00", 20210818, SESSION_NIGHT, SESSION_OPEN, 20210818, 20210817, "15:00", 20210818, "05:00", 20210818,
     "05:00"},
    {20210818, "13:30", 0, SESSION_DAY, SESSION_OPEN, 20210818, 20210818, "08:45", 20210818, "13:45", 20210818,
     "13:45"},
    {20210817, "15:00", 20210818, SESSION_NIGHT, SESSION_OPEN, 20210818, 20210817, "15:00", 20210818, "05:00", 20210818,
     "05:00"},
};

static void test_every_boundary(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct session session;
        session_at(at(row->date, row->time), row->last_trading_day, &session);
        if (session.kind != row->kind || session.state != row->state || session.trading_day != row->trading_day ||
            session.open_us != at(row->open_date, row->open) || session.close_us != at(row->close_date, row->close) ||
            session.next_change_us != at(row->change_date, row->change))
            fail_msg("%d %s: %s %s day %d", row->date, row->time, session_kind_name(session.kind),
                     session_state_name(session.state), session.trading_day);
        assert_int_equal(session_trading_day(at(row->date, row->time)), row->trading_day);
    }
}

static void test_after_the_last_session(void **state)
{
    (void)state;
    const char *const times[] = {"13:30", "13:44", "14:50", "15:00", "23:00"};
    struct session session;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        session_at(at(20210818, times[i]), 20210818, &session);
        assert_int_equal(session.state, SESSION_CLOSED);
        assert_int_equal(session.kind, SESSION_NONE);
        assert_int_equal(session.next_change_us, 0);
    }
    session_at(at(20210819, "10:00"), 20210818, &session);
    assert_int_equal(session.state, SESSION_CLOSED);
    session_at(at(20210819, "02:00"), 20210818, &session);
    assert_int_equal(session.state, SESSION_CLOSED);
}

/* Half an hour at a time through a year: each answer agrees with the next, and a countdown never lies. */
static void test_countdown_is_right_all_year(void **state)
{
    (void)state;
    const int64_t end_us = at(20211231, "23:30");
    for (int64_t now_us = at(20210101, "00:15"); now_us < end_us; now_us += 1800 * CLOCK_SECOND_US) {
        struct session now, before, then;
        session_at(now_us, 0, &now);
        assert_true(now.next_change_us > now_us);
        assert_true(session_is_trading_day(now.trading_day));
        assert_int_equal(now.trading_day, session_trading_day(now_us));
        session_at(now.next_change_us - 1, 0, &before);
        session_at(now.next_change_us, 0, &then);
        assert_int_equal(before.state, now.state);
        assert_int_equal(before.trading_day, now.trading_day);
        assert_int_not_equal(then.state, now.state);
        assert_true(now.open_us < now.close_us);
        if (now.state == SESSION_OPEN) assert_true(now.open_us <= now_us && now_us < now.close_us);
    }
}

static void test_hostile_moments(void **state)
{
    (void)state;
    const int64_t moments[] = {INT64_MIN, -1, 0, 1, INT64_MAX, at(20991231, "23:59:59"), at(19900101, "00:00")};
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        struct session session;
        session_at(moments[i], 0, &session);
        session_at(moments[i], 20210818, &session);
        assert_true(calendar_date_valid(session_trading_day(moments[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trading_days),
        cmocka_unit_test(test_days_of_each_year),
        cmocka_unit_test(test_every_boundary),
        cmocka_unit_test(test_after_the_last_session),
        cmocka_unit_test(test_countdown_is_right_all_year),
        cmocka_unit_test(test_hostile_moments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
