/*
 * A reader that stands still while the other end vanishes. libzmq 4.3.4 ends the whole process in several of these cases
 * (Assertion failed: !_io_error, _input_stopped); gateway/bus.c chooses its options so that none is reached. Each test
 * fills the queues between, takes the other end away, and gives every timer time to run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <zmq.h>

#include "core/wire.h"
#include "gateway/bus.h"
#include "gateway/loop.h"
#include "tests/gateway/tempdir.h"

#define PATIENCE_US (20 * CLOCK_SECOND_US)
#define TIMERS_US   (1300 * CLOCK_MS_US) /* longer than heartbeats, their time-out and time to live */
#define MANY        60000                /* more than a ROUTER or a SUB holds unread */
#define THEFTS      2

static char home[TEMPDIR_SIZE];
static struct settings settings;
static struct paths paths;
static struct bus *bus;
static struct loop *loop;
static void *context; /* of the other end */
static void *others[16];
static size_t other_count;
static struct bus_socket *ours, *reader;

static int open_all(void **state)
{
    struct err err;
    (void)state;
    ours = reader = NULL;
    other_count = 0;
    if (tempdir_make(home) != 0) return -1;
    settings_defaults(&settings);
    snprintf(paths.home, sizeof paths.home, "%s", home);
    snprintf(paths.runtime, sizeof paths.runtime, "%s", home);
    context = zmq_ctx_new();
    return bus_open(&bus, &settings, &paths, &err) == ERR_OK && loop_open(&loop, false, &err) == ERR_OK ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < other_count; i++) zmq_close(others[i]); /* or a failed test would wait for them for ever */
    bus_socket_close(ours);
    bus_socket_close(reader);
    loop_close(loop);
    bus_close(bus);
    zmq_ctx_term(context);
    return tempdir_remove(home);
}

static void pass(int64_t time_us)
{
    int64_t until_us = clock_monotonic_us() + time_us;
    while (clock_monotonic_us() < until_us) loop_wait(loop, 20 * CLOCK_MS_US);
}

/* --- the other end: plain ZeroMQ, without heartbeats of its own ----------------------------------------------------- */

static void *other(enum bus_endpoint endpoint, int type, const char *name, bool binds)
{
    char address[128];
    int none = 0;
    int one = 1;
    int full_ms = 2000; /* longer than a busy machine keeps a reader waiting */
    int patience_ms = PATIENCE_US / CLOCK_MS_US;
    void *socket = zmq_socket(context, type);
    assert_non_null(socket);
    assert_true(other_count < sizeof others / sizeof others[0]);
    others[other_count++] = socket;
    zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none);
    zmq_setsockopt(socket, ZMQ_SNDTIMEO, &full_ms, sizeof full_ms);
    zmq_setsockopt(socket, ZMQ_RCVTIMEO, &patience_ms, sizeof patience_ms);
    if (type == ZMQ_XPUB) zmq_setsockopt(socket, ZMQ_XPUB_NODROP, &one, sizeof one);
    if (name != NULL) zmq_setsockopt(socket, ZMQ_ROUTING_ID, name, strlen(name));
    snprintf(address, sizeof address, "ipc://%.80s/%s", home, bus_endpoint_name(endpoint));
    assert_int_equal(binds ? zmq_bind(socket, address) : zmq_connect(socket, address), 0);
    return socket;
}

static void vanish(void *socket)
{
    for (size_t i = 0; i < other_count; i++)
        if (others[i] == socket) others[i] = others[--other_count];
    zmq_close(socket);
}

static size_t heartbeat(uint8_t bytes[WIRE_MAX])
{
    struct msg msg;
    size_t length = 0;
    msg_init(&msg, MSG_HEARTBEAT);
    msg.heartbeat.component = COMPONENT_GATEWAY;
    msg.heartbeat.pid = 1;
    assert_int_equal(wire_encode(&msg, bytes, WIRE_MAX, &length, NULL), ERR_OK);
    return length;
}

