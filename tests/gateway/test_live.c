/*
 * The live system, end to end: the real processes over real sockets in a directory of their own. Start, prices, a
 * condition from trigger to exit, an operator's order, every process killed in turn with -9, outcryd's own death, a
 * change of market, a clean stop, and that everything is where it was afterwards.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/clock.h"
#include "core/session.h"
#include "db/db.h"
#include "gateway/client.h"
#include "gateway/lock.h"
#include "tests/gateway/tempdir.h"

#define PATIENCE_US (20 * CLOCK_SECOND_US) /* for sanitizers on a busy machine; each wait ends as soon as it may */

static char home[TEMPDIR_SIZE];
static char runtime[TEMPDIR_SIZE + 8];
static struct settings settings;
static struct client *client;

/* What a screen would know. */
static struct world {
    int64_t pid[COMPONENT_COUNT + 1];
    bool ready[COMPONENT_COUNT + 1]; /* what it depends on is there, and it is up to date */
    char said[COMPONENT_COUNT + 1][TEXT_SIZE];
    struct market market;
    struct session_info session;
    struct tick tick; /* of the near TXF */
    uint64_t last_event;
    int holes; /* order events that skipped or came twice */
    struct condition condition;
    struct position position;
    struct order_event event; /* the last one */
    struct guard_state guard;
    struct reply reply;
} world;

static void see(const struct msg *msg)
{
    if (msg->id == MSG_HEARTBEAT) {
        world.pid[msg->heartbeat.component] = msg->heartbeat.pid;
        world.ready[msg->heartbeat.component] = msg->heartbeat.peer_up;
        memcpy(world.said[msg->heartbeat.component], msg->heartbeat.text, TEXT_SIZE);
    } else if (msg->id == MSG_PROCESS && !msg->process.running) {
        world.pid[msg->process.component] = 0;
    } else if (msg->id == MSG_MARKET) {
        world.market = msg->market;
    } else if (msg->id == MSG_SESSION) {
        world.session = msg->session;
    } else if (msg->id == MSG_TICK && strncmp(msg->tick.symbol, "TXF", 3) == 0) {
        world.tick = msg->tick;
    } else if (msg->id == MSG_ORDER_EVENT) {
        world.holes += world.last_event != 0 && msg->order_event.seq != world.last_event + 1 ? 1 : 0;
        world.last_event = msg->order_event.seq;
        world.event = msg->order_event;
    } else if (msg->id == MSG_CONDITION) {
        world.condition = msg->condition;
    } else if (msg->id == MSG_POSITION && strncmp(msg->position.symbol, "TXF", 3) == 0) {
        world.position = msg->position;
    } else if (msg->id == MSG_GUARD_STATE) {
        world.guard = msg->guard_state;
    } else if (msg->id == MSG_REPLY) {
        world.reply = msg->reply;
    }
}

/* Until it is so, or patience ends. */
static bool until(bool (*is_so)(void))
{
    int64_t deadline = clock_monotonic_us() + PATIENCE_US;
    struct msg msg;
    while (!is_so() && clock_monotonic_us() < deadline)
        if (client_next(client, &msg, NULL))
            see(&msg);
        else
            client_wait(client, -1, 100);
    return is_so();
}

static bool trading(void)
{
    return world.session.logged_in && world.session.account[0] != '\0' && world.tick.price > 0 &&
           world.market.session_state == SESSION_OPEN && world.ready[COMPONENT_STRATEGY] &&
           world.ready[COMPONENT_EXECUTOR];
}

static bool all_up(void)
{
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_SUPERVISOR; c++)
        if (world.pid[c] == 0 || client_link(client, (enum component)c, NULL) != LINK_UP) return false;
    return true;
}

static void call(enum component to, struct msg *msg, struct reply *reply)
{
    struct err err = {0};
    if (client_call(client, to, msg, NULL, NULL, reply, &err) != ERR_OK)
        fail_msg("%s: %s", component_name(to), err.text);
}

