/*
 * exchange_rig: the real process outcry-exchange in a directory of its own, and the sockets of one who trades there.
 *
 * Owner: the test. Thread: one.
 */
#ifndef TESTS_GATEWAY_EXCHANGE_RIG_H
#define TESTS_GATEWAY_EXCHANGE_RIG_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/calendar.h"
#include "core/clock.h"
#include "core/session.h"
#include "gateway/bus.h"
#include "gateway/loop.h"

#define WAIT_US   (10 * CLOCK_SECOND_US)
#define P(points) PRICE_POINTS(points)
#define REAL_DAY  "../shared/data/Daily_2021_07_26.zip"

struct rig {
    char home[64], runtime[80], file[96];
    pid_t pid;
    struct settings settings;
    struct paths paths;
    struct bus *bus;
    struct loop *loop;
    struct bus_socket *line, *market, *control;
    uint64_t request;
    uint64_t connections; /* of the line, when the exchange was ended */
};

static inline void put(char *target, size_t size, const char *text)
{
    (void)snprintf(target, size, "%s", text);
}

static inline void remove_all(const char *directory)
{
    pid_t pid = fork();
    if (pid == 0) {
        execlp("rm", "rm", "-rf", directory, (char *)NULL);
        _exit(127);
    }
    (void)waitpid(pid, NULL, 0);
}

static inline void program(char *path, size_t size)
{
    char self[512];
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(length > 0);
    self[length] = '\0';
    for (int i = 0; i < 3; i++) *strrchr(self, '/') = '\0';
    (void)snprintf(path, size, "%s/outcry-exchange", self);
}

/* Flags: up to four, NULL for none. out: a file for its stderr, or NULL. */
static inline pid_t launch(const struct rig *rig, const char *const flags[4], const char *out)
{
    char path[600], home[128], runtime[128];
    program(path, sizeof path);
    (void)snprintf(home, sizeof home, "--home=%s", rig->home);
    (void)snprintf(runtime, sizeof runtime, "--runtime=%s", rig->runtime);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (freopen(out == NULL ? "/dev/null" : out, "w", stderr) == NULL) _exit(126);
        execl(path, path, home, runtime, flags[0], flags[1], flags[2], flags[3], (char *)NULL);
        _exit(127);
    }
    return pid;
}

static inline int64_t deadline(void)
{
    return clock_monotonic_us() + WAIT_US;
}

static inline void connect_line(struct rig *rig)
{
    struct err err = {0};
    if (bus_connect(rig->bus, BUS_EXCHANGE_ORDERS, BUS_DEALER, "gateway", &rig->line, &err) != ERR_OK)
        fail_msg("%s", err.text);
    loop_add_socket(rig->loop, rig->line);
}

static inline void disconnect_line(struct rig *rig)
{
    loop_remove_socket(rig->loop, rig->line);
    bus_socket_close(rig->line);
    rig->line = NULL;
}

static inline void start(struct rig *rig, const char *one, const char *two, const char *three, const char *four)
{
    const char *const flags[4] = {one, two, three, four};
    rig->pid = launch(rig, flags, NULL);
    /* What is sent on the connection to one that was killed is lost: wait for the new one. */
    for (const int64_t until = deadline(); clock_monotonic_us() < until; loop_wait(rig->loop, 5 * CLOCK_MS_US))
        if (bus_connected(rig->line) && bus_connections(rig->line) > rig->connections) return;
    fail_msg("the exchange is not there");
}

static inline int set_up(void **state)
{
    struct rig *rig = calloc(1, sizeof *rig);
    struct err err = {0};
    put(rig->home, sizeof rig->home, "/tmp/outcry-exchange-XXXXXX");
    assert_non_null(mkdtemp(rig->home));
    (void)snprintf(rig->runtime, sizeof rig->runtime, "%s/run", rig->home);
    (void)snprintf(rig->file, sizeof rig->file, "%s/day.csv", rig->home);
    settings_defaults(&rig->settings);
    assert_int_equal(settings_set(&rig->settings, setting_row(SET_HOME), rig->home, SOURCE_FLAG, &err), ERR_OK);
    assert_int_equal(settings_set(&rig->settings, setting_row(SET_RUNTIME), rig->runtime, SOURCE_FLAG, &err), ERR_OK);
    assert_int_equal(paths_resolve(&rig->paths, &rig->settings, &err), ERR_OK);
    assert_int_equal(paths_prepare(&rig->paths, &err), ERR_OK);
    assert_int_equal(bus_open(&rig->bus, &rig->settings, &rig->paths, &err), ERR_OK);
    assert_int_equal(loop_open(&rig->loop, false, &err), ERR_OK);
    connect_line(rig);
    assert_int_equal(bus_connect(rig->bus, BUS_EXCHANGE_PUB, BUS_SUB, "", &rig->market, &err), ERR_OK);
    assert_int_equal(bus_connect(rig->bus, BUS_EXCHANGE_CONTROL, BUS_DEALER, "", &rig->control, &err), ERR_OK);
    loop_add_socket(rig->loop, rig->market);
    loop_add_socket(rig->loop, rig->control);
    *state = rig;
    return 0;
}

