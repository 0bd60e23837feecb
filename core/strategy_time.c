/* strategy_time: what happens without a tick, an order event or a command: sessions end, feeds go stale, answers do not
 * come. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/calendar.h"
#include "core/check.h"
#include "core/emit.h"
#include "core/strategy_impl.h"
#include "core/ledger.h"
#include "core/text.h"

/* A moment on the line of sessions: a trading day's night session comes before its day session. */
static int64_t session_key(int32_t trading_day, int32_t session)
{
    return (int64_t)trading_day * 2 + (session == SESSION_NIGHT ? 0 : 1);
}

/* The session that is on, or the next one to be. */
static void present_session(const struct market *market, int32_t *trading_day, int32_t *session)
{
    *trading_day = market->trading_day;
    *session = market->session;
    if (market->session_state != SESSION_CLOSED && market->session != SESSION_NONE) return;
    if (!calendar_date_valid(calendar_date(market->market_us))) return;
    struct session now, next;
    session_at(market->market_us, 0, &now);
    session_at(now.open_us, 0, &next);
    *trading_day = next.trading_day;
    *session = (int32_t)next.kind;
}

void strategy_set_expiry(const struct strategy *strategy, struct condition *condition)
{
    int32_t trading_day, session;
    present_session(&strategy->market, &trading_day, &session);
    condition->expires_day = 0;
    condition->expires_session = 0;
    if (condition->terms.validity == VALID_UNTIL) condition->expires_day = condition->terms.valid_until;
    if (condition->terms.validity == VALID_DAY || condition->terms.validity == VALID_SESSION)
        condition->expires_day = trading_day;
    if (condition->terms.validity == VALID_SESSION) condition->expires_session = session;
}

static bool expired(const struct strategy_row *row, int64_t present, int32_t trading_day)
{
    const struct condition *condition = &row->condition;
    const int32_t last_day = row->symbol->contract.last_trading_day;
    if (last_day != 0 && trading_day > last_day) return true;
    if (condition->expires_day == 0) return false;
    const int32_t session = condition->expires_session == 0 ? SESSION_DAY : condition->expires_session;
    return present > session_key(condition->expires_day, session);
}

static void expire(struct strategy_step *step, struct strategy_row *row)
{
    struct condition *condition = &row->condition;
    const enum condition_state state = condition->state;
    if (state == CONDITION_ARMED || state == CONDITION_TRIGGERED || state == CONDITION_PAUSED) {
        strategy_transition(step, row, CONDITION_EXPIRED, "its validity (%s) ended while %s",
                            validity_name(condition->terms.validity), condition_state_name(state));
        strategy_place(step->strategy, row);
    } else if (condition->entry_working && !condition->cancel_requested) {
        condition->cancel_requested = true;
        strategy_record(step, row);
        strategy_cancel_entry(step, row, "the condition's validity ended");
    }
}

/* What kept exits from being taken may be over: they wait no longer. */
static void retry_now(struct strategy *strategy)
{
    for (uint32_t i = 0; i < strategy->watch_count; i++) {
        struct strategy_row *row = strategy->slots[strategy->watch[i]];
        row->retry_us = 0;
        row->retries = 0;
    }
}

static void sessions_changed(struct strategy_step *step)
{
    struct strategy *strategy = step->strategy;
    int32_t trading_day, session;
    present_session(&strategy->market, &trading_day, &session);
    const int64_t present = session_key(trading_day, session);
    for (uint32_t i = 0; i < strategy->row_count; i++)
        if (expired(strategy->rows[i], present, trading_day)) expire(step, strategy->rows[i]);
    if (strategy->market.session_state != SESSION_CLOSED) retry_now(strategy);
}

void strategy_on_session(struct strategy *strategy, const struct session_info *session)
{
    if (session->logged_in) retry_now(strategy);
}

void strategy_on_market(struct strategy *strategy, const struct market *market, int64_t now_us, struct sink *sink)
{
    const struct market before = strategy->market;
    strategy->market = *market;
    strategy->market_us = market->market_us; /* backwards too: a replay was sought back */
    if (before.trading_day == market->trading_day && before.session == market->session &&
        before.session_state == market->session_state)
        return;
    struct strategy_step step = strategy_step(strategy, sink, now_us, STRATEGY_ACTOR);
    sessions_changed(&step);
}

void strategy_on_caught_up(struct strategy *strategy)
{
    const int32_t trading_day = ledger_day(&strategy->market); /* after the close they are still looked at */
    if (trading_day <= strategy->forgotten_day) return;
    strategy->forgotten_day = trading_day;
    strategy_forget(strategy, trading_day, STRATEGY_ENDED_MAX);
}

/* --- stale feeds -------------------------------------------------------------------------------------------------- */

void strategy_count_watching(const struct strategy *strategy, const struct strategy_symbol *symbol, int32_t *open,
                             int32_t *waiting)
{
    *open = *waiting = 0;
    for (uint32_t i = 0; i < strategy->row_count; i++) {
        const struct strategy_row *row = strategy->rows[i];
        const enum condition_state state = row->condition.state;
        if (row->symbol != symbol) continue;
        if (state == CONDITION_OPEN) ++*open;
        if (state == CONDITION_ARMED || state == CONDITION_TRIGGERED) ++*waiting;
    }
}

