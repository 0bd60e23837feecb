/* strategy_order: what became of the orders. Fills are facts and always count; an entry without a fill ends the
 * condition; an exit without one is tried again, harder, until the position is closed: protection is never dropped. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/emit.h"
#include "core/strategy_impl.h"
#include "core/text.h"

static int32_t left_to_exit(const struct condition *condition)
{
    return condition->filled_quantity - condition->exited_quantity;
}

/* --- exits -------------------------------------------------------------------------------------------------------- */

static const char *step_words(int32_t step)
{
    return step >= STRATEGY_STEP_LIMIT ? "limit order at the price limit"
           : step == 2                 ? "range market order"
                                       : "market order";
}

static bool market_closed(const struct strategy *strategy)
{
    return strategy->market.trading_day != 0 && strategy->market.session_state == SESSION_CLOSED;
}

void strategy_exit_again(struct strategy_step *step, struct strategy_row *row)
{
    struct condition *condition = &row->condition;
    condition->attempt++;
    condition->exit_working = true;
    condition->locked = condition->exit_step >= STRATEGY_STEP_LIMIT;
    row->retry_us = 0;
    strategy_transition(step, row, CONDITION_EXITING, "attempt %" PRId32 " of the exit: %s", condition->attempt,
                        step_words(condition->exit_step));
    strategy_signal_exit(step, row);
}

void strategy_exit(struct strategy_step *step, struct strategy_row *row, enum order_leg leg, const char *why)
{
    struct condition *condition = &row->condition;
    condition->attempt = condition->exit_leg == LEG_NONE ? 1 : condition->attempt + 1;
    condition->exit_leg = leg;
    condition->exit_step = 1;
    condition->exit_working = true;
    row->exit_cap = row->gone_denials = row->retries = 0;
    strategy_transition(step, row, CONDITION_EXITING, "%s", why);
    strategy_signal_exit(step, row);
    if (condition->entry_working) strategy_cancel_entry(step, row, "the exit goes");
}

/* why NULL: its own exit filled. */
static void close_row(struct strategy_step *step, struct strategy_row *row, const char *why)
{
    char words[REASON_SIZE];
    row->condition.locked = false;
    if (why == NULL) why = condition_exit_words(&row->condition, words, sizeof words);
    strategy_transition(step, row, CONDITION_CLOSED, "%s", why);
    strategy_place(step->strategy, row);
}

/* Later, by the timer. */
static void exit_later(struct strategy_step *step, struct strategy_row *row)
{
    int64_t wait_us = STRATEGY_RETRY_US;
    for (int32_t i = 0; i < row->retries && wait_us < STRATEGY_RETRY_MAX_US; i++) wait_us *= 2;
    row->retries++;
    row->retry_us = step->now_us + (wait_us < STRATEGY_RETRY_MAX_US ? wait_us : STRATEGY_RETRY_MAX_US);
    strategy_watch(step->strategy, row);
    strategy_record(step, row);
}

/* The guard says that less than this is held, or nothing. It is asked for less; when it denies one lot again and again,
 * somebody else has closed the position and there is nothing to protect. */
static void exit_would_not_reduce(struct strategy_step *step, struct strategy_row *row, const char *id,
                                  int32_t quantity)
{
    struct condition *condition = &row->condition;
    const int32_t left = left_to_exit(condition);
    if (quantity > 1) {
        row->exit_cap = left < quantity ? 0 : quantity / 2; /* what was closed meanwhile is known by now */
        strategy_exit_again(step, row);
        return;
    }
    if (++row->gone_denials < STRATEGY_GONE_DENIALS) {
        exit_later(step, row);
        return;
    }
    strategy_alarm(step, row, REJECT_WOULD_NOT_REDUCE, id,
                   "condition %" PRId64 " ends: %" PRId32 " of its lots were closed elsewhere", condition->id, left);
    char why[REASON_SIZE];
    snprintf(why, sizeof why, "%" PRId32 " lots were closed elsewhere: nothing left to protect", left);
    close_row(step, row, why);
}

/* Refused on this side of the line, or too late for it: the venue has not said a word of it, so that a harder order would
 * fare no better. */
static bool never_reached(enum reject_code reject)
{
    return reject != REJECT_NONE && reject < REJECT_VENUE_UNKNOWN_SYMBOL;
}

