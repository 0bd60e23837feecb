/* exchange_line: the line as a broker would offer it. A session is a peer that has logged in; its reports come to it,
 * and what it missed it asks for by number. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/calendar.h"
#include "core/check.h"
#include "core/text.h"
#include "gateway/exchange.h"

/* Rows of one answer: well below what a socket may hold, so that none is dropped. */
#define ANSWER_MAX 2000

/* Who may log in. It is play money; the words are in the README. One stream of reports a user. */
static const struct user {
    const char *name, *secret;
    struct {
        const char *account, *holder;
        int64_t equity; /* NT$ at the beginning */
    } accounts[2];
} users[] = {
    {"demo", "demo", {{"DEMO-1", "Demo", 5000000}, {"DEMO-2", "Demo", 1000000}}},
    {"guest", "guest", {{"GUEST-1", "Guest", 1000000}, {NULL, NULL, 0}}},
    {"trader", "market-on-open", {{"TRADER-1", "Trader", 5000000}, {NULL, NULL, 0}}},
};

#define USERS (sizeof users / sizeof users[0])

void exchange_open_accounts(struct exchange *exchange)
{
    for (uint32_t stream = 0; stream < USERS; stream++) {
        for (size_t i = 0; i < 2 && users[stream].accounts[i].account != NULL; i++) {
            const enum status status = matching_open_account(exchange->matching, users[stream].accounts[i].account,
                                                             users[stream].accounts[i].holder, stream,
                                                             PRICE_POINTS(users[stream].accounts[i].equity), NULL);
            CHECK(status == ERR_OK);
        }
    }
}

/* --- sessions ----------------------------------------------------------------------------------------------------- */

static struct exchange_login *login_of(struct exchange *exchange, const struct bus_peer *peer)
{
    for (uint32_t i = 0; i < exchange->login_count; i++) {
        struct exchange_login *login = &exchange->logins[i];
        if (login->peer.size == peer->size && memcmp(login->peer.id, peer->id, peer->size) == 0) return login;
    }
    return NULL;
}

static void drop_login(struct exchange *exchange, struct exchange_login *login)
{
    const uint32_t at = (uint32_t)(login - exchange->logins);
    memmove(login, login + 1, (exchange->login_count - at - 1) * sizeof *login);
    exchange->login_count--;
}

static bool account_is_of(const char *account, uint32_t stream)
{
    for (size_t i = 0; i < 2; i++) {
        const char *name = users[stream].accounts[i].account;
        if (name != NULL && strcmp(name, account) == 0) return true;
    }
    return false;
}

void exchange_report(struct exchange *exchange, const struct msg *msg)
{
    for (uint32_t i = 0; i < exchange->login_count;) {
        struct exchange_login *login = &exchange->logins[i];
        /* A peer that is gone loses its session; one that is behind will see the gap in the numbers. */
        if (account_is_of(msg->venue_exec.account, login->stream) &&
            bus_send_to(exchange->orders, &login->peer, msg, NULL) == ERR_NOT_FOUND)
            drop_login(exchange, login);
        else
            i++;
    }
}

/* Equal in constant time for what is of equal length: the line may be a network. */
static bool same_secret(const char *a, const char *b)
{
    unsigned char difference = strlen(a) != strlen(b);
    for (size_t i = 0; a[i] != '\0' && b[i] != '\0'; i++) difference |= (unsigned char)(a[i] ^ b[i]);
    return difference == 0;
}

static void log_in(struct exchange *exchange, const struct requester *from, const struct login *login)
{
    struct agent *agent = exchange->agent;
    for (uint32_t stream = 0; stream < USERS; stream++) {
        if (strcmp(users[stream].name, login->user) != 0 || !same_secret(users[stream].secret, login->secret)) continue;
        struct exchange_login *slot = login_of(exchange, &from->peer);
        if (slot == NULL && exchange->login_count == EXCHANGE_LOGINS_MAX) drop_login(exchange, &exchange->logins[0]);
        if (slot == NULL) slot = &exchange->logins[exchange->login_count++];
        *slot = (struct exchange_login){.peer = from->peer, .stream = stream};
        const uint64_t number = exchange_next_session(exchange);
        log_write(agent->log, LEVEL_INFO, "%s logged in, session %" PRIu64, users[stream].name, number);
        agent_reply(agent, from, login->request_id, ERR_OK, (int64_t)number, "logged in as %s", users[stream].name);
        return;
    }
    log_write(agent->log, LEVEL_WARNING, "a log-in was refused");
    agent_reply(agent, from, login->request_id, ERR_DENIED, 0, "wrong user or password");
}