/* Until nothing more fits between us, `most` at most. head: the frame before it, or NULL. Returns how many left. */
static int fill(void *socket, const void *head, size_t head_size, int most)
{
    uint8_t bytes[WIRE_MAX];
    size_t length = heartbeat(bytes);
    int sent = 0;
    while (sent < most) {
        if ((head != NULL && zmq_send(socket, head, head_size, ZMQ_SNDMORE) < 0) ||
            zmq_send(socket, bytes, length, 0) < 0)
            break; /* it waited for room */
        sent++;
    }
    return sent;
}

/* --- our end -------------------------------------------------------------------------------------------------------- */

/* Everything that is there, and what comes until `least` have been taken. */
static int take(struct bus_socket *socket, int least)
{
    struct msg msg;
    int taken = 0;
    int64_t until_us = clock_monotonic_us() + PATIENCE_US;
    while (clock_monotonic_us() < until_us)
        if (bus_receive(socket, &msg, NULL, NULL) == BUS_MESSAGE)
            taken++;
        else if (taken >= least)
            break;
        else
            loop_wait(loop, 10 * CLOCK_MS_US);
    return taken;
}

static void await_connections(struct bus_socket *socket, uint64_t number)
{
    int64_t until_us = clock_monotonic_us() + PATIENCE_US;
    while ((bus_connections(socket) < number || !bus_connected(socket)) && clock_monotonic_us() < until_us)
        loop_wait(loop, 10 * CLOCK_MS_US);
    assert_int_equal(bus_connections(socket), number);
}

/* --- tests ---------------------------------------------------------------------------------------------------------- */

static void test_a_router_whose_peer_floods_it_and_vanishes(void **state)
{
    (void)state;
    assert_int_equal(bus_bind(bus, BUS_GATEWAY_ORDERS, BUS_ROUTER, &ours, NULL), ERR_OK);
    loop_add_socket(loop, ours);
    void *flood = other(BUS_GATEWAY_ORDERS, ZMQ_DEALER, NULL, false);
    int sent = fill(flood, NULL, 0, 10 * MANY);
    assert_true(sent > 1000);
    assert_true(sent < 10 * MANY); /* what it may hold is finite */
    vanish(flood);
    loop_remove_socket(loop, ours); /* not a reader meanwhile */
    pass(TIMERS_US);
    assert_true(take(ours, 1000) > 1000);
    do pass(200 * CLOCK_MS_US); /* what was still on its way */
    while (take(ours, 0) > 0);
    void *normal = other(BUS_GATEWAY_ORDERS, ZMQ_DEALER, NULL, false);
    assert_int_equal(fill(normal, NULL, 0, 3), 3);
    assert_int_equal(take(ours, 3), 3);
    vanish(normal);
}

static void test_a_dealer_that_does_not_read_and_loses_its_peer(void **state)
{
    uint8_t bytes[16];
    struct msg msg;
    (void)state;
    void *router = other(BUS_GATEWAY_ORDERS, ZMQ_ROUTER, NULL, true);
    assert_int_equal(bus_connect(bus, BUS_GATEWAY_ORDERS, BUS_DEALER, "executor", &ours, NULL), ERR_OK);
    await_connections(ours, 1);
    msg_init(&msg, MSG_QUERY);
    msg.query.kind = QUERY_STATUS;
    assert_int_equal(bus_send(ours, &msg, NULL), ERR_OK);
    assert_int_equal(zmq_recv(router, bytes, sizeof bytes, 0), 8);
    int one = 1;
    zmq_setsockopt(router, ZMQ_ROUTER_MANDATORY, &one, sizeof one); /* it waits for room, too */
    int sent = fill(router, "executor", 8, MANY);
    assert_int_equal(sent, MANY); /* its line is never held up */
    vanish(router);
    pass(TIMERS_US);
    assert_in_range(take(ours, 0), 0, MANY);
    router = other(BUS_GATEWAY_ORDERS, ZMQ_ROUTER, NULL, true);
    await_connections(ours, 2);
    assert_int_equal(bus_send(ours, &msg, NULL), ERR_OK);
    assert_int_equal(zmq_recv(router, bytes, sizeof bytes, 0), 8);
    vanish(router);
}