void strategy_on_stale(struct strategy *strategy, const char *symbol_name, bool stale, int64_t now_us,
                       struct sink *sink)
{
    /* Kept also when no contract of that name is known yet: its conditions will ask. */
    struct strategy_symbol *symbol = strategy_symbol_get(strategy, symbol_name);
    if (symbol == NULL || symbol->stale == stale) return;
    symbol->stale = stale;
    int32_t unprotected, held;
    strategy_count_watching(strategy, symbol, &unprotected, &held);
    for (uint32_t i = 0; i < strategy->row_count; i++) {
        struct strategy_row *row = strategy->rows[i];
        struct condition *condition = &row->condition;
        if (row->symbol != symbol || condition_terminal(condition->state)) continue;
        condition->suspended = stale;
        strategy_sync(row);
        emit(sink, PORT_PUBLISH, MSG_CONDITION, condition, sizeof *condition);
    }
    if (unprotected == 0 && held == 0) return;
    struct strategy_step step = strategy_step(strategy, sink, now_us, STRATEGY_ACTOR);
    struct risk_event risk = {.reject = stale && unprotected > 0 ? REJECT_STALE_TICK : REJECT_NONE};
    memcpy(risk.symbol, symbol->symbol, sizeof risk.symbol);
    if (stale) {
        snprintf(risk.text, sizeof risk.text,
                 "the feed of %s is stale: exits of %" PRId32 " condition%s may be late, entries of %" PRId32
                 " are held",
                 symbol->symbol, unprotected, unprotected == 1 ? "" : "s", held);
    } else {
        snprintf(risk.text, sizeof risk.text, "the feed of %s is whole again", symbol->symbol);
    }
    strategy_risk(&step, &risk);
}

void strategy_on_lost(struct strategy *strategy, const char *symbol_name, uint64_t ticks, int64_t now_us,
                      struct sink *sink)
{
    const struct strategy_symbol *symbol = strategy_symbol_find(strategy, symbol_name);
    uint32_t waiting = 0;
    for (uint32_t i = 0; i < strategy->row_count; i++)
        waiting += strategy->rows[i]->symbol == symbol && !condition_terminal(strategy->rows[i]->condition.state);
    if (waiting == 0) return;
    struct strategy_step step = strategy_step(strategy, sink, now_us, STRATEGY_ACTOR);
    struct risk_event risk = {.reject = REJECT_STALE_TICK};
    memcpy(risk.symbol, symbol->symbol, sizeof risk.symbol);
    if (ticks == 0) {
        snprintf(risk.text, sizeof risk.text, "the feed of %s began again: levels may have been crossed unseen",
                 symbol->symbol);
    } else {
        snprintf(risk.text, sizeof risk.text, "%" PRIu64 " ticks of %s are lost: levels may have been crossed unseen",
                 ticks, symbol->symbol);
    }
    strategy_risk(&step, &risk);
}

/* --- the timer ---------------------------------------------------------------------------------------------------- */

static bool cancel_wanted(const struct condition *condition)
{
    return condition->entry_working && (condition->cancel_requested || condition->state == CONDITION_EXITING);
}

/* What is due for one row; false: nothing more to watch. */
static bool watched(struct strategy_step *step, struct strategy_row *row)
{
    struct strategy *strategy = step->strategy;
    struct condition *condition = &row->condition;
    const int64_t resend_us = strategy->config.resend_us;
    /* An acknowledgement may be of rows that the executor lost with the power a moment later. Until the gateway's events
     * name the order it is asked for again: the executor answers with what happened, or expires it. */
    const int64_t wait_us = row->accepted ? STRATEGY_CONFIRM_US : resend_us;
    if (row->unacknowledged && step->now_us - row->signal_sent_us >= wait_us) {
        row->signal_sent_us = step->now_us;
        emit(step->sink, PORT_SIGNAL, MSG_SIGNAL, &row->signal, sizeof row->signal);
    }
    if (cancel_wanted(condition) && step->now_us - row->cancel_sent_us >= resend_us)
        strategy_cancel_entry(step, row, "the entry is no longer wanted");
    const bool retry = condition->state == CONDITION_EXITING && !condition->exit_working &&
                       condition->exited_quantity < condition->filled_quantity;
    const bool closed = strategy->market.trading_day != 0 && strategy->market.session_state == SESSION_CLOSED;
    if (retry && !closed && step->now_us >= row->retry_us) {
        if (condition->exit_step == 0) condition->exit_step = 1;
        strategy_exit_again(step, row);
    }
    return row->unacknowledged || condition->state == CONDITION_EXITING || cancel_wanted(condition);
}

static void store_cursors(struct strategy_step *step)
{
    struct strategy *strategy = step->strategy;
    if (step->now_us - strategy->cursors_us < CLOCK_SECOND_US) return;
    strategy->cursors_us = step->now_us;
    for (uint32_t i = 0; i < strategy->symbol_count; i++) {
        struct strategy_symbol *symbol = strategy->symbols[i];
        if (cond_book_count(symbol->book) > 0) strategy_place_in_feed(step, symbol);
    }
}

void strategy_on_timer(struct strategy *strategy, int64_t now_us, struct sink *sink)
{
    struct strategy_step step = strategy_step(strategy, sink, now_us, STRATEGY_ACTOR);
    for (uint32_t i = strategy->watch_count; i > 0; i--) {
        struct strategy_row *row = strategy->slots[strategy->watch[i - 1]];
        if (!watched(&step, row)) strategy_unwatch(strategy, row);
    }
    store_cursors(&step);
}