static void set(enum setting_id id, const char *text)
{
    struct err err = {0};
    assert_int_equal(settings_set(&settings, setting_row(id), text, SOURCE_FLAG, &err), ERR_OK);
}

static void open_client(void)
{
    struct err err = {0};
    memset(&world, 0, sizeof world);
    if (client_open(&client, &settings, &err) != ERR_OK) fail_msg("client: %s", err.text);
}

static void start_daemon(void)
{
    struct err err = {0};
    if (client_daemon_start(&settings, &err) != ERR_OK) fail_msg("start: %s", err.text);
}

/* Every process that was asked to stop left with 0: under a sanitizer anything else is a finding of it. */
static void check_log(void)
{
    char path[TEMPDIR_SIZE + 16];
    char line[1024];
    snprintf(path, sizeof path, "%s/outcry.log", home);
    FILE *log = fopen(path, "r");
    assert_non_null(log);
    while (fgets(line, sizeof line, log) != NULL) {
        const char *code = strstr(line, "ended with exit code ");
        if (code != NULL && strncmp(code + 21, "0\n", 2) != 0) fail_msg("%s", line);
    }
    fclose(log);
}

static void stop_and_check(bool all_left_with_0)
{
    struct msg msg;
    struct reply reply;
    msg_init(&msg, MSG_CONTROL);
    msg.control.kind = CONTROL_SHUTDOWN;
    call(COMPONENT_SUPERVISOR, &msg, &reply);
    assert_int_equal(reply.status, ERR_OK);
    int64_t deadline = clock_monotonic_us() + PATIENCE_US;
    while (client_daemon_running(&settings) && clock_monotonic_us() < deadline) {
        struct msg rest;
        while (client_next(client, &rest, NULL)) see(&rest);
        client_wait(client, -1, 5);
    }
    client_close(client);
    client = NULL;
    assert_false(client_daemon_running(&settings));
    if (all_left_with_0) check_log();
}

static void stop_daemon(void)
{
    stop_and_check(true);
}

static int make_world(void **state)
{
    char path[4096];
    char build[2048];
    (void)state;
    /* The programs are in $BUILD; this one is in $BUILD/tests/gateway. */
    ssize_t length = readlink("/proc/self/exe", build, sizeof build - 1);
    build[length > 0 ? length : 0] = '\0';
    for (int i = 0; i < 3 && strrchr(build, '/') != NULL; i++) *strrchr(build, '/') = '\0';
    snprintf(path, sizeof path, "%s:%.1000s", build, getenv("PATH"));
    setenv("PATH", path, 1);
    if (tempdir_make(home) != 0) return -1;
    snprintf(runtime, sizeof runtime, "%s/run", home);
    settings_defaults(&settings);
    set(SET_HOME, home);
    set(SET_RUNTIME, runtime);
    return 0;
}

/* Whatever a failed test left running ends here, by the pids in the locks of this directory. */
static int end_world(void **state)
{
    (void)state;
    for (int c = COMPONENT_SUPERVISOR; c >= COMPONENT_EXCHANGE; c--) {
        int64_t pid = 0;
        if (lock_held(runtime, component_name((enum component)c), &pid) && pid > 1) kill((pid_t)pid, SIGKILL);
    }
    client_close(client);
    client = NULL;
    return tempdir_remove(home);
}

static bool holding_one(void)
{
    return world.position.quantity == 1;
}

static bool flat(void)
{
    return world.position.quantity == 0;
}

static bool filled(void)
{
    return world.event.state == ORDER_FILLED;
}

/* The operator buys one at the market, and is filled. */
static void buy_one(void)
{
    struct msg msg;
    struct reply reply;
    msg_init(&msg, MSG_ORDER_COMMAND);
    struct order_request *order = &msg.order_command.order;
    snprintf(order->account, sizeof order->account, "%s", world.session.account);
    snprintf(order->symbol, sizeof order->symbol, "%s", world.tick.symbol);
    order->side = SIDE_BUY;
    order->type = ORDER_MARKET;
    order->tif = TIF_IOC;
    order->quantity = 1;
    snprintf(order->actor, sizeof order->actor, "operator");
    memset(&world.event, 0, sizeof world.event);
    call(COMPONENT_EXECUTOR, &msg, &reply);
    assert_int_equal(reply.status, ERR_OK);
    if (!until(filled)) fail_msg("not filled: %s %s", order_state_name(world.event.state), world.event.reason);
    assert_true(until(holding_one));
}