/* libzmq sends it on a new line when our side is next asked for anything: a process of ours always is. */
static void await_subscription(void *publisher)
{
    uint8_t bytes[16];
    int64_t until_us = clock_monotonic_us() + PATIENCE_US;
    int got = zmq_recv(publisher, bytes, sizeof bytes, ZMQ_DONTWAIT);
    while (got < 0 && clock_monotonic_us() < until_us) {
        (void)bus_receive(ours, &(struct msg){0}, NULL, NULL);
        loop_wait(loop, CLOCK_MS_US);
        got = zmq_recv(publisher, bytes, sizeof bytes, ZMQ_DONTWAIT);
    }
    assert_int_equal(got, 1);
}

static void test_a_subscriber_that_does_not_read_and_loses_its_publisher(void **state)
{
    (void)state;
    void *publisher = other(BUS_GATEWAY_PUB, ZMQ_XPUB, NULL, true);
    assert_int_equal(bus_connect(bus, BUS_GATEWAY_PUB, BUS_SUB, "", &ours, NULL), ERR_OK);
    bus_subscribe(ours, "");
    for (int round = 0; round < 2; round++) {
        await_subscription(publisher);
        int sent = fill(publisher, "~heartbeat", 10, 10 * MANY);
        assert_in_range(sent, 1000, 10 * MANY - 1);
        pass(TIMERS_US); /* a reader that is behind keeps its line */
        assert_int_equal(bus_connections(ours), round + 1);
        vanish(publisher);
        pass(TIMERS_US);
        assert_in_range(take(ours, 1000), 1000, sent);
        publisher = other(BUS_GATEWAY_PUB, ZMQ_XPUB, NULL, true);
        await_connections(ours, (uint64_t)round + 2);
    }
    vanish(publisher);
}

/* Who took the name leaves the old line without a reader; it must not bring the process down when it goes. */
static void test_a_line_whose_name_was_taken(void **state)
{
    struct msg msg;
    uint8_t bytes[WIRE_MAX];
    size_t length = heartbeat(bytes);
    struct bus_socket *dealer = NULL;
    (void)state;
    assert_int_equal(bus_bind(bus, BUS_GATEWAY_ORDERS, BUS_ROUTER, &ours, NULL), ERR_OK);
    assert_int_equal(bus_connect(bus, BUS_GATEWAY_ORDERS, BUS_DEALER, "executor", &dealer, NULL), ERR_OK);
    loop_add_socket(loop, ours);
    await_connections(dealer, 1);
    msg_init(&msg, MSG_QUERY);
    msg.query.kind = QUERY_STATUS;
    for (uint64_t i = 1; i <= THEFTS; i++) {
        assert_int_equal(bus_send(dealer, &msg, NULL), ERR_OK);
        assert_int_equal(take(ours, 1), 1);
        void *thief = other(BUS_GATEWAY_ORDERS, ZMQ_DEALER, "executor", false);
        assert_int_equal(zmq_send(thief, bytes, length, 0), length);
        assert_int_equal(take(ours, 1), 1);
        (void)bus_send(dealer, &msg, NULL); /* into the void; the line is found dead, and begins again */
        await_connections(dealer, i + 1);
        vanish(thief);
    }
    pass(TIMERS_US);
    assert_int_equal(bus_send(dealer, &msg, NULL), ERR_OK);
    assert_int_equal(take(ours, 1), 1);
    loop_remove_socket(loop, ours);
    bus_socket_close(dealer);
}