/* --- queries ------------------------------------------------------------------------------------------------------ */

struct answer {
    struct exchange *exchange;
    const struct requester *to;
    const struct query *query;
    uint32_t stream;
    int64_t rows;
    bool more;
};

static void answer_row(struct answer *answer, const struct msg *msg)
{
    agent_send(answer->exchange->agent, answer->to, msg);
    answer->rows++;
}

static void answer_contracts(struct answer *answer)
{
    struct msg msg;
    for (uint32_t i = 0; i < matching_count(answer->exchange->matching); i++) {
        const struct contract *contract = matching_contract_at(answer->exchange->matching, i);
        const bool expired = matching_session(answer->exchange->matching, i)->trading_day > contract->last_trading_day;
        if (expired || strstr(contract->symbol, answer->query->text) == NULL) continue;
        msg_init(&msg, MSG_CONTRACT);
        msg.contract = *contract;
        answer_row(answer, &msg);
    }
}

static void account_row(void *context, const struct account *account)
{
    struct msg msg;
    msg_init(&msg, MSG_ACCOUNT);
    msg.account = *account;
    answer_row(context, &msg);
}

static void answer_accounts(struct answer *answer)
{
    matching_each_account(answer->exchange->matching, answer->stream, account_row, answer);
}

static void order_row(void *context, const struct order *order)
{
    struct msg msg;
    msg_init(&msg, MSG_ORDER);
    msg.order = *order;
    answer_row(context, &msg);
}

static void answer_orders(struct answer *answer)
{
    matching_each_working(answer->exchange->matching, answer->stream, order_row, answer);
}

static void position_row(void *context, const struct position *position)
{
    struct answer *answer = context;
    const char *account = answer->query->text;
    struct msg msg;
    if (account[0] != '\0' && strcmp(account, position->account) != 0) return;
    msg_init(&msg, MSG_POSITION);
    msg.position = *position;
    answer_row(answer, &msg);
}

static void answer_positions(struct answer *answer)
{
    matching_each_position(answer->exchange->matching, answer->stream, position_row, answer);
}

static bool old_order(void *context, const struct msg *msg)
{
    struct answer *answer = context;
    struct msg status;
    if (!account_is_of(msg->order.request.account, answer->stream)) return true;
    msg_init(&status, MSG_VENUE_ORDER_STATUS);
    status.venue_order_status.request_id = answer->query->request_id;
    status.venue_order_status.found = true;
    status.venue_order_status.copies = 1;
    status.venue_order_status.order = msg->order;
    answer_row(answer, &status);
    return false;
}

/* An order that memory has forgotten is looked for in the file, so that "not found" is a fact. */
static void answer_order(struct answer *answer)
{
    struct msg msg;
    msg_init(&msg, MSG_VENUE_ORDER_STATUS);
    struct venue_order_status *status = &msg.venue_order_status;
    const struct order *order =
        matching_find(answer->exchange->matching, answer->stream, answer->query->text, &status->copies);
    status->request_id = answer->query->request_id;
    if (order == NULL) {
        const struct db_query query = {.id = MSG_ORDER, .client_order_id = answer->query->text};
        struct err err;
        if (answer->query->text[0] != '\0' && db_each(answer->exchange->db, &query, old_order, answer, &err) != ERR_OK)
            log_write(answer->exchange->agent->log, LEVEL_ERROR, "%s", err.text);
        if (answer->rows > 0) return;
    } else {
        status->found = true;
        status->order = *order;
    }
    answer_row(answer, &msg);
}

static bool exec_row(void *context, const struct msg *msg)
{
    struct answer *answer = context;
    if (!account_is_of(msg->venue_exec.account, answer->stream)) return true;
    if (answer->rows == ANSWER_MAX) {
        answer->more = true;
        return false;
    }
    answer_row(answer, msg);
    return true;
}

/* Every report after a number, fills or not: a reader closes the gaps in its numbers with it. */
static void answer_fills(struct answer *answer)
{
    const struct db_query query = {.id = MSG_VENUE_EXEC, .from_seq = answer->query->from_seq};
    struct err err;
    if (db_each(answer->exchange->db, &query, exec_row, answer, &err) != ERR_OK)
        log_write(answer->exchange->agent->log, LEVEL_ERROR, "%s", err.text);
}

static void answer_status(struct answer *answer)
{
    struct msg msg;
    exchange_market_message(answer->exchange, &msg);
    answer_row(answer, &msg);
}

