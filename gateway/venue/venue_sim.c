/*
 * venue_sim: the line to outcry-exchange, as a line to a broker would be: a DEALER for the session and a SUB for its
 * market data. The line's coming and going (bus_connections) is the session's: an exchange that was restarted knows
 * nobody.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "gateway/venue/venue.h"

#define BATCH          512
#define LINE_NAME      "gateway"
#define LINK_POLL_US   (20 * CLOCK_MS_US)
#define IDLE_US        CLOCK_SECOND_US
#define STATUS_REQUEST ((uint64_t)INT64_MAX) /* nobody else's number */
#define VENUE_NAME     "SIM"

struct venue {
    struct venue_host host;
    struct bus_socket *line;
    struct bus_socket *market;
    uint64_t connection; /* the one the session was made on */
    uint64_t login_request;
    uint64_t logout_request;
    char user[NAME_SIZE];
    bool logged_in;
};

static void session_message(struct venue *venue, bool up, uint64_t number, const char *text)
{
    struct msg msg;
    msg_init(&msg, MSG_SESSION);
    msg.session.logged_in = up;
    msg.session.venue_session = number;
    snprintf(msg.session.user, sizeof msg.session.user, "%s", venue->user);
    snprintf(msg.session.venue, sizeof msg.session.venue, "%s", VENUE_NAME);
    snprintf(msg.session.text, sizeof msg.session.text, "%s", text);
    venue->logged_in = up;
    venue->host.on_message(venue->host.context, &msg);
}

static void sim_close(struct venue *venue)
{
    if (venue == NULL) return;
    if (venue->line != NULL) loop_remove_socket(venue->host.loop, venue->line);
    if (venue->market != NULL) loop_remove_socket(venue->host.loop, venue->market);
    bus_socket_close(venue->line);
    bus_socket_close(venue->market);
    free(venue);
}

static enum status sim_open(struct venue **out, const struct venue_host *host, struct err *err)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL) return err_set(err, ERR_FULL, "out of memory");
    (*out)->host = *host;
    return ERR_OK;
}

static enum status sim_connect(struct venue *venue, struct err *err)
{
    if (venue->line != NULL) return ERR_OK; /* the sockets reach for the other end by themselves, for ever */
    enum status status = bus_connect(venue->host.bus, BUS_EXCHANGE_ORDERS, BUS_DEALER, LINE_NAME, &venue->line, err);
    if (status == ERR_OK) {
        loop_add_socket(venue->host.loop, venue->line);
        status = bus_connect(venue->host.bus, BUS_EXCHANGE_PUB, BUS_SUB, "", &venue->market, err);
    }
    if (status == ERR_OK) {
        loop_add_socket(venue->host.loop, venue->market);
        bus_subscribe(venue->market, "~market");
    }
    return status;
}

static bool sim_connected(struct venue *venue)
{
    return venue->line != NULL && bus_connected(venue->line);
}

static enum status sim_login(struct venue *venue, const struct login *login, struct err *err)
{
    struct msg msg;
    msg_init(&msg, MSG_LOGIN);
    msg.login = *login;
    enum status status = bus_send(venue->line, &msg, err);
    explicit_bzero(&msg, sizeof msg);
    if (status == ERR_OK) {
        venue->login_request = login->request_id;
        snprintf(venue->user, sizeof venue->user, "%s", login->user);
    }
    return status;
}

static enum status sim_logout(struct venue *venue, uint64_t request_id, struct err *err)
{
    struct msg msg;
    msg_init(&msg, MSG_CONTROL);
    msg.control.request_id = request_id;
    msg.control.kind = CONTROL_LOGOUT;
    snprintf(msg.control.actor, sizeof msg.control.actor, "gateway");
    enum status status = bus_send(venue->line, &msg, err);
    if (status == ERR_OK) venue->logout_request = request_id;
    return status;
}

static enum status sim_subscribe(struct venue *venue, const char *symbol, bool on, struct err *err)
{
    char depth[BUS_TOPIC_SIZE];
    (void)err;
    snprintf(depth, sizeof depth, "depth:%s", symbol);
    if (on) {
        bus_subscribe(venue->market, symbol);
        bus_subscribe(venue->market, depth);
    } else {
        bus_unsubscribe(venue->market, symbol);
        bus_unsubscribe(venue->market, depth);
    }
    return ERR_OK;
}

static enum status ask(struct venue *venue, enum query_kind kind, uint64_t request_id, const char *text,
                       uint64_t from_seq, struct err *err)
{
    struct msg msg;
    msg_init(&msg, MSG_QUERY);
    msg.query.kind = kind;
    msg.query.request_id = request_id;
    msg.query.from_seq = from_seq;
    snprintf(msg.query.text, sizeof msg.query.text, "%s", text);
    return bus_send(venue->line, &msg, err);
}

static enum status sim_contracts(struct venue *venue, uint64_t request_id, struct err *err)
{
    return ask(venue, QUERY_CONTRACTS, request_id, "", 0, err);
}

static enum status sim_accounts(struct venue *venue, uint64_t request_id, struct err *err)
{
    return ask(venue, QUERY_ACCOUNTS, request_id, "", 0, err);
}

static enum status sim_query_order(struct venue *venue, uint64_t request_id, const char *client_order_id,
                                   struct err *err)
{
    return ask(venue, QUERY_VENUE_ORDER, request_id, client_order_id, 0, err);
}

static enum status sim_orders(struct venue *venue, uint64_t request_id, struct err *err)
{
    return ask(venue, QUERY_VENUE_ORDERS, request_id, "", 0, err);
}

