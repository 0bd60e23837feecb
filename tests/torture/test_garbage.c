/*
 * Garbage at every bound socket of the running system: random bytes, too many frames, cut and swollen messages, another
 * version, bytes that are not even ZeroMQ, floods, stolen names. It stays up, counts and logs it, nothing trades, and
 * the next normal request works.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <zmq.h>

#include "core/check.h"
#include "core/text.h"
#include "core/wire.h"
#include "db/db.h"
#include "gateway/bus.h"
#include "tests/torture/scene.h"

#define FLOOD   20000
#define STREAMS 40

static void *context;

static const enum bus_endpoint routers[] = {
    BUS_GATEWAY_ORDERS,   BUS_GATEWAY_CONTROL,    BUS_STRATEGY_CONTROL, BUS_EXECUTOR_SIGNALS,
    BUS_EXECUTOR_CONTROL, BUS_SUPERVISOR_CONTROL, BUS_EXCHANGE_ORDERS,  BUS_EXCHANGE_CONTROL,
};
static const enum bus_endpoint pubs[] = {BUS_GATEWAY_PUB, BUS_STRATEGY_PUB, BUS_EXECUTOR_PUB, BUS_SUPERVISOR_PUB,
                                         BUS_EXCHANGE_PUB};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* --- the system ----------------------------------------------------------------------------------------------------- */

static int start(void **state)
{
    context = zmq_ctx_new();
    return scene_open(state, 5) == 0 && scene_wait(*state, scene_ended) ? 0 : -1;
}

static int stop(void **state)
{
    if (context != NULL) zmq_ctx_term(context);
    return scene_close(state);
}

/* --- throwing ------------------------------------------------------------------------------------------------------- */

static void *throw_from(struct torture *t, enum bus_endpoint endpoint, int type, const char *name)
{
    char address[128];
    int linger_ms = 2000;
    int high_water = 4 * FLOOD;
    void *socket = zmq_socket(context, type);
    CHECK(socket != NULL);
    zmq_setsockopt(socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
    zmq_setsockopt(socket, ZMQ_SNDHWM, &high_water, sizeof high_water);
    zmq_setsockopt(socket, ZMQ_SNDTIMEO, &linger_ms, sizeof linger_ms);
    if (name != NULL) zmq_setsockopt(socket, ZMQ_ROUTING_ID, name, strlen(name));
    snprintf(address, sizeof address, "ipc://%s/%s", t->runtime, bus_endpoint_name(endpoint));
    CHECK(zmq_connect(socket, address) == 0);
    return socket;
}

static size_t random_bytes(struct torture *t, uint8_t *bytes, size_t most)
{
    size_t length = (size_t)rng_range(&t->rng, 0, (int64_t)most);
    for (size_t i = 0; i < length; i++) bytes[i] = (uint8_t)rng_next(&t->rng);
    return length;
}

/* A message that would mean something, were it whole; what it names does not exist. */
static size_t nearly_valid(struct torture *t, uint8_t bytes[WIRE_MAX])
{
    static const enum msg_id ids[] = {MSG_ORDER_REQUEST, MSG_SIGNAL, MSG_CONDITION_COMMAND, MSG_ORDER_COMMAND,
                                      MSG_CONTROL,       MSG_LOGIN,  MSG_LIMITS_COMMAND,    MSG_VENUE_EXEC};
    struct msg msg;
    size_t length = 0;
    struct order_request order = {.side = SIDE_BUY, .type = ORDER_MARKET, .tif = TIF_IOC, .quantity = 1, .attempt = 1};
    snprintf(order.client_order_id, sizeof order.client_order_id, "garbage-1");
    snprintf(order.account, sizeof order.account, "NOBODY");
    snprintf(order.symbol, sizeof order.symbol, "NOSUCH");
    msg_init(&msg, ids[rng_range(&t->rng, 0, COUNT(ids) - 1)]);
    if (msg.id == MSG_ORDER_REQUEST) {
        msg.order_request = order;
    } else if (msg.id == MSG_SIGNAL) {
        msg.signal.order = order;
        msg.signal.seq = 1;
        snprintf(msg.signal.strategy, sizeof msg.signal.strategy, "nobody");
    } else if (msg.id == MSG_ORDER_COMMAND) {
        msg.order_command.order = order;
    } else if (msg.id == MSG_CONTROL) {
        msg.control.kind = CONTROL_HALT;
    }
    struct err err;
    return wire_encode(&msg, bytes, WIRE_MAX, &length, &err) == ERR_OK ? length : 0;
}

static void throw_frames(void *socket, int frames, const uint8_t *bytes, size_t length)
{
    for (int i = 0; i < frames; i++) zmq_send(socket, bytes, length, i + 1 < frames ? ZMQ_SNDMORE : 0);
}

static void throw_one(struct torture *t, void *socket)
{
    static uint8_t bytes[70000];
    size_t length;
    switch (rng_range(&t->rng, 0, 5)) {
    case 0:
        length = random_bytes(t, bytes, 400);
        throw_frames(socket, 1, bytes, length);
        break;
    case 1:
        length = random_bytes(t, bytes, 100);
        throw_frames(socket, (int)rng_range(&t->rng, 2, 5), bytes, length);
        break;
    case 2: /* cut */
        length = nearly_valid(t, bytes);
        throw_frames(socket, 1, bytes, length > 0 ? (size_t)rng_range(&t->rng, 0, (int64_t)length - 1) : 0);
        break;
    case 3: /* with something behind it */
        length = nearly_valid(t, bytes);
        throw_frames(socket, 1, bytes, length + 1 + (size_t)rng_range(&t->rng, 0, 200));
        break;
    case 4: /* another version */
        length = nearly_valid(t, bytes);
        if (length > 3) bytes[bytes[0] == 0xdc ? 3 : 1] = WIRE_VERSION + 1;
        throw_frames(socket, 1, bytes, length);
        break;
    default:
        throw_frames(socket, 1, bytes, (size_t)rng_range(&t->rng, WIRE_MAX + 1, 65000));
        break;
    }
}

/* A normal question behind all of it, on the same line: its answer says that everything before it was taken. */
static bool answered(struct torture *t, void *socket)
{
    struct msg msg;
    struct err err;
    uint8_t bytes[WIRE_MAX];
    size_t length = 0;
    msg_init(&msg, MSG_QUERY);
    msg.query.request_id = 77;
    msg.query.kind = QUERY_STATUS;
    assert_int_equal(wire_encode(&msg, bytes, sizeof bytes, &length, &err), ERR_OK);
    zmq_send(socket, bytes, length, 0);
    int64_t until_us = clock_monotonic_us() + SCENE_PATIENCE_US;
    while (clock_monotonic_us() < until_us) {
        zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
        zmq_poll(&item, 1, 20);
        world_pump(t, 0);
        int got = zmq_recv(socket, bytes, sizeof bytes, ZMQ_DONTWAIT);
        if (got > 0 && wire_decode(bytes, (size_t)got, &msg, &err) == ERR_OK && msg.id == MSG_REPLY &&
            msg.reply.request_id == 77)
            return true;
    }
    return false;
}

/* Bytes that are not even ZeroMQ's; some connections stay open, and say nothing more. */
static void throw_stream(struct torture *t, enum bus_endpoint endpoint, int fds[STREAMS])
{
    static const uint8_t greeting[] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0, 'N', 'U', 'L', 'L'};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    uint8_t bytes[600];
    snprintf(address.sun_path, sizeof address.sun_path, "%.80s/%.20s", t->runtime, bus_endpoint_name(endpoint));
    for (int i = 0; i < STREAMS; i++) {
        fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (connect(fds[i], (struct sockaddr *)&address, sizeof address) != 0) continue;
        size_t head = i % 3 == 0 ? 0 : sizeof greeting;
        memcpy(bytes, greeting, head);
        size_t length = head + random_bytes(t, bytes + head, sizeof bytes - head);
        if (i % 3 == 2 && length > 80) { /* a frame of 2^63 bytes, if it were read */
            memset(bytes + sizeof greeting, 0, 48);
            memcpy(bytes + 64, "\x06\x7f\xff\xff\xff\xff\xff\xff\xff", 9);
        }
        if (send(fds[i], bytes, length, MSG_NOSIGNAL) < 0) continue;
    }
}