static void flatten(void)
{
    struct msg msg;
    struct reply reply;
    msg_init(&msg, MSG_CONTROL);
    msg.control.kind = CONTROL_FLATTEN;
    snprintf(msg.control.text, sizeof msg.control.text, "all");
    snprintf(msg.control.actor, sizeof msg.control.actor, "operator");
    call(COMPONENT_EXECUTOR, &msg, &reply);
    assert_int_equal(reply.status, ERR_OK);
    assert_true(until(flat));
}

static bool closed(void)
{
    return world.condition.state == CONDITION_CLOSED;
}

static struct msg wanted;
static struct reply answer;

/* A strategy that has just started asks to be asked again in a moment. */
static bool taken(void)
{
    struct msg msg = wanted;
    if (answer.status == ERR_STATE) call(COMPONENT_STRATEGY, &msg, &answer);
    return answer.status != ERR_STATE;
}

/* A condition whose trigger is above the price has it reached by the next tick; one point more enters. */
static void create_condition(int following)
{
    struct msg msg;
    msg_init(&msg, MSG_CONDITION_COMMAND);
    msg.condition_command.action = CONDITION_CREATE;
    snprintf(msg.condition_command.actor, sizeof msg.condition_command.actor, "operator");
    struct condition_terms *terms = &msg.condition_command.terms;
    snprintf(terms->account, sizeof terms->account, "%s", world.session.account);
    snprintf(terms->symbol, sizeof terms->symbol, "%s", world.tick.symbol);
    terms->side = SIDE_BUY;
    terms->trigger_price = world.tick.price + PRICE_POINTS(20);
    terms->turning = PRICE_POINTS(1);
    terms->quantity = 1;
    terms->take_profit = PRICE_POINTS(5);
    terms->stop_loss = PRICE_POINTS(5);
    terms->following = following != 0;
    terms->basis = BASIS_FILL;
    terms->validity = VALID_GTC;
    terms->entry = ENTRY_MARKET;
    wanted = msg;
    answer.status = ERR_STATE;
    if (!until(taken) || answer.status != ERR_OK) fail_msg("condition: %s", answer.text);
    assert_true(answer.number > 0);
}

static bool count_row(void *context, const struct msg *msg)
{
    (void)msg;
    ++*(int *)context;
    return true;
}

static int rows_in(enum db_file file, const struct db_query *query)
{
    struct db *db = NULL;
    struct err err = {0};
    int rows = 0;
    assert_int_equal(db_open(&db, file, home, DB_READ, DB_NORMAL, &err), ERR_OK);
    assert_int_equal(db_each(db, query, count_row, &rows, &err), ERR_OK);
    db_close(db);
    return rows;
}

static bool keep_guard(void *context, const struct msg *msg)
{
    *(struct guard_state *)context = msg->guard_state;
    return true;
}

static struct guard_state last_guard(void)
{
    struct db *db = NULL;
    struct err err = {0};
    struct guard_state guard = {0};
    struct db_query query = {.id = MSG_GUARD_STATE};
    assert_int_equal(db_open(&db, DB_GATEWAY, home, DB_READ, DB_NORMAL, &err), ERR_OK);
    assert_int_equal(db_each(db, &query, keep_guard, &guard, &err), ERR_OK);
    db_close(db);
    return guard;
}

