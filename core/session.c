/* session: one trading day is a night session on the evening of the trading day before, then a day session. Every
 * question is answered from the wall clock's date and seconds and the table of holidays. */
#include "core/session.h"

#include <stddef.h>

#include "core/calendar.h"

#define HM(hour, minute) ((hour)*3600 + (minute)*60)
#define DAY_PRE_OPEN     HM(8, 30)
#define DAY_OPEN         HM(8, 45)
#define DAY_CLOSE        HM(13, 45)
#define LAST_DAY_CLOSE   HM(13, 30)
#define NIGHT_PRE_OPEN   HM(14, 50)
#define NIGHT_OPEN       HM(15, 0)
#define NIGHT_CLOSE      HM(5, 0)
#define LONGEST_CLOSURE  31 /* days; the longest so far was twelve */

struct holiday {
    int32_t from, to; /* both included */
};

/* Weekdays without trading, as the exchange's yearly notices give them: public holidays with their substitute days, the
 * two settlement-only days before the lunar new year, and the days lost to typhoons. 2027 follows from the law of 2025
 * and the lunar calendar. Unlisted years have weekends only. */
static const struct holiday holidays[] = {
    {20210101, 20210101}, {20210208, 20210216}, {20210301, 20210301}, {20210402, 20210402}, {20210405, 20210405},
    {20210430, 20210430}, {20210614, 20210614}, {20210920, 20210921}, {20211011, 20211011}, {20211231, 20211231},
    {20220127, 20220204}, {20220228, 20220228}, {20220404, 20220405}, {20220502, 20220502}, {20220603, 20220603},
    {20220909, 20220909}, {20221010, 20221010}, {20230102, 20230102}, {20230118, 20230127}, {20230227, 20230228},
    {20230403, 20230405}, {20230501, 20230501}, {20230622, 20230623}, {20230803, 20230803}, {20230929, 20230929},
    {20231009, 20231010}, {20240101, 20240101}, {20240206, 20240214}, {20240228, 20240228}, {20240404, 20240405},
    {20240501, 20240501}, {20240610, 20240610}, {20240724, 20240725}, {20240917, 20240917}, {20241002, 20241003},
    {20241010, 20241010}, {20241031, 20241031}, {20250101, 20250101}, {20250123, 20250131}, {20250228, 20250228},
    {20250403, 20250404}, {20250501, 20250501}, {20250530, 20250530}, {20250929, 20250929}, {20251006, 20251006},
    {20251010, 20251010}, {20251024, 20251024}, {20251225, 20251225}, {20260101, 20260101}, {20260212, 20260220},
    {20260227, 20260227}, {20260403, 20260406}, {20260501, 20260501}, {20260619, 20260619}, {20260925, 20260928},
    {20261009, 20261009}, {20261026, 20261026}, {20261225, 20261225}, {20270101, 20270101}, {20270202, 20270210},
    {20270301, 20270301}, {20270405, 20270406}, {20270430, 20270430}, {20270609, 20270609}, {20270915, 20270915},
    {20270928, 20270928}, {20271011, 20271011}, {20271025, 20271025}, {20271224, 20271224}, {20271231, 20271231},
};

bool session_is_trading_day(int32_t date)
{
    if (!calendar_date_valid(date)) return false;
    const int weekday = calendar_weekday(date);
    if (weekday == 0 || weekday == 6) return false;
    for (size_t i = 0; i < sizeof holidays / sizeof holidays[0]; i++)
        if (date >= holidays[i].from && date <= holidays[i].to) return false;
    return true;
}

/* At the calendar's ends the search gives up and the last date tried stands. */
static int32_t search(int32_t date, int step)
{
    for (int i = 0; i < LONGEST_CLOSURE; i++) {
        date = calendar_add_days(date, step);
        if (session_is_trading_day(date)) break;
    }
    return date;
}

int32_t session_next_trading_day(int32_t date)
{
    return search(date, 1);
}

int32_t session_previous_trading_day(int32_t date)
{
    return search(date, -1);
}

