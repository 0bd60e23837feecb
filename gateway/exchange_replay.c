/* exchange_replay: a file of trades as the market. The day's figures at any moment are made from the trades before it,
 * so that a seek and a restart show what a viewer who had watched from the beginning would see. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/check.h"
#include "core/text.h"
#include "gateway/exchange.h"

#define TRADES_A_PASS   1000
#define BEFORE_FIRST_US (10 * CLOCK_SECOND_US)

/* --- opening ------------------------------------------------------------------------------------------------------ */

static void log_damage(const struct exchange *exchange)
{
    const struct market_file *file = exchange->market.file;
    const int64_t count = market_file_damaged(file);
    if (count == 0) return;
    log_write(exchange->agent->log, LEVEL_WARNING, "%s: %" PRId64 " lines are no trade and were skipped",
              market_file_name(file), count);
    const struct market_damage *damage;
    for (int32_t i = 0; (damage = market_file_damage(file, i)) != NULL; i++)
        log_write(exchange->agent->log, LEVEL_WARNING, "%s:%" PRId64 ": %s", market_file_name(file), damage->line,
                  damage->reason);
}

/* Whatever of the file is a contract we know the facts of. The rest leaves: some of it trades at hours when these are closed. */
static enum status keep_listed(struct exchange *exchange, struct err *err)
{
    struct exchange_market *market = &exchange->market;
    const uint32_t symbols = market_file_symbol_count(market->file);
    bool *wanted = calloc(symbols, sizeof *wanted);
    if (wanted == NULL) return err_set(err, ERR_FULL, "out of memory");
    for (uint32_t i = 0; i < symbols; i++) wanted[i] = market->contract_of[i] >= 0;
    market_file_keep(market->file, wanted);
    free(wanted);
    return ERR_OK;
}

static enum status list_contracts(struct exchange *exchange, struct err *err)
{
    struct exchange_market *market = &exchange->market;
    const uint32_t symbols = market_file_symbol_count(market->file);
    struct market_trade first;
    market_file_at(market->file, 0, &first);
    const int32_t day = session_trading_day(first.market_us);
    market->contract_of = calloc(symbols, sizeof *market->contract_of);
    if (market->contract_of == NULL) return err_set(err, ERR_FULL, "out of memory");
    for (uint32_t i = 0; i < symbols; i++) {
        struct contract contract;
        uint32_t index = 0;
        market->contract_of[i] = -1;
        if (contract_make(market_file_symbol(market->file, i), day, 0, &contract, NULL) != ERR_OK) continue;
        if ((contract.flags & CONTRACT_SPREAD) != 0) continue;
        /* The settlement is not in the file. The opening auction is near it, and the same for all who replay it. */
        contract_set_reference(&contract, market_file_first_price(market->file, i), true);
        if (matching_list(exchange->matching, &contract, true, &index, NULL) == ERR_OK)
            market->contract_of[i] = (int32_t)index;
    }
    if (matching_count(exchange->matching) == 0)
        return err_set(err, ERR_INVALID, "%s: no contract in it that this exchange lists (TXF, MXF, TMF ...)",
                       market_file_name(market->file));
    return keep_listed(exchange, err);
}

enum status exchange_replay_open(struct exchange *exchange, struct err *err)
{
    struct exchange_market *market = &exchange->market;
    const struct settings *settings = &exchange->agent->settings;
    const char *path = settings_text(settings, SET_MARKET_FILE);
    if (path[0] == '\0') return err_set(err, ERR_INVALID, "market.file: empty; a replay needs a file (--replay FILE)");
    enum status status = market_file_open(path, NULL, &market->file, err);
    if (status != ERR_OK) return status;
    log_damage(exchange);
    status = list_contracts(exchange, err);
    if (status != ERR_OK) return status;
    struct market_trade first;
    market_file_at(market->file, 0, &first);
    (void)snprintf(market->source, sizeof market->source, "%.200s", market_file_name(market->file));
    (void)snprintf(market->identity, sizeof market->identity, "replay %.100s %" PRId64 " %" PRId64 " %.200s",
                   market_file_name(market->file), market_file_count(market->file), first.market_us,
                   settings_text(settings, SET_MARKET_SEEK));
    return ERR_OK;
}

/* --- where to begin ----------------------------------------------------------------------------------------------- */