/* From nothing to live prices and a demo account, without a question. Then a whole trade of a following condition. */
static void test_a_condition_trades(void **state)
{
    (void)state;
    set(SET_MARKET_SPEED, "20");
    assert_false(client_daemon_running(&settings));
    int64_t before = clock_monotonic_us();
    start_daemon();
    open_client();
    assert_true(until(trading));
    printf("live prices after %" PRId64 " ms\n", (clock_monotonic_us() - before) / 1000);
    create_condition(1);
    if (!until(closed))
        fail_msg("the condition stays %s: %s", condition_state_name(world.condition.state), world.condition.reason);
    assert_true(until(flat));
    int id = (int)world.condition.id;
    int quantity = world.condition.exited_quantity;
    stop_daemon();
    assert_int_equal(quantity, 1);
    assert_int_equal(world.holes, 0);
    /* ARMED is where it starts; then TRIGGERED, ENTERING, OPEN, EXITING, CLOSED. */
    assert_true(rows_in(DB_CONDITIONS, &(struct db_query){.id = MSG_TRANSITION, .condition_id = id}) >= 5);
    assert_int_equal(rows_in(DB_CONDITIONS, &(struct db_query){.id = MSG_SIGNAL}), 2);
    assert_int_equal(rows_in(DB_CONDITIONS, &(struct db_query){.id = MSG_SIGNAL, .live = true}), 0);
    assert_int_equal(rows_in(DB_ORDERS, &(struct db_query){.id = MSG_ORDER}), 2);
    assert_int_equal(rows_in(DB_GATEWAY, &(struct db_query){.id = MSG_ORDER, .state = "FILLED"}), 2);
    assert_int_equal(rows_in(DB_EXCHANGE, &(struct db_query){.id = MSG_ORDER}), 2);
}

static enum component killed;
static int64_t killed_pid;

static bool another_pid(void)
{
    return world.pid[killed] != 0 && world.pid[killed] != killed_pid && client_link(client, killed, NULL) == LINK_UP;
}

/* Each process dies without a word while a position is held and a condition is armed; nothing is lost or done twice. */
static void test_kill_each(void **state)
{
    (void)state;
    start_daemon();
    open_client();
    assert_true(until(trading));
    assert_true(until(all_up));
    buy_one();
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_EXECUTOR; c++) {
        killed = (enum component)c;
        killed_pid = world.pid[c];
        memset(&world.tick, 0, sizeof world.tick);
        memset(world.ready, 0, sizeof world.ready);
        world.session.logged_in = world.session.logged_in && c != COMPONENT_GATEWAY && c != COMPONENT_EXCHANGE;
        assert_int_equal(kill((pid_t)killed_pid, SIGKILL), 0);
        if (!until(another_pid)) fail_msg("%s did not come back", component_name(killed));
        if (!until(trading))
            fail_msg("no trading after the %s was killed: %s", component_name(killed), world.session.text);
        assert_int_equal(world.position.quantity, 1);
    }
    flatten();
    buy_one();
    flatten();
    stop_daemon();
    assert_int_equal(world.holes, 0);
    struct guard_state guard = last_guard();
    assert_int_equal(guard.mode, GUARD_ACTIVE);
    assert_int_equal(guard.orders_sent, 4);
    assert_int_equal(guard.intents, 4);
    assert_int_equal(rows_in(DB_EXCHANGE, &(struct db_query){.id = MSG_ORDER}), 4);
    assert_int_equal(rows_in(DB_GATEWAY, &(struct db_query){.id = MSG_ORDER, .state = "FILLED"}), 4);
    assert_int_equal(rows_in(DB_ORDERS, &(struct db_query){.id = MSG_ORDER, .state = "FILLED"}), 4);
}

static bool nobody_supervises(void)
{
    return !client_daemon_running(&settings);
}

/* outcryd's death stops nobody; the next one adopts them all; they stop when told. */
static void test_kill_the_supervisor(void **state)
{
    (void)state;
    struct err err = {0};
    struct world before;
    start_daemon();
    assert_int_equal(client_daemon_start(&settings, &err), ERR_BUSY);
    open_client();
    assert_true(until(trading));
    assert_true(until(all_up));
    before = world;
    assert_int_equal(kill((pid_t)world.pid[COMPONENT_SUPERVISOR], SIGKILL), 0);
    buy_one();
    flatten();
    assert_true(until(nobody_supervises)); /* a killed process must be scheduled once more to be gone */
    start_daemon();
    killed = COMPONENT_SUPERVISOR;
    killed_pid = before.pid[COMPONENT_SUPERVISOR];
    assert_true(until(another_pid));
    assert_true(until(all_up));
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_EXECUTOR; c++) assert_int_equal(world.pid[c], before.pid[c]);
    stop_daemon();
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_EXECUTOR; c++)
        assert_false(lock_held(runtime, component_name((enum component)c), NULL));
}

