/* exchange_market: the market's clock. It is integrated pass by pass from the machine's, so that pausing, changing
 * speed, a stopped machine or a clock that was set need no second thought. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/check.h"
#include "core/text.h"
#include "gateway/exchange.h"

#define PASS_MAX_US      CLOCK_SECOND_US       /* a longer pass was not one: the machine slept */
#define CLOSED_PAUSE_US  (3 * CLOCK_SECOND_US) /* of ours, that the synthetic market shows its close */
#define BEFORE_OPEN_US   (20 * CLOCK_SECOND_US)
#define BEFORE_REPLAY_US (10 * CLOCK_SECOND_US)
#define IDLE_US          (100 * CLOCK_MS_US)
#define WAKE_MIN_US      (5 * CLOCK_MS_US)
#define STEPS_A_PASS     200
#define SPEED_MAX        100000
#define SETTLED_US       (50 * CLOCK_MS_US) /* no further subscription for so long: that was all */
#define UNHEARD_US       CLOCK_SECOND_US    /* a session that subscribes to nothing is not waited for longer */
#define START_SECONDS    (9 * 3600)         /* the synthetic market's first moment: 09:00 */

/* --- opening ------------------------------------------------------------------------------------------------------ */

void exchange_market_step_time(struct exchange *exchange, int64_t market_us, int64_t now_us)
{
    struct exchange_market *market = &exchange->market;
    struct session session;
    matching_on_time(exchange->matching, market_us, now_us, driver_sink(exchange->driver));
    market->market_us = market_us;
    session_at(market_us, 0, &session);
    if (session.state != market->session.state || session.trading_day != market->session.trading_day)
        market->changed = true;
    market->session = session;
}

static enum status open_synthetic(struct exchange *exchange, int64_t now_us, bool goes_on, int64_t saved_us,
                                  struct err *err)
{
    struct exchange_market *market = &exchange->market;
    const uint64_t seed = (uint64_t)settings_number(&exchange->agent->settings, SET_MARKET_SEED);
    const int32_t today = session_trading_day(now_us);
    /* An old day is over: today begins, at the prices where it ended. */
    const bool same_day = goes_on && session_trading_day(saved_us) >= today;
    const int64_t start_us = same_day ? saved_us : calendar_taipei_us(today, START_SECONDS);
    /* A restart draws other numbers than the first run did, or the same minutes would come again. */
    market->synthetic = synthetic_new(goes_on ? seed ^ (uint64_t)start_us : seed, exchange->matching);
    if (market->synthetic == NULL) return err_set(err, ERR_FULL, "out of memory");
    enum status status =
        synthetic_list(market->synthetic, session_trading_day(start_us), driver_sink(exchange->driver), err);
    if (status != ERR_OK) return status;
    exchange_market_step_time(exchange, start_us, now_us);
    status = exchange_load_rows(exchange, err);
    if (status != ERR_OK) return status;
    if (goes_on) exchange_load_stats(exchange);
    synthetic_resume(market->synthetic);
    matching_resume(exchange->matching, goes_on, driver_sink(exchange->driver));
    return ERR_OK;
}

static enum status open_replay(struct exchange *exchange, int64_t now_us, bool goes_on,
                               const struct exchange_saved *saved, struct err *err)
{
    int64_t start_us = saved->market_us;
    if (!goes_on) {
        const enum status status = exchange_replay_start(exchange, &start_us, err);
        if (status != ERR_OK) return status;
    }
    exchange_market_step_time(exchange, start_us, now_us);
    const enum status status = exchange_load_rows(exchange, err);
    if (status != ERR_OK) return status;
    exchange_replay_move(exchange, start_us, goes_on ? saved->index : -1);
    matching_resume(exchange->matching, goes_on, driver_sink(exchange->driver));
    return ERR_OK;
}