static enum status within(const struct exchange *exchange, int64_t market_us, struct err *err)
{
    const struct market_file *file = exchange->market.file;
    struct market_trade first, last;
    char from[CALENDAR_TEXT_SIZE], to[CALENDAR_TEXT_SIZE];
    market_file_at(file, 0, &first);
    market_file_at(file, market_file_count(file) - 1, &last);
    struct session session;
    session_at(first.market_us, 0, &session);
    const int64_t open_us = session.state == SESSION_CLOSED ? first.market_us : session.open_us;
    if (market_us >= (open_us < first.market_us ? open_us : first.market_us) && market_us <= last.market_us)
        return ERR_OK;
    return err_set(err, ERR_RANGE, "seek: outside %s (allowed %s to %s)", market_file_name(file),
                   calendar_format_stamp(first.market_us, from, sizeof from),
                   calendar_format_stamp(last.market_us, to, sizeof to));
}

/* A clock time alone means the first time in the file that it falls in a session. */
static enum status seek_clock(const struct exchange *exchange, int32_t seconds, int64_t *market_us, struct err *err)
{
    const struct market_file *file = exchange->market.file;
    struct market_trade first, last;
    market_file_at(file, 0, &first);
    market_file_at(file, market_file_count(file) - 1, &last);
    const int32_t end = calendar_date(last.market_us);
    for (int32_t date = calendar_date(first.market_us); date <= end; date = calendar_add_days(date, 1)) {
        struct session session;
        const int64_t at_us = calendar_taipei_us(date, seconds);
        session_at(at_us, 0, &session);
        if (session.state == SESSION_CLOSED || within(exchange, at_us, NULL) != ERR_OK) continue;
        *market_us = at_us;
        return ERR_OK;
    }
    return err_set(err, ERR_RANGE, "market.seek: no session of %s has that time", market_file_name(file));
}

/* "HH:MM[:SS]" or "YYYY-MM-DD HH:MM[:SS]". */
static enum status parse_seek(const struct exchange *exchange, const char *text, int64_t *market_us, struct err *err)
{
    const char *space = strchr(text, ' ');
    int32_t date, seconds;
    enum status status = calendar_parse_time(space == NULL ? text : space + 1, &seconds, err);
    if (status == ERR_OK && space == NULL) return seek_clock(exchange, seconds, market_us, err);
    char day[16];
    if (status == ERR_OK && (size_t)(space - text) >= sizeof day)
        status = err_set(err, ERR_INVALID, "'%s' is not a date and a time", text);
    if (status == ERR_OK) {
        (void)snprintf(day, sizeof day, "%.*s", (int)(space - text), text);
        status = calendar_parse_date(day, &date, err);
    }
    if (status != ERR_OK) {
        err_prefix(err, "market.seek");
        return status;
    }
    *market_us = calendar_taipei_us(date, seconds);
    return within(exchange, *market_us, err);
}

enum status exchange_replay_start(const struct exchange *exchange, int64_t *market_us, struct err *err)
{
    const char *seek = settings_text(&exchange->agent->settings, SET_MARKET_SEEK);
    if (seek[0] != '\0') return parse_seek(exchange, seek, market_us, err);
    struct market_trade first;
    market_file_at(exchange->market.file, 0, &first);
    *market_us = first.market_us - BEFORE_FIRST_US;
    return ERR_OK;
}

/* --- moving ------------------------------------------------------------------------------------------------------- */

/* A trade in the very second of the close belongs to the session that closes. */
static int64_t session_time(int64_t market_us)
{
    struct session now, before;
    session_at(market_us, 0, &now);
    if (now.state != SESSION_CLOSED) return market_us;
    session_at(market_us - 1, 0, &before);
    return before.state == SESSION_OPEN ? market_us - 1 : market_us;
}

static void count_trade(struct matching_stats *stats, const struct market_trade *trade)
{
    const int32_t day = session_trading_day(session_time(trade->market_us));
    if (stats->trading_day != day) {
        if (stats->trading_day != 0) stats->reference = stats->last;
        stats->trading_day = day;
        stats->open = stats->high = stats->low = 0;
        stats->volume = 0;
    }
    if (stats->open == 0) stats->open = stats->high = stats->low = trade->price;
    if (trade->price > stats->high) stats->high = trade->price;
    if (trade->price < stats->low) stats->low = trade->price;
    stats->last = trade->price;
    stats->last_us = trade->market_us;
    stats->volume += trade->quantity;
}

