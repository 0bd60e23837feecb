/* backtest_book: the live system's machines joined by one queue instead of sockets: strategy -> executor -> gate ->
 * matching and all the answers back, in the order they were said, until nobody has anything left to say. */
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/clock.h"
#include "core/executor.h"
#include "core/gate.h"
#include "core/matching.h"
#include "core/text.h"
#include "gateway/backtest_impl.h"

#define QUEUE_START 256
#define QUEUE_MAX   (1u << 20)
#define ORDERS_EACH 4 /* an entry and a few attempts of an exit, of each condition */
#define ORDERS_MORE 1024
#define EQUITY      PRICE_POINTS(1000000000) /* margin is not what a backtest tests */
#define LANES       2
#define VENUE       "BACKTEST"

enum speaker { SPEAKER_STRATEGY = 1, SPEAKER_EXECUTOR, SPEAKER_GATE, SPEAKER_VENUE };

struct lane;

struct said {
    enum speaker speaker;
    struct lane *lane; /* NULL: strategy, venue */
    enum port port;
    struct msg msg;
};

struct voice {
    struct backtest_book *book;
    struct lane *lane;
    enum speaker speaker;
};

/* One account's way to the venue; its index is its stream there. */
struct lane {
    const char *account;
    struct executor *executor;
    struct gate *gate;
    struct voice executor_voice, gate_voice;
    struct sink to_executor, to_gate; /* where each of them speaks */
};

struct backtest_book {
    struct backtest *backtest;
    struct lane lanes[LANES];
    struct matching *matching;
    struct voice strategy_voice, venue_voice;
    struct sink to_matching;
    uint64_t events_seq; /* of the strategy's one stream of events */
    struct said *queue;  /* a ring */
    uint32_t head, count, capacity;
};

/* --- the queue ---------------------------------------------------------------------------------------------------- */

static bool grow_queue(struct backtest_book *book)
{
    const uint32_t capacity = book->capacity == 0 ? QUEUE_START : book->capacity * 2;
    struct said *queue = capacity > QUEUE_MAX ? NULL : malloc(capacity * sizeof *queue);
    if (queue == NULL) return false;
    for (uint32_t i = 0; i < book->count; i++)
        /* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): count is 0 while capacity is */
        queue[i] = book->queue[(book->head + i) % book->capacity];
    free(book->queue);
    book->queue = queue;
    book->head = 0;
    book->capacity = capacity;
    return true;
}

static void hear(void *context, enum port port, const struct msg *msg)
{
    const struct voice *voice = context;
    struct backtest_book *book = voice->book;
    if (port == PORT_STORE || port == PORT_REPLY) return; /* nothing restarts here, and nobody asked */
    if (book->count == book->capacity && !grow_queue(book)) {
        book->backtest->failed = true;
        return;
    }
    struct said *said = &book->queue[(book->head + book->count++) % book->capacity];
    said->speaker = voice->speaker;
    said->lane = voice->lane;
    said->port = port;
    said->msg = *msg;
}

/* --- who hears what ----------------------------------------------------------------------------------------------- */

static struct lane *lane_of(struct backtest_book *book, const char *account)
{
    for (size_t i = 0; i < LANES; i++)
        if (strcmp(book->lanes[i].account, account) == 0) return &book->lanes[i];
    CHECK(!"every account has a lane");
    return NULL;
}

static uint32_t stream_of(const struct backtest_book *book, const struct lane *lane)
{
    return (uint32_t)(lane - book->lanes);
}

static void from_strategy(struct backtest_book *book, const struct said *said, int64_t now_us)
{
    if (said->port == PORT_SIGNAL) {
        struct lane *lane = lane_of(book, said->msg.signal.order.account);
        executor_on_signal(lane->executor, &said->msg.signal, now_us, &lane->to_executor);
    }
    if (said->port != PORT_ORDER) return;
    const struct cancel_command command = {.cancel = said->msg.cancel_request};
    for (size_t i = 0; i < LANES; i++) {
        struct lane *lane = &book->lanes[i];
        if (executor_order(lane->executor, command.cancel.client_order_id) == NULL) continue;
        executor_on_cancel_command(lane->executor, &command, now_us, &lane->to_executor);
    }
}