/* What follows an attempt that left lots open. */
static void exit_next(struct strategy_step *step, struct strategy_row *row, int32_t filled, bool whole,
                      enum reject_code reject)
{
    struct condition *condition = &row->condition;
    const bool reached = !never_reached(reject), at_limit = condition->exit_step >= STRATEGY_STEP_LIMIT;
    if (filled > 0) row->retries = row->gone_denials = 0;
    if (!whole && reached && !at_limit) condition->exit_step++;
    /* Not even taken: what we think the limit is may be yesterday's. From the beginning, then. */
    if (at_limit && reached && reject != REJECT_NONE) condition->exit_step = 1;
    const bool late = reject == REJECT_EXPIRED && row->retries == 0; /* once, at once */
    const bool waits = !whole && (reached ? at_limit : !late);
    if (waits || market_closed(step->strategy)) {
        exit_later(step, row);
    } else {
        if (late) row->retries++;
        strategy_exit_again(step, row);
    }
}

/* The working exit order is over; what now? */
static void exit_ended(struct strategy_step *step, struct strategy_row *row, const struct order_request *order,
                       int32_t filled, enum reject_code reject, const char *reason)
{
    struct condition *condition = &row->condition;
    condition->exit_working = false;
    condition->locked = false;
    const int32_t left = left_to_exit(condition);
    if (left <= 0) {
        if (condition->entry_working)
            strategy_record(step, row); /* its end, or a late fill, decides */
        else
            close_row(step, row, filled > 0 ? NULL : "another order closed its lots");
        return;
    }
    if (reject == REJECT_WOULD_NOT_REDUCE) {
        exit_would_not_reduce(step, row, order->client_order_id, order->quantity);
        return;
    }
    const bool whole = filled >= order->quantity; /* there was more than one order may carry, or a late entry fill */
    if (!whole) {
        strategy_alarm(step, row, reject, order->client_order_id,
                       "exit of condition %" PRId64 " not filled, %" PRId32 " lots are still open: %s", condition->id,
                       left, reason[0] != '\0' ? reason : "nobody on the other side");
    }
    exit_next(step, row, filled, whole, reject);
}

/* --- entries ------------------------------------------------------------------------------------------------------ */

static void entry_filled(struct strategy_step *step, struct strategy_row *row, const struct order_event *event)
{
    struct condition *condition = &row->condition;
    char price[PRICE_TEXT_SIZE];
    condition->filled_quantity += event->fill_quantity;
    condition->filled_value += event->fill_price * event->fill_quantity;
    price_format(event->fill_price, price, sizeof price);
    if (condition->state == CONDITION_OPEN || condition->state == CONDITION_EXITING) {
        strategy_record(step, row);
        return;
    }
    if (condition_terminal(condition->state)) {
        strategy_alarm(step, row, REJECT_NONE, event->request.client_order_id,
                       "condition %" PRId64 " was %s and its entry filled late: it protects the lots", condition->id,
                       condition_state_name(condition->state));
    }
    strategy_transition(step, row, CONDITION_OPEN, "%" PRId32 " of %" PRId32 " filled at %s",
                        condition->filled_quantity, condition->terms.quantity, price);
}

/* The entry's order will not be executed any more, or not further. */
static void entry_ended(struct strategy_step *step, struct strategy_row *row, const char *reason)
{
    struct condition *condition = &row->condition;
    condition->entry_working = false;
    if (condition->state == CONDITION_ENTERING) {
        const bool cancelled = condition->cancel_requested;
        condition->cancel_requested = false;
        strategy_transition(step, row, cancelled ? CONDITION_CANCELLED : CONDITION_REJECTED, "%s%s",
                            cancelled ? "cancelled before a fill; " : "",
                            reason[0] != '\0' ? reason : "entry not filled");
    } else if (!condition_terminal(condition->state) && !condition->exit_working && left_to_exit(condition) <= 0) {
        condition->cancel_requested = false;
        close_row(step, row, condition->state == CONDITION_EXITING ? NULL : "all that was filled is closed");
    } else {
        condition->cancel_requested = false; /* what is filled stays protected */
        strategy_record(step, row);
    }
}

/* --- events ------------------------------------------------------------------------------------------------------- */

/* What the order was for is a fact; an edit that made it so was lost with the power. The levels are those from before the
 * edit, and from the fill: of the line that was planned nothing is known. */