/* --- what must hold ------------------------------------------------------------------------------------------------- */

struct books_count {
    int64_t orders, lots;
};

static bool count_row(void *at, const struct msg *msg)
{
    struct books_count *count = at;
    count->orders += msg->id == MSG_ORDER ? 1 : 0;
    count->lots += msg->id == MSG_ORDER ? msg->order.filled_quantity : 0;
    return true;
}

static struct books_count at_the_venue(struct torture *t)
{
    struct books_count count = {0};
    struct db *db = NULL;
    struct err err = {0};
    const struct db_query query = {.id = MSG_ORDER};
    if (db_open(&db, DB_EXCHANGE, t->home, DB_READ, DB_NORMAL, &err) != ERR_OK ||
        db_each(db, &query, count_row, &count, &err) != ERR_OK)
        fail_msg("%s", err.text);
    db_close(db);
    return count;
}

static bool logged(struct torture *t, const char *text)
{
    char path[PATHS_FILE_SIZE];
    char line[1024];
    bool found = false;
    FILE *log = fopen(paths_join(path, t->home, "outcry.log"), "r");
    assert_non_null(log);
    while (!found && fgets(line, sizeof line, log) != NULL)
        found = strstr(line, text) != NULL && strstr(line, "dropped") != NULL;
    fclose(log);
    return found;
}

static int64_t pids[COMPONENT_COUNT + 1];

static void keep_pids(struct torture *t)
{
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_SUPERVISOR; c++) {
        pids[c] = world_pid(t, (enum component)c);
        assert_true(pids[c] > 0);
    }
}

static void assert_same_processes(struct torture *t)
{
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_SUPERVISOR; c++)
        if (world_pid(t, (enum component)c) != pids[c]) fail_msg("%s has ended", component_name((enum component)c));
}

