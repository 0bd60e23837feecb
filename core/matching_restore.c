/* matching_restore: the exchange comes back with the accounts, positions, orders and numbers it had. */
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/matching_state.h"

/* 17 of "<install>-O17"; 0 when it is none of ours. */
static uint64_t number_of(const char *venue_order_id)
{
    const char *dash = strrchr(venue_order_id, '-');
    return dash != NULL && dash[1] == 'O' ? strtoull(dash + 2, NULL, 10) : 0;
}

static enum status restore_account(struct matching *matching, const struct account *account, struct err *err)
{
    const int32_t at = account_find(matching, account->account);
    if (at < 0)
        return err_set(err, ERR_NOT_FOUND, "stored account %s: there is no such account any more", account->account);
    matching->accounts[at].facts.equity = account->equity;
    return ERR_OK;
}

static enum status restore_position(struct matching *matching, const struct position *position, struct err *err)
{
    const int32_t account = account_find(matching, position->account);
    if (account < 0)
        return err_set(err, ERR_NOT_FOUND, "stored position: there is no account %s any more", position->account);
    struct holding *holding = holding_of(matching, account, position->symbol);
    if (holding == NULL) return err_set(err, ERR_FULL, "stored position of %s: too many positions", position->symbol);
    /* One row a trading day: the one written last is the position, whatever day a replay was in. */
    if (position->updated_us >= holding->position.updated_us) holding->position = *position;
    return ERR_OK;
}

static enum status restore_order(struct matching *matching, const struct order *order, struct err *err)
{
    if (account_find(matching, order->request.account) < 0)
        return err_set(err, ERR_NOT_FOUND, "stored order %s: there is no account %s any more",
                       order->request.client_order_id, order->request.account);
    const uint64_t number = number_of(order->venue_order_id);
    if (number > matching->orders_made) matching->orders_made = number;
    const uint64_t made = matching->orders_made;
    const uint32_t at = record_make(matching, &order->request);
    matching->orders_made = made;
    if (at == NO_RECORD)
        return err_set(err, ERR_FULL, "stored order %s: too many working orders", order->request.client_order_id);
    struct record *record = &matching->records[at];
    record->order = *order;
    record->number = number;
    record->restoring = order_state_working(order->state);
    return ERR_OK;
}

static enum status restore_exec(struct matching *matching, const struct venue_exec *exec, struct err *err)
{
    const int32_t account = account_find(matching, exec->account);
    if (account < 0)
        return err_set(err, ERR_NOT_FOUND, "stored report: there is no account %s any more", exec->account);
    uint64_t *seq = &matching->stream_seq[matching->accounts[account].stream];
    if (exec->seq > *seq) *seq = exec->seq;
    const uint64_t number = number_of(exec->venue_order_id);
    if (number > matching->orders_made) matching->orders_made = number;
    return ERR_OK;
}

enum status matching_restore(struct matching *matching, const struct msg *msg, struct err *err)
{
    if (msg->id == MSG_ACCOUNT) return restore_account(matching, &msg->account, err);
    if (msg->id == MSG_POSITION) return restore_position(matching, &msg->position, err);
    if (msg->id == MSG_ORDER) return restore_order(matching, &msg->order, err);
    if (msg->id == MSG_VENUE_EXEC) return restore_exec(matching, &msg->venue_exec, err);
    return err_set(err, ERR_INVALID, "the exchange stores no message %d", (int)msg->id);
}

/* May it rest again: same market, listed, and still the session it was taken in? */
static bool rests_again(const struct matching *matching, const struct record *record, bool same_market)
{
    if (!same_market || record->contract == NO_RECORD) return false;
    const struct listed *listed = &matching->listed[record->contract];
    struct session then;
    session_at(record->order.market_us, listed->facts.last_trading_day, &then);
    return listed->session.state != SESSION_CLOSED && then.kind == listed->session.kind &&
           then.open_us == listed->session.open_us;
}

static int by_number(const void *left, const void *right)
{
    const struct record *const *a = left, *const *b = right;
    return (*a)->number < (*b)->number ? -1 : (*a)->number > (*b)->number;
}

static void resume_order(struct matching *matching, uint32_t at, bool same_market, struct sink *sink)
{
    struct record *record = &matching->records[at];
    record->restoring = false;
    const struct order_request *request = &record->order.request;
    if (!rests_again(matching, record, same_market)) {
        record_end(matching, at, EXEC_EXPIRED, REJECT_NONE, same_market ? "the session ended" : "another market began",
                   sink);
        return;
    }
    if (request->tif != TIF_ROD && listed_open(&matching->listed[record->contract])) {
        record_end(matching, at, EXEC_CANCELLED, REJECT_VENUE_NO_LIQUIDITY, "not filled in the opening auction", sink);
        return;
    }
    const price_t any = request->side == SIDE_BUY ? BOOK_ANY_BUY : BOOK_ANY_SELL;
    if (!record_rest(matching, at, request->type == ORDER_MARKET ? any : request->limit_price))
        record_end(matching, at, EXEC_CANCELLED, REJECT_VENUE_OTHER, "the books are full", sink);
}

/* The day may have changed while we were down. */
static void roll_positions(struct matching *matching, struct sink *sink)
{
    for (uint32_t i = 0; i < matching->holding_count; i++) {
        struct holding *holding = &matching->holdings[i];
        if (holding->contract == NO_RECORD) continue;
        const int32_t day = matching->listed[holding->contract].stats.trading_day;
        if (day == 0 || holding->position.trading_day == day) continue;
        position_roll(&holding->position, day);
        report_position(matching, holding, sink);
    }
}

void matching_resume(struct matching *matching, bool same_market, struct sink *sink)
{
    for (int32_t i = 0; i < matching->account_count; i++)
        matching->accounts[i].cash = matching->accounts[i].facts.equity - account_unrealized(matching, i, false);
    roll_positions(matching, sink);
    const struct record **waiting = calloc(matching->record_count + 1, sizeof *waiting);
    CHECK(waiting != NULL);
    uint32_t count = 0;
    for (uint32_t i = 0; i < matching->record_count; i++)
        if (matching->records[i].restoring) waiting[count++] = &matching->records[i];
    qsort(waiting, count, sizeof *waiting, by_number);
    for (uint32_t i = 0; i < count; i++)
        resume_order(matching, (uint32_t)(waiting[i] - matching->records), same_market, sink);
    free(waiting);
}