static void from_executor(struct backtest_book *book, const struct said *said, int64_t now_us)
{
    struct backtest *backtest = book->backtest;
    struct lane *lane = said->lane;
    if (said->port == PORT_ACK) strategy_on_ack(backtest->strategy, &said->msg.signal_ack, now_us, &backtest->sink);
    if (said->port != PORT_ORDER) return;
    if (said->msg.id == MSG_ORDER_REQUEST)
        gate_on_order_request(lane->gate, &said->msg.order_request, now_us, &lane->to_gate);
    else if (said->msg.id == MSG_CANCEL_REQUEST)
        gate_on_cancel_request(lane->gate, &said->msg.cancel_request, now_us, &lane->to_gate);
}

struct telling {
    struct lane *lane;
    int64_t now_us;
};

static void tell_position(void *context, const struct position *position)
{
    const struct telling *telling = context;
    gate_on_venue_position(telling->lane->gate, position, telling->now_us, &telling->lane->to_gate);
}

/* The line never breaks here, so no order is ever in doubt and no fill was missed. */
static void answer(struct backtest_book *book, struct lane *lane, const struct query *query, int64_t now_us)
{
    const struct reply reply = {.request_id = query->request_id, .status = ERR_OK};
    const uint32_t stream = stream_of(book, lane);
    struct telling telling = {lane, now_us};
    if (query->kind == QUERY_VENUE_POSITIONS) matching_each_position(book->matching, stream, tell_position, &telling);
    if (query->kind == QUERY_VENUE_ORDER) {
        struct venue_order_status status = {.request_id = query->request_id};
        const struct order *order = matching_find(book->matching, stream, query->text, &status.copies);
        status.found = order != NULL;
        if (order != NULL) status.order = *order;
        gate_on_venue_order_status(lane->gate, &status, now_us, &lane->to_gate);
    }
    gate_on_venue_reply(lane->gate, &reply, now_us, &lane->to_gate);
}

static void on_order_event(struct backtest_book *book, struct lane *lane, const struct order_event *event,
                           int64_t now_us)
{
    struct backtest *backtest = book->backtest;
    struct err err = {0};
    if (event->seq <= executor_events_seq(lane->executor)) return; /* an order's last event, said again */
    if (event->kind == EXEC_FILL)
        backtest_fill(backtest, event->request.condition_id, event->fill_price, event->fill_quantity, event->market_us);
    enum status status = executor_on_order_event(lane->executor, event, now_us, &lane->to_executor, &err);
    CHECK(status == ERR_OK);
    struct order_event numbered = *event;
    numbered.seq = ++book->events_seq;
    status = strategy_on_order_event(backtest->strategy, &numbered, now_us, &backtest->sink, &err);
    CHECK(status == ERR_OK);
}

static void from_gate(struct backtest_book *book, const struct said *said, int64_t now_us)
{
    const struct msg *msg = &said->msg;
    const uint32_t stream = stream_of(book, said->lane);
    if (said->port == PORT_PUBLISH && msg->id == MSG_ORDER_EVENT)
        on_order_event(book, said->lane, &msg->order_event, now_us);
    if (said->port != PORT_VENUE) return;
    if (msg->id == MSG_ORDER_REQUEST)
        matching_order(book->matching, stream, &msg->order_request, &book->to_matching);
    else if (msg->id == MSG_CANCEL_REQUEST)
        matching_cancel(book->matching, stream, &msg->cancel_request, &book->to_matching);
    else if (msg->id == MSG_QUERY)
        answer(book, said->lane, &msg->query, now_us);
}

static void tell_contract(struct backtest_book *book, struct contract contract)
{
    contract.flags |= CONTRACT_REGISTERED;
    strategy_on_contract(book->backtest->strategy, &contract);
    for (size_t i = 0; i < LANES; i++) {
        executor_on_contract(book->lanes[i].executor, &contract);
        gate_on_contract(book->lanes[i].gate, &contract);
    }
}