static void adopt_terms(struct strategy_step *step, struct strategy_row *row, const struct order_request *order)
{
    struct condition_terms *terms = &row->condition.terms;
    if (strcmp(terms->symbol, order->symbol) == 0 && strcmp(terms->account, order->account) == 0 &&
        terms->side == order->side && terms->quantity == order->quantity)
        return;
    strategy_alarm(step, row, REJECT_NONE, order->client_order_id,
                   "condition %" PRId64 " was edited to %s %" PRId32 " %s: its exits are those from before",
                   row->condition.id, side_name(order->side), order->quantity, order->symbol);
    strategy_sync(row);
    if (!strategy_row_move(step->strategy, row, order->symbol)) return; /* as many contracts as can be are watched */
    memcpy(terms->symbol, order->symbol, sizeof terms->symbol);
    memcpy(terms->account, order->account, sizeof terms->account);
    terms->side = order->side;
    terms->quantity = order->quantity;
    terms->basis = BASIS_FILL;
    row->condition.suspended = row->symbol->stale;
    cond_book_lift(row->symbol->book, row->node);
    strategy_record(step, row);
}

/* An order of ours that the stored state does not know (its last rows were lost with the power): it is a fact. */
static void adopt_entry(struct strategy_step *step, struct strategy_row *row)
{
    struct condition *condition = &row->condition;
    condition->attempt = 1;
    condition->entry_working = true;
    strategy_watch(step->strategy, row);
    strategy_transition(step, row, CONDITION_ENTERING, "the entry's order was sent before the restart");
}

/* The same, of a condition that has ended meanwhile: it is not wanted, and what it fills before its end is protected. */
static void call_back_entry(struct strategy_step *step, struct strategy_row *row, const struct order_event *event)
{
    struct condition *condition = &row->condition;
    condition->entry_working = true;
    condition->cancel_requested = true;
    strategy_record(step, row);
    strategy_alarm(step, row, REJECT_NONE, event->request.client_order_id,
                   "condition %" PRId64 " is %s and the order of its entry works: it is cancelled", condition->id,
                   condition_state_name(condition->state));
    strategy_cancel_entry(step, row, "its condition has ended");
}

static void on_entry(struct strategy_step *step, struct strategy_row *row, const struct order_event *event)
{
    const enum condition_state state = row->condition.state;
    adopt_terms(step, row, &event->request);
    if (state == CONDITION_ARMED || state == CONDITION_TRIGGERED || state == CONDITION_PAUSED) adopt_entry(step, row);
    if (condition_terminal(state) && !row->condition.entry_working && !order_state_terminal(event->state))
        call_back_entry(step, row, event);
    if (event->kind == EXEC_FILL && event->fill_quantity > 0) entry_filled(step, row, event);
    if (order_state_terminal(event->state)) {
        if (row->condition.entry_working) {
            const char *words = event->reason[0] != '\0' ? event->reason : order_state_name(event->state);
            entry_ended(step, row,
                        event->reject == REJECT_NONE || event->reason[0] != '\0' ? words : reject_words(event->reject));
        }
    }
    strategy_place(step->strategy, row);
}

static void adopt_exit(struct strategy_step *step, struct strategy_row *row, const struct order_request *order)
{
    struct condition *condition = &row->condition;
    condition->exit_leg = order->leg;
    condition->attempt = order->attempt;
    condition->exit_step = order->type == ORDER_LIMIT ? STRATEGY_STEP_LIMIT : order->type == ORDER_RANGE_MARKET ? 2 : 1;
    condition->exit_working = true;
    strategy_watch(step->strategy, row);
    strategy_transition(step, row, CONDITION_EXITING, "the exit's order was sent before the restart");
}

/* Another order may have closed some of its lots while the exit was on its way: what is too much is another condition's,
 * and the gate says whose. */
static void exit_filled(struct strategy_step *step, struct strategy_row *row, const struct order_event *event)
{
    struct condition *condition = &row->condition;
    const int32_t left = left_to_exit(condition), lots = event->fill_quantity < left ? event->fill_quantity : left;
    condition->exited_quantity += lots;
    condition->exited_value += event->fill_price * lots;
    strategy_record(step, row);
    if (event->fill_quantity == lots) return;
    strategy_alarm(step, row, REJECT_NONE, event->request.client_order_id,
                   "the exit of condition %" PRId64 " filled %" PRId32 " lots more than it still had", condition->id,
                   event->fill_quantity - lots);
}