/* The exchange's ticks wait for a reader that is behind; nothing else does, or one sleeping screen would silence it. */
static void test_what_the_exchange_says_waits_for_a_reader(void **state)
{
    struct msg tick;
    struct msg beat;
    uint8_t bytes[WIRE_MAX];
    (void)state;
    assert_int_equal(bus_bind(bus, BUS_EXCHANGE_PUB, BUS_PUB, &ours, NULL), ERR_OK);
    void *slow = other(BUS_EXCHANGE_PUB, ZMQ_SUB, NULL, false);
    zmq_setsockopt(slow, ZMQ_SUBSCRIBE, "", 0);
    int64_t until_us = clock_monotonic_us() + PATIENCE_US;
    while (!bus_subscribed(ours) && clock_monotonic_us() < until_us) loop_wait(loop, CLOCK_MS_US);
    msg_init(&tick, MSG_TICK);
    snprintf(tick.tick.symbol, sizeof tick.tick.symbol, "MXFH1");
    tick.tick.price = PRICE_SCALE;
    tick.tick.quantity = 1;
    msg_init(&beat, MSG_HEARTBEAT);
    beat.heartbeat.component = COMPONENT_EXCHANGE;
    int published = 0;
    while (published < 10 * MANY && bus_publish(ours, &tick, NULL) == ERR_OK) published++;
    assert_in_range(published, 1000, 10 * MANY - 1);
    assert_int_equal(bus_publish(ours, &beat, NULL), ERR_BUSY);
    int read = 0;
    while (read < published && zmq_recv(slow, bytes, sizeof bytes, 0) > 0) /* its topic, then itself */
        read += zmq_recv(slow, bytes, sizeof bytes, 0) > 0 ? 1 : 0;
    assert_int_equal(read, published);
    until_us = clock_monotonic_us() + PATIENCE_US;
    while (bus_publish(ours, &tick, NULL) == ERR_BUSY && clock_monotonic_us() < until_us) loop_wait(loop, CLOCK_MS_US);
    assert_true(zmq_recv(slow, bytes, sizeof bytes, 0) > 0);
    vanish(slow);
}

/* The next tick goes out, or ERR_BUSY: not yet. */
static enum status say_tick(uint64_t seq)
{
    struct msg msg;
    struct err err;
    msg_init(&msg, MSG_TICK);
    snprintf(msg.tick.symbol, sizeof msg.tick.symbol, "MXFH1");
    msg.tick.epoch = 1;
    msg.tick.seq = msg.tick.sym_seq = seq;
    msg.tick.price = PRICE_POINTS(17400);
    msg.tick.quantity = 1;
    msg.tick.trading_day = 20210726;
    return bus_publish(ours, &msg, &err);
}

static enum status say_depth(void)
{
    struct msg msg;
    struct err err;
    msg_init(&msg, MSG_DEPTH);
    snprintf(msg.depth.symbol, sizeof msg.depth.symbol, "MXFH1");
    return bus_publish(ours, &msg, &err);
}

/* The market waits for a reader that stands still; what it says besides, and he has no room for, costs him no tick. */
static void test_a_market_whose_reader_stands_still_loses_no_tick(void **state)
{
    struct msg msg;
    uint64_t said = 0, heard = 0;
    (void)state;
    assert_int_equal(bus_bind(bus, BUS_EXCHANGE_PUB, BUS_PUB, &ours, NULL), ERR_OK);
    assert_int_equal(bus_connect(bus, BUS_EXCHANGE_PUB, BUS_SUB, "", &reader, NULL), ERR_OK);
    bus_subscribe(reader, "");
    int64_t until_us = clock_monotonic_us() + PATIENCE_US;
    while (!bus_subscribed(ours) && clock_monotonic_us() < until_us) loop_wait(loop, CLOCK_MS_US);
    while (said < 10 * MANY && say_tick(said + 1) == ERR_OK) said++;
    assert_in_range(said, 1000, 10 * MANY - 1);
    for (int i = 0; i < 3; i++) assert_int_equal(say_depth(), ERR_BUSY);
    const uint64_t most = said + 1000;
    until_us = clock_monotonic_us() + PATIENCE_US;
    while (heard < most && clock_monotonic_us() < until_us) {
        while (said < most && say_tick(said + 1) == ERR_OK) said++;
        if (bus_receive(reader, &msg, NULL, NULL) != BUS_MESSAGE) {
            pass(CLOCK_MS_US);
            continue;
        }
        if (msg.id == MSG_TICK) assert_int_equal(msg.tick.sym_seq, ++heard);
    }
    assert_int_equal(heard, most);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_market_whose_reader_stands_still_loses_no_tick, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_a_router_whose_peer_floods_it_and_vanishes, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_a_dealer_that_does_not_read_and_loses_its_peer, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_a_subscriber_that_does_not_read_and_loses_its_publisher, open_all,
                                        close_all),
        cmocka_unit_test_setup_teardown(test_what_the_exchange_says_waits_for_a_reader, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_a_line_whose_name_was_taken, open_all, close_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
