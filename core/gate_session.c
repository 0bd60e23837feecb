/* gate_session: a venue session that comes up is caught up with before an order goes over it: reports since the last
 * seen, then every order that lives here, then positions and the orders that work there. A difference that stays is
 * HALTED, with both numbers. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/gate_impl.h"

void gate_ask_fills(struct gate *gate, int64_t now_us, struct sink *sink)
{
    const struct gate_stream *stream = gate_stream(gate, NULL);
    if (stream == NULL || !gate->session.logged_in) return;
    gate->fills_us = now_us;
    gate->fills_from = stream->seq;
    gate->fills_ask_id = gate_ask(gate, QUERY_VENUE_FILLS, "", stream->seq, sink);
}

static void ask_positions(struct gate *gate, int64_t now_us, struct sink *sink)
{
    const struct gate_stream *stream = gate_stream_now(gate);
    gate->compare.count = gate->compare.order_rows = gate->compare.alive_count = 0;
    gate->compare.orders = false;
    gate->compare.seq = stream == NULL ? 0 : stream->seq;
    gate->compare.suspect = false;
    gate->compare.next_us = 0;
    gate->compare.asked_us = now_us;
    gate->compare.ask_id = gate_ask(gate, QUERY_VENUE_POSITIONS, gate->session.account, 0, sink);
}

bool gate_of_login(const struct gate *gate, const char *account)
{
    for (uint32_t i = 0; i < gate->account_count; i++)
        if (strcmp(gate->accounts[i], account) == 0) return true;
    return gate->account_count == 0;
}

void gate_on_accounts(struct gate *gate, const struct account *accounts, uint32_t count)
{
    gate->account_count = count < GATE_ACCOUNTS ? count : GATE_ACCOUNTS;
    for (uint32_t i = 0; i < gate->account_count; i++)
        memcpy(gate->accounts[i], accounts[i].account, sizeof gate->accounts[i]);
}

void gate_on_session(struct gate *gate, const struct session_info *session, int64_t now_us, struct sink *sink)
{
    const struct session_info *old = &gate->session;
    bool came_up = session->logged_in && (!old->logged_in || old->venue_session != session->venue_session ||
                                          strcmp(old->account, session->account) != 0);
    gate->session = *session;
    if (session->logged_in && !came_up) return;
    /* Answers of another session are not waited for. */
    gate->ready = gate->compared = gate->compare.judged = false;
    gate->fills_ask_id = 0;
    gate->compare.ask_id = 0;
    gate->compare.next_us = 0;
    gate->compare.tries = gate->compare.cut = 0;
    gate->compare.suspect = false;
    for (uint32_t at = order_table_first(&gate->orders); at != ORDER_TABLE_NONE;
         at = order_table_next(&gate->orders, at)) {
        gate->slots[at].ask_id = 0;
        gate->slots[at].asked_us = 0;
        gate->slots[at].absences = 0;
        gate->slots[at].absent_here = false;
        gate->slots[at].to_compare = false;
    }
    if (came_up) gate_ask_fills(gate, now_us, sink);
}

bool gate_waits(const struct gate *gate, const struct order_request *request)
{
    return gate->session.logged_in && gate->session.account[0] != '\0' && !gate->compared && !request->reduce_only;
}

void gate_compared(struct gate *gate)
{
    if (gate->compared || !gate->ready || !gate->compare.judged) return;
    for (uint32_t at = order_table_first(&gate->orders); at != ORDER_TABLE_NONE;
         at = order_table_next(&gate->orders, at))
        if (gate->slots[at].to_compare) return;
    gate->compared = true;
}

static void caught_up(struct gate *gate, int64_t now_us, struct sink *sink)
{
    gate->ready = true;
    for (uint32_t at = order_table_first(&gate->orders); at != ORDER_TABLE_NONE;
         at = order_table_next(&gate->orders, at)) {
        gate_ask_order(gate, at, now_us, sink);
        gate->slots[at].to_compare = gate->slots[at].ask_id != 0;
        gate_differ_order(gate, at, sink); /* of an earlier run */
        if (order_table_at(&gate->orders, at)->state == ORDER_PENDING_CANCEL) gate_cancel_again(gate, at, now_us, sink);
    }
    if (gate->session.account[0] != '\0') ask_positions(gate, now_us, sink);
}

void gate_on_venue_position(struct gate *gate, const struct position *position, int64_t now_us, struct sink *sink)
{
    (void)now_us;
    (void)sink;
    struct gate_compare *compare = &gate->compare;
    if (compare->ask_id == 0 || compare->count == LEDGER_POSITIONS) return;
    struct gate_held *held = &compare->held[compare->count++];
    (void)text_copy(held->account, sizeof held->account, position->account);
    (void)text_copy(held->symbol, sizeof held->symbol, position->symbol);
    held->quantity = position->quantity;
}

static int32_t venue_held(const struct gate *gate, const char *symbol)
{
    for (uint32_t i = 0; i < gate->compare.count; i++) {
        const struct gate_held *held = &gate->compare.held[i];
        if (strcmp(held->symbol, symbol) == 0 && strcmp(held->account, gate->session.account) == 0)
            return held->quantity;
    }
    return 0;
}