static void test_routers_drop_it_and_go_on(void **state)
{
    struct torture *t = *state;
    keep_pids(t);
    struct books_count before = at_the_venue(t);
    for (size_t i = 0; i < COUNT(routers); i++) {
        void *socket = throw_from(t, routers[i], ZMQ_DEALER, NULL);
        for (int n = 0; n < 500; n++) throw_one(t, socket);
        bool taken = answered(t, socket);
        zmq_close(socket);
        if (!taken) fail_msg("%s does not answer after garbage", bus_endpoint_name(routers[i]));
        if (!logged(t, bus_endpoint_name(routers[i])))
            fail_msg("nothing in the log of garbage at %s", bus_endpoint_name(routers[i]));
    }
    assert_same_processes(t);
    struct books_count after = at_the_venue(t);
    assert_int_equal(after.orders, before.orders);
    assert_int_equal(after.lots, before.lots);
    assert_true(scene_whole_again(t));
    assert_int_equal(at_the_venue(t).orders, before.orders + 1);
    assert_int_equal(t->guard.mode, GUARD_ACTIVE);
}

/* More than a socket may hold, at all of them; what is wanted gets through meanwhile. */
static void test_floods(void **state)
{
    uint8_t bytes[64];
    void *sockets[COUNT(routers)];
    struct torture *t = *state;
    keep_pids(t);
    memset(bytes, 0xc1, sizeof bytes);
    for (size_t i = 0; i < COUNT(routers); i++) {
        sockets[i] = throw_from(t, routers[i], ZMQ_DEALER, NULL);
        for (int n = 0; n < FLOOD; n++) throw_frames(sockets[i], 1 + n % 3, bytes, sizeof bytes);
    }
    assert_true(scene_whole_again(t));
    for (size_t i = 0; i < COUNT(routers); i++) {
        if (!answered(t, sockets[i])) fail_msg("%s does not answer after a flood", bus_endpoint_name(routers[i]));
        zmq_close(sockets[i]);
    }
    world_pump(t, 1200 * CLOCK_MS_US);
    assert_true(logged(t, "more messages dropped in that second"));
    assert_same_processes(t);
}

static void test_publishers_take_no_harm(void **state)
{
    uint8_t bytes[400];
    struct torture *t = *state;
    keep_pids(t);
    for (size_t i = 0; i < COUNT(pubs); i++) {
        void *socket = throw_from(t, pubs[i], ZMQ_XSUB, NULL);
        for (int n = 0; n < 2000; n++) {
            size_t length = random_bytes(t, bytes, sizeof bytes);
            if (length > 0 && n % 2 == 0) bytes[0] = 1; /* a subscription to something random */
            throw_frames(socket, 1 + n % 2, bytes, length);
        }
        zmq_close(socket);
    }
    assert_true(scene_whole_again(t));
    assert_same_processes(t);
}

static void test_bytes_that_are_not_even_zeromq(void **state)
{
    static int fds[COUNT(routers) + COUNT(pubs)][STREAMS];
    struct torture *t = *state;
    keep_pids(t);
    for (size_t i = 0; i < COUNT(routers); i++) throw_stream(t, routers[i], fds[i]);
    for (size_t i = 0; i < COUNT(pubs); i++) throw_stream(t, pubs[i], fds[COUNT(routers) + i]);
    assert_true(scene_whole_again(t));
    for (size_t i = 0; i < COUNT(fds); i++)
        for (int n = 0; n < STREAMS; n++) close(fds[i][n]);
    assert_true(scene_whole_again(t));
    assert_same_processes(t);
}

/* A line under the name of a real peer takes its place; the real one comes back by itself. */
static void test_stolen_names(void **state)
{
    static const struct {
        enum bus_endpoint endpoint;
        const char *name;
    } thefts[] = {{BUS_EXCHANGE_ORDERS, "gateway"},
                  {BUS_GATEWAY_ORDERS, "executor"},
                  {BUS_GATEWAY_ORDERS, "strategy"},
                  {BUS_EXECUTOR_SIGNALS, "strategy"}};
    struct torture *t = *state;
    keep_pids(t);
    for (size_t i = 0; i < COUNT(thefts); i++) {
        for (int n = 0; n < 30; n++) {
            void *socket = throw_from(t, thefts[i].endpoint, ZMQ_DEALER, thefts[i].name);
            for (int k = 0; k < 40; k++) throw_one(t, socket);
            world_pump(t, 5 * CLOCK_MS_US);
            zmq_close(socket);
        }
        if (!scene_whole_again(t))
            fail_msg("%s: the real %s does not come back", bus_endpoint_name(thefts[i].endpoint), thefts[i].name);
    }
    assert_same_processes(t);
}

/* The trader's next wish is as good as ever. */
static void test_conditions_still_trade(void **state)
{
    struct torture *t = *state;
    assert_true(scene_wait(t, scene_trades));
    assert_true(scene_wait(t, scene_ended));
    assert_same_processes(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_routers_drop_it_and_go_on),
        cmocka_unit_test(test_floods),
        cmocka_unit_test(test_publishers_take_no_harm),
        cmocka_unit_test(test_bytes_that_are_not_even_zeromq),
        cmocka_unit_test(test_stolen_names),
        cmocka_unit_test(test_conditions_still_trade),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