static bool replaying(void)
{
    return strstr(world.market.source, "day.csv") != NULL && strcmp(world.tick.symbol, "TXFH1") == 0;
}

/* Another market while it runs; and what cannot be played is refused before anything starts. */
static void test_change_of_market(void **state)
{
    (void)state;
    struct err err = {0};
    struct settings running;
    char file[TEMPDIR_SIZE + 16];
    set(SET_MARKET_SPEED, "60");
    snprintf(file, sizeof file, "%s/nothing.csv", home);
    struct settings wrong = settings;
    assert_int_equal(settings_set(&wrong, setting_row(SET_MARKET_FILE), file, SOURCE_FLAG, &err), ERR_OK);
    assert_int_equal(client_daemon_start(&wrong, &err), ERR_NOT_FOUND);
    assert_non_null(strstr(err.text, "nothing.csv: No such file"));

    start_daemon();
    open_client();
    assert_true(until(trading));
    settings_defaults(&running);
    assert_int_equal(client_daemon_market(client, &running, &err), ERR_OK);
    assert_true(client_market_same(&running, &settings));

    snprintf(file, sizeof file, "%s/day.csv", home);
    FILE *csv = fopen(file, "w");
    assert_non_null(csv);
    fprintf(csv, "datetime,symbol,price,quantity\n");
    for (int i = 0; i < 600; i++) fprintf(csv, "2021-07-26 09:%02d:%02d,TXFH1,%d,1\n", i / 60, i % 60, 17400 + i % 7);
    fclose(csv);
    set(SET_MARKET_FILE, file);
    assert_int_equal(client_daemon_market(client, &running, &err), ERR_OK);
    assert_false(client_market_same(&running, &settings));
    if (client_daemon_set_market(client, &settings, &err) != ERR_OK) fail_msg("%s", err.text);
    assert_true(until(replaying)); /* and its near month was registered by itself */
    assert_int_equal(client_daemon_market(client, &running, &err), ERR_OK);
    assert_true(client_market_same(&running, &settings));
    stop_daemon();
}

static bool answered(void)
{
    return world.reply.request_id != 0;
}