static inline int end(struct rig *rig, int signal_number)
{
    int status = 0;
    if (rig->pid == 0) return 0;
    rig->connections = bus_connections(rig->line);
    assert_int_equal(kill(rig->pid, signal_number), 0);
    assert_int_equal(waitpid(rig->pid, &status, 0), rig->pid);
    rig->pid = 0;
    return status;
}

static inline int tear_down(void **state)
{
    struct rig *rig = *state;
    if (rig->pid != 0) {
        (void)kill(rig->pid, SIGKILL);
        (void)waitpid(rig->pid, NULL, 0);
    }
    disconnect_line(rig);
    loop_remove_socket(rig->loop, rig->market);
    loop_remove_socket(rig->loop, rig->control);
    bus_socket_close(rig->market);
    bus_socket_close(rig->control);
    loop_close(rig->loop);
    bus_close(rig->bus);
    remove_all(rig->home);
    free(rig);
    return 0;
}

static inline void say(struct rig *rig, struct bus_socket *socket, const struct msg *msg)
{
    struct err err = {0};
    for (const int64_t until = deadline(); clock_monotonic_us() < until; loop_wait(rig->loop, 2 * CLOCK_MS_US)) {
        const enum status status = bus_send(socket, msg, &err);
        if (status == ERR_OK) return;
        assert_int_equal(status, ERR_BUSY); /* nobody is there yet */
    }
    fail_msg("nobody took it: %s", err.text);
}

/* The next message of a kind on a socket; others are passed over. */
static inline void hear(struct rig *rig, struct bus_socket *socket, enum msg_id id, struct msg *out)
{
    struct err err = {0};
    for (const int64_t until = deadline(); clock_monotonic_us() < until;) {
        const enum bus_result result = bus_receive(socket, out, NULL, &err);
        if (result == BUS_DROPPED) fail_msg("garbage: %s", err.text);
        if (result == BUS_MESSAGE && out->id == id) return;
        if (result == BUS_EMPTY) loop_wait(rig->loop, 20 * CLOCK_MS_US);
    }
    fail_msg("no %s came", msg_type(id)->name);
}

static inline enum status reply_of(struct rig *rig, struct bus_socket *socket, struct msg *request, struct reply *out)
{
    struct msg msg;
    say(rig, socket, request);
    hear(rig, socket, MSG_REPLY, &msg);
    if (out != NULL) *out = msg.reply;
    return (enum status)msg.reply.status;
}

static inline enum status log_in(struct rig *rig, const char *user, const char *secret, struct reply *reply)
{
    struct msg msg;
    msg_init(&msg, MSG_LOGIN);
    msg.login.request_id = ++rig->request;
    (void)snprintf(msg.login.user, sizeof msg.login.user, "%s", user);
    (void)snprintf(msg.login.secret, sizeof msg.login.secret, "%s", secret);
    return reply_of(rig, rig->line, &msg, reply);
}

static inline void log_in_demo(struct rig *rig)
{
    assert_int_equal(log_in(rig, "demo", "demo", NULL), ERR_OK);
}

/* Rows of an answer: how many, and the last of them. */
static inline int64_t ask(struct rig *rig, enum query_kind kind, const char *text, uint64_t from_seq, struct msg *last)
{
    struct msg msg;
    int64_t rows = 0;
    msg_init(&msg, MSG_QUERY);
    msg.query.request_id = ++rig->request;
    msg.query.kind = kind;
    msg.query.from_seq = from_seq;
    (void)snprintf(msg.query.text, sizeof msg.query.text, "%s", text);
    say(rig, rig->line, &msg);
    for (const int64_t until = deadline(); clock_monotonic_us() < until;) {
        if (bus_receive(rig->line, &msg, NULL, NULL) != BUS_MESSAGE) {
            loop_wait(rig->loop, 20 * CLOCK_MS_US);
            continue;
        }
        if (msg.id == MSG_REPLY && msg.reply.request_id == rig->request) {
            assert_int_equal(msg.reply.status, ERR_OK);
            assert_int_equal(msg.reply.number, rows);
            return rows;
        }
        if (last != NULL) *last = msg;
        rows++;
    }
    fail_msg("query %d was not answered", (int)kind);
    return -1;
}

