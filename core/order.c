/* order: the life of one order. A rank a state makes "never backwards" one comparison; the few steps that are allowed
 * to go back are written out. */
#include "core/order.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"

enum { RANK_TERMINAL = 5 };

static int state_rank(enum order_state state)
{
    static const signed char ranks[] = {
        [ORDER_INTENT] = 0,
        [ORDER_SENDING] = 1,
        [ORDER_UNKNOWN] = 1, /* as SENDING: either may follow the other */
        [ORDER_NEW] = 2,
        [ORDER_PARTIALLY_FILLED] = 3,
        [ORDER_PENDING_CANCEL] = 4,
        [ORDER_FILLED] = RANK_TERMINAL,
        [ORDER_CANCELLED] = RANK_TERMINAL,
        [ORDER_REJECTED] = RANK_TERMINAL,
        [ORDER_DENIED] = RANK_TERMINAL,
        [ORDER_EXPIRED] = RANK_TERMINAL,
    };
    const size_t index = (size_t)state;
    CHECK(index >= ORDER_INTENT && index < sizeof ranks);
    return ranks[index];
}

bool order_state_terminal(enum order_state state)
{
    return state_rank(state) == RANK_TERMINAL;
}

bool order_state_working(enum order_state state)
{
    const int rank = state_rank(state);
    return rank >= state_rank(ORDER_NEW) && rank < RANK_TERMINAL;
}

void order_init(struct order *order, const struct order_request *request, int32_t trading_day, int64_t now_us)
{
    memset(order, 0, sizeof *order);
    order->request = *request;
    order->state = ORDER_INTENT;
    order->trading_day = trading_day;
    order->updated_us = now_us;
}

static bool apply_fill(struct order *order, const struct order_event *event, bool *late)
{
    const int32_t open = order->request.quantity - order->filled_quantity;
    if (event->fill_quantity <= 0 || event->fill_quantity > open) {
        *late = event->fill_quantity > 0;
        return false;
    }
    int64_t value;
    int64_t total;
    if (!price_mul(event->fill_price, event->fill_quantity, &value) || !price_add(order->filled_value, value, &total))
        return false;
    order->filled_value = total;
    order->filled_quantity += event->fill_quantity;
    if (order_state_terminal(order->state)) {
        *late = true; /* counted; the state stays */
        return true;
    }
    if (order->filled_quantity == order->request.quantity)
        order->state = ORDER_FILLED;
    else if (order->state != ORDER_PENDING_CANCEL)
        order->state = ORDER_PARTIALLY_FILLED;
    return true;
}

static bool move_up(struct order *order, enum order_state state)
{
    const int now = state_rank(order->state), next = state_rank(state);
    /* Equal rank: SENDING and UNKNOWN follow each other, but one terminal state never another. */
    if (next < now || order->state == state || now == RANK_TERMINAL) return false;
    order->state = state;
    return true;
}

static bool end(struct order *order, const struct order_event *event, enum order_state state)
{
    if (!move_up(order, state)) return false;
    order->reject = event->reject;
    (void)text_copy(order->reason, sizeof order->reason, event->reason);
    return true;
}

static bool cancel_rejected(struct order *order, const struct order_event *event)
{
    if (order_state_terminal(order->state)) return false;
    order->reject = event->reject;
    (void)text_copy(order->reason, sizeof order->reason, event->reason);
    if (order->state == ORDER_PENDING_CANCEL) {
        if (order->filled_quantity > 0)
            order->state = ORDER_PARTIALLY_FILLED;
        else
            order->state = order->venue_order_id[0] != '\0' ? ORDER_NEW : ORDER_SENDING;
    }
    return true;
}