/* Wrong requests get one answer each, in words, and change nothing. */
static void test_refusals(void **state)
{
    (void)state;
    struct msg msg;
    struct reply reply;
    struct err err = {0};
    start_daemon();
    open_client();
    assert_true(until(trading));
    msg_init(&msg, MSG_CONTROL);
    msg.control.kind = CONTROL_REGISTER;
    snprintf(msg.control.text, sizeof msg.control.text, "XXXZ9");
    call(COMPONENT_GATEWAY, &msg, &reply);
    assert_int_equal(reply.status, ERR_NOT_FOUND);
    msg.control.kind = CONTROL_SELECT_ACCOUNT;
    call(COMPONENT_GATEWAY, &msg, &reply);
    assert_int_equal(reply.status, ERR_NOT_FOUND);
    msg.control.kind = CONTROL_START;
    call(COMPONENT_GATEWAY, &msg, &reply);
    assert_int_equal(reply.status, ERR_INVALID);
    snprintf(msg.control.text, sizeof msg.control.text, "everything");
    call(COMPONENT_SUPERVISOR, &msg, &reply);
    assert_int_equal(reply.status, ERR_NOT_FOUND);
    msg_init(&msg, MSG_LOGIN);
    snprintf(msg.login.user, sizeof msg.login.user, "demo");
    snprintf(msg.login.secret, sizeof msg.login.secret, "wrong");
    call(COMPONENT_GATEWAY, &msg, &reply);
    assert_int_not_equal(reply.status, ERR_OK);
    assert_true(world.session.logged_in); /* the session that was there stays */
    /* A quantity that is none does not even leave. */
    msg_init(&msg, MSG_ORDER_COMMAND);
    msg.order_command.order.side = SIDE_BUY;
    msg.order_command.order.type = ORDER_MARKET;
    msg.order_command.order.tif = TIF_IOC;
    snprintf(msg.order_command.order.symbol, SYMBOL_SIZE, "%s", world.tick.symbol);
    snprintf(msg.order_command.order.account, ACCOUNT_SIZE, "%s", world.session.account);
    msg.order_command.order.quantity = -5;
    uint64_t id = 0;
    assert_int_not_equal(client_send(client, COMPONENT_EXECUTOR, &msg, &id, &err), ERR_OK);
    if (strstr(err.text, "quantity: -5 ") == NULL) fail_msg("a quantity of -5: %s", err.text);
    /* The executor is stopped: a request to it still gets its one reply. */
    msg_init(&msg, MSG_CONTROL);
    msg.control.kind = CONTROL_STOP;
    snprintf(msg.control.text, sizeof msg.control.text, "executor");
    call(COMPONENT_SUPERVISOR, &msg, &reply);
    assert_int_equal(reply.status, ERR_OK);
    memset(&world.reply, 0, sizeof world.reply);
    msg_init(&msg, MSG_QUERY);
    msg.query.kind = QUERY_ORDERS;
    if (client_send(client, COMPONENT_EXECUTOR, &msg, &id, &err) == ERR_OK) {
        assert_true(until(answered));
        assert_int_equal(world.reply.status, ERR_TIMEOUT);
    } else {
        assert_int_equal(err.status, ERR_BUSY);
    }
    stop_daemon();
}

static struct process_info gateway_process;

static void see_process(void *context, const struct msg *msg)
{
    (void)context;
    if (msg->id == MSG_PROCESS && msg->process.component == COMPONENT_GATEWAY) gateway_process = msg->process;
}

static void ask_processes(void)
{
    struct msg msg;
    struct reply reply;
    struct err err = {0};
    msg_init(&msg, MSG_QUERY);
    msg.query.kind = QUERY_PROCESSES;
    assert_int_equal(client_call(client, COMPONENT_SUPERVISOR, &msg, see_process, NULL, &reply, &err), ERR_OK);
}

static void supervise(enum control_kind kind, const char *component)
{
    struct msg msg;
    struct reply reply;
    msg_init(&msg, MSG_CONTROL);
    msg.control.kind = kind;
    snprintf(msg.control.text, sizeof msg.control.text, "%s", component);
    call(COMPONENT_SUPERVISOR, &msg, &reply);
    assert_int_equal(reply.status, ERR_OK);
}

static bool given_up(void)
{
    ask_processes();
    return strncmp(gateway_process.text, "given up: ", 10) == 0;
}