static void on_exit_event(struct strategy_step *step, struct strategy_row *row, const struct order_event *event)
{
    struct condition *condition = &row->condition;
    const struct order_request *order = &event->request;
    /* An attempt beyond ours: rows of this condition were lost with the power. */
    const bool exits = condition->state == CONDITION_OPEN || condition->state == CONDITION_EXITING;
    if (exits && order->attempt > (condition->exit_leg == LEG_NONE ? 0 : condition->attempt))
        adopt_exit(step, row, order);
    if (event->kind == EXEC_FILL && event->fill_quantity > 0) exit_filled(step, row, event);
    const bool present = condition->state == CONDITION_EXITING && condition->exit_working &&
                         order->attempt == condition->attempt && order->leg == condition->exit_leg;
    if (present && order_state_terminal(event->state))
        exit_ended(step, row, order, event->filled_quantity, event->reject, event->reason);
    else if (!present && condition->state == CONDITION_EXITING && !condition->exit_working &&
             left_to_exit(condition) <= 0 && !condition->entry_working)
        close_row(step, row, NULL); /* a late fill of an earlier attempt */
    strategy_place(step->strategy, row);
}

static const char *closed_by(enum order_leg leg)
{
    return leg == LEG_FLATTEN  ? "flattened by the operator"
           : leg == LEG_ADJUST ? "the venue does not hold its lots any more"
                               : "an order placed by hand closed its lots";
}

/* Another order closed lots of the condition; the gate says whose they were. An exit that works for them is cancelled by
 * the gate too, and its end decides. */
static void on_released(struct strategy_step *step, const struct order_event *event)
{
    struct strategy_row *row = strategy_row_find(step->strategy, event->request.condition_id);
    if (row == NULL) return;
    struct condition *condition = &row->condition;
    const int32_t left = left_to_exit(condition);
    const int32_t lots = event->fill_quantity < left ? event->fill_quantity : left;
    if (lots <= 0 || strcmp(condition->terms.symbol, event->request.symbol) != 0) return;
    condition->exited_quantity += lots;
    condition->exited_value += event->fill_price * lots;
    row->exit_cap = 0;
    if (left > lots || condition->entry_working || condition->exit_working)
        strategy_record(step, row);
    else
        close_row(step, row, closed_by(event->request.leg));
    strategy_place(step->strategy, row);
}

/* Is it an order of one of this install's conditions? */
static bool is_ours(const struct strategy *strategy, const struct order_request *order)
{
    if (order->condition_id <= 0) return false;
    char prefix[CLIENT_ORDER_ID_SIZE];
    const int length =
        snprintf(prefix, sizeof prefix, "%.11s-%" PRId64 "-", strategy->config.install, order->condition_id);
    CHECK(length > 0 && (size_t)length < sizeof prefix);
    return strncmp(order->client_order_id, prefix, (size_t)length) == 0;
}

static void orphan_alarm(struct strategy_step *step, const struct order_event *event)
{
    const struct order_request *order = &event->request;
    struct risk_event risk = {.reject = REJECT_NONE};
    memcpy(risk.client_order_id, order->client_order_id, sizeof risk.client_order_id);
    memcpy(risk.symbol, order->symbol, sizeof risk.symbol);
    snprintf(risk.text, sizeof risk.text,
             "%s %" PRId32 " %s filled for condition %" PRId64 ", which is not kept here: nothing protects them",
             side_name(order->side), event->fill_quantity, order->symbol, order->condition_id);
    strategy_risk(step, &risk);
}

/* A condition that is not kept: its rows were lost with the power, or it ended on an earlier day. Its number must not be
 * given again, what its orders fill is nobody's here, and what has not filled yet had better not. */
