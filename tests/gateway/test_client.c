/*
 * The client against scripted agents on the other ends of real sockets: dropped events and ticks come back in order,
 * each request gets exactly one reply, answers come in pages, a restarted agent is asked for everything again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zmq.h>

#include "core/clock.h"
#include "gateway/bus.h"
#include "gateway/client.h"
#include "tests/gateway/tempdir.h"

static char home[TEMPDIR_SIZE];
static struct settings settings;
static struct paths paths;
static struct bus *bus;
static struct client *client;

/* The script's ends: the gateway's and the strategy's. */
static struct bus_socket *gateway_pub, *gateway_orders, *gateway_control, *strategy_pub, *strategy_control;
static int64_t strategy_pid;
static uint64_t last_event; /* of the scripted gateway */
static uint64_t last_tick;  /* its MXFH1's sym_seq */
static int events_asked, ticks_asked, status_asked, conditions_asked;
static bool mute; /* the strategy does not answer conditions */

static struct {
    uint64_t events[64];
    int event_count;
    uint64_t ticks[64];
    int tick_count;
    struct reply replies[16];
    int reply_count;
    int conditions;
    int64_t strategy_pid;
} got;

static void set(enum setting_id id, const char *text)
{
    assert_int_equal(settings_set(&settings, setting_row(id), text, SOURCE_FLAG, NULL), ERR_OK);
}

static struct bus_socket *bound(enum bus_endpoint endpoint, enum bus_kind kind)
{
    struct bus_socket *socket = NULL;
    struct err err = {0};
    assert_int_equal(bus_bind(bus, endpoint, kind, &socket, &err), ERR_OK);
    return socket;
}

static void make_event(struct msg *msg, uint64_t seq)
{
    msg_init(msg, MSG_ORDER_EVENT);
    struct order_event *event = &msg->order_event;
    event->seq = seq;
    event->kind = EXEC_SENDING;
    event->state = ORDER_SENDING;
    event->trading_day = 20210726;
    snprintf(event->request.client_order_id, sizeof event->request.client_order_id, "test-%d", (int)seq);
    snprintf(event->request.account, sizeof event->request.account, "A");
    snprintf(event->request.symbol, sizeof event->request.symbol, "MXFH1");
    snprintf(event->request.actor, sizeof event->request.actor, "test");
    event->request.side = SIDE_BUY;
    event->request.type = ORDER_MARKET;
    event->request.tif = TIF_IOC;
    event->request.quantity = 1;
    event->request.attempt = 1;
}

static void make_tick(struct msg *msg, uint64_t seq, uint32_t flags)
{
    msg_init(msg, MSG_TICK);
    snprintf(msg->tick.symbol, sizeof msg->tick.symbol, "MXFH1");
    msg->tick.epoch = 5;
    msg->tick.seq = seq;
    msg->tick.sym_seq = seq;
    msg->tick.price = PRICE_POINTS(17000);
    msg->tick.quantity = 1;
    msg->tick.trading_day = 20210726;
    msg->tick.flags = flags;
}

static void make_market(struct msg *msg)
{
    msg_init(msg, MSG_MARKET);
    snprintf(msg->market.venue, sizeof msg->market.venue, "SIM");
    snprintf(msg->market.source, sizeof msg->market.source, "script");
    msg->market.trading_day = 20210726;
    msg->market.market_us = 1627260000000000;
}

static void make_beat(struct msg *msg, enum component component, int64_t pid, uint64_t last)
{
    msg_init(msg, MSG_HEARTBEAT);
    msg->heartbeat.component = component;
    msg->heartbeat.pid = pid;
    msg->heartbeat.last_seq = last;
    msg->heartbeat.time_us = 1;
}

static void publish(struct bus_socket *socket, const struct msg *msg)
{
    struct err err = {0};
    if (bus_publish(socket, msg, &err) != ERR_OK) fail_msg("%s", err.text);
}

static void send_to(struct bus_socket *socket, const struct bus_peer *peer, const struct msg *msg)
{
    struct err err = {0};
    if (bus_send_to(socket, peer, msg, &err) != ERR_OK && err.status != ERR_NOT_FOUND) fail_msg("%s", err.text);
}