static void on_venue_tick(struct backtest_book *book, const struct tick *tick, int64_t now_us)
{
    struct backtest *backtest = book->backtest;
    for (size_t i = 0; i < LANES; i++) {
        gate_on_tick(book->lanes[i].gate, tick, now_us, &book->lanes[i].to_gate);
        executor_on_tick(book->lanes[i].executor, tick);
    }
    strategy_on_tick(backtest->strategy, tick, now_us, &backtest->sink);
}

static void from_venue(struct backtest_book *book, const struct said *said, int64_t now_us)
{
    if (said->port != PORT_PUBLISH) return;
    if (said->msg.id == MSG_VENUE_EXEC) {
        struct lane *lane = lane_of(book, said->msg.venue_exec.account);
        gate_on_venue_exec(lane->gate, &said->msg.venue_exec, now_us, &lane->to_gate);
    } else if (said->msg.id == MSG_TICK) {
        on_venue_tick(book, &said->msg.tick, now_us);
    } else if (said->msg.id == MSG_CONTRACT) {
        tell_contract(book, said->msg.contract);
    }
}

/* Until it is quiet. Each turn takes one; an order's life is a few. */
static void settle(struct backtest_book *book)
{
    const int64_t now_us = book->backtest->market_us;
    while (book->count > 0 && !book->backtest->failed) {
        const struct said said = book->queue[book->head];
        book->head = (book->head + 1) % book->capacity;
        book->count--;
        if (said.speaker == SPEAKER_STRATEGY) from_strategy(book, &said, now_us);
        if (said.speaker == SPEAKER_EXECUTOR) from_executor(book, &said, now_us);
        if (said.speaker == SPEAKER_GATE) from_gate(book, &said, now_us);
        if (said.speaker == SPEAKER_VENUE) from_venue(book, &said, now_us);
    }
}

/* --- from the run ------------------------------------------------------------------------------------------------- */

void backtest_book_emit(struct backtest *backtest, enum port port, const struct msg *msg)
{
    if (port == PORT_SIGNAL || port == PORT_ORDER) hear(&backtest->book->strategy_voice, port, msg);
}

void backtest_book_time(struct backtest *backtest, const struct market *market)
{
    struct backtest_book *book = backtest->book;
    const int64_t now_us = backtest->market_us;
    matching_on_time(book->matching, now_us, now_us, &book->to_matching);
    for (size_t i = 0; i < LANES; i++) {
        executor_on_market(book->lanes[i].executor, market, now_us, &book->lanes[i].to_executor);
        gate_on_market(book->lanes[i].gate, market, now_us, &book->lanes[i].to_gate);
    }
    settle(book);
}

void backtest_book_trade(struct backtest *backtest, const struct market_trade *trade)
{
    struct backtest_book *book = backtest->book;
    const struct matching_trade replayed = {.market_us = trade->market_us,
                                            .price = trade->price,
                                            .quantity = trade->quantity,
                                            .auction = trade->auction,
                                            .has_book = trade->has_book,
                                            .bid = trade->bid,
                                            .ask = trade->ask,
                                            .bid_quantity = trade->bid_quantity,
                                            .ask_quantity = trade->ask_quantity};
    matching_on_time(book->matching, trade->market_us, trade->market_us, &book->to_matching);
    matching_replay_trade(book->matching, backtest->symbols[trade->symbol_index].venue_index, &replayed,
                          &book->to_matching);
    settle(book);
}

void backtest_book_timer(struct backtest *backtest)
{
    struct backtest_book *book = backtest->book;
    settle(book); /* what the strategy's timer said */
    for (size_t i = 0; i < LANES; i++) {
        executor_on_timer(book->lanes[i].executor, backtest->market_us, &book->lanes[i].to_executor);
        gate_on_timer(book->lanes[i].gate, backtest->market_us, &book->lanes[i].to_gate);
    }
    settle(book);
}

/* --- set-up ------------------------------------------------------------------------------------------------------- */