void exchange_replay_move(struct exchange *exchange, int64_t market_us, int64_t index)
{
    struct exchange_market *market = &exchange->market;
    const uint32_t contracts = matching_count(exchange->matching);
    const bool given = index >= 0 && index <= market_file_count(market->file);
    const int64_t end = given ? index : market_file_find(market->file, market_us);
    const int32_t day = session_trading_day(market_us);
    struct matching_stats *stats = calloc(contracts, sizeof *stats);
    CHECK(stats != NULL);
    struct market_trade trade;
    for (uint32_t i = 0; i < market_file_symbol_count(market->file); i++) {
        const int32_t contract = market->contract_of[i];
        const price_t first = market_file_first_price(market->file, i);
        if (contract >= 0 && first > 0) stats[contract].reference = first;
    }
    for (int64_t i = 0; i < end; i++) {
        market_file_at(market->file, i, &trade);
        const int32_t contract = market->contract_of[trade.symbol_index];
        if (contract >= 0) count_trade(&stats[contract], &trade);
    }
    for (uint32_t i = 0; i < contracts; i++) {
        if (stats[i].trading_day != day) { /* not traded yet on this day */
            if (stats[i].trading_day != 0) stats[i].reference = stats[i].last;
            stats[i].open = stats[i].high = stats[i].low = 0;
            stats[i].volume = 0;
            stats[i].trading_day = day;
        }
        (void)text_copy(stats[i].symbol, sizeof stats[i].symbol, matching_contract_at(exchange->matching, i)->symbol);
        matching_set_stats(exchange->matching, &stats[i]);
    }
    free(stats);
    market_file_move(market->file, end);
}

enum status exchange_replay_seek(struct exchange *exchange, int64_t market_us, int64_t now_us, struct err *err)
{
    const enum status status = within(exchange, market_us, err);
    if (status != ERR_OK) return status;
    matching_expire_all(exchange->matching, "the replay was moved to another time", driver_sink(exchange->driver));
    exchange_market_step_time(exchange, market_us, now_us);
    exchange_replay_move(exchange, market_us, -1);
    exchange->market.closed_us = 0;
    for (uint32_t i = 0; i < matching_count(exchange->matching); i++) {
        struct msg msg;
        msg_init(&msg, MSG_CONTRACT);
        msg.contract = *matching_contract_at(exchange->matching, i);
        agent_publish(exchange->agent, &msg);
    }
    return ERR_OK;
}

static void replay_one(struct exchange *exchange, const struct market_trade *trade, int64_t now_us)
{
    const int32_t index = exchange->market.contract_of[trade->symbol_index];
    const int64_t at_us = session_time(trade->market_us);
    if (at_us > exchange->market.market_us) exchange_market_step_time(exchange, at_us, now_us);
    if (index < 0) return;
    const struct matching_trade made = {.market_us = trade->market_us,
                                        .price = trade->price,
                                        .quantity = trade->quantity,
                                        .auction = trade->auction,
                                        .has_book = trade->has_book,
                                        .bid = trade->bid,
                                        .ask = trade->ask,
                                        .bid_quantity = trade->bid_quantity,
                                        .ask_quantity = trade->ask_quantity};
    matching_replay_trade(exchange->matching, (uint32_t)index, &made, driver_sink(exchange->driver));
}

bool exchange_replay_advance(struct exchange *exchange, int64_t until_us, int64_t now_us)
{
    struct exchange_market *market = &exchange->market;
    struct market_trade trade;
    for (int i = 0; i < TRADES_A_PASS; i++) {
        const int64_t at = market_file_tell(market->file);
        if (at == market_file_count(market->file)) return true;
        market_file_at(market->file, at, &trade);
        if (trade.market_us > until_us) {
            /* Nothing until then; but a closed gap is jumped over from its beginning. */
            const bool closes = until_us > market->session.next_change_us;
            exchange_market_step_time(exchange, closes ? market->session.next_change_us : until_us, now_us);
            return true;
        }
        struct session then;
        session_at(session_time(trade.market_us), 0, &then);
        if (market->session.state != SESSION_CLOSED && then.open_us != market->session.open_us) {
            exchange_market_step_time(exchange, market->session.close_us,
                                      now_us); /* the next trade is of another session */
            return false;
        }
        market_file_move(market->file, at + 1);
        replay_one(exchange, &trade, now_us);
        if (!exchange_end_step(exchange)) return true;
    }
    return false;
}

int32_t exchange_replay_progress(const struct exchange *exchange)
{
    const struct market_file *file = exchange->market.file;
    return (int32_t)(market_file_tell(file) * 1000 / market_file_count(file));
}