static bool apply_kind(struct order *order, const struct order_event *event, bool *late)
{
    switch (event->kind) {
    case EXEC_SENDING:
        return move_up(order, ORDER_SENDING);
    case EXEC_NEW:
        return move_up(order, ORDER_NEW);
    case EXEC_FILL:
        return apply_fill(order, event, late);
    case EXEC_PENDING_CANCEL:
        /* UNKNOWN must stay visible until it is resolved. */
        return order->state != ORDER_UNKNOWN && move_up(order, ORDER_PENDING_CANCEL);
    case EXEC_CANCELLED:
        return end(order, event, ORDER_CANCELLED);
    case EXEC_CANCEL_REJECTED:
        return cancel_rejected(order, event);
    case EXEC_REJECTED:
        return end(order, event, ORDER_REJECTED);
    case EXEC_DENIED:
        return end(order, event, ORDER_DENIED);
    case EXEC_EXPIRED:
        return end(order, event, ORDER_EXPIRED);
    case EXEC_UNKNOWN:
        return move_up(order, ORDER_UNKNOWN);
    case EXEC_RELEASED:
        return false; /* about a condition */
    }
    CHECK(!"exec kind");
    return false;
}

bool order_apply(struct order *order, const struct order_event *event, bool *late)
{
    CHECK(strcmp(order->request.client_order_id, event->request.client_order_id) == 0);
    bool is_late = false;
    const bool was_unknown = order->state == ORDER_UNKNOWN;
    bool changed = apply_kind(order, event, &is_late);
    /* Why its outcome is not known; and once it is, no longer that. */
    if (changed && was_unknown != (order->state == ORDER_UNKNOWN))
        (void)text_copy(order->reason, sizeof order->reason, event->reason);
    if (late != NULL) *late = is_late;
    if (order->venue_order_id[0] == '\0' && event->venue_order_id[0] != '\0') {
        (void)text_copy(order->venue_order_id, sizeof order->venue_order_id, event->venue_order_id);
        changed = true;
    }
    if (!changed) return false;
    if (order->trading_day == 0) order->trading_day = event->trading_day;
    if (event->market_us > order->market_us) order->market_us = event->market_us;
    if (event->time_us > order->updated_us) order->updated_us = event->time_us;
    return true;
}

price_t order_average(const struct order *order)
{
    price_t average = 0;
    if (order->filled_quantity > 0) (void)price_mul_div(order->filled_value, 1, order->filled_quantity, &average);
    return average;
}

/* Letters, digits and "-_.": an id goes into file names, topics and tables. */
static enum status identifier_check(const char *name, const char *text, size_t size, struct err *err)
{
    const size_t length = strnlen(text, size);
    if (length == 0) return err_set(err, ERR_INVALID, "%s: empty", name);
    if (length == size) return err_set(err, ERR_INVALID, "%s: longer than %zu bytes", name, size - 1);
    for (size_t i = 0; i < length; i++) {
        const char c = text[i];
        const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!plain && strchr("-_./", c) == NULL)
            return err_set(err, ERR_INVALID, "%s: '%s' (allowed letters, digits and - _ . /)", name, text);
    }
    return ERR_OK;
}

static enum status terms_check(const struct order_request *request, struct err *err)
{
    if (request->type == ORDER_LIMIT) {
        const bool spread = strchr(request->symbol, '/') != NULL; /* a spread's price may be zero or negative */
        if (request->limit_price > PRICE_MAX || request->limit_price < -PRICE_MAX ||
            (!spread && request->limit_price <= 0))
            return err_set(err, ERR_RANGE, "limit_price: a limit order needs a price above 0 and at most 1000000000");
        return ERR_OK;
    }
    if (request->limit_price != 0)
        return err_set(err, ERR_INVALID, "limit_price: a %s order has none (must be 0)",
                       order_type_name(request->type));
    if (request->tif == TIF_ROD)
        return err_set(err, ERR_INVALID, "tif: ROD (allowed for %s: IOC, FOK)", order_type_name(request->type));
    return ERR_OK;
}