static void end_answer(struct bus_socket *socket, const struct bus_peer *peer, uint64_t request_id, const char *text)
{
    struct msg msg;
    msg_init(&msg, MSG_REPLY);
    msg.reply.request_id = request_id;
    snprintf(msg.reply.text, sizeof msg.reply.text, "%s", text);
    send_to(socket, peer, &msg);
}

static void serve_gateway(const struct bus_peer *peer, const struct query *query)
{
    struct msg msg;
    if (query->kind == QUERY_STATUS) {
        status_asked++;
        make_beat(&msg, COMPONENT_GATEWAY, 77, last_event);
        send_to(gateway_orders, peer, &msg);
        make_market(&msg);
        send_to(gateway_orders, peer, &msg);
    } else if (query->kind == QUERY_EVENTS) {
        events_asked++;
        for (uint64_t seq = query->from_seq + 1; seq <= last_event; seq++) {
            make_event(&msg, seq);
            send_to(gateway_orders, peer, &msg);
        }
    } else if (query->kind == QUERY_TICKS) {
        ticks_asked++;
        for (uint64_t seq = query->from_seq + 1; seq <= last_tick; seq++) {
            make_tick(&msg, seq, TICK_REPLAYED);
            send_to(gateway_orders, peer, &msg);
        }
    }
    end_answer(gateway_orders, peer, query->request_id, "");
}

/* Its conditions 1..25, ten a page. */
static void serve_strategy(const struct bus_peer *peer, const struct query *query)
{
    struct msg msg;
    bool more = false;
    if (query->kind == QUERY_STATUS) {
        make_beat(&msg, COMPONENT_STRATEGY, strategy_pid, 0);
        send_to(strategy_control, peer, &msg);
    } else if (query->kind == QUERY_CONDITIONS) {
        if (mute) return;
        conditions_asked++;
        int64_t id = (int64_t)query->from_seq + 1;
        for (int row = 0; row < 10 && id <= 25; row++, id++) {
            msg_init(&msg, MSG_CONDITION);
            struct condition *c = &msg.condition;
            c->id = id;
            c->state = CONDITION_ARMED;
            c->terms.side = SIDE_BUY;
            c->terms.quantity = 1;
            c->terms.basis = BASIS_FILL;
            c->terms.validity = VALID_GTC;
            c->terms.entry = ENTRY_MARKET;
            c->terms.trigger_price = PRICE_POINTS(17000);
            c->terms.take_profit = PRICE_POINTS(10);
            c->terms.stop_loss = PRICE_POINTS(10);
            snprintf(c->terms.symbol, sizeof c->terms.symbol, "MXFH1");
            snprintf(c->terms.account, sizeof c->terms.account, "A");
            c->trigger = c->terms.trigger_price;
            send_to(strategy_control, peer, &msg);
        }
        more = id <= 25;
    }
    end_answer(strategy_control, peer, query->request_id, more ? "more" : "");
}

static void serve(void)
{
    struct msg msg;
    struct bus_peer peer;
    while (bus_receive(gateway_orders, &msg, &peer, NULL) == BUS_MESSAGE) serve_gateway(&peer, &msg.query);
    while (bus_receive(gateway_control, &msg, &peer, NULL) == BUS_MESSAGE)
        end_answer(gateway_control, &peer, msg.control.request_id, "done");
    while (strategy_control != NULL && bus_receive(strategy_control, &msg, &peer, NULL) == BUS_MESSAGE)
        serve_strategy(&peer, &msg.query);
}

static void take(void)
{
    struct msg msg;
    while (client_next(client, &msg, NULL))
        if (msg.id == MSG_ORDER_EVENT)
            got.events[got.event_count++] = msg.order_event.seq;
        else if (msg.id == MSG_TICK)
            got.ticks[got.tick_count++] = msg.tick.sym_seq;
        else if (msg.id == MSG_REPLY)
            got.replies[got.reply_count++] = msg.reply;
        else if (msg.id == MSG_CONDITION)
            got.conditions++;
        else if (msg.id == MSG_HEARTBEAT && msg.heartbeat.component == COMPONENT_STRATEGY)
            got.strategy_pid = msg.heartbeat.pid;
}

static bool until(bool (*is_so)(void))
{
    int64_t deadline = clock_monotonic_us() + 10 * CLOCK_SECOND_US;
    while (!is_so() && clock_monotonic_us() < deadline) {
        serve();
        client_wait(client, -1, 2);
        take();
    }
    return is_so();
}