int32_t session_trading_day(int64_t market_us)
{
    const int32_t date = calendar_date(market_us);
    const bool today = calendar_seconds_of_day(market_us) < DAY_CLOSE && session_is_trading_day(date);
    return today ? date : session_next_trading_day(date);
}

static bool listed(int32_t trading_day, int32_t last_trading_day)
{
    return last_trading_day == 0 || trading_day <= last_trading_day;
}

/* The day session of trading day `date`. */
static void set_day(struct session *out, enum session_state state, int32_t date, int32_t last_trading_day)
{
    const bool last = date == last_trading_day;
    out->kind = state == SESSION_CLOSED ? SESSION_NONE : SESSION_DAY;
    out->state = state;
    out->trading_day = date;
    out->open_us = calendar_taipei_us(date, DAY_OPEN);
    out->close_us = calendar_taipei_us(date, last ? LAST_DAY_CLOSE : DAY_CLOSE);
    if (state == SESSION_OPEN)
        out->next_change_us = out->close_us;
    else
        out->next_change_us = state == SESSION_PRE_OPEN ? out->open_us : calendar_taipei_us(date, DAY_PRE_OPEN);
}

/* The night session that starts on the evening of `date`. */
static void set_night(struct session *out, enum session_state state, int32_t date)
{
    out->kind = state == SESSION_CLOSED ? SESSION_NONE : SESSION_NIGHT;
    out->state = state;
    out->trading_day = session_next_trading_day(date);
    out->open_us = calendar_taipei_us(date, NIGHT_OPEN);
    out->close_us = calendar_taipei_us(calendar_add_days(date, 1), NIGHT_CLOSE);
    if (state == SESSION_OPEN)
        out->next_change_us = out->close_us;
    else
        out->next_change_us = state == SESSION_PRE_OPEN ? out->open_us : calendar_taipei_us(date, NIGHT_PRE_OPEN);
}

/* The contract has no session any more. */
static void set_ended(struct session *out, int64_t market_us)
{
    *out = (struct session){SESSION_NONE, SESSION_CLOSED, session_trading_day(market_us), 0, 0, 0};
}

/* A trading day's own hours, from 05:00 (or midnight, when no night session runs into it) to midnight. */
static void set_trading_day(struct session *out, int64_t market_us, int32_t date, int32_t seconds,
                            int32_t last_trading_day)
{
    const int32_t close = date == last_trading_day ? LAST_DAY_CLOSE : DAY_CLOSE;
    if (seconds < DAY_PRE_OPEN)
        set_day(out, SESSION_CLOSED, date, last_trading_day);
    else if (seconds < DAY_OPEN)
        set_day(out, SESSION_PRE_OPEN, date, last_trading_day);
    else if (seconds < close)
        set_day(out, SESSION_OPEN, date, last_trading_day);
    else if (!listed(session_next_trading_day(date), last_trading_day))
        set_ended(out, market_us);
    else if (seconds < NIGHT_PRE_OPEN)
        set_night(out, SESSION_CLOSED, date);
    else
        set_night(out, seconds < NIGHT_OPEN ? SESSION_PRE_OPEN : SESSION_OPEN, date);
}

void session_at(int64_t market_us, int32_t last_trading_day, struct session *out)
{
    const int32_t date = calendar_date(market_us);
    const int32_t seconds = calendar_seconds_of_day(market_us);
    const int32_t yesterday = calendar_add_days(date, -1);
    if (seconds < NIGHT_CLOSE && session_is_trading_day(yesterday) &&
        listed(session_next_trading_day(yesterday), last_trading_day)) {
        set_night(out, SESSION_OPEN, yesterday);
        return;
    }
    const int32_t day = session_is_trading_day(date) ? date : session_next_trading_day(date);
    if (!listed(day, last_trading_day))
        set_ended(out, market_us);
    else if (day == date)
        set_trading_day(out, market_us, date, seconds, last_trading_day);
    else
        set_day(out, SESSION_CLOSED, day, last_trading_day);
}
