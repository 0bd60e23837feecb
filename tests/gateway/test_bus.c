/*
 * The bus with real sockets: what arrives whole arrives; a two-frame, truncated, oversized or garbage message is
 * counted and dropped and harms nothing else; nothing waits for a peer that is not there.
 */
#include <signal.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zmq.h>

#include "core/wire.h"
#include "gateway/bus.h"
#include "gateway/loop.h"
#include "tests/gateway/tempdir.h"

static char home[TEMPDIR_SIZE];
static struct settings settings;
static struct paths paths;
static struct bus *bus;
static struct loop *loop;
static struct bus_socket *open_sockets[16]; /* a failed test leaves some, and the context waits for them */

static int open_all(void **state)
{
    struct err err;
    (void)state;
    if (tempdir_make(home) != 0) return -1;
    settings_defaults(&settings);
    snprintf(paths.home, sizeof paths.home, "%s", home);
    snprintf(paths.runtime, sizeof paths.runtime, "%s", home);
    return bus_open(&bus, &settings, &paths, &err) == ERR_OK && loop_open(&loop, false, &err) == ERR_OK ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    for (int i = 0; i < 16; i++) {
        bus_socket_close(open_sockets[i]);
        open_sockets[i] = NULL;
    }
    loop_close(loop);
    bus_close(bus);
    return tempdir_remove(home);
}

static void await_connected(struct bus_socket *socket, bool wanted)
{
    int64_t until_us = clock_monotonic_us() + 5 * CLOCK_SECOND_US;
    while (bus_connected(socket) != wanted && clock_monotonic_us() < until_us) loop_wait(loop, 10000);
    assert_int_equal(bus_connected(socket), wanted);
}

static struct bus_socket *keep(struct bus_socket *socket)
{
    int i = 0;
    while (open_sockets[i] != NULL) i++;
    open_sockets[i] = socket;
    loop_add_socket(loop, socket);
    return socket;
}

static struct bus_socket *bound(enum bus_endpoint endpoint, enum bus_kind kind)
{
    struct bus_socket *socket = NULL;
    struct err err = {0};
    assert_int_equal(bus_bind(bus, endpoint, kind, &socket, &err), ERR_OK);
    return keep(socket);
}

static struct bus_socket *connected(enum bus_endpoint endpoint, enum bus_kind kind, const char *name)
{
    struct bus_socket *socket = NULL;
    struct err err = {0};
    assert_int_equal(bus_connect(bus, endpoint, kind, name, &socket, &err), ERR_OK);
    if (kind == BUS_SUB) bus_subscribe(socket, "");
    keep(socket);
    await_connected(socket, true);
    return socket;
}

static void finish(struct bus_socket *socket)
{
    for (int i = 0; i < 16; i++) open_sockets[i] = open_sockets[i] == socket ? NULL : open_sockets[i];
    loop_remove_socket(loop, socket);
    bus_socket_close(socket);
}

/* The next message or garbage, within 5 s. */
static enum bus_result receive(struct bus_socket *socket, struct msg *msg, struct bus_peer *peer, struct err *err)
{
    int64_t until_us = clock_monotonic_us() + 5 * CLOCK_SECOND_US;
    enum bus_result result = bus_receive(socket, msg, peer, err);
    while (result == BUS_EMPTY && clock_monotonic_us() < until_us) {
        loop_wait(loop, 10000);
        result = bus_receive(socket, msg, peer, err);
    }
    return result;
}

static void query_message(struct msg *msg, uint64_t id)
{
    msg_init(msg, MSG_QUERY);
    msg->query.kind = QUERY_STATUS;
    msg->query.request_id = id;
}