/* Everything is asked for twice: at once, and when the subscription is proved. */
static bool attached(void)
{
    return status_asked >= 2 && got.conditions >= 50 && client_link(client, COMPONENT_GATEWAY, NULL) == LINK_UP;
}

static int ticks_wanted;

static bool has_ticks(void)
{
    return got.tick_count >= ticks_wanted;
}

/* Each second an agent speaks; here as often as the script likes. The first one heard proves the subscription. Heard before
 * anything was asked for, all would be asked for once alone: then the script would not know when it is over. */
static bool heard_feed(void)
{
    struct msg msg;
    if (status_asked == 0 || conditions_asked == 0) return false;
    make_beat(&msg, COMPONENT_GATEWAY, 77, last_event);
    publish(gateway_pub, &msg);
    make_beat(&msg, COMPONENT_STRATEGY, strategy_pid, 0);
    if (strategy_pub != NULL) publish(strategy_pub, &msg);
    return attached();
}

static int open_all(void **state)
{
    struct err err;
    (void)state;
    memset(&got, 0, sizeof got);
    events_asked = ticks_asked = status_asked = conditions_asked = 0;
    strategy_pid = 88;
    last_event = 10;
    last_tick = 0;
    mute = false;
    if (tempdir_make(home) != 0) return -1;
    settings_defaults(&settings);
    set(SET_HOME, home);
    set(SET_RUNTIME, home);
    set(SET_REQUEST_TIMEOUT, "300");
    if (paths_resolve(&paths, &settings, &err) != ERR_OK || bus_open(&bus, &settings, &paths, &err) != ERR_OK)
        return -1;
    gateway_pub = bound(BUS_GATEWAY_PUB, BUS_PUB);
    gateway_orders = bound(BUS_GATEWAY_ORDERS, BUS_ROUTER);
    gateway_control = bound(BUS_GATEWAY_CONTROL, BUS_ROUTER);
    strategy_pub = bound(BUS_STRATEGY_PUB, BUS_PUB);
    strategy_control = bound(BUS_STRATEGY_CONTROL, BUS_ROUTER);
    if (client_open(&client, &settings, &err) != ERR_OK) return -1;
    if (until(heard_feed)) return 0;
    printf("not attached: status asked %d times, %d conditions, link %d\n", status_asked, got.conditions,
           (int)client_link(client, COMPONENT_GATEWAY, NULL));
    return -1;
}

static int close_all(void **state)
{
    (void)state;
    client_close(client);
    bus_socket_close(gateway_pub);
    bus_socket_close(gateway_orders);
    bus_socket_close(gateway_control);
    bus_socket_close(strategy_pub);
    bus_socket_close(strategy_control);
    bus_close(bus);
    return tempdir_remove(home);
}

static int events_wanted;

static bool has_events(void)
{
    return got.event_count >= events_wanted;
}

/* 11, (12, 13 lost), 14, 14 again, (15 lost without a follower: the heartbeat tells). */
static void test_events(void **state)
{
    (void)state;
    struct msg msg;
    events_asked = 0;
    make_event(&msg, last_event = 11);
    publish(gateway_pub, &msg);
    make_event(&msg, last_event = 14);
    publish(gateway_pub, &msg);
    publish(gateway_pub, &msg);
    events_wanted = 4;
    assert_true(until(has_events));
    last_event = 15;
    make_beat(&msg, COMPONENT_GATEWAY, 77, last_event);
    publish(gateway_pub, &msg);
    events_wanted = 5;
    assert_true(until(has_events));
    make_event(&msg, last_event = 16);
    publish(gateway_pub, &msg);
    events_wanted = 6;
    assert_true(until(has_events));
    for (int i = 0; i < 6; i++) assert_int_equal(got.events[i], 11 + i);
    assert_int_equal(events_asked, 2);
}