/* Appends "MXFH1 +2 there, +1 here" for each difference; returns how many. sink (may be NULL): each is said, too. */
static uint32_t differences(struct gate *gate, char *text, size_t size, int64_t now_us, struct sink *sink)
{
    uint32_t count = 0;
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < gate->ledger.row_count + gate->compare.count; i++) {
        bool ours = i < gate->ledger.row_count;
        const char *symbol =
            ours ? ledger_at(&gate->ledger, i)->symbol : gate->compare.held[i - gate->ledger.row_count].symbol;
        const char *account =
            ours ? ledger_at(&gate->ledger, i)->account : gate->compare.held[i - gate->ledger.row_count].account;
        if (strcmp(account, gate->session.account) != 0) continue;
        if (!ours && ledger_position(&gate->ledger, account, symbol) != NULL) continue; /* compared as ours */
        int32_t here = ledger_held(&gate->ledger, account, symbol), there = venue_held(gate, symbol);
        if (here == there) continue;
        count++;
        if (sink != NULL) gate_differ_found(gate, symbol, here, there, now_us, sink);
        int length = snprintf(text + used, size - used, "%s%s %+" PRId32 " there, %+" PRId32 " here",
                              used == 0 ? "" : "; ", symbol, there, here);
        if (length > 0) used += (size_t)length < size - used ? (size_t)length : size - used - 1;
    }
    return count;
}

static void ask_orders(struct gate *gate, int64_t now_us, struct sink *sink)
{
    gate->compare.orders = true;
    gate->compare.asked_us = now_us;
    gate->compare.ask_id = gate_ask(gate, QUERY_VENUE_ORDERS, "", 0, sink);
}

static void compare_books(struct gate *gate, int64_t now_us, struct sink *sink)
{
    char text[REASON_SIZE];
    struct gate_compare *compare = &gate->compare;
    compare->ask_id = 0;
    compare->suspect = differences(gate, text, sizeof text, now_us, NULL) != 0 || gate_alive(gate) != 0;
    if (!compare->suspect) {
        compare->tries = compare->cut = 0;
        gate_differ_settle(gate, INT64_MAX, sink);
        compare->judged = true;
        return;
    }
    /* A fill may be on its way: only the reports can tell. */
    gate_ask_fills(gate, now_us, sink);
}

/* All reports are applied. If none of them is newer than the question, both books are of the same moment. */
static void judge_difference(struct gate *gate, uint64_t seq, int64_t now_us, struct sink *sink)
{
    char text[REASON_SIZE], reason[REASON_SIZE];
    struct gate_compare *compare = &gate->compare;
    compare->suspect = false;
    if (seq != compare->seq || ++compare->tries < GATE_COMPARE_TRIES) {
        compare->next_us = now_us + GATE_COMPARE_PAUSE_US;
        return;
    }
    compare->tries = 0;
    bool halts = gate_alive_judge(gate, reason, sizeof reason, now_us, sink);
    if (differences(gate, text, sizeof text, now_us, sink) != 0) {
        halts = true;
        snprintf(reason, sizeof reason, "positions at %s differ: %.80s", gate->config.venue, text);
    }
    gate_differ_settle(gate, now_us, sink);
    if (halts) {
        compare->next_us = now_us + GATE_DIFFER_AGAIN_US;
        gate_set_mode(gate, GUARD_HALTED, "guard", reason, now_us, sink);
    }
    compare->judged = true;
}

/* The reply counts what went before it, and reports have no holes: so it can be seen whether all of it has come. */
static void fills_answered(struct gate *gate, const struct reply *reply, int64_t now_us, struct sink *sink)
{
    const struct gate_stream *stream = gate_stream_now(gate);
    if (reply->status != ERR_OK || stream == NULL) return;
    const uint64_t rows = reply->number > 0 ? (uint64_t)reply->number : 0;
    if (strcmp(reply->text, "more") == 0 || stream->seq < stream->seen) {
        gate_ask_fills(gate, now_us, sink);
        return;
    }
    if (stream->seq < gate->fills_from + rows) return; /* the timer asks again */
    gate->fills_done++;
    if (!gate->ready)
        caught_up(gate, now_us, sink);
    else if (gate->compare.suspect)
        judge_difference(gate, stream->seq, now_us, sink);
}

/* Some of the answer was lost: ask again, but not for ever. */
static bool rows_missing(struct gate *gate, const struct reply *reply, int64_t now_us)
{
    struct gate_compare *compare = &gate->compare;
    if (reply->number <= (int64_t)(compare->orders ? compare->order_rows : compare->count) ||
        ++compare->cut >= GATE_COMPARE_CUT)
        return false;
    compare->ask_id = 0;
    compare->next_us = now_us + GATE_COMPARE_PAUSE_US;
    return true;
}

void gate_on_venue_reply(struct gate *gate, const struct reply *reply, int64_t now_us, struct sink *sink)
{
    if (reply->request_id == 0) return;
    if (reply->request_id == gate->fills_ask_id) {
        gate->fills_ask_id = 0;
        fills_answered(gate, reply, now_us, sink);
    } else if (reply->request_id == gate->compare.ask_id) {
        if (reply->status != ERR_OK)
            gate->compare.next_us = now_us + GATE_COMPARE_PAUSE_US;
        else if (rows_missing(gate, reply, now_us))
            return;
        else if (gate->compare.orders)
            compare_books(gate, now_us, sink);
        else
            ask_orders(gate, now_us, sink);
    }
    gate_compared(gate);
}

void gate_session_timer(struct gate *gate, int64_t now_us, struct sink *sink)
{
    if (!gate->session.logged_in) return;
    /* While not caught up, and as long as an order lives, reports are asked for: a lost last one shows in no gap. */
    bool wanted = !gate->ready || gate->compare.suspect || order_table_first(&gate->orders) != ORDER_TABLE_NONE;
    if (wanted && now_us - gate->fills_us >= gate->config.ack_timeout_us) gate_ask_fills(gate, now_us, sink);
    if (!gate->ready) return;
    struct gate_compare *compare = &gate->compare;
    bool lost = compare->ask_id != 0 && now_us - compare->asked_us >= gate->config.ack_timeout_us;
    bool again = compare->next_us != 0 && now_us >= compare->next_us;
    if (lost || again) ask_positions(gate, now_us, sink);
    gate_compared(gate);
}