static const struct {
    enum query_kind kind;
    void (*answer)(struct answer *answer);
} answers[] = {
    {QUERY_STATUS, answer_status},
    {QUERY_CONTRACTS, answer_contracts},
    {QUERY_ACCOUNTS, answer_accounts},
    {QUERY_VENUE_ORDER, answer_order},
    {QUERY_VENUE_ORDERS, answer_orders},
    {QUERY_VENUE_FILLS, answer_fills},
    {QUERY_VENUE_POSITIONS, answer_positions},
};

static void on_query(struct exchange *exchange, const struct requester *from, uint32_t stream,
                     const struct query *query)
{
    struct answer answer = {.exchange = exchange, .to = from, .query = query, .stream = stream};
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        if (answers[i].kind != query->kind) continue;
        answers[i].answer(&answer);
        agent_reply(exchange->agent, from, query->request_id, ERR_OK, answer.rows, "%s", answer.more ? "more" : "");
        return;
    }
    agent_reply(exchange->agent, from, query->request_id, ERR_INVALID, 0, "the exchange does not answer this query");
}

/* --- the line ----------------------------------------------------------------------------------------------------- */

/* What an operator's request has made of the market. */
static void describe_market(const struct exchange_market *market, enum market_action action, char *text, size_t size)
{
    char stamp[CALENDAR_TEXT_SIZE], pace[32] = "full speed";
    if (market->speed != 0) (void)snprintf(pace, sizeof pace, "x%" PRId32, market->speed);
    if (action == MARKET_SEEK)
        (void)snprintf(text, size, "market at %s%s", calendar_format_stamp(market->market_us, stamp, sizeof stamp),
                       market->paused ? ", paused" : "");
    else if (action == MARKET_SPEED)
        (void)snprintf(text, size, "market speed: %s%s", pace, market->paused ? ", paused" : "");
    else
        (void)snprintf(text, size, "%s%s", market->paused ? "market paused" : "market goes on, ",
                       market->paused ? "" : pace);
}

void exchange_market_control(struct exchange *exchange, const struct requester *from,
                             const struct market_control *control, int64_t now_us)
{
    struct err err = {0};
    const enum status status = exchange_market_act(exchange, control, now_us, &err);
    char words[TEXT_SIZE];
    if (status == ERR_OK) {
        exchange->next_save_us = now_us;
        describe_market(&exchange->market, control->action, words, sizeof words);
    }
    agent_reply(exchange->agent, from, control->request_id, status, 0, "%s", status == ERR_OK ? words : err.text);
}

static void on_session_message(struct exchange *exchange, const struct requester *from, struct exchange_login *login,
                               const struct msg *msg, int64_t now_us)
{
    struct sink *sink = driver_sink(exchange->driver);
    const uint32_t stream = login->stream;
    if (msg->id == MSG_ORDER_REQUEST) {
        exchange_market_step_time(exchange, exchange->market.market_us, now_us);
        matching_order(exchange->matching, stream, &msg->order_request, sink);
    } else if (msg->id == MSG_CANCEL_REQUEST) {
        exchange_market_step_time(exchange, exchange->market.market_us, now_us);
        matching_cancel(exchange->matching, stream, &msg->cancel_request, sink);
    } else if (msg->id == MSG_QUERY) {
        on_query(exchange, from, stream, &msg->query);
    } else if (msg->id == MSG_MARKET_CONTROL) {
        exchange_market_control(exchange, from, &msg->market_control, now_us);
    } else if (msg->id == MSG_CONTROL && msg->control.kind == CONTROL_LOGOUT) {
        drop_login(exchange, login);
        agent_reply(exchange->agent, from, msg->control.request_id, ERR_OK, 0, "logged out");
    } else {
        agent_reply(exchange->agent, from, agent_request_id(msg), ERR_INVALID, 0,
                    "the exchange does not take this message");
    }
}

void exchange_serve_line(struct exchange *exchange, int64_t now_us)
{
    struct msg msg;
    struct requester from = {.socket = exchange->orders};
    for (int i = 0; i < AGENT_BATCH && !exchange->agent->failed; i++) {
        if (!agent_receive(exchange->agent, exchange->orders, &msg, &from.peer)) return;
        struct exchange_login *login = login_of(exchange, &from.peer);
        if (msg.id == MSG_LOGIN) {
            log_in(exchange, &from, &msg.login);
            explicit_bzero(&msg, sizeof msg);
        } else if (login == NULL) {
            agent_reply(exchange->agent, &from, agent_request_id(&msg), ERR_DENIED, 0, "log in first");
        } else {
            on_session_message(exchange, &from, login, &msg, now_us);
        }
        if (!exchange_end_step(exchange)) return;
    }
}