static void test_ticks(void **state)
{
    (void)state;
    struct msg msg;
    ticks_asked = 0;
    make_tick(&msg, last_tick = 1, 0);
    publish(gateway_pub, &msg);
    make_tick(&msg, last_tick = 2, 0);
    publish(gateway_pub, &msg);
    /* 3 to 5 are lost; 7 and 8 come while the answer is awaited. */
    for (uint64_t seq = 6; seq <= 8; seq++) {
        make_tick(&msg, last_tick = seq, 0);
        publish(gateway_pub, &msg);
    }
    ticks_wanted = 8;
    assert_true(until(has_ticks));
    /* 9 and 10 are lost and nothing follows: the feed's heartbeat tells. */
    last_tick = 10;
    msg_init(&msg, MSG_FEED);
    msg.feed.epoch = 5;
    msg.feed.last_seq = 10;
    snprintf(msg.feed.symbol, sizeof msg.feed.symbol, "MXFH1");
    publish(gateway_pub, &msg);
    ticks_wanted = 10;
    assert_true(until(has_ticks));
    assert_int_equal(got.tick_count, 10);
    for (int i = 0; i < 10; i++) assert_int_equal(got.ticks[i], 1 + i);
    assert_int_equal(ticks_asked, 2);
}

static uint64_t query_conditions(void)
{
    struct msg msg;
    struct err err = {0};
    uint64_t id = 0;
    msg_init(&msg, MSG_QUERY);
    msg.query.kind = QUERY_CONDITIONS;
    if (client_send(client, COMPONENT_STRATEGY, &msg, &id, &err) != ERR_OK) fail_msg("%s", err.text);
    return id;
}

static bool has_reply(void)
{
    return got.reply_count > 0;
}

static void test_pages(void **state)
{
    (void)state;
    got.conditions = 0;
    got.reply_count = 0;
    conditions_asked = 0;
    uint64_t id = query_conditions();
    assert_true(until(has_reply));
    assert_int_equal(got.reply_count, 1);
    assert_int_equal(got.replies[0].request_id, id);
    assert_int_equal(got.replies[0].number, 25);
    assert_int_equal(got.conditions, 25);
    assert_int_equal(conditions_asked, 3);
}

static bool has_late_reply(void)
{
    return got.reply_count > 1;
}

/* No answer in time is an answer; the late one is not a second. */
static void test_one_reply(void **state)
{
    (void)state;
    got.reply_count = 0;
    mute = true;
    uint64_t id = query_conditions();
    assert_true(until(has_reply));
    assert_int_equal(got.replies[0].request_id, id);
    assert_int_equal(got.replies[0].status, ERR_TIMEOUT);
    assert_non_null(strstr(got.replies[0].text, "strategy did not answer in time"));
    mute = false;
    struct msg msg;
    struct err err = {0};
    msg_init(&msg, MSG_CONTROL);
    msg.control.kind = CONTROL_HALT;
    uint64_t control_id = 0;
    assert_int_equal(client_send(client, COMPONENT_GATEWAY, &msg, &control_id, &err), ERR_OK);
    assert_true(until(has_late_reply));
    assert_int_equal(got.reply_count, 2);
    assert_int_equal(got.replies[1].request_id, control_id);
    assert_string_equal(got.replies[1].text, "done");
}

static bool strategy_down(void)
{
    return client_link(client, COMPONENT_STRATEGY, NULL) != LINK_UP;
}

static bool strategy_again(void)
{
    (void)heard_feed();
    return got.strategy_pid == 99 && got.conditions >= 25;
}

/* The agent dies with a question open, and comes back: the question is answered (by us), everything is asked again. */
static void test_restart(void **state)
{
    (void)state;
    struct msg msg;
    struct err err = {0};
    got.reply_count = 0;
    mute = true;
    uint64_t id = query_conditions();
    bus_socket_close(strategy_control);
    bus_socket_close(strategy_pub);
    strategy_control = NULL;
    strategy_pub = NULL;
    assert_true(until(has_reply));
    assert_int_equal(got.replies[0].request_id, id);
    assert_int_equal(got.replies[0].status, ERR_TIMEOUT);
    assert_true(until(strategy_down));
    msg_init(&msg, MSG_QUERY);
    msg.query.kind = QUERY_CONDITIONS;
    assert_int_equal(client_send(client, COMPONENT_STRATEGY, &msg, NULL, &err), ERR_BUSY);
    assert_string_equal(err.text, "strategy is not there");
    mute = false;
    got.conditions = 0;
    strategy_pid = 99;
    strategy_control = bound(BUS_STRATEGY_CONTROL, BUS_ROUTER);
    strategy_pub = bound(BUS_STRATEGY_PUB, BUS_PUB);
    assert_true(until(strategy_again));
    assert_int_equal(got.reply_count, 1); /* the snapshot's own replies are not handed out */
}