static inline enum status steer(struct rig *rig, enum market_action action, int64_t number, struct reply *reply)
{
    struct msg msg;
    msg_init(&msg, MSG_MARKET_CONTROL);
    msg.market_control.request_id = ++rig->request;
    msg.market_control.action = action;
    msg.market_control.number = number;
    return reply_of(rig, rig->control, &msg, reply);
}

static inline void order(struct rig *rig, const char *id, const char *symbol, enum side side, enum order_type type,
                         enum time_in_force tif, int32_t quantity, price_t price)
{
    struct msg msg;
    msg_init(&msg, MSG_ORDER_REQUEST);
    struct order_request *request = &msg.order_request;
    put(request->client_order_id, sizeof request->client_order_id, id);
    put(request->account, sizeof request->account, "DEMO-1");
    put(request->symbol, sizeof request->symbol, symbol);
    request->side = side;
    request->type = type;
    request->tif = tif;
    request->quantity = quantity;
    request->limit_price = price;
    put(request->actor, sizeof request->actor, "test");
    say(rig, rig->line, &msg);
}

static inline void cancel(struct rig *rig, const char *id)
{
    struct msg msg;
    msg_init(&msg, MSG_CANCEL_REQUEST);
    put(msg.cancel_request.client_order_id, sizeof msg.cancel_request.client_order_id, id);
    put(msg.cancel_request.actor, sizeof msg.cancel_request.actor, "test");
    say(rig, rig->line, &msg);
}

static inline struct venue_exec report(struct rig *rig, const char *id, enum exec_kind kind)
{
    struct msg msg;
    hear(rig, rig->line, MSG_VENUE_EXEC, &msg);
    assert_string_equal(msg.venue_exec.client_order_id, id);
    if (msg.venue_exec.kind != kind)
        fail_msg("%s: %s (%s), not %s", id, exec_kind_name(msg.venue_exec.kind), msg.venue_exec.reason,
                 exec_kind_name(kind));
    return msg.venue_exec;
}

/* Our subscriptions have arrived: the market is published each second, and what comes after it is not missed. */
static inline void await_market_data(struct rig *rig)
{
    struct msg msg;
    bus_subscribe(rig->market, "~market");
    hear(rig, rig->market, MSG_MARKET, &msg);
}

static inline struct market market_now(struct rig *rig)
{
    struct msg msg;
    msg_init(&msg, MSG_QUERY);
    msg.query.request_id = ++rig->request;
    msg.query.kind = QUERY_STATUS;
    say(rig, rig->control, &msg);
    hear(rig, rig->control, MSG_MARKET, &msg);
    const struct market market = msg.market;
    hear(rig, rig->control, MSG_REPLY, &msg);
    loop_wait(rig->loop, CLOCK_MS_US); /* callers ask again and again */
    return market;
}

/* The near month of MXF, and a price far below the market. */
static inline void near_contract(struct rig *rig, char symbol[SYMBOL_SIZE], price_t *low)
{
    struct msg msg;
    assert_int_equal(ask(rig, QUERY_CONTRACTS, "", 0, NULL), 6);
    assert_int_equal(ask(rig, QUERY_CONTRACTS, "MXF", 0, &msg), 2);
    int32_t month = contract_listed_month(msg.contract.trading_day, 0);
    symbol_monthly(product_find("MXF"), month, symbol);
    assert_int_equal(ask(rig, QUERY_CONTRACTS, symbol, 0, &msg), 1);
    *low = msg.contract.limit_down;
}

/* Wait until a contract has a book to trade with. */
static inline void await_tick(struct rig *rig, const char *symbol, struct tick *out)
{
    struct msg msg;
    bus_subscribe(rig->market, symbol);
    do {
        hear(rig, rig->market, MSG_TICK, &msg);
    } while (msg.tick.bid_quantity == 0 || msg.tick.ask_quantity == 0);
    *out = msg.tick;
}

#endif
