/*
 * session: TAIFEX trading days and sessions.
 *
 * Rules (TAIFEX trading hours for index futures): day session 08:45-13:45, 13:30 for a contract on its last trading
 * day; after-hours session 15:00-05:00 (next calendar day), which belongs to the NEXT trading day. Orders are taken
 * (pre-open) from 08:30 and 14:50. No after-hours session opens for a contract on the evening of its last trading day.
 * Trading days are Monday to Friday without the exchange's holidays (a dated table in session.c).
 *
 * Unit: market time in us (core/clock.h), dates yyyymmdd. Does not know the clock: a replay's moment is as good as now.
 * Owner: the caller. Thread: any (pure).
 */
#ifndef CORE_SESSION_H
#define CORE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

enum session_kind {
    SESSION_NONE = 0,
    SESSION_DAY,
    SESSION_NIGHT, /* "after-hours" in the exchange's words */
};

enum session_state {
    SESSION_CLOSED = 0,
    SESSION_PRE_OPEN, /* orders are taken, none is matched */
    SESSION_OPEN,
};

struct session {
    enum session_kind kind; /* SESSION_NONE when closed */
    enum session_state state;
    int32_t trading_day; /* the day this moment belongs to: tomorrow's for a night session; when closed, the next one */
    int64_t open_us;     /* of the present session; of the next one when closed */
    int64_t close_us;
    int64_t next_change_us; /* when `state` changes next: what a countdown counts to */
};

bool session_is_trading_day(int32_t date);
int32_t session_next_trading_day(int32_t date); /* the first one after date */
int32_t session_previous_trading_day(int32_t date);

/* The trading day a moment belongs to. From 13:45 (close) on, it is the next one. */
int32_t session_trading_day(int64_t market_us);

const char *session_kind_name(enum session_kind kind);    /* none day night; "?" otherwise */
const char *session_state_name(enum session_state state); /* closed pre_open open */

/* All about a moment. last_trading_day: the contract's (its day session ends 13:30, no night session after), or 0.
 * After the contract's last session the three times are 0. */
void session_at(int64_t market_us, int32_t last_trading_day, struct session *out);

#endif
