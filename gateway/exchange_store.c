/* exchange_store: what exchange.db has beside the records of the engine: the market's identity and time, and each
 * contract's day so far, as small facts in meta. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gateway/exchange.h"

#define FACT_SIZE     256
#define FORGET_ORDERS (EXCHANGE_ORDERS_MAX / 2) /* ended orders that a restart remembers; older ones are in the file */

bool exchange_saved_market(struct exchange *exchange, struct exchange_saved *out)
{
    char text[FACT_SIZE];
    if (db_meta_get(exchange->db, "market.identity", out->identity, sizeof out->identity, NULL) != ERR_OK) return false;
    if (db_meta_get(exchange->db, "market.place", text, sizeof text, NULL) != ERR_OK) return false;
    /* NOLINTNEXTLINE(cert-err34-c): a line of our own */
    if (sscanf(text, "%" SCNd64 " %" SCNd64, &out->market_us, &out->index) != 2) return false;
    int paused = 0;
    out->asked = -1;
    if (db_meta_get(exchange->db, "market.steered", text, sizeof text, NULL) == ERR_OK &&
        /* NOLINTNEXTLINE(cert-err34-c): a line of our own */
        sscanf(text, "%" SCNd32 " %" SCNd32 " %d", &out->asked, &out->speed, &paused) != 3)
        out->asked = -1;
    out->paused = paused != 0;
    out->clean =
        db_meta_get(exchange->db, "market.clean", text, sizeof text, NULL) == ERR_OK && strcmp(text, "yes") == 0;
    return out->market_us > 0;
}

/* --- figures of the day ------------------------------------------------------------------------------------------- */

void exchange_load_stats(struct exchange *exchange)
{
    for (uint32_t i = 0; i < matching_count(exchange->matching); i++) {
        char key[64], text[FACT_SIZE];
        struct matching_stats stats, now;
        matching_stats(exchange->matching, i, &now);
        memset(&stats, 0, sizeof stats);
        memcpy(stats.symbol, now.symbol, sizeof stats.symbol);
        (void)snprintf(key, sizeof key, "stats.%s", stats.symbol);
        if (db_meta_get(exchange->db, key, text, sizeof text, NULL) != ERR_OK) continue;
        /* NOLINTNEXTLINE(cert-err34-c): a line of our own */
        if (sscanf(text,
                   "%" SCNd32 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64
                   " %" SCNu64,
                   &stats.trading_day, &stats.reference, &stats.last, &stats.open, &stats.high, &stats.low,
                   &stats.volume, &stats.last_us, &stats.sym_seq) != 9)
            continue;
        if (stats.trading_day != now.trading_day) { /* a day later: yesterday's last is the reference */
            stats.reference = stats.last > 0 ? stats.last : stats.reference;
            stats.open = stats.high = stats.low = 0;
            stats.volume = 0;
            stats.trading_day = now.trading_day;
        }
        matching_set_stats(exchange->matching, &stats);
    }
}

static enum status save_stats(struct exchange *exchange, struct err *err)
{
    enum status status = ERR_OK;
    for (uint32_t i = 0; i < matching_count(exchange->matching) && status == ERR_OK; i++) {
        char key[64], text[FACT_SIZE];
        struct matching_stats stats;
        matching_stats(exchange->matching, i, &stats);
        (void)snprintf(key, sizeof key, "stats.%s", stats.symbol);
        (void)snprintf(text, sizeof text,
                       "%" PRId32 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
                       " %" PRIu64,
                       stats.trading_day, stats.reference, stats.last, stats.open, stats.high, stats.low, stats.volume,
                       stats.last_us, stats.sym_seq);
        status = db_meta_put(exchange->db, key, text, err);
    }
    return status;
}