static bool make_machines(struct backtest *backtest, struct backtest_book *book)
{
    const uint32_t orders = (uint32_t)backtest->conditions.count * ORDERS_EACH + ORDERS_MORE;
    const money_t commission = backtest->options->commission;
    const struct executor_config executor = {.install = BACKTEST_INSTALL,
                                             .session = 1,
                                             .resend_us = INT64_MAX / 2,
                                             .commission = commission,
                                             .max_orders = orders};
    const struct gate_config gate = {.venue = VENUE,
                                     .ack_timeout_us = INT64_MAX / 2,
                                     .in_flight_us = CLOCK_SECOND_US,
                                     .commission = commission,
                                     .max_orders = orders};
    const struct matching_config matching = {
        .install = BACKTEST_INSTALL, .epoch = 1, .commission = commission, .max_orders = orders, .max_resting = orders};
    bool made = grow_queue(book);
    for (size_t i = 0; i < LANES && made; i++) {
        book->lanes[i].executor = executor_new(&executor);
        book->lanes[i].gate = gate_new(&gate);
        made = book->lanes[i].executor != NULL && book->lanes[i].gate != NULL;
    }
    if (made) book->matching = matching_new(&matching);
    return book->matching != NULL;
}

static enum status list_contracts(struct backtest *backtest, struct backtest_book *book, struct err *err)
{
    for (uint32_t i = 0; i < market_file_symbol_count(backtest->data); i++) {
        struct backtest_symbol *symbol = &backtest->symbols[i];
        const enum status status = matching_list(book->matching, &symbol->contract, true, &symbol->venue_index, err);
        if (status != ERR_OK) return status;
        tell_contract(book, symbol->contract);
    }
    return ERR_OK;
}

static enum status log_in(struct backtest *backtest, struct lane *lane, struct err *err)
{
    struct backtest_book *book = backtest->book;
    const enum status status =
        matching_open_account(book->matching, lane->account, "backtest", stream_of(book, lane), EQUITY, err);
    if (status != ERR_OK) return status;
    struct session_info session = {.logged_in = true, .venue_session = 1};
    const struct guard_limits none = {.actor = "backtest"};
    (void)text_copy(session.user, sizeof session.user, "backtest");
    (void)text_copy(session.venue, sizeof session.venue, VENUE);
    (void)text_copy(session.account, sizeof session.account, lane->account);
    gate_on_limits(lane->gate, &none, backtest->market_us, &lane->to_gate);
    gate_start(lane->gate, backtest->market_us, &lane->to_gate);
    gate_on_session(lane->gate, &session, backtest->market_us, &lane->to_gate);
    settle(book);
    return ERR_OK;
}

static void give_voices(struct backtest_book *book)
{
    book->strategy_voice = (struct voice){.book = book, .speaker = SPEAKER_STRATEGY};
    book->venue_voice = (struct voice){.book = book, .speaker = SPEAKER_VENUE};
    book->to_matching = (struct sink){&book->venue_voice, hear};
    for (size_t i = 0; i < LANES; i++) {
        struct lane *lane = &book->lanes[i];
        lane->account = i == 0 ? BACKTEST_BUYER : BACKTEST_SELLER;
        lane->executor_voice = (struct voice){.book = book, .lane = lane, .speaker = SPEAKER_EXECUTOR};
        lane->gate_voice = (struct voice){.book = book, .lane = lane, .speaker = SPEAKER_GATE};
        lane->to_executor = (struct sink){&lane->executor_voice, hear};
        lane->to_gate = (struct sink){&lane->gate_voice, hear};
    }
}

enum status backtest_book_open(struct backtest *backtest, struct err *err)
{
    struct backtest_book *book = calloc(1, sizeof *book);
    if (book == NULL) return err_set(err, ERR_FULL, "no memory for the venue");
    backtest->book = book;
    book->backtest = backtest;
    give_voices(book);
    if (!make_machines(backtest, book)) return err_set(err, ERR_FULL, "no memory for the venue");
    enum status status = list_contracts(backtest, book, err);
    for (size_t i = 0; i < LANES && status == ERR_OK; i++) status = log_in(backtest, &book->lanes[i], err);
    return status;
}

void backtest_book_close(struct backtest_book *book)
{
    if (book == NULL) return;
    for (size_t i = 0; i < LANES; i++) {
        executor_free(book->lanes[i].executor);
        gate_free(book->lanes[i].gate);
    }
    matching_free(book->matching);
    free(book->queue);
    free(book);
}