enum status order_request_check(const struct order_request *request, struct err *err)
{
    enum status status =
        identifier_check("client_order_id", request->client_order_id, sizeof request->client_order_id, err);
    if (status == ERR_OK) status = identifier_check("account", request->account, sizeof request->account, err);
    if (status == ERR_OK) status = identifier_check("symbol", request->symbol, sizeof request->symbol, err);
    if (status != ERR_OK) return status;
    if (request->side != SIDE_BUY && request->side != SIDE_SELL)
        return err_set(err, ERR_RANGE, "side: %d (allowed BUY, SELL)", (int)request->side);
    if (request->type < ORDER_MARKET || request->type > ORDER_RANGE_MARKET)
        return err_set(err, ERR_RANGE, "type: %d (allowed MKT, LMT, MKP)", (int)request->type);
    if (request->tif < TIF_ROD || request->tif > TIF_FOK)
        return err_set(err, ERR_RANGE, "tif: %d (allowed ROD, IOC, FOK)", (int)request->tif);
    if (request->quantity < 1 || request->quantity > ORDER_QUANTITY_MAX)
        return err_set(err, ERR_RANGE, "quantity: %" PRId32 " (allowed 1 to %d)", request->quantity,
                       ORDER_QUANTITY_MAX);
    if ((int)request->leg < LEG_NONE || request->leg > LEG_FLATTEN)
        return err_set(err, ERR_RANGE, "leg: %d (allowed -, ENTRY, TAKE_PROFIT, STOP_LOSS, FLATTEN)",
                       (int)request->leg);
    if (request->condition_id < 0 || request->attempt < 0)
        return err_set(err, ERR_RANGE, "condition_id and attempt: must not be negative");
    if (request->created_us < 0 || request->expires_us < 0)
        return err_set(err, ERR_RANGE, "created_us and expires_us: must not be negative");
    return terms_check(request, err);
}

bool order_request_elsewhere(const struct order_request *request)
{
    return strcmp(request->actor, ORDER_ACTOR_ELSEWHERE) == 0;
}

bool order_request_early(const struct order_request *request, int64_t now_us)
{
    return request->expires_us != 0 && request->created_us > now_us + ORDER_EARLY_US;
}

bool order_late(int64_t created_us, int64_t live_us, int64_t now_us, char *words, size_t size)
{
    if (created_us == 0 || live_us == 0) return false;
    if (created_us > now_us + ORDER_EARLY_US) {
        snprintf(words, size, "not taken: it was made in the future; the clock was set back");
        return true;
    }
    const int64_t age_ms = (now_us - created_us) / 1000;
    if (now_us - created_us <= live_us) return false;
    snprintf(words, size, "not taken: asked for %" PRId64 ".%" PRId64 " s ago, its time to live has ended",
             age_ms / 1000, age_ms / 100 % 10);
    return true;
}

bool order_request_same(const struct order_request *a, const struct order_request *b)
{
    return strcmp(a->client_order_id, b->client_order_id) == 0 && strcmp(a->account, b->account) == 0 &&
           strcmp(a->symbol, b->symbol) == 0 && a->side == b->side && a->type == b->type && a->tif == b->tif &&
           a->quantity == b->quantity && a->limit_price == b->limit_price && a->reduce_only == b->reduce_only &&
           a->condition_id == b->condition_id && a->leg == b->leg && a->attempt == b->attempt;
}

void order_key_id(const char *install, uint64_t key, char id[CLIENT_ORDER_ID_SIZE])
{
    char digits[16]; /* 2^64 has 13 */
    size_t at = sizeof digits;
    digits[--at] = '\0';
    do {
        digits[--at] = "0123456789abcdefghijklmnopqrstuvwxyz"[key % 36];
        key /= 36;
    } while (key != 0);
    int length = snprintf(id, CLIENT_ORDER_ID_SIZE, "%.11s-k%s", install, &digits[at]);
    CHECK(length > 0 && length < CLIENT_ORDER_ID_SIZE);
}

enum side side_opposite(enum side side)
{
    return side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
}

int side_sign(enum side side)
{
    return side == SIDE_BUY ? 1 : -1;
}