static void on_orphan(struct strategy_step *step, const struct order_event *event)
{
    const struct order_request *order = &event->request;
    if (order->condition_id > step->strategy->last_id) {
        step->strategy->last_id = order->condition_id;
        strategy_cursor(step, "conditions", 0, (uint64_t)order->condition_id);
    }
    if (event->kind == EXEC_FILL) orphan_alarm(step, event);
    if (order->leg != LEG_ENTRY || !order_state_working(event->state) || event->state == ORDER_PENDING_CANCEL) return;
    struct cancel_request cancel = {.created_us = step->now_us};
    memcpy(cancel.client_order_id, order->client_order_id, sizeof cancel.client_order_id);
    (void)text_copy(cancel.actor, sizeof cancel.actor, step->actor);
    (void)text_copy(cancel.reason, sizeof cancel.reason, "its condition is not kept");
    emit(step->sink, PORT_ORDER, MSG_CANCEL_REQUEST, &cancel, sizeof cancel);
}

enum status strategy_on_order_event(struct strategy *strategy, const struct order_event *event, int64_t now_us,
                                    struct sink *sink, struct err *err)
{
    if (event->seq <= strategy->events_seq) return ERR_OK;
    if (event->seq != strategy->events_seq + 1) {
        return err_set(err, ERR_STATE, "order event %" PRIu64 " comes after %" PRIu64 ": the ones between are missing",
                       event->seq, strategy->events_seq);
    }
    strategy->events_seq = event->seq;
    struct strategy_step step = strategy_step(strategy, sink, now_us, STRATEGY_ACTOR);
    if (event->market_us > step.market_us) step.market_us = event->market_us;
    step.price = event->fill_price;
    if (event->time_us < now_us) step.decided_us = event->time_us;
    const struct order_request *order = &event->request;
    const bool released = event->kind == EXEC_RELEASED, ours = !released && is_ours(strategy, order);
    struct strategy_row *row = ours ? strategy_row_find(strategy, order->condition_id) : NULL;
    if (ours && row == NULL) on_orphan(&step, event);
    if (row != NULL && row->unacknowledged && strcmp(order->client_order_id, row->signal.order.client_order_id) == 0)
        strategy_acknowledge(&step, row);
    if (row != NULL && order->leg == LEG_ENTRY)
        on_entry(&step, row, event);
    else if (row != NULL && (order->leg == LEG_TAKE_PROFIT || order->leg == LEG_STOP_LOSS))
        on_exit_event(&step, row, event);
    else if (released)
        on_released(&step, event);
    strategy_cursor(&step, "events", (uint64_t)event->time_us, strategy->events_seq);
    return ERR_OK;
}

/* The executor knows this number for another order: our last rows were lost with the power. The same order goes again
 * under the next number. */
static void renumber(struct strategy_step *step, struct strategy_row *row)
{
    struct signal *signal = &row->signal;
    signal->acknowledged = true; /* else the old number's row would be sent again at each restart */
    emit(step->sink, PORT_STORE, MSG_SIGNAL, signal, sizeof *signal);
    signal->acknowledged = false;
    signal->seq = ++step->strategy->signal_seq;
    row->signal_sent_us = 0;
    emit(step->sink, PORT_STORE, MSG_SIGNAL, signal, sizeof *signal);
    strategy_cursor(step, "signals", 0, signal->seq);
}

void strategy_on_ack(struct strategy *strategy, const struct signal_ack *ack, int64_t now_us, struct sink *sink)
{
    struct strategy_row *row = NULL;
    for (uint32_t i = 0; i < strategy->watch_count && row == NULL; i++) {
        struct strategy_row *watched = strategy->slots[strategy->watch[i]];
        if (watched->unacknowledged && watched->signal.seq == ack->seq) row = watched;
    }
    if (row == NULL || strcmp(ack->strategy, strategy->config.install) != 0) return;
    struct strategy_step step = strategy_step(strategy, sink, now_us, STRATEGY_ACTOR);
    const struct order_request *order = &row->signal.order;
    if (strcmp(ack->client_order_id, order->client_order_id) != 0) {
        renumber(&step, row);
        return;
    }
    if (ack->accepted) {
        row->accepted = true;
        return;
    }
    strategy_acknowledge(&step, row);
    const char *reason = ack->reason[0] != '\0' ? ack->reason : reject_words(ack->reject);
    if (order->leg == LEG_ENTRY) {
        if (row->condition.entry_working) entry_ended(&step, row, reason);
    } else if (row->condition.exit_working && order->attempt == row->condition.attempt) {
        exit_ended(&step, row, order, 0, ack->reject, reason);
    }
    strategy_place(strategy, row);
}