enum status exchange_save(struct exchange *exchange, bool clean, struct err *err)
{
    char place[64], steered[64];
    const struct exchange_market *market = &exchange->market;
    (void)snprintf(place, sizeof place, "%" PRId64 " %" PRId64, market->market_us,
                   market->file != NULL ? market_file_tell(market->file) : -1);
    (void)snprintf(steered, sizeof steered, "%" PRId64 " %" PRId32 " %d",
                   settings_number(&exchange->agent->settings, SET_MARKET_SPEED), market->speed, market->paused);
    enum status status = db_begin(exchange->db, err);
    if (status != ERR_OK) return status;
    status = db_meta_put(exchange->db, "market.steered", steered, err);
    if (status == ERR_OK) status = db_meta_put(exchange->db, "market.identity", market->identity, err);
    if (status == ERR_OK) status = db_meta_put(exchange->db, "market.place", place, err);
    if (status == ERR_OK) status = db_meta_put(exchange->db, "market.clean", clean ? "yes" : "no", err);
    /* A replay's figures are in its file. */
    if (status == ERR_OK && market->file == NULL) status = save_stats(exchange, err);
    if (status == ERR_OK) return db_commit(exchange->db, err);
    db_rollback(exchange->db);
    return status;
}

uint64_t exchange_next_session(struct exchange *exchange)
{
    char text[32] = "";
    struct err err;
    if (exchange->sessions_made == 0 && db_meta_get(exchange->db, "logins", text, sizeof text, NULL) == ERR_OK)
        exchange->sessions_made = strtoull(text, NULL, 10);
    exchange->sessions_made++;
    (void)snprintf(text, sizeof text, "%" PRIu64, exchange->sessions_made);
    if (db_meta_put(exchange->db, "logins", text, &err) != ERR_OK) agent_fail(exchange->agent, &err);
    return exchange->sessions_made;
}

/* --- records ------------------------------------------------------------------------------------------------------ */

struct loading {
    struct exchange *exchange;
    struct order *ended;
    size_t count;
    enum status status;
    struct err *err;
};

static bool load_row(void *context, const struct msg *msg)
{
    const struct loading *loading = context;
    struct err err;
    /* What does not fit any more (an account that is gone) is said and left in the file. */
    if (matching_restore(loading->exchange->matching, msg, &err) != ERR_OK)
        log_write(loading->exchange->agent->log, LEVEL_WARNING, "%s", err.text);
    return true;
}

static bool keep_ended(void *context, const struct msg *msg)
{
    struct loading *loading = context;
    if (order_state_terminal(msg->order.state)) loading->ended[loading->count++] = msg->order;
    return loading->count < FORGET_ORDERS;
}

/* The newest ended orders, oldest first, then all that work. */
static enum status load_orders(struct loading *loading, struct err *err)
{
    struct db *db = loading->exchange->db;
    const struct db_query newest = {.id = MSG_ORDER, .newest_first = true};
    enum status status = db_each(db, &newest, keep_ended, loading, err);
    for (size_t i = loading->count; i-- > 0 && status == ERR_OK;) {
        struct msg msg;
        msg_init(&msg, MSG_ORDER);
        msg.order = loading->ended[i];
        (void)load_row(loading, &msg);
    }
    const struct db_query live = {.id = MSG_ORDER, .live = true};
    return status == ERR_OK ? db_each(db, &live, load_row, loading, err) : status;
}

/* The last report of each account tells the numbers of its stream. */
static void load_last_report(void *context, const struct account *account)
{
    struct loading *loading = context;
    const struct db_query last = {.id = MSG_VENUE_EXEC, .account = account->account, .newest_first = true, .limit = 1};
    if (loading->status == ERR_OK)
        loading->status = db_each(loading->exchange->db, &last, load_row, loading, loading->err);
}

static enum status load_reports(struct loading *loading, struct err *err)
{
    loading->err = err;
    for (uint32_t stream = 0; stream < MATCHING_STREAMS_MAX; stream++)
        matching_each_account(loading->exchange->matching, stream, load_last_report, loading);
    return loading->status;
}

enum status exchange_load_rows(struct exchange *exchange, struct err *err)
{
    struct loading loading = {.exchange = exchange, .ended = calloc(FORGET_ORDERS, sizeof *loading.ended)};
    if (loading.ended == NULL) return err_set(err, ERR_FULL, "out of memory");
    const struct db_query accounts = {.id = MSG_ACCOUNT}, positions = {.id = MSG_POSITION};
    enum status status = db_each(exchange->db, &accounts, load_row, &loading, err);
    if (status == ERR_OK) status = db_each(exchange->db, &positions, load_row, &loading, err);
    if (status == ERR_OK) status = load_orders(&loading, err);
    if (status == ERR_OK) status = load_reports(&loading, err);
    free(loading.ended);
    return status;
}