enum status exchange_market_open(struct exchange *exchange, int64_t now_us, struct err *err)
{
    struct exchange_market *market = &exchange->market;
    const struct settings *settings = &exchange->agent->settings;
    const bool replay = strcmp(settings_text(settings, SET_MARKET_SOURCE), "replay") == 0;
    struct exchange_saved saved = {.index = -1};
    market->speed = (int32_t)settings_number(settings, SET_MARKET_SPEED);
    market->passed_us = now_us;
    market->changed = true;
    market->waits = replay;
    if (replay) {
        const enum status status = exchange_replay_open(exchange, err);
        if (status != ERR_OK) return status;
    } else {
        const int64_t seed = settings_number(settings, SET_MARKET_SEED);
        (void)snprintf(market->source, sizeof market->source, "synthetic market, seed %" PRId64, seed);
        (void)snprintf(market->identity, sizeof market->identity, "synthetic %" PRId64, seed);
    }
    const bool same = exchange_saved_market(exchange, &saved) && strcmp(saved.identity, market->identity) == 0;
    if (same && !saved.clean && saved.asked == market->speed) { /* killed: what it was steered to still holds */
        market->speed = saved.speed;
        market->paused = saved.paused;
    }
    return replay ? open_replay(exchange, now_us, same && !saved.clean, &saved, err)
                  : open_synthetic(exchange, now_us, same, saved.market_us, err);
}

void exchange_market_close(struct exchange *exchange)
{
    synthetic_free(exchange->market.synthetic);
    market_file_close(exchange->market.file);
    free(exchange->market.contract_of);
}

/* --- moving ------------------------------------------------------------------------------------------------------- */

/* Market time that belongs to the machine's time since the last pass. */
static int64_t elapsed(struct exchange_market *market, int64_t now_us)
{
    int64_t passed = now_us - market->passed_us;
    market->passed_us = now_us;
    if (passed < 0) passed = 0;
    if (passed > PASS_MAX_US) passed = PASS_MAX_US;
    return passed * market->speed;
}

/* Everything is closed: jump to just before the next open, after a pause in which the close can be seen. false: still
 * waiting. */
static bool jump(struct exchange *exchange, int64_t now_us, int64_t open_us, int64_t before_us, int64_t pause_us)
{
    struct exchange_market *market = &exchange->market;
    if (market->closed_us == 0) market->closed_us = now_us;
    if (market->speed != 0 && now_us - market->closed_us < pause_us && market->closed_us <= now_us) return false;
    market->closed_us = 0;
    int64_t to_us = open_us - before_us;
    if (to_us <= market->market_us) to_us = market->market_us + 1;
    exchange_market_step_time(exchange, to_us, now_us);
    return true;
}

static int64_t work_synthetic(struct exchange *exchange, int64_t now_us, int64_t until_us)
{
    struct exchange_market *market = &exchange->market;
    struct sink *sink = driver_sink(exchange->driver);
    if (market->session.state == SESSION_CLOSED) {
        if (jump(exchange, now_us, market->session.open_us, BEFORE_OPEN_US, CLOSED_PAUSE_US))
            (void)synthetic_run(market->synthetic, market->market_us, now_us, 1, sink); /* the flow jumps too */
        return now_us + IDLE_US;
    }
    market->closed_us = 0;
    if (until_us > market->session.next_change_us) until_us = market->session.next_change_us; /* stop at each change */
    const int64_t reached_us = synthetic_run(market->synthetic, until_us, now_us, STEPS_A_PASS, sink);
    exchange_market_step_time(exchange, reached_us, now_us);
    if (market->speed == 0 || reached_us < until_us) return now_us;
    const int64_t wake_us = SYNTHETIC_STEP_US / market->speed;
    return now_us + (wake_us < WAKE_MIN_US ? WAKE_MIN_US : wake_us);
}

