/*
 * The real strategy, just started on a data directory that is older than the gateway's journal, before a scripted gateway
 * that is slow to give its events: no condition is made until they are read, because one of them may name its number.
 */
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/clock.h"
#include "core/instrument.h"
#include "db/db.h"
#include "gateway/bus.h"
#include "gateway/client.h"
#include "tests/gateway/tempdir.h"

#define OLDER_ID 7 /* the journal names a condition of this number */

static char home[TEMPDIR_SIZE];
static struct settings settings;
static struct paths paths;
static struct bus *bus;
static struct client *client;
static struct bus_socket *gateway_pub, *gateway_orders, *gateway_control;
static pid_t strategy;
static bool tells_events;
static int events_asked;
static struct reply reply;

static struct bus_socket *bound(enum bus_endpoint endpoint, enum bus_kind kind)
{
    struct bus_socket *socket = NULL;
    struct err err = {0};
    assert_int_equal(bus_bind(bus, endpoint, kind, &socket, &err), ERR_OK);
    return socket;
}

static void make_beat(struct msg *msg)
{
    msg_init(msg, MSG_HEARTBEAT);
    msg->heartbeat.component = COMPONENT_GATEWAY;
    msg->heartbeat.pid = 77;
    msg->heartbeat.last_seq = 1;
    msg->heartbeat.time_us = clock_system()->now_us(clock_system());
}

static char install[NAME_SIZE]; /* of its conditions.db: the ids of its orders begin with it */

static void read_install(void)
{
    struct db *db = NULL;
    struct err err = {0};
    if (db_open(&db, DB_CONDITIONS, home, DB_READ, DB_NORMAL, &err) != ERR_OK ||
        db_meta_get(db, "install", install, sizeof install, &err) != ERR_OK)
        fail_msg("%s", err.text);
    db_close(db);
}

static void make_event(struct msg *msg)
{
    msg_init(msg, MSG_ORDER_EVENT);
    struct order_event *event = &msg->order_event;
    event->seq = 1;
    event->kind = EXEC_SENDING;
    event->state = ORDER_SENDING;
    event->trading_day = 20210726;
    snprintf(event->request.client_order_id, sizeof event->request.client_order_id, "%.8s-%d-E1", install, OLDER_ID);
    snprintf(event->request.account, sizeof event->request.account, "A");
    snprintf(event->request.symbol, sizeof event->request.symbol, "MXFH1");
    snprintf(event->request.actor, sizeof event->request.actor, "strategy");
    event->request.side = SIDE_BUY;
    event->request.type = ORDER_MARKET;
    event->request.tif = TIF_IOC;
    event->request.quantity = 1;
    event->request.attempt = 1;
    event->request.leg = LEG_ENTRY;
    event->request.condition_id = OLDER_ID;
}

static void answer(const struct bus_peer *peer, const struct msg *msg)
{
    struct err err = {0};
    if (bus_send_to(gateway_orders, peer, msg, &err) != ERR_OK && err.status != ERR_NOT_FOUND) fail_msg("%s", err.text);
}

static void serve_query(const struct bus_peer *peer, const struct query *query)
{
    struct msg msg;
    if (query->kind == QUERY_STATUS) {
        make_beat(&msg);
        answer(peer, &msg);
        msg_init(&msg, MSG_MARKET);
        snprintf(msg.market.venue, sizeof msg.market.venue, "SIM");
        snprintf(msg.market.source, sizeof msg.market.source, "script");
        msg.market.trading_day = 20210726;
        msg.market.market_us = 1627260000000000;
        answer(peer, &msg);
    } else if (query->kind == QUERY_CONTRACTS) {
        msg_init(&msg, MSG_CONTRACT);
        assert_int_equal(contract_make("MXFH1", 20210726, PRICE_POINTS(17000), &msg.contract, NULL), ERR_OK);
        msg.contract.flags |= CONTRACT_REGISTERED;
        answer(peer, &msg);
    } else if (query->kind == QUERY_EVENTS) {
        events_asked++;
        if (!tells_events) return;
        make_event(&msg);
        if (query->from_seq == 0) answer(peer, &msg);
    }
    msg_init(&msg, MSG_REPLY);
    msg.reply.request_id = query->request_id;
    answer(peer, &msg);
}