static void test_dealer_and_router(void **state)
{
    (void)state;
    struct bus_socket *router = bound(BUS_GATEWAY_CONTROL, BUS_ROUTER);
    struct bus_socket *a = connected(BUS_GATEWAY_CONTROL, BUS_DEALER, "strategy");
    struct bus_socket *b = connected(BUS_GATEWAY_CONTROL, BUS_DEALER, "");
    struct msg msg;
    struct msg got;
    struct bus_peer peer;
    struct err err;
    for (uint64_t i = 1; i <= 100; i++) {
        query_message(&msg, i);
        assert_int_equal(bus_send(i % 2 == 0 ? a : b, &msg, &err), ERR_OK);
    }
    uint64_t last[2] = {0, 0};
    for (int i = 0; i < 100; i++) {
        assert_int_equal(receive(router, &got, &peer, &err), BUS_MESSAGE);
        bool from_a = peer.size == 8 && memcmp(peer.id, "strategy", 8) == 0;
        assert_int_equal(from_a, got.query.request_id % 2 == 0);
        assert_true(got.query.request_id > last[from_a]); /* in order, each peer */
        last[from_a] = got.query.request_id;
        msg_init(&msg, MSG_REPLY);
        msg.reply.request_id = got.query.request_id;
        assert_int_equal(bus_send_to(router, &peer, &msg, &err), ERR_OK);
    }
    for (uint64_t i = 2; i <= 100; i += 2) {
        assert_int_equal(receive(a, &got, NULL, &err), BUS_MESSAGE);
        assert_int_equal(got.reply.request_id, i);
    }
    finish(a);
    finish(b);
    finish(router);
}

static void test_topics(void **state)
{
    (void)state;
    char buf[BUS_TOPIC_SIZE];
    struct msg msg;
    msg_init(&msg, MSG_TICK);
    snprintf(msg.tick.symbol, sizeof msg.tick.symbol, "MXFH1");
    assert_string_equal(bus_topic(&msg, buf), "MXFH1");
    msg_init(&msg, MSG_DEPTH);
    snprintf(msg.depth.symbol, sizeof msg.depth.symbol, "MXFH1");
    assert_string_equal(bus_topic(&msg, buf), "depth:MXFH1");
    msg_init(&msg, MSG_ORDER_EVENT);
    assert_string_equal(bus_topic(&msg, buf), "~event");
    msg_init(&msg, MSG_GUARD_LIMITS);
    assert_string_equal(bus_topic(&msg, buf), "~guard");
    msg_init(&msg, MSG_FEED);
    assert_string_equal(bus_topic(&msg, buf), "~feed");
    msg_init(&msg, MSG_HEARTBEAT);
    assert_string_equal(bus_topic(&msg, buf), "~heartbeat");
}

static void tick_message(struct msg *msg, const char *symbol, uint64_t seq)
{
    msg_init(msg, MSG_TICK);
    snprintf(msg->tick.symbol, sizeof msg->tick.symbol, "%s", symbol);
    msg->tick.epoch = 1;
    msg->tick.seq = seq;
    msg->tick.sym_seq = seq;
    msg->tick.price = PRICE_POINTS(17000);
    msg->tick.quantity = 1;
}

/* Everything but depth goes to one that does not want it. */
static void test_publish(void **state)
{
    (void)state;
    struct bus_socket *pub = bound(BUS_GATEWAY_PUB, BUS_PUB);
    struct bus_socket *sub = NULL;
    struct msg msg;
    struct msg got;
    struct err err;
    assert_int_equal(bus_connect(bus, BUS_GATEWAY_PUB, BUS_SUB, "", &sub, &err), ERR_OK);
    keep(sub);
    bus_subscribe_without_depth(sub);
    /* A subscription takes a moment to arrive: publish until the first comes through. */
    enum bus_result result = BUS_EMPTY;
    int64_t until_us = clock_monotonic_us() + 5 * CLOCK_SECOND_US;
    while (result == BUS_EMPTY && clock_monotonic_us() < until_us) {
        (void)bus_subscribed(pub); /* unread, it keeps the loop awake */
        tick_message(&msg, "TXFH1", 1);
        assert_int_equal(bus_publish(pub, &msg, &err), ERR_OK);
        loop_wait(loop, 10000);
        result = bus_receive(sub, &got, NULL, &err);
    }
    assert_int_equal(result, BUS_MESSAGE);
    msg_init(&msg, MSG_DEPTH);
    snprintf(msg.depth.symbol, sizeof msg.depth.symbol, "TXFH1");
    assert_int_equal(bus_publish(pub, &msg, &err), ERR_OK);
    tick_message(&msg, "MXFH1", 7);
    assert_int_equal(bus_publish(pub, &msg, &err), ERR_OK);
    do {
        assert_int_equal(receive(sub, &got, NULL, &err), BUS_MESSAGE);
        assert_int_equal(got.id, MSG_TICK);
    } while (got.tick.seq != 7);
    finish(sub);
    finish(pub);
}