static int64_t work_replay(struct exchange *exchange, int64_t now_us, int64_t until_us)
{
    struct exchange_market *market = &exchange->market;
    const bool ended = market_file_tell(market->file) == market_file_count(market->file);
    if (ended && market->session.state == SESSION_CLOSED) { /* for good, or until a seek */
        if (!market->ended)
            log_write(exchange->agent->log, LEVEL_INFO, "%s is played to its end; a seek goes back in it",
                      market->source);
        market->ended = true;
        return now_us + IDLE_US;
    }
    market->ended = false;
    if (ended) { /* the file is out: to the close */
        exchange_market_step_time(exchange, market->session.close_us, now_us);
        return now_us + IDLE_US;
    }
    struct market_trade next;
    market_file_at(market->file, market_file_tell(market->file), &next);
    if (market->session.state == SESSION_CLOSED && next.market_us > market->market_us) {
        struct session then;
        session_at(next.market_us, 0, &then);
        if (then.state != SESSION_CLOSED) {
            (void)jump(exchange, now_us, then.open_us, BEFORE_REPLAY_US, 0);
            return now_us;
        }
        if (until_us < next.market_us)
            until_us = next.market_us; /* a trade outside all sessions: there is nothing to wait for */
    }
    if (!exchange_replay_advance(exchange, until_us, now_us) || market->speed == 0) return now_us;
    return now_us + WAKE_MIN_US;
}

/* Whether the replay still waits for its first listener. */
static bool waits(struct exchange *exchange, int64_t now_us)
{
    struct exchange_market *market = &exchange->market;
    const uint32_t wanted = bus_symbols_wanted(exchange->agent->pub);
    if (!market->waits) return false;
    if (wanted != market->wanted || exchange->login_count == 0 || market->wanted_us > now_us)
        market->wanted_us = now_us;
    market->wanted = wanted;
    if (now_us - market->wanted_us < (wanted > 0 ? SETTLED_US : UNHEARD_US)) return true;
    market->waits = false;
    market->changed = true;
    return false;
}

int64_t exchange_market_work(struct exchange *exchange, int64_t now_us)
{
    struct exchange_market *market = &exchange->market;
    const int64_t passed_us = elapsed(market, now_us);
    if (waits(exchange, now_us)) return now_us + WAKE_MIN_US;
    if (market->paused) return now_us + IDLE_US;
    const int64_t until_us = market->speed == 0 ? INT64_MAX / 2 : market->market_us + passed_us;
    const int64_t next_us =
        market->file != NULL ? work_replay(exchange, now_us, until_us) : work_synthetic(exchange, now_us, until_us);
    return exchange_end_step(exchange) ? next_us : now_us;
}

/* --- showing and steering ----------------------------------------------------------------------------------------- */

void exchange_market_message(const struct exchange *exchange, struct msg *out)
{
    const struct exchange_market *market = &exchange->market;
    msg_init(out, MSG_MARKET);
    (void)text_copy(out->market.venue, sizeof out->market.venue, EXCHANGE_VENUE);
    (void)text_copy(out->market.source, sizeof out->market.source, market->source);
    out->market.market_us = market->market_us;
    out->market.trading_day = market->session.trading_day;
    out->market.session = (int32_t)market->session.kind;
    out->market.session_state = (int32_t)market->session.state;
    out->market.next_change_us = market->session.next_change_us;
    out->market.speed = market->speed;
    out->market.paused = market->paused || market->waits;
    out->market.simulated = true;
    out->market.progress_permille = market->file != NULL ? exchange_replay_progress(exchange) : -1;
    out->market.damaged_lines = market->file != NULL ? market_file_damaged(market->file) : 0;
}

enum status exchange_market_act(struct exchange *exchange, const struct market_control *control, int64_t now_us,
                                struct err *err)
{
    struct exchange_market *market = &exchange->market;
    enum status status = ERR_OK;
    market->waits = false;
    switch (control->action) {
    case MARKET_PAUSE:
        market->paused = true;
        break;
    case MARKET_PLAY:
        market->paused = false;
        break;
    case MARKET_SPEED:
        if (control->number < 0 || control->number > SPEED_MAX)
            return err_set(err, ERR_RANGE, "speed: %" PRId64 " (allowed 0 to %d; 0 is as fast as possible)",
                           control->number, SPEED_MAX);
        market->speed = (int32_t)control->number;
        break;
    case MARKET_SEEK:
        if (market->file == NULL)
            return err_set(err, ERR_STATE, "seek: the synthetic market has no other time (a replay has)");
        status = exchange_replay_seek(exchange, control->number, now_us, err);
        break;
    }
    market->changed = true;
    return status;
}
