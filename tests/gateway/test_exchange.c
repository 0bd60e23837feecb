/* test_exchange: the real process outcry-exchange over real sockets, its real database, killed and started again. */
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

#define WAIT_US (10 * CLOCK_SECOND_US)
#define P(points) PRICE_POINTS(points)
#define REAL_DAY "../shared/data/Daily_2021_07_26.zip"

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

static void put(char *target, size_t size, const char *text) {
    (void)snprintf(target, size, "%s", text);
}

static void remove_all(const char *directory) {
    pid_t pid = fork();
    if (pid == 0) {
        execlp("rm", "rm", "-rf", directory, (char *)NULL);
        _exit(127);
    }
    (void)waitpid(pid, NULL, 0);
}

static void program(char *path, size_t size) {
    char self[512];
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(length > 0);
    self[length] = '\0';
    for (int i = 0; i < 3; i++) *strrchr(self, '/') = '\0';
    (void)snprintf(path, size, "%s/outcry-exchange", self);
}

/* Flags: up to four, NULL for none. out: a file for its stderr, or NULL. */
static pid_t launch(const struct rig *rig, const char *const flags[4], const char *out) {
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

static int64_t deadline(void) {
    return clock_monotonic_us() + WAIT_US;
}

static void connect_line(struct rig *rig) {
    struct err err = {0};
    if (bus_connect(rig->bus, BUS_EXCHANGE_ORDERS, BUS_DEALER, "gateway", &rig->line, &err) != ERR_OK) fail_msg("%s", err.text);
    loop_add_socket(rig->loop, rig->line);
}

static void disconnect_line(struct rig *rig) {
    loop_remove_socket(rig->loop, rig->line);
    bus_socket_close(rig->line);
    rig->line = NULL;
}

static void start(struct rig *rig, const char *one, const char *two, const char *three, const char *four) {
    const char *const flags[4] = {one, two, three, four};
    rig->pid = launch(rig, flags, NULL);
    /* What is sent on the connection to one that was killed is lost: wait for the new one. */
    for (const int64_t until = deadline(); clock_monotonic_us() < until; loop_wait(rig->loop, 5 * CLOCK_MS_US)) {
        if (bus_connected(rig->line) && bus_connections(rig->line) > rig->connections) return;
    }
    fail_msg("the exchange is not there");
}

static int set_up(void **state) {
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

static int end(struct rig *rig, int signal_number) {
    int status = 0;
    if (rig->pid == 0) return 0;
    rig->connections = bus_connections(rig->line);
    assert_int_equal(kill(rig->pid, signal_number), 0);
    assert_int_equal(waitpid(rig->pid, &status, 0), rig->pid);
    rig->pid = 0;
    return status;
}

static int tear_down(void **state) {
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

static void say(struct rig *rig, struct bus_socket *socket, const struct msg *msg) {
    struct err err = {0};
    for (const int64_t until = deadline(); clock_monotonic_us() < until; loop_wait(rig->loop, 2 * CLOCK_MS_US)) {
        const enum status status = bus_send(socket, msg, &err);
        if (status == ERR_OK) return;
        assert_int_equal(status, ERR_BUSY); /* nobody is there yet */
    }
    fail_msg("nobody took it: %s", err.text);
}

/* The next message of a kind on a socket; others are passed over. */
static void hear(struct rig *rig, struct bus_socket *socket, enum msg_id id, struct msg *out) {
    struct err err = {0};
    for (const int64_t until = deadline(); clock_monotonic_us() < until;) {
        const enum bus_result result = bus_receive(socket, out, NULL, &err);
        if (result == BUS_DROPPED) fail_msg("garbage: %s", err.text);
        if (result == BUS_MESSAGE && out->id == id) return;
        if (result == BUS_EMPTY) loop_wait(rig->loop, 20 * CLOCK_MS_US);
    }
    fail_msg("no %s came", msg_type(id)->name);
}

static enum status reply_of(struct rig *rig, struct bus_socket *socket, struct msg *request, struct reply *out) {
    struct msg msg;
    say(rig, socket, request);
    hear(rig, socket, MSG_REPLY, &msg);
    if (out != NULL) *out = msg.reply;
    return (enum status)msg.reply.status;
}

static enum status log_in(struct rig *rig, const char *user, const char *secret, struct reply *reply) {
    struct msg msg;
    msg_init(&msg, MSG_LOGIN);
    msg.login.request_id = ++rig->request;
    (void)snprintf(msg.login.user, sizeof msg.login.user, "%s", user);
    (void)snprintf(msg.login.secret, sizeof msg.login.secret, "%s", secret);
    return reply_of(rig, rig->line, &msg, reply);
}

static void log_in_demo(struct rig *rig) {
    assert_int_equal(log_in(rig, "demo", "demo", NULL), ERR_OK);
}

/* Rows of an answer: how many, and the last of them. */
static int64_t ask(struct rig *rig, enum query_kind kind, const char *text, uint64_t from_seq, struct msg *last) {
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

static enum status steer(struct rig *rig, enum market_action action, int64_t number, struct reply *reply) {
    struct msg msg;
    msg_init(&msg, MSG_MARKET_CONTROL);
    msg.market_control.request_id = ++rig->request;
    msg.market_control.action = action;
    msg.market_control.number = number;
    return reply_of(rig, rig->control, &msg, reply);
}

static void order(struct rig *rig, const char *id, const char *symbol, enum side side, enum order_type type, enum time_in_force tif,
                  int32_t quantity, price_t price) {
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

static void cancel(struct rig *rig, const char *id) {
    struct msg msg;
    msg_init(&msg, MSG_CANCEL_REQUEST);
    put(msg.cancel_request.client_order_id, sizeof msg.cancel_request.client_order_id, id);
    put(msg.cancel_request.actor, sizeof msg.cancel_request.actor, "test");
    say(rig, rig->line, &msg);
}

static struct venue_exec report(struct rig *rig, const char *id, enum exec_kind kind) {
    struct msg msg;
    hear(rig, rig->line, MSG_VENUE_EXEC, &msg);
    assert_string_equal(msg.venue_exec.client_order_id, id);
    if (msg.venue_exec.kind != kind)
        fail_msg("%s: %s (%s), not %s", id, exec_kind_name(msg.venue_exec.kind), msg.venue_exec.reason, exec_kind_name(kind));
    return msg.venue_exec;
}

/* Our subscriptions have arrived: the market is published each second, and what comes after it is not missed. */
static void await_market_data(struct rig *rig) {
    struct msg msg;
    bus_subscribe(rig->market, "~market");
    hear(rig, rig->market, MSG_MARKET, &msg);
}

static struct market market_now(struct rig *rig) {
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
static void near_contract(struct rig *rig, char symbol[SYMBOL_SIZE], price_t *low) {
    struct msg msg;
    assert_int_equal(ask(rig, QUERY_CONTRACTS, "", 0, NULL), 6);
    assert_int_equal(ask(rig, QUERY_CONTRACTS, "MXF", 0, &msg), 2);
    int32_t month = contract_listed_month(msg.contract.trading_day, 0);
    symbol_monthly(product_find("MXF"), month, symbol);
    assert_int_equal(ask(rig, QUERY_CONTRACTS, symbol, 0, &msg), 1);
    *low = msg.contract.limit_down;
}

/* Wait until a contract has a book to trade with. */
static void await_tick(struct rig *rig, const char *symbol, struct tick *out) {
    struct msg msg;
    bus_subscribe(rig->market, symbol);
    do {
        hear(rig, rig->market, MSG_TICK, &msg);
    } while (msg.tick.bid_quantity == 0 || msg.tick.ask_quantity == 0);
    *out = msg.tick;
}

static void test_nothing_without_log_in(void **state) {
    struct rig *rig = *state;
    struct reply reply;
    struct msg msg;
    start(rig, NULL, NULL, NULL, NULL);
    assert_int_equal(log_in(rig, "demo", "wrong", &reply), ERR_DENIED);
    assert_int_equal(log_in(rig, "nobody", "demo", &reply), ERR_DENIED);
    order(rig, "early", "MXFL6", SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, 0);
    hear(rig, rig->line, MSG_REPLY, &msg);
    assert_int_equal(msg.reply.status, ERR_DENIED);
    msg_init(&msg, MSG_QUERY);
    msg.query.request_id = 77;
    msg.query.kind = QUERY_CONTRACTS;
    assert_int_equal(reply_of(rig, rig->line, &msg, &reply), ERR_DENIED);
    assert_int_equal(reply.request_id, 77);
    assert_int_equal(log_in(rig, "demo", "demo", &reply), ERR_OK);
    const int64_t first = reply.number;
    assert_true(first >= 1);
    assert_int_equal(log_in(rig, "demo", "demo", &reply), ERR_OK);
    assert_int_equal(reply.number, first + 1); /* a new session each time */
    assert_int_equal(ask(rig, QUERY_VENUE_ORDER, "early", 0, &msg), 1);
    assert_false(msg.venue_order_status.found);
    msg_init(&msg, MSG_CONTROL);
    msg.control.request_id = 78;
    msg.control.kind = CONTROL_LOGOUT;
    assert_int_equal(reply_of(rig, rig->line, &msg, NULL), ERR_OK);
    order(rig, "late", "MXFL6", SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, 0);
    hear(rig, rig->line, MSG_REPLY, &msg);
    assert_int_equal(msg.reply.status, ERR_DENIED);
}

static void test_order_to_position(void **state) {
    struct rig *rig = *state;
    struct msg msg;
    struct tick tick;
    char symbol[SYMBOL_SIZE];
    price_t low;
    start(rig, "--seed=3", NULL, NULL, NULL);
    log_in_demo(rig);
    near_contract(rig, symbol, &low);
    await_tick(rig, symbol, &tick);
    order(rig, "k-1", symbol, SIDE_BUY, ORDER_MARKET, TIF_IOC, 2, 0);
    const struct venue_exec ack = report(rig, "k-1", EXEC_NEW);
    assert_int_equal(ack.seq, 1);
    struct venue_exec fill = report(rig, "k-1", EXEC_FILL);
    while (fill.filled_quantity < 2) fill = report(rig, "k-1", EXEC_FILL);
    order(rig, "k-2", symbol, SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, low);
    (void)report(rig, "k-2", EXEC_NEW);
    order(rig, "k-2", symbol, SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, low); /* not deduplicated */
    (void)report(rig, "k-2", EXEC_NEW);
    assert_int_equal(ask(rig, QUERY_VENUE_ORDER, "k-2", 0, &msg), 1);
    assert_true(msg.venue_order_status.found);
    assert_int_equal(msg.venue_order_status.copies, 2);
    assert_int_equal(ask(rig, QUERY_VENUE_ORDERS, "", 0, &msg), 2);
    assert_int_equal(ask(rig, QUERY_VENUE_POSITIONS, "DEMO-1", 0, &msg), 1);
    assert_int_equal(msg.position.quantity, 2);
    assert_int_equal(ask(rig, QUERY_VENUE_POSITIONS, "DEMO-2", 0, NULL), 0);
    assert_int_equal(ask(rig, QUERY_ACCOUNTS, "", 0, &msg), 2);
    cancel(rig, "k-2");
    (void)report(rig, "k-2", EXEC_CANCELLED);
    const struct venue_exec last = report(rig, "k-2", EXEC_CANCELLED);
    assert_int_equal(ask(rig, QUERY_VENUE_FILLS, "", 0, &msg), last.seq);
    assert_int_equal(msg.venue_exec.seq, last.seq);
    assert_int_equal(ask(rig, QUERY_VENUE_FILLS, "", last.seq - 1, &msg), 1);
    order(rig, "k-3", symbol, SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, low - P(1));
    assert_int_equal(report(rig, "k-3", EXEC_REJECTED).reject, REJECT_VENUE_PRICE_LIMIT);
    order(rig, "k-4", "MXFA1", SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, 0);
    assert_int_equal(report(rig, "k-4", EXEC_REJECTED).reject, REJECT_VENUE_UNKNOWN_SYMBOL);
    /* Another user sees nothing of it. */
    assert_int_equal(log_in(rig, "guest", "guest", NULL), ERR_OK);
    assert_int_equal(ask(rig, QUERY_VENUE_FILLS, "", 0, NULL), 0);
    assert_int_equal(ask(rig, QUERY_VENUE_POSITIONS, "", 0, NULL), 0);
    order(rig, "k-5", symbol, SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, 0);
    assert_int_equal(report(rig, "k-5", EXEC_REJECTED).reject, REJECT_VENUE_ACCOUNT);
}

static void test_market_data(void **state) {
    struct rig *rig = *state;
    struct msg msg;
    struct tick tick;
    char symbol[SYMBOL_SIZE], topic[32];
    price_t low;
    start(rig, NULL, NULL, NULL, NULL);
    log_in_demo(rig);
    near_contract(rig, symbol, &low);
    await_tick(rig, symbol, &tick);
    for (int i = 0; i < 5; i++) {
        const uint64_t seq = tick.sym_seq;
        hear(rig, rig->market, MSG_TICK, &msg);
        tick = msg.tick;
        assert_int_equal(tick.sym_seq, seq + 1);
        assert_true(tick.bid < tick.ask);
    }
    (void)snprintf(topic, sizeof topic, "depth:%s", symbol);
    bus_subscribe(rig->market, topic);
    hear(rig, rig->market, MSG_DEPTH, &msg);
    assert_string_equal(msg.depth.symbol, symbol);
    for (int i = 1; i < DEPTH_LEVELS; i++) {
        assert_true(msg.depth.bid_quantity[i] > 0 && msg.depth.bid_price[i] < msg.depth.bid_price[i - 1]);
        assert_true(msg.depth.ask_quantity[i] > 0 && msg.depth.ask_price[i] > msg.depth.ask_price[i - 1]);
    }
    const struct market market = market_now(rig);
    assert_string_equal(market.source, "synthetic market, seed 1");
    assert_int_equal(market.session_state, SESSION_OPEN);
    assert_int_equal(market.session, SESSION_DAY);
    assert_int_equal(market.progress_permille, -1);
    assert_int_equal(market.speed, 1);
    bus_subscribe(rig->market, "~heartbeat");
    hear(rig, rig->market, MSG_HEARTBEAT, &msg);
    assert_int_equal(msg.heartbeat.component, COMPONENT_EXCHANGE);
    struct reply reply;
    assert_int_equal(steer(rig, MARKET_SEEK, market.market_us, &reply), ERR_STATE);
    assert_int_equal(steer(rig, MARKET_SPEED, 100001, &reply), ERR_RANGE);
    assert_int_equal(steer(rig, MARKET_SPEED, 600, NULL), ERR_OK);
    const int64_t then_us = market_now(rig).market_us;
    struct market later;
    do {
        later = market_now(rig);
    } while (later.speed != 600 || later.market_us < then_us + 60 * CLOCK_SECOND_US);
    assert_int_equal(steer(rig, MARKET_SPEED, 0, NULL), ERR_OK);
    do { /* over the afternoon's closed hours */
        later = market_now(rig);
    } while (later.session != SESSION_NIGHT || later.session_state != SESSION_OPEN);
    assert_int_equal(steer(rig, MARKET_PAUSE, 0, NULL), ERR_OK);
    later = market_now(rig);
    assert_true(later.paused);
    assert_int_equal(market_now(rig).market_us, later.market_us);
}

static void test_it_survives_being_killed(void **state) {
    struct rig *rig = *state;
    struct msg msg, before;
    struct tick tick;
    char symbol[SYMBOL_SIZE];
    price_t low;
    struct reply reply;
    start(rig, NULL, NULL, NULL, NULL);
    assert_int_equal(log_in(rig, "demo", "demo", &reply), ERR_OK);
    near_contract(rig, symbol, &low);
    await_tick(rig, symbol, &tick);
    order(rig, "in", symbol, SIDE_SELL, ORDER_RANGE_MARKET, TIF_IOC, 1, 0);
    (void)report(rig, "in", EXEC_NEW);
    (void)report(rig, "in", EXEC_FILL);
    order(rig, "rod", symbol, SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, low);
    const struct venue_exec last = report(rig, "rod", EXEC_NEW);
    assert_int_equal(ask(rig, QUERY_VENUE_POSITIONS, "", 0, &before), 1);
    (void)end(rig, SIGKILL);

    start(rig, NULL, NULL, NULL, NULL);
    struct reply again;
    assert_int_equal(log_in(rig, "demo", "demo", &again), ERR_OK);
    assert_int_equal(again.number, reply.number + 1);
    assert_int_equal(ask(rig, QUERY_VENUE_ORDERS, "", 0, &msg), 1);
    assert_string_equal(msg.order.request.client_order_id, "rod");
    assert_int_equal(ask(rig, QUERY_VENUE_POSITIONS, "", 0, &msg), 1);
    assert_int_equal(msg.position.quantity, -1);
    assert_int_equal(msg.position.open_value, before.position.open_value);
    assert_int_equal(ask(rig, QUERY_VENUE_FILLS, "", 0, &msg), last.seq);
    struct tick later;
    do { /* this run's, not what is left of the one before */
        await_tick(rig, symbol, &later);
    } while (later.epoch == tick.epoch);
    assert_true(later.price > tick.price - P(60) && later.price < tick.price + P(60));
    const struct market market = market_now(rig);
    assert_true(market.market_us >= tick.time_us - 2 * CLOCK_SECOND_US); /* goes on: saved each second */
    assert_true(market.market_us < tick.time_us + 60 * CLOCK_SECOND_US);
    cancel(rig, "rod");
    assert_int_equal(report(rig, "rod", EXEC_CANCELLED).seq, last.seq + 1);
}

static void test_it_survives_the_gateways_death(void **state) {
    struct rig *rig = *state;
    struct msg msg;
    struct tick tick;
    char symbol[SYMBOL_SIZE];
    price_t low;
    start(rig, NULL, NULL, NULL, NULL);
    log_in_demo(rig);
    near_contract(rig, symbol, &low);
    await_tick(rig, symbol, &tick);
    order(rig, "rod", symbol, SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, tick.ask + P(5)); /* sure to fill */
    order(rig, "low", symbol, SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, low);
    do { /* both are there: the line keeps its order */
        hear(rig, rig->line, MSG_VENUE_EXEC, &msg);
    } while (strcmp(msg.venue_exec.client_order_id, "low") != 0);
    disconnect_line(rig);
    connect_line(rig);
    log_in_demo(rig);
    assert_int_equal(ask(rig, QUERY_VENUE_FILLS, "", 1, &msg), 2);
    assert_int_equal(ask(rig, QUERY_VENUE_ORDERS, "", 0, &msg), 1);
    assert_string_equal(msg.order.request.client_order_id, "low");
    cancel(rig, "low");
    (void)report(rig, "low", EXEC_CANCELLED); /* reports come on the new line */
}

/* --- replay --------------------------------------------------------------------------------------------------------------------- */

static void write_day(const struct rig *rig, const char *rows) {
    FILE *file = fopen(rig->file, "w");
    assert_non_null(file);
    (void)fprintf(file, "datetime,symbol,price,quantity\n%s", rows);
    assert_int_equal(fclose(file), 0);
}

static void start_replay(struct rig *rig, const char *speed, const char *seek) {
    char replay[128];
    (void)snprintf(replay, sizeof replay, "--replay=%s", rig->file);
    start(rig, replay, speed, seek, NULL);
}

/* Two sessions with a weekend between them. */
static const char two_days[] = "2021-07-23 15:00:01,MXFH1,17410,3\n"
                               "2021-07-23 15:00:05,MXFH1,17412,1\n"
                               "2021-07-23 15:00:06,CZFH1,88,1\n"
                               "2021-07-23 15:00:07,bad\n"
                               "2021-07-24 04:59:59,MXFH1,17405,2\n"
                               "2021-07-26 08:45:00,MXFH1,17400,8\n"
                               "2021-07-26 08:45:01,MXFH1,17390,5\n"
                               "2021-07-26 13:44:59,MXFH1,17380,4\n";

static void test_replay_jumps_closed_hours_and_ends(void **state) {
    struct rig *rig = *state;
    struct msg msg;
    write_day(rig, two_days);
    bus_subscribe(rig->market, "MXFH1");
    start_replay(rig, NULL, NULL);
    await_market_data(rig);
    assert_int_equal(market_now(rig).market_us, calendar_taipei_us(20210723, 14 * 3600 + 59 * 60 + 51)); /* it waits for us */
    assert_int_equal(steer(rig, MARKET_SPEED, 100000, NULL), ERR_OK); /* or is told to go on */
    static const int64_t prices[] = {17410, 17412, 17405, 17400, 17390, 17380};
    static const int64_t volumes[] = {3, 4, 6, 14, 19, 23};
    for (int i = 0; i < 6; i++) {
        hear(rig, rig->market, MSG_TICK, &msg);
        assert_int_equal(msg.tick.price, P(prices[i]));
        assert_int_equal(msg.tick.volume, volumes[i]);
        assert_int_equal(msg.tick.trading_day, 20210726);
        assert_int_equal(msg.tick.sym_seq, i + 1);
        assert_true((msg.tick.flags & TICK_SYNTHETIC_BOOK) != 0);
    }
    struct market market;
    do {
        market = market_now(rig);
    } while (market.session_state != SESSION_CLOSED);
    assert_int_equal(market.progress_permille, 1000);
    assert_int_equal(market.damaged_lines, 1);
    assert_string_equal(market.source, "day.csv");
    assert_int_equal(market.market_us, calendar_taipei_us(20210726, 13 * 3600 + 45 * 60));
    log_in_demo(rig);
    assert_int_equal(ask(rig, QUERY_CONTRACTS, "", 0, &msg), 1); /* CZF is not ours to list */
    order(rig, "k", "MXFH1", SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, 0);
    assert_int_equal(report(rig, "k", EXEC_REJECTED).reject, REJECT_VENUE_SESSION);
}

static void test_replay_fills_against_the_trades(void **state) {
    struct rig *rig = *state;
    write_day(rig, two_days);
    start_replay(rig, "--seek=08:44", NULL);
    log_in_demo(rig);
    assert_int_equal(steer(rig, MARKET_PAUSE, 0, NULL), ERR_OK);
    assert_int_equal(market_now(rig).trading_day, 20210726);
    order(rig, "open", "MXFH1", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 2, P(17450)); /* waits for the auction */
    (void)report(rig, "open", EXEC_NEW);
    order(rig, "rest", "MXFH1", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 9, P(17395));
    (void)report(rig, "rest", EXEC_NEW);
    assert_int_equal(steer(rig, MARKET_SPEED, 600, NULL), ERR_OK);
    assert_int_equal(steer(rig, MARKET_PLAY, 0, NULL), ERR_OK);
    const struct venue_exec open = report(rig, "open", EXEC_FILL);
    assert_int_equal(open.fill_price, P(17400));
    assert_int_equal(open.fill_quantity, 2);
    const struct venue_exec rest = report(rig, "rest", EXEC_FILL);
    assert_int_equal(rest.fill_price, P(17395)); /* the trade at 17390 went through it */
    assert_int_equal(rest.fill_quantity, 5);     /* and was that large */
    assert_int_equal(steer(rig, MARKET_SPEED, 0, NULL), ERR_OK);
    const struct venue_exec more = report(rig, "rest", EXEC_FILL);
    assert_int_equal(more.fill_quantity, 4);
}

/* No settlement is in the file: the first trade stands in for it, and limits and refusals follow. */
static void test_replay_estimates_the_reference(void **state) {
    struct rig *rig = *state;
    struct msg msg;
    write_day(rig, "2021-07-26 08:45:00,MXFH1,17400,8\n"
                   "2021-07-26 13:44:59,MXFH1,17380,4\n"
                   "2021-07-26 15:00:00,MXFH1,17390,1\n");
    bus_subscribe(rig->market, "MXFH1");
    start_replay(rig, NULL, NULL);
    log_in_demo(rig);
    await_market_data(rig);
    assert_int_equal(steer(rig, MARKET_PAUSE, 0, NULL), ERR_OK);
    assert_int_equal(ask(rig, QUERY_CONTRACTS, "MXFH1", 0, &msg), 1);
    assert_int_equal(msg.contract.reference, P(17400));
    assert_int_equal(msg.contract.flags, CONTRACT_REFERENCE_ESTIMATED);
    assert_int_equal(steer(rig, MARKET_SPEED, 0, NULL), ERR_OK);
    assert_int_equal(steer(rig, MARKET_PLAY, 0, NULL), ERR_OK);
    static const int64_t references[] = {17400, 17400, 17380}; /* the next day's: the last trade before it */
    for (int i = 0; i < 3; i++) {
        hear(rig, rig->market, MSG_TICK, &msg);
        assert_int_equal(msg.tick.reference, P(references[i]));
    }
    assert_int_equal(steer(rig, MARKET_PAUSE, 0, NULL), ERR_OK);
    assert_int_equal(steer(rig, MARKET_SEEK, calendar_taipei_us(20210726, 9 * 3600), NULL), ERR_OK);
    assert_int_equal(ask(rig, QUERY_CONTRACTS, "MXFH1", 0, &msg), 1);
    assert_int_equal(msg.contract.reference, P(17400));
}

static void test_seek(void **state) {
    struct rig *rig = *state;
    struct reply reply;
    struct msg msg;
    write_day(rig, two_days);
    bus_subscribe(rig->market, "MXFH1");
    start_replay(rig, NULL, NULL);
    log_in_demo(rig);
    await_market_data(rig);
    assert_int_equal(steer(rig, MARKET_PAUSE, 0, NULL), ERR_OK);
    order(rig, "rod", "MXFH1", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(17000));
    (void)report(rig, "rod", EXEC_NEW);
    assert_int_equal(steer(rig, MARKET_SEEK, calendar_taipei_us(20210728, 0), &reply), ERR_RANGE);
    assert_int_equal(ask(rig, QUERY_VENUE_ORDERS, "", 0, NULL), 1);
    const int64_t to_us = calendar_taipei_us(20210726, 9 * 3600);
    assert_int_equal(steer(rig, MARKET_SEEK, to_us, NULL), ERR_OK);
    assert_int_equal(report(rig, "rod", EXEC_EXPIRED).reject, REJECT_NONE);
    struct market market;
    do {
        market = market_now(rig);
    } while (market.market_us != to_us);
    order(rig, "now", "MXFH1", SIDE_SELL, ORDER_MARKET, TIF_IOC, 1, 0);
    (void)report(rig, "now", EXEC_NEW);
    const struct venue_exec fill = report(rig, "now", EXEC_FILL);
    assert_int_equal(fill.fill_price, P(17390)); /* the book of the trade before that moment: a downtick, at the bid */
    assert_int_equal(steer(rig, MARKET_SPEED, 0, NULL), ERR_OK);
    assert_int_equal(steer(rig, MARKET_PLAY, 0, NULL), ERR_OK);
    hear(rig, rig->market, MSG_TICK, &msg);
    assert_int_equal(msg.tick.price, P(17380));
    assert_int_equal(msg.tick.volume, 23); /* with all that was before it */
    assert_int_equal(msg.tick.high, P(17412));
}

static void test_a_killed_replay_goes_on_and_another_market_expires_orders(void **state) {
    struct rig *rig = *state;
    struct msg msg;
    write_day(rig, two_days);
    start_replay(rig, "--seek=09:00", NULL);
    log_in_demo(rig);
    order(rig, "in", "MXFH1", SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, 0);
    (void)report(rig, "in", EXEC_NEW);
    (void)report(rig, "in", EXEC_FILL);
    order(rig, "rod", "MXFH1", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(17000));
    (void)report(rig, "rod", EXEC_NEW);
    (void)end(rig, SIGKILL);
    start_replay(rig, "--seek=09:00", NULL);
    log_in_demo(rig);
    assert_int_equal(ask(rig, QUERY_VENUE_ORDERS, "", 0, NULL), 1);
    assert_int_equal(end(rig, SIGTERM), 0);
    start(rig, "--seed=5", NULL, NULL, NULL); /* the synthetic market */
    log_in_demo(rig);
    assert_int_equal(ask(rig, QUERY_VENUE_ORDERS, "", 0, NULL), 0);
    assert_int_equal(ask(rig, QUERY_VENUE_ORDER, "rod", 0, &msg), 1);
    assert_int_equal(msg.venue_order_status.order.state, ORDER_EXPIRED);
    assert_int_equal(ask(rig, QUERY_VENUE_POSITIONS, "", 0, &msg), 1); /* a fact, whatever the market */
    assert_string_equal(msg.position.symbol, "MXFH1");
    assert_int_equal(msg.position.quantity, 1);
    assert_int_equal(ask(rig, QUERY_CONTRACTS, "", 0, NULL), 6);
}

static void test_a_stopped_replay_begins_again(void **state) {
    struct rig *rig = *state;
    struct msg msg;
    write_day(rig, two_days);
    bus_subscribe(rig->market, "MXFH1");
    for (int i = 0; i < 2; i++) {
        start_replay(rig, NULL, NULL);
        while (bus_connections(rig->market) < (uint64_t)i + 1 || !bus_connected(rig->market)) {
            loop_wait(rig->loop, CLOCK_MS_US);
        }
        await_market_data(rig); /* may be left of the run before; a second one is not */
        await_market_data(rig);
        assert_int_equal(steer(rig, MARKET_SPEED, 0, NULL), ERR_OK);
        do {
            hear(rig, rig->market, MSG_TICK, &msg);
        } while (msg.tick.price != P(17380));
        assert_int_equal(msg.tick.volume, 23);
        assert_int_equal(end(rig, SIGTERM), 0);
    }
}

/* However fast it plays: nothing before a session is there and listens, then the first trade first. */
static void test_a_replay_waits_for_its_first_listener(void **state) {
    struct rig *rig = *state;
    struct msg msg;
    write_day(rig, two_days);
    start_replay(rig, "--speed=0", NULL);
    bus_subscribe(rig->market, "MXFH1");
    const int64_t begin_us = market_now(rig).market_us;
    const struct market later = market_now(rig); /* a second later */
    assert_true(later.paused);
    assert_int_equal(later.market_us, begin_us);
    log_in_demo(rig);
    hear(rig, rig->market, MSG_TICK, &msg);
    assert_int_equal(msg.tick.sym_seq, 1);
}

/* A reader that stands still must find every trade when it goes on. */
static void test_full_speed_loses_no_tick(void **state) {
    struct rig *rig = *state;
    if (access(REAL_DAY, R_OK) != 0) {
        printf("skip: %s is not here\n", REAL_DAY);
        skip();
    }
    start(rig, "--replay=" REAL_DAY, "--seek=2021-07-26 08:44", "--speed=0", NULL);
    log_in_demo(rig);
    bus_subscribe(rig->market, "MXFH1");
    bus_subscribe(rig->market, "TXFH1");
    bus_subscribe(rig->market, "~market");
    struct msg msg;
    uint64_t next[2] = {1, 1}, ticks = 0; /* from the first one on */
    const int64_t hold_us = clock_monotonic_us() + CLOCK_SECOND_US; /* long enough for the queues between to fill */
    while (clock_monotonic_us() < hold_us) loop_wait(rig->loop, 20 * CLOCK_MS_US);
    bool ended = false;
    const int64_t until = clock_monotonic_us() + 60 * CLOCK_SECOND_US;
    while (!ended && clock_monotonic_us() < until) {
        if (bus_receive(rig->market, &msg, NULL, NULL) != BUS_MESSAGE) {
            loop_wait(rig->loop, 20 * CLOCK_MS_US);
            continue;
        }
        if (msg.id == MSG_MARKET) ended = msg.market.progress_permille == 1000 && msg.market.session_state == SESSION_CLOSED;
        if (msg.id != MSG_TICK) continue;
        uint64_t *expected = &next[msg.tick.symbol[0] == 'T'];
        assert_int_equal(msg.tick.sym_seq, *expected);
        (*expected)++;
        ticks++;
    }
    assert_true(ended);
    assert_true(ticks > 100000);
}

/* --- starting badly ----------------------------------------------------------------------------------------------------------- */

static void assert_will_not_start(struct rig *rig, const char *one, const char *two, int code, const char *words) {
    char out[128], line[512] = "";
    const char *const flags[4] = {one, two, NULL, NULL};
    (void)snprintf(out, sizeof out, "%s/stderr", rig->home);
    const pid_t pid = launch(rig, flags, out);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), code);
    FILE *file = fopen(out, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    if (strstr(line, words) == NULL) fail_msg("'%s' does not say '%s'", line, words);
    assert_null(fgets(line, sizeof line, file)); /* one line */
    (void)fclose(file);
}

static void test_it_says_why_it_will_not_start(void **state) {
    struct rig *rig = *state;
    char replay[128];
    assert_will_not_start(rig, "--replay=/nowhere/day.zip", NULL, 2, "day.zip: No such file");
    assert_will_not_start(rig, "--market=replay", NULL, 2, "market.file");
    (void)snprintf(replay, sizeof replay, "--replay=%s", rig->file);
    write_day(rig, "2021-07-23 15:00:06,CZFH1,88,1\n");
    assert_will_not_start(rig, replay, NULL, 2, "no contract");
    write_day(rig, two_days);
    assert_will_not_start(rig, replay, "--seek=14:00", 2, "market.seek");
    assert_will_not_start(rig, replay, "--seek=2021-07-29 09:00", 2, "outside day.csv");
    assert_will_not_start(rig, replay, "--seek=soon", 2, "market.seek");
    struct msg msg;
    start(rig, NULL, NULL, NULL, NULL);
    bus_subscribe(rig->market, "~market");
    hear(rig, rig->market, MSG_MARKET, &msg);
    assert_will_not_start(rig, NULL, NULL, 2, "outcry-exchange: "); /* there is one already */
}

int main(void) {
#define RIGGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        RIGGED(test_nothing_without_log_in),
        RIGGED(test_order_to_position),
        RIGGED(test_market_data),
        RIGGED(test_it_survives_being_killed),
        RIGGED(test_it_survives_the_gateways_death),
        RIGGED(test_replay_jumps_closed_hours_and_ends),
        RIGGED(test_replay_fills_against_the_trades),
        RIGGED(test_replay_estimates_the_reference),
        RIGGED(test_seek),
        RIGGED(test_a_killed_replay_goes_on_and_another_market_expires_orders),
        RIGGED(test_a_stopped_replay_begins_again),
        RIGGED(test_a_replay_waits_for_its_first_listener),
        RIGGED(test_full_speed_loses_no_tick),
        RIGGED(test_it_says_why_it_will_not_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