/* What a broken or hostile program may send. */
static void test_garbage(void **state)
{
    (void)state;
    struct bus_socket *router = bound(BUS_GATEWAY_ORDERS, BUS_ROUTER);
    struct bus_socket *good = connected(BUS_GATEWAY_ORDERS, BUS_DEALER, "");
    char address[200];
    uint8_t whole[WIRE_MAX];
    static uint8_t big[40000];
    size_t length = 0;
    struct msg msg;
    struct bus_peer peer;
    struct err err;
    void *context = zmq_ctx_new();
    void *raw = zmq_socket(context, ZMQ_DEALER);
    int none = 0;
    zmq_setsockopt(raw, ZMQ_LINGER, &none, sizeof none);
    snprintf(address, sizeof address, "ipc://%s/gateway-orders", home);
    assert_int_equal(zmq_connect(raw, address), 0);
    query_message(&msg, 5);
    assert_int_equal(wire_encode(&msg, whole, sizeof whole, &length, &err), ERR_OK);

    static const char *const says[] = {"2 frames", "dropped", "dropped", "dropped", "more than", "0 frames"};
    zmq_send(raw, whole, length, ZMQ_SNDMORE); /* two frames, each of them good */
    zmq_send(raw, whole, length, 0);
    zmq_send(raw, whole, length - 1, 0); /* truncated */
    zmq_send(raw, "hello", 5, 0);        /* not msgpack of ours */
    zmq_send(raw, "", 0, 0);             /* empty */
    zmq_send(raw, big, sizeof big, 0);   /* longer than any message */
    for (uint64_t i = 0; i < 5; i++) {
        assert_int_equal(receive(router, &msg, &peer, &err), BUS_DROPPED);
        if (strstr(err.text, says[i]) == NULL) fail_msg("garbage %d: %s", (int)i, err.text);
        assert_int_equal(bus_dropped(router), i + 1);
    }
    /* Beyond 64 KiB the line itself is cut; the others do not notice. */
    static uint8_t huge[100000];
    zmq_send(raw, huge, sizeof huge, 0);
    query_message(&msg, 6);
    assert_int_equal(bus_send(good, &msg, &err), ERR_OK);
    assert_int_equal(receive(router, &msg, &peer, &err), BUS_MESSAGE);
    assert_int_equal(msg.query.request_id, 6);
    assert_int_equal(bus_dropped(router), 5);
    zmq_close(raw);
    zmq_ctx_term(context);
    finish(good);
    finish(router);
}

/* IMMEDIATE: what is sent while nobody is there is refused now, and never arrives later. */
static void test_nobody_there(void **state)
{
    (void)state;
    struct bus_socket *dealer = NULL;
    struct msg msg;
    struct err err;
    assert_int_equal(bus_connect(bus, BUS_EXECUTOR_SIGNALS, BUS_DEALER, "strategy", &dealer, &err), ERR_OK);
    keep(dealer);
    query_message(&msg, 1);
    assert_false(bus_connected(dealer));
    assert_int_equal(bus_send(dealer, &msg, &err), ERR_BUSY);
    struct bus_socket *router = bound(BUS_EXECUTOR_SIGNALS, BUS_ROUTER);
    await_connected(dealer, true);
    assert_int_equal(bus_connections(dealer), 1);
    query_message(&msg, 2);
    assert_int_equal(bus_send(dealer, &msg, &err), ERR_OK);
    assert_int_equal(receive(router, &msg, NULL, &err), BUS_MESSAGE);
    assert_int_equal(msg.query.request_id, 2);
    /* The other end dies and comes back: a new connection number, and the peer that is gone is not found. */
    finish(router);
    await_connected(dealer, false);
    router = bound(BUS_EXECUTOR_SIGNALS, BUS_ROUTER);
    await_connected(dealer, true);
    assert_int_equal(bus_connections(dealer), 2);
    struct bus_peer nobody = {.size = 3, .id = "who"};
    msg_init(&msg, MSG_REPLY);
    assert_int_equal(bus_send_to(router, &nobody, &msg, &err), ERR_NOT_FOUND);
    finish(dealer);
    finish(router);
}