static enum status sim_fills(struct venue *venue, uint64_t request_id, uint64_t from_seq, struct err *err)
{
    return ask(venue, QUERY_VENUE_FILLS, request_id, "", from_seq, err);
}

static enum status sim_positions(struct venue *venue, uint64_t request_id, struct err *err)
{
    return ask(venue, QUERY_VENUE_POSITIONS, request_id, "", 0, err);
}

/* Nothing goes out on a line whose session is gone, even when the line itself is back already. */
static bool session_alive(struct venue *venue)
{
    return venue->logged_in && bus_connected(venue->line) && bus_connections(venue->line) == venue->connection;
}

static enum status sim_send(struct venue *venue, const struct order_request *request, struct err *err)
{
    struct msg msg;
    if (!session_alive(venue)) return err_set(err, ERR_BUSY, "no session at the exchange");
    msg_init(&msg, MSG_ORDER_REQUEST);
    msg.order_request = *request;
    return bus_send(venue->line, &msg, err);
}

static enum status sim_cancel(struct venue *venue, const struct cancel_request *request, struct err *err)
{
    struct msg msg;
    if (!session_alive(venue)) return err_set(err, ERR_BUSY, "no session at the exchange");
    msg_init(&msg, MSG_CANCEL_REQUEST);
    msg.cancel_request = *request;
    return bus_send(venue->line, &msg, err);
}

static enum status sim_market_control(struct venue *venue, const struct market_control *control, struct err *err)
{
    struct msg msg;
    msg_init(&msg, MSG_MARKET_CONTROL);
    msg.market_control = *control;
    return bus_send(venue->line, &msg, err);
}

static bool expected_on_line(enum msg_id id)
{
    static const enum msg_id ids[] = {
        MSG_VENUE_EXEC, MSG_VENUE_ORDER_STATUS, MSG_ORDER, MSG_POSITION, MSG_CONTRACT, MSG_ACCOUNT, MSG_REPLY,
        MSG_MARKET};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        if (ids[i] == id) return true;
    return false;
}

/* The answer to our login is the session; it goes up before the answer is passed on. */
static void on_line(struct venue *venue, const struct msg *msg)
{
    bool to_login = msg->id == MSG_REPLY && venue->login_request != 0 && msg->reply.request_id == venue->login_request;
    if (to_login) {
        venue->login_request = 0;
        if (msg->reply.status == ERR_OK) {
            venue->connection = bus_connections(venue->line);
            /* The market's state comes each second by itself; a session should not wait for it. */
            ask(venue, QUERY_STATUS, STATUS_REQUEST, "", 0, NULL);
            session_message(venue, true, (uint64_t)msg->reply.number, msg->reply.text);
        }
    }
    if (msg->id == MSG_REPLY && venue->logout_request != 0 && msg->reply.request_id == venue->logout_request) {
        venue->logout_request = 0;
        if (venue->logged_in) session_message(venue, false, 0, "logged out");
    }
    if (msg->id == MSG_REPLY && !to_login && msg->reply.status == ERR_DENIED && venue->logged_in)
        session_message(venue, false, 0, msg->reply.text); /* the exchange does not know us: whatever we thought */
    if (msg->id != MSG_REPLY || msg->reply.request_id != STATUS_REQUEST)
        venue->host.on_message(venue->host.context, msg);
}

static int drain(struct venue *venue, struct bus_socket *socket)
{
    struct msg msg;
    struct err err;
    int taken = 0;
    for (; taken < BATCH; taken++) {
        enum bus_result result = bus_receive(socket, &msg, NULL, &err);
        if (result == BUS_EMPTY) break;
        if (result == BUS_DROPPED) {
            venue->host.on_garbage(venue->host.context, err.text);
        } else if (socket == venue->line && expected_on_line(msg.id)) {
            on_line(venue, &msg);
        } else if (socket == venue->market && (msg.id == MSG_TICK || msg.id == MSG_DEPTH || msg.id == MSG_MARKET)) {
            venue->host.on_message(venue->host.context, &msg);
        } else {
            snprintf(err.text, sizeof err.text, "%s: a %s does not belong here",
                     bus_endpoint_name(bus_socket_endpoint(socket)), msg_type(msg.id)->name);
            venue->host.on_garbage(venue->host.context, err.text);
        }
    }
    return taken;
}

static int64_t sim_do_work(struct venue *venue, int64_t now_us)
{
    if (venue->line == NULL) return now_us + IDLE_US;
    int taken = drain(venue, venue->line);
    taken += drain(venue, venue->market);
    if (venue->logged_in && !session_alive(venue)) {
        venue->login_request = 0;
        session_message(venue, false, 0, "the line to the exchange dropped");
    }
    return taken > 0 ? now_us : now_us + (sim_connected(venue) ? IDLE_US : LINK_POLL_US);
}

const struct venue_ops venue_sim_ops = {
    .name = "sim",
    .simulated = true,
    .open = sim_open,
    .close = sim_close,
    .connect = sim_connect,
    .connected = sim_connected,
    .login = sim_login,
    .logout = sim_logout,
    .subscribe = sim_subscribe,
    .contracts = sim_contracts,
    .accounts = sim_accounts,
    .send = sim_send,
    .cancel = sim_cancel,
    .query_order = sim_query_order,
    .orders = sim_orders,
    .fills = sim_fills,
    .positions = sim_positions,
    .market_control = sim_market_control,
    .do_work = sim_do_work,
};