static void turn(void)
{
    struct msg msg;
    struct bus_peer peer;
    struct err err = {0};
    make_beat(&msg);
    (void)bus_publish(gateway_pub, &msg, &err);
    while (bus_receive(gateway_orders, &msg, &peer, NULL) == BUS_MESSAGE) serve_query(&peer, &msg.query);
    client_wait(client, -1, 2);
    while (client_next(client, &msg, NULL))
        if (msg.id == MSG_REPLY) reply = msg.reply;
}

/* The strategy's answer to a new condition; it is asked again until the words are other ones. */
static void create(const char *until_not)
{
    struct msg msg;
    struct err err = {0};
    for (int64_t until_us = clock_monotonic_us() + 10 * CLOCK_SECOND_US; clock_monotonic_us() < until_us;) {
        uint64_t id = 0;
        msg_init(&msg, MSG_CONDITION_COMMAND);
        msg.condition_command.action = CONDITION_CREATE;
        snprintf(msg.condition_command.actor, sizeof msg.condition_command.actor, "ann");
        struct condition_terms *terms = &msg.condition_command.terms;
        snprintf(terms->symbol, sizeof terms->symbol, "MXFH1");
        snprintf(terms->account, sizeof terms->account, "A");
        terms->side = SIDE_BUY;
        terms->quantity = 1;
        terms->basis = BASIS_FILL;
        terms->validity = VALID_GTC;
        terms->entry = ENTRY_MARKET;
        terms->trigger_price = PRICE_POINTS(17000);
        terms->turning = PRICE_POINTS(5);
        terms->take_profit = PRICE_POINTS(10);
        terms->stop_loss = PRICE_POINTS(10);
        memset(&reply, 0, sizeof reply);
        if (client_send(client, COMPONENT_STRATEGY, &msg, &id, &err) == ERR_OK)
            while (reply.request_id != id && clock_monotonic_us() < until_us) turn();
        else
            turn();
        if (reply.request_id != 0 && strstr(reply.text, until_not) == NULL) return;
    }
    fail_msg("still: %s", reply.text);
}

static int start(void **state)
{
    struct err err;
    char self[2048], program[2100], home_flag[TEMPDIR_SIZE + 16], runtime_flag[TEMPDIR_SIZE + 16];
    (void)state;
    if (tempdir_make(home) != 0) return -1;
    settings_defaults(&settings);
    assert_int_equal(settings_set(&settings, setting_row(SET_HOME), home, SOURCE_FLAG, NULL), ERR_OK);
    assert_int_equal(settings_set(&settings, setting_row(SET_RUNTIME), home, SOURCE_FLAG, NULL), ERR_OK);
    if (paths_resolve(&paths, &settings, &err) != ERR_OK || bus_open(&bus, &settings, &paths, &err) != ERR_OK)
        return -1;
    gateway_pub = bound(BUS_GATEWAY_PUB, BUS_PUB);
    gateway_orders = bound(BUS_GATEWAY_ORDERS, BUS_ROUTER);
    gateway_control = bound(BUS_GATEWAY_CONTROL, BUS_ROUTER);
    if (client_open(&client, &settings, &err) != ERR_OK) return -1;
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0) return -1;
    self[length] = '\0';
    for (int i = 0; i < 3 && strrchr(self, '/') != NULL; i++) *strrchr(self, '/') = '\0';
    snprintf(program, sizeof program, "%s/outcry-strategy", self);
    snprintf(home_flag, sizeof home_flag, "--home=%s", home);
    snprintf(runtime_flag, sizeof runtime_flag, "--runtime=%s", home);
    char *argv[] = {program, home_flag, runtime_flag, NULL};
    return posix_spawn(&strategy, program, NULL, NULL, argv, environ);
}

static int stop(void **state)
{
    (void)state;
    if (strategy > 0) {
        kill(strategy, SIGTERM);
        waitpid(strategy, NULL, 0);
    }
    client_close(client);
    bus_socket_close(gateway_pub);
    bus_socket_close(gateway_orders);
    bus_socket_close(gateway_control);
    bus_close(bus);
    return tempdir_remove(home);
}

static void test_no_number_is_given_twice(void **state)
{
    (void)state;
    create("MXFH1"); /* not known yet: the contracts come first */
    assert_int_equal(reply.status, ERR_STATE);
    assert_non_null(strstr(reply.text, "the gateway's events are not read yet"));
    read_install();
    tells_events = true;
    create("not read yet");
    assert_int_equal(reply.status, ERR_OK);
    assert_int_equal(reply.number, OLDER_ID + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_number_is_given_twice)};
    return cmocka_run_group_tests(tests, start, stop);
}
