/*
 * matching_scene: a simulated exchange with two accounts and one contract, and all that it says.
 *
 * Owner: the test. Thread: one.
 */
#ifndef TESTS_CORE_MATCHING_SCENE_H
#define TESTS_CORE_MATCHING_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/calendar.h"
#include "core/clock.h"
#include "core/matching.h"
#include "core/text.h"

#define DAY       20210726
#define SYMBOL    "MXFH1"
#define P(points) PRICE_POINTS(points)
#define SAID_MAX  4096

struct said {
    enum port port;
    struct msg msg;
};

struct fixture {
    struct matching *matching;
    uint32_t index;
    struct sink sink;
    struct said *said;
    size_t count;
    int64_t now_us;
};

static inline void hear(void *context, enum port port, const struct msg *msg)
{
    struct fixture *f = context;
    struct err err = {0};
    if (msg_check(msg, &err) != ERR_OK) fail_msg("said something malformed: %s", err.text);
    assert_true(f->count < SAID_MAX);
    f->said[f->count].port = port;
    f->said[f->count++].msg = *msg;
}

static inline int64_t at(int hour, int minute, int second)
{
    return calendar_taipei_us(DAY, hour * 3600 + minute * 60 + second);
}

static inline void go(struct fixture *f, int hour, int minute, int second)
{
    matching_on_time(f->matching, at(hour, minute, second), ++f->now_us, &f->sink);
}

static inline void make(struct fixture *f, bool replay, price_t reference)
{
    const struct matching_config config = {.install = "test", .epoch = 7, .max_orders = 64, .max_resting = 256};
    struct contract contract;
    f->matching = matching_new(&config);
    assert_non_null(f->matching);
    assert_int_equal(contract_make(SYMBOL, DAY, reference, &contract, NULL), ERR_OK);
    assert_int_equal(matching_open_account(f->matching, "A-1", "One", 0, P(10000000), NULL), ERR_OK);
    assert_int_equal(matching_open_account(f->matching, "B-1", "Two", 1, P(100000), NULL), ERR_OK);
    assert_int_equal(matching_list(f->matching, &contract, replay, &f->index, NULL), ERR_OK);
    f->sink = (struct sink){.context = f, .emit = hear};
    f->count = 0;
}

static inline int set_up_any(void **state, bool replay)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->said = calloc(SAID_MAX, sizeof *f->said);
    make(f, replay, replay ? 0 : P(17400));
    *state = f;
    return 0;
}

static inline int set_up(void **state)
{
    return set_up_any(state, false);
}

static inline int set_up_replay(void **state)
{
    return set_up_any(state, true);
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;
    matching_free(f->matching);
    free(f->said);
    free(f);
    return 0;
}

static inline struct order_request request(const char *id, enum side side, enum order_type type, enum time_in_force tif,
                                           int quantity, price_t price)
{
    struct order_request made = {
        .side = side, .type = type, .tif = tif, .quantity = quantity, .limit_price = price, .attempt = 1};
    (void)text_copy(made.client_order_id, sizeof made.client_order_id, id);
    (void)text_copy(made.account, sizeof made.account, "A-1");
    (void)text_copy(made.symbol, sizeof made.symbol, SYMBOL);
    (void)text_copy(made.actor, sizeof made.actor, "test");
    return made;
}

static inline void send(struct fixture *f, const char *id, enum side side, enum order_type type, enum time_in_force tif,
                        int quantity, price_t price)
{
    const struct order_request made = request(id, side, type, tif, quantity, price);
    f->count = 0;
    matching_order(f->matching, 0, &made, &f->sink);
}

static inline void cancel(struct fixture *f, uint32_t stream, const char *id)
{
    struct cancel_request made = {0};
    (void)text_copy(made.client_order_id, sizeof made.client_order_id, id);
    f->count = 0;
    matching_cancel(f->matching, stream, &made, &f->sink);
}

/* The index-th published message of a kind since the last send, NULL when there are not so many. */
static inline const struct msg *said(const struct fixture *f, enum msg_id id, size_t index)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->said[i].port == PORT_PUBLISH && f->said[i].msg.id == id && index-- == 0) return &f->said[i].msg;
    return NULL;
}

static inline const struct venue_exec *exec(const struct fixture *f, size_t index)
{
    const struct msg *msg = said(f, MSG_VENUE_EXEC, index);
    assert_non_null(msg);
    return &msg->venue_exec;
}

static inline void assert_rejected(const struct fixture *f, enum reject_code code)
{
    const struct venue_exec *first = exec(f, 0);
    assert_int_equal(first->kind, EXEC_REJECTED);
    assert_int_equal(first->reject, code);
    assert_true(first->reason[0] != '\0');
    assert_null(said(f, MSG_VENUE_EXEC, 1));
}

static inline void assert_fill(const struct venue_exec *fill, price_t price, int32_t lots)
{
    assert_int_equal(fill->kind, EXEC_FILL);
    assert_int_equal(fill->fill_price, price);
    assert_int_equal(fill->fill_quantity, lots);
    assert_true(fill->exec_id[0] != '\0');
}

static inline const struct order *find(const struct fixture *f, const char *id)
{
    int32_t copies;
    const struct order *order = matching_find(f->matching, 0, id, &copies);
    assert_non_null(order);
    return order;
}

/* Bids 17399 x 5, 17398 x 5; asks 17401 x 3 + 2, 17402 x 5. */
static inline void open_book(struct fixture *f)
{
    go(f, 9, 0, 0);
    matching_flow_add(f->matching, f->index, SIDE_BUY, P(17399), 5, &f->sink);
    matching_flow_add(f->matching, f->index, SIDE_BUY, P(17398), 5, &f->sink);
    matching_flow_add(f->matching, f->index, SIDE_SELL, P(17401), 3, &f->sink);
    matching_flow_add(f->matching, f->index, SIDE_SELL, P(17401), 2, &f->sink);
    matching_flow_add(f->matching, f->index, SIDE_SELL, P(17402), 5, &f->sink);
}

#endif