/* A port that another program has: one clear line, no restarts without end, and 'start' tries again when it is free. */
static void test_port_taken(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    char port[16];
    int one = 1;
    int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(setsockopt(taken, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), 0);
    assert_int_equal(bind(taken, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(taken, 1), 0);
    assert_int_equal(getsockname(taken, (struct sockaddr *)&address, &size), 0);
    int base = ntohs(address.sin_port);
    snprintf(port, sizeof port, "%d", base);
    set(SET_TRANSPORT, "tcp");
    set(SET_GATEWAY_PORT, port);
    snprintf(port, sizeof port, "%d", base > 2000 ? base - 1 : base + 1);
    set(SET_TICK_PORT, port);
    snprintf(port, sizeof port, "%d", base > 2000 ? base - 2 : base + 2);
    set(SET_SIGNAL_PORT, port);
    struct err err = {0};
    assert_int_equal(client_daemon_start(&settings, &err), ERR_STATE);
    assert_non_null(strstr(err.text, "gateway: gateway-orders: tcp://127.0.0.1:"));
    assert_non_null(strstr(err.text, "is taken by another program"));
    assert_false(client_daemon_running(&settings)); /* half a system was not left */
    close(taken);
    start_daemon();
    open_client();
    assert_true(until(trading)); /* over TCP */
    supervise(CONTROL_STOP, "gateway");
    taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(setsockopt(taken, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), 0);
    assert_int_equal(bind(taken, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(taken, 1), 0);
    supervise(CONTROL_START, "gateway");
    assert_true(until(given_up));
    assert_non_null(strstr(gateway_process.text, "is taken by another program"));
    assert_int_equal(client_await(client, COMPONENT_GATEWAY, 5000, &err), ERR_STATE);
    close(taken);
    supervise(CONTROL_START, "gateway");
    memset(&world.tick, 0, sizeof world.tick);
    assert_true(until(trading));
    buy_one();
    flatten();
    stop_and_check(false);
}

static int64_t victim;

static bool executor_runs_again(void)
{
    return world.pid[COMPONENT_EXECUTOR] != 0 && world.pid[COMPONENT_EXECUTOR] != victim;
}

static struct process_info executor_process;

static void see_executor(void *context, const struct msg *msg)
{
    (void)context;
    if (msg->id == MSG_PROCESS && msg->process.component == COMPONENT_EXECUTOR) executor_process = msg->process;
}

static bool executor_given_up(void)
{
    struct msg msg;
    struct reply reply;
    msg_init(&msg, MSG_QUERY);
    msg.query.kind = QUERY_PROCESSES;
    assert_int_equal(client_call(client, COMPONENT_SUPERVISOR, &msg, see_executor, NULL, &reply, NULL), ERR_OK);
    return strncmp(executor_process.text, "given up: ", 10) == 0;
}

/* A process that ends again and again is started again, later each time, and then no more. */
static void test_give_up(void **state)
{
    (void)state;
    start_daemon();
    open_client();
    assert_true(until(all_up));
    victim = 0;
    for (int i = 0; i < 6; i++) {
        if (!until(executor_runs_again)) fail_msg("the executor was not started again after %d deaths", i);
        victim = world.pid[COMPONENT_EXECUTOR];
        assert_int_equal(kill((pid_t)victim, SIGKILL), 0);
    }
    assert_true(until(executor_given_up));
    assert_non_null(strstr(executor_process.text, "killed by signal 9"));
    assert_int_equal(executor_process.restarts, 6);
    stop_daemon();
}

static bool both_held(void)
{
    return strstr(world.said[COMPONENT_STRATEGY], "was gateway.db replaced?") != NULL &&
           strstr(world.said[COMPONENT_EXECUTOR], "was gateway.db replaced?") != NULL &&
           !world.ready[COMPONENT_STRATEGY] && !world.ready[COMPONENT_EXECUTOR] && world.session.logged_in &&
           world.session.account[0] != '\0' && world.tick.price > 0 && world.guard.mode == GUARD_HALTED;
}

static void rename_journal(const char *from, const char *to)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char old[TEMPDIR_SIZE + 32];
        char new[TEMPDIR_SIZE + 32];
        snprintf(old, sizeof old, "%s/%s%s", home, from, ends[i]);
        snprintf(new, sizeof new, "%s/%s%s", home, to, ends[i]);
        assert_true(rename(old, new) == 0 || ends[i][0] != '\0');
    }
}

static bool far_from(void)
{
    return world.tick.price > 0 && world.condition.suspended && (int64_t)world.tick.sym_seq > victim + 100;
}