/* A restarted agent has its name back at once, even when its old line is not known to be dead. */
static void test_handover(void **state)
{
    (void)state;
    struct bus_socket *router = bound(BUS_GATEWAY_ORDERS, BUS_ROUTER);
    struct bus_socket *old = connected(BUS_GATEWAY_ORDERS, BUS_DEALER, "executor");
    struct msg msg;
    struct bus_peer peer;
    struct err err;
    query_message(&msg, 1);
    assert_int_equal(bus_send(old, &msg, &err), ERR_OK);
    assert_int_equal(receive(router, &msg, &peer, &err), BUS_MESSAGE);
    struct bus_socket *again = connected(BUS_GATEWAY_ORDERS, BUS_DEALER, "executor");
    query_message(&msg, 2);
    assert_int_equal(bus_send(again, &msg, &err), ERR_OK);
    assert_int_equal(receive(router, &msg, &peer, &err), BUS_MESSAGE);
    msg_init(&msg, MSG_REPLY);
    msg.reply.request_id = 2;
    assert_int_equal(bus_send_to(router, &peer, &msg, &err), ERR_OK);
    assert_int_equal(receive(again, &msg, NULL, &err), BUS_MESSAGE);
    assert_int_equal(bus_receive(old, &msg, NULL, &err), BUS_EMPTY);
    finish(old);
    finish(again);
    finish(router);
}

static void test_port_taken(void **state)
{
    (void)state;
    struct settings tcp;
    struct err err = {0};
    struct bus *other = NULL;
    struct bus_socket *first = NULL;
    struct bus_socket *second = NULL;
    settings_defaults(&tcp);
    assert_int_equal(settings_set(&tcp, setting_by_key("link.transport"), "tcp", SOURCE_FLAG, &err), ERR_OK);
    assert_int_equal(settings_set(&tcp, setting_by_key("link.gateway_port"), "45557", SOURCE_FLAG, &err), ERR_OK);
    assert_int_equal(bus_open(&other, &tcp, &paths, &err), ERR_OK);
    assert_int_equal(bus_bind(other, BUS_GATEWAY_ORDERS, BUS_ROUTER, &first, &err), ERR_OK);
    assert_int_equal(bus_bind(other, BUS_GATEWAY_ORDERS, BUS_ROUTER, &second, &err), ERR_BUSY);
    assert_null(second);
    assert_non_null(strstr(err.text, "tcp://127.0.0.1:45557 is taken by another program"));
    bus_socket_close(first);
    bus_close(other);
}

static int calls;

static int64_t count_calls(void *self, int64_t now_us)
{
    (void)self;
    if (++calls == 3) raise(SIGTERM); /* pending in the signalfd: the pass goes on undisturbed */
    return now_us + 1000;
}

static void test_loop_stops_on_sigterm(void **state)
{
    (void)state;
    struct loop *stoppable = NULL;
    struct err err;
    struct loop_agent agent = {.do_work = count_calls};
    int fds[2];
    calls = 0;
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(loop_open(&stoppable, true, &err), ERR_OK);
    loop_add_fd(stoppable, fds[0]);
    loop_run(stoppable, clock_system(), &agent);
    assert_int_equal(calls, 3);
    /* A readable descriptor ends a wait at once. */
    assert_int_equal(write(fds[1], "x", 1), 1);
    int64_t before = clock_monotonic_us();
    loop_wait(stoppable, 10 * CLOCK_SECOND_US);
    assert_true(clock_monotonic_us() - before < 5 * CLOCK_SECOND_US);
    loop_close(stoppable);
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_dealer_and_router, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_topics, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_publish, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_garbage, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_nobody_there, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_handover, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_port_taken, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_loop_stops_on_sigterm, open_all, close_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