static int64_t beats_until_us;

static bool some_time(void)
{
    return clock_monotonic_us() >= beats_until_us;
}

static bool asked_again(void)
{
    return got.conditions >= 25;
}

static void say_published(uint64_t published)
{
    struct msg msg;
    make_beat(&msg, COMPONENT_STRATEGY, strategy_pid, 0);
    msg.heartbeat.started_us = 7;
    msg.heartbeat.published = published;
    publish(strategy_pub, &msg);
}

/* What PUB dropped at its high-water mark has no number: the heartbeat's count tells, and all is asked for again. */
static void test_what_was_dropped_is_asked_for(void **state)
{
    (void)state;
    struct msg log;
    assert_true(until(asked_again)); /* the first snapshot */
    say_published(100);
    beats_until_us = clock_monotonic_us() + 200000;
    (void)until(some_time);
    got.conditions = 0;
    msg_init(&log, MSG_LOG);
    log.log.component = COMPONENT_STRATEGY;
    log.log.level = LEVEL_INFO;
    log.log.time_us = 1;
    publish(strategy_pub, &log);
    say_published(102); /* the line, and this */
    beats_until_us = clock_monotonic_us() + 200000;
    (void)until(some_time);
    assert_int_equal(got.conditions, 0);
    say_published(104); /* one more than came */
    assert_true(until(asked_again));
}

static void *old_pub; /* of a strategy that was built of other messages */

static bool strange(void)
{
    zmq_send(old_pub, "~heartbeat", strlen("~heartbeat"), ZMQ_SNDMORE);
    zmq_send(old_pub, "as it was said then", strlen("as it was said then"), 0);
    return client_strange(client, COMPONENT_STRATEGY);
}

static bool strange_no_more(void)
{
    return !client_strange(client, COMPONENT_STRATEGY) && strategy_again();
}

/* Said so, instead of an answer that never comes; and forgotten when it is started anew. */
static void test_another_version(void **state)
{
    (void)state;
    char address[200];
    void *context = zmq_ctx_new();
    assert_true(until(asked_again));
    assert_false(client_strange(client, COMPONENT_STRATEGY));
    mute = true;
    bus_socket_close(strategy_pub);
    strategy_pub = NULL;
    old_pub = zmq_socket(context, ZMQ_PUB);
    snprintf(address, sizeof address, "ipc://%s/strategy-pub", paths.runtime);
    assert_int_equal(zmq_bind(old_pub, address), 0);
    assert_true(until(strange));
    got.reply_count = 0;
    (void)query_conditions();
    assert_true(until(has_reply));
    assert_string_equal(got.replies[0].text,
                        "strategy is of another version than this (outcry stop, then start it anew): "
                        "whether it was done is not known");
    zmq_close(old_pub);
    zmq_ctx_term(context);
    bus_socket_close(strategy_control);
    mute = false;
    got.conditions = 0;
    strategy_pid = 99;
    strategy_control = bound(BUS_STRATEGY_CONTROL, BUS_ROUTER);
    strategy_pub = bound(BUS_STRATEGY_PUB, BUS_PUB);
    assert_true(until(strange_no_more));
}

static void test_what_is_no_request(void **state)
{
    (void)state;
    struct msg msg;
    struct err err = {0};
    make_tick(&msg, 1, 0);
    assert_int_equal(client_send(client, COMPONENT_GATEWAY, &msg, NULL, &err), ERR_INVALID);
    msg_init(&msg, MSG_CONTROL);
    msg.control.kind = CONTROL_HALT;
    assert_int_equal(client_send(client, COMPONENT_OPERATOR, &msg, NULL, &err), ERR_INVALID);
    msg.control.kind = (enum control_kind)99;
    assert_int_not_equal(client_send(client, COMPONENT_GATEWAY, &msg, NULL, &err), ERR_OK);
    assert_non_null(strstr(err.text, "kind"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_events, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_ticks, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_pages, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_one_reply, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_restart, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_what_was_dropped_is_asked_for, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_another_version, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_what_is_no_request, open_all, close_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