/* Another gateway.db numbers its events anew: it is said, nothing is entered, and the right one ends it. */
static void test_a_replaced_journal(void **state)
{
    (void)state;
    struct msg msg;
    struct reply reply;
    set(SET_MARKET_SPEED, "20");
    start_daemon();
    open_client();
    assert_true(until(trading));
    buy_one();
    stop_daemon();
    int orders = rows_in(DB_ORDERS, &(struct db_query){.id = MSG_ORDER});
    rename_journal("gateway.db", "kept.db");
    start_daemon();
    open_client();
    if (!until(both_held))
        fail_msg("strategy: %s; executor: %s", world.said[COMPONENT_STRATEGY], world.said[COMPONENT_EXECUTOR]);
    assert_non_null(strstr(world.guard.reason, "gateway.db is not the one that"));
    create_condition(0);
    victim = (int64_t)world.tick.sym_seq;
    assert_true(until(far_from));
    assert_int_equal(world.condition.state, CONDITION_ARMED); /* by the first tick it would have triggered */
    msg_init(&msg, MSG_ORDER_COMMAND);
    snprintf(msg.order_command.order.account, ACCOUNT_SIZE, "%s", world.session.account);
    snprintf(msg.order_command.order.symbol, SYMBOL_SIZE, "%s", world.tick.symbol);
    msg.order_command.order.side = SIDE_BUY;
    msg.order_command.order.type = ORDER_MARKET;
    msg.order_command.order.tif = TIF_IOC;
    msg.order_command.order.quantity = 1;
    call(COMPONENT_EXECUTOR, &msg, &reply);
    assert_int_equal(reply.status, ERR_STATE);
    assert_non_null(strstr(reply.text, "the gateway's journal is another one than was applied here"));
    stop_daemon();
    assert_int_equal(rows_in(DB_ORDERS, &(struct db_query){.id = MSG_ORDER}), orders);
    assert_int_equal(rows_in(DB_CONDITIONS, &(struct db_query){.id = MSG_SIGNAL}), 0);
    assert_true(rows_in(DB_ORDERS, &(struct db_query){.id = MSG_RISK_EVENT}) >= 1);
    rename_journal("gateway.db", "other.db");
    rename_journal("kept.db", "gateway.db");
    start_daemon();
    open_client();
    assert_true(until(trading));
    flatten();
    stop_daemon();
}

/* Another gateway.db that has more events than were applied: no number tells it, and no restart makes it forgotten. */
static void test_a_grown_journal(void **state)
{
    (void)state;
    start_daemon();
    open_client();
    assert_true(until(trading));
    buy_one();
    stop_daemon();
    rename_journal("gateway.db", "kept.db");
    rename_journal("orders.db", "kept-orders.db");
    rename_journal("conditions.db", "kept-conditions.db");
    start_daemon();
    open_client();
    assert_true(until(trading));
    flatten();
    buy_one();
    flatten();
    stop_daemon();
    rename_journal("kept-orders.db", "orders.db");
    rename_journal("kept-conditions.db", "conditions.db");
    int events = rows_in(DB_ORDERS, &(struct db_query){.id = MSG_ORDER_EVENT});
    assert_true(rows_in(DB_GATEWAY, &(struct db_query){.id = MSG_ORDER_EVENT}) > events);
    for (int run = 0; run < 2; run++) {
        start_daemon();
        open_client();
        if (!until(both_held))
            fail_msg("strategy: %s; executor: %s", world.said[COMPONENT_STRATEGY], world.said[COMPONENT_EXECUTOR]);
        stop_daemon();
        assert_int_equal(rows_in(DB_ORDERS, &(struct db_query){.id = MSG_ORDER_EVENT}), events);
    }
    rename_journal("gateway.db", "other.db");
    rename_journal("kept.db", "gateway.db");
    start_daemon();
    open_client();
    assert_true(until(trading));
    assert_true(until(flat)); /* what the other one closed is known from the exchange */
    buy_one();
    flatten();
    stop_daemon();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_condition_trades, make_world, end_world),
        cmocka_unit_test_setup_teardown(test_kill_each, make_world, end_world),
        cmocka_unit_test_setup_teardown(test_kill_the_supervisor, make_world, end_world),
        cmocka_unit_test_setup_teardown(test_change_of_market, make_world, end_world),
        cmocka_unit_test_setup_teardown(test_refusals, make_world, end_world),
        cmocka_unit_test_setup_teardown(test_port_taken, make_world, end_world),
        cmocka_unit_test_setup_teardown(test_give_up, make_world, end_world),
        cmocka_unit_test_setup_teardown(test_a_replaced_journal, make_world, end_world),
        cmocka_unit_test_setup_teardown(test_a_grown_journal, make_world, end_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
