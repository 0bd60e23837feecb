/*
 * gateway_session: credentials and the venue session. The gate is told of a session only when its account is known, so
 * that no order can go to an account nobody chose.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "core/check.h"
#include "gateway/gateway_agent.h"

#define RENEW_US          (2 * CLOCK_SECOND_US)
#define ACCOUNTS_EVERY_US (2 * CLOCK_SECOND_US)

/* No swap, and no dump (gateway/agent.c): the secret is kept in one page of this process only. */
enum status gateway_credentials_open(struct gateway *g, struct err *err)
{
    void *page = mmap(NULL, sizeof *g->credentials, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return err_set(err, ERR_FULL, "out of memory for the credentials");
    g->credentials = page;
    madvise(page, sizeof *g->credentials, MADV_DONTDUMP);
    if (mlock(page, sizeof *g->credentials) != 0)
        log_write(g->agent->log, LEVEL_WARNING, "the credentials' page cannot be locked into memory (ulimit -l)");
    return ERR_OK;
}

void gateway_credentials_close(struct gateway *g)
{
    if (g->credentials != NULL) {
        explicit_bzero(g->credentials, sizeof *g->credentials);
        munmap(g->credentials, sizeof *g->credentials);
        g->credentials = NULL;
    }
}

static struct pending *pending_new(struct gateway *g, enum pending_kind kind, const struct requester *from,
                                   uint64_t client_request_id, int64_t now_us)
{
    for (int i = 0; i < GATEWAY_PENDING_MAX; i++) {
        struct pending *p = &g->pending[i];
        if (p->kind == 0) {
            memset(p, 0, sizeof *p);
            p->kind = kind;
            p->request_id = GATEWAY_REQUEST_BASE + ++g->next_request;
            p->client_request_id = client_request_id;
            p->deadline_us = now_us + settings_number(&g->agent->settings, SET_REQUEST_TIMEOUT) * CLOCK_MS_US;
            if (from != NULL) p->from = *from;
            return p;
        }
    }
    return NULL;
}

static bool pending_is(const struct gateway *g, enum pending_kind kind)
{
    for (int i = 0; i < GATEWAY_PENDING_MAX; i++)
        if (g->pending[i].kind == kind) return true;
    return false;
}

/* The end of a question, whatever its answer. */
static void answer(struct gateway *g, struct pending *p, enum status status, int64_t number, const char *text)
{
    if (p->from.socket != NULL) agent_reply(g->agent, &p->from, p->client_request_id, status, number, "%s", text);
    p->kind = (enum pending_kind)0;
}

static void publish_session(struct gateway *g)
{
    struct msg msg;
    g->shown = g->session;
    g->show_wanted = false;
    msg_init(&msg, MSG_SESSION);
    msg.session = g->session;
    agent_publish(g->agent, &msg);
    struct sink *sink = gateway_sink(g);
    sink->emit(sink->context, PORT_STORE, &msg);
    gateway_end_step(g);
}

static void tell_gate(struct gateway *g, int64_t now_us)
{
    if (g->session.logged_in) gate_on_accounts(g->gate, g->accounts, (uint32_t)g->account_count);
    gate_on_session(g->gate, &g->session, now_us, gateway_sink(g));
    gateway_end_step(g);
    if (!g->session.logged_in)
        publish_session(g);
    else
        g->show_wanted = true;
}

static void ask_accounts(struct gateway *g, int64_t now_us)
{
    struct pending *p = pending_is(g, PENDING_ACCOUNTS) ? NULL : pending_new(g, PENDING_ACCOUNTS, NULL, 0, now_us);
    if (p != NULL && g->venue_ops->accounts(g->venue, p->request_id, NULL) != ERR_OK) p->kind = (enum pending_kind)0;
    g->next_accounts_us = now_us + ACCOUNTS_EVERY_US;
}

static void ask_contracts(struct gateway *g, int64_t now_us)
{
    struct pending *p = pending_is(g, PENDING_CONTRACTS) ? NULL : pending_new(g, PENDING_CONTRACTS, NULL, 0, now_us);
    if (p == NULL) return;
    if (g->venue_ops->contracts(g->venue, p->request_id, NULL) != ERR_OK)
        p->kind = (enum pending_kind)0;
    else
        g->contracts_day = g->market.trading_day;
}

static void on_session(struct gateway *g, const struct session_info *session, int64_t now_us)
{
    bool up = session->logged_in;
    g->session = *session;
    g->session.since_us = now_us;
    g->accounts_known = false;
    log_write(g->agent->log, up ? LEVEL_INFO : LEVEL_WARNING, "venue session %s: %s", up ? "up" : "down",
              session->text[0] != '\0' ? session->text : session->user);
    actions_note(g->agent, "session", session->user, up ? "session up" : "session down", session->venue, ERR_OK,
                 session->text);
    if (up) {
        gateway_feed_restart(g, now_us);
        g->account_count = 0;
        ask_accounts(g, now_us);
        ask_contracts(g, now_us);
    } else {
        g->contracts_day = 0;
        tell_gate(g, now_us);
    }
}

static void on_account(struct gateway *g, const struct account *account)
{
    int at = 0;
    while (at < g->account_count && strcmp(g->accounts[at].account, account->account) != 0) at++;
    if (at == GATEWAY_ACCOUNTS_MAX) {
        log_write(g->agent->log, LEVEL_WARNING, "more than %d accounts: %s is left out", at, account->account);
        return;
    }
    if (at == g->account_count) g->account_count++;
    g->accounts[at] = *account;
    g->accounts[at].selected = strcmp(account->account, g->session.account) == 0;
    struct msg msg;
    msg_init(&msg, MSG_ACCOUNT);
    msg.account = g->accounts[at];
    agent_publish(g->agent, &msg);
}

static bool has_account(const struct gateway *g, const char *account)
{
    for (int i = 0; i < g->account_count; i++)
        if (strcmp(g->accounts[i].account, account) == 0) return true;
    return false;
}

static void use_account(struct gateway *g, const char *account, int64_t now_us)
{
    snprintf(g->session.account, sizeof g->session.account, "%s", account);
    for (int i = 0; i < g->account_count; i++) {
        struct msg msg;
        g->accounts[i].selected = strcmp(g->accounts[i].account, account) == 0;
        msg_init(&msg, MSG_ACCOUNT);
        msg.account = g->accounts[i];
        agent_publish(g->agent, &msg);
    }
    g->accounts_known = true;
    if (account[0] != '\0') log_write(g->agent->log, LEVEL_INFO, "account %s selected", account);
    tell_gate(g, now_us);
}

/* Nobody is asked who was logged in by the settings: the demo user has its first account. */
static bool logged_in_by_settings(const struct gateway *g)
{
    return g->venue_ops->simulated && strcmp(g->session.user, settings_text(&g->agent->settings, SET_AUTO_LOGIN)) == 0;
}

/* The trader's own choice, as long as the venue knows it; else the only one there is. */
static void accounts_complete(struct gateway *g, int64_t now_us)
{
    if (g->accounts_known || !g->session.logged_in) return;
    if (g->chosen_account[0] != '\0' && has_account(g, g->chosen_account)) {
        use_account(g, g->chosen_account, now_us);
    } else {
        bool clear = g->account_count == 1 || (g->account_count > 0 && logged_in_by_settings(g));
        use_account(g, clear ? g->accounts[0].account : "", now_us);
    }
}

static void login_answered(struct gateway *g, const struct reply *reply)
{
    if (reply->status != ERR_OK) {
        log_write(g->agent->log, LEVEL_ERROR, "login refused: %s", reply->text);
        explicit_bzero(&g->credentials->trying, sizeof g->credentials->trying);
        if (!g->session.logged_in) {
            g->login_wanted = false;
            explicit_bzero(&g->credentials->good, sizeof g->credentials->good);
        }
        snprintf(g->session.text, sizeof g->session.text, "%s", reply->text);
        if (!g->session.logged_in) publish_session(g);
        return;
    }
    g->credentials->good = g->credentials->trying;
    explicit_bzero(&g->credentials->trying, sizeof g->credentials->trying);
    g->login_wanted = true;
}

static void on_reply(struct gateway *g, const struct reply *reply, int64_t now_us)
{
    if (reply->request_id < GATEWAY_REQUEST_BASE) {
        gate_on_venue_reply(g->gate, reply, now_us, gateway_sink(g));
        gateway_end_step(g);
        return;
    }
    for (int i = 0; i < GATEWAY_PENDING_MAX; i++) {
        struct pending *p = &g->pending[i];
        if (p->kind == 0 || p->request_id != reply->request_id) continue;
        if (p->kind == PENDING_LOGIN) {
            if (p->from.socket == NULL && reply->status != ERR_OK) {
                actions_note(g->agent, "session", g->credentials->trying.user, "login", "by itself",
                             (enum status)reply->status, reply->text);
            }
            login_answered(g, reply);
        } else if (p->kind == PENDING_ACCOUNTS && reply->status == ERR_OK) {
            accounts_complete(g, now_us);
        } else if (p->kind == PENDING_CONTRACTS && reply->status == ERR_OK) {
            gateway_contracts_complete(g);
        }
        answer(g, p, (enum status)reply->status, reply->number, reply->text);
        return;
    }
}

void gateway_on_venue_message(void *context, const struct msg *msg)
{
    struct gateway *g = context;
    int64_t now_us = g->agent->clock->now_us(g->agent->clock);
    if (msg->id == MSG_TICK) {
        gateway_on_tick(g, &msg->tick, now_us);
    } else if (msg->id == MSG_DEPTH) {
        gateway_on_depth(g, &msg->depth);
    } else if (msg->id == MSG_MARKET) {
        gateway_on_market(g, &msg->market, now_us);
    } else if (msg->id == MSG_CONTRACT) {
        gateway_on_contract(g, &msg->contract);
    } else if (msg->id == MSG_ACCOUNT) {
        on_account(g, &msg->account);
    } else if (msg->id == MSG_SESSION) {
        on_session(g, &msg->session, now_us);
    } else if (msg->id == MSG_REPLY) {
        on_reply(g, &msg->reply, now_us);
    } else if (msg->id == MSG_VENUE_EXEC) {
        gate_on_venue_exec(g->gate, &msg->venue_exec, now_us, gateway_sink(g));
        gateway_end_step(g);
    } else if (msg->id == MSG_VENUE_ORDER_STATUS) {
        gate_on_venue_order_status(g->gate, &msg->venue_order_status, now_us, gateway_sink(g));
        gateway_end_step(g);
    } else if (msg->id == MSG_POSITION) {
        gate_on_venue_position(g->gate, &msg->position, now_us, gateway_sink(g));
        gateway_end_step(g);
    } else if (msg->id == MSG_ORDER) {
        gate_on_venue_order(g->gate, &msg->order);
    }
}

static void send_login(struct gateway *g, const struct requester *from, uint64_t client_request_id, int64_t now_us)
{
    struct login login = {0};
    struct err err;
    struct pending *p = pending_new(g, PENDING_LOGIN, from, client_request_id, now_us);
    if (p == NULL) {
        if (from != NULL) agent_reply(g->agent, from, client_request_id, ERR_FULL, 0, "too many questions at once");
        return;
    }
    login.request_id = p->request_id;
    snprintf(login.user, sizeof login.user, "%s", g->credentials->trying.user);
    memcpy(login.secret, g->credentials->trying.secret, sizeof login.secret);
    if (g->venue_ops->login(g->venue, &login, &err) != ERR_OK) answer(g, p, err.status, 0, err.text);
    explicit_bzero(&login, sizeof login);
}

void gateway_login(struct gateway *g, const struct requester *from, const struct login *login, int64_t now_us)
{
    if (login->user[0] == '\0') {
        agent_reply(g->agent, from, login->request_id, ERR_INVALID, 0, "user: must not be empty");
        return;
    }
    struct login_words *words = &g->credentials->trying;
    snprintf(words->user, sizeof words->user, "%s", login->user);
    memcpy(words->secret, login->secret, sizeof words->secret);
    words->valid = true;
    send_login(g, from, login->request_id, now_us);
}

void gateway_logout(struct gateway *g, const struct requester *from, uint64_t request_id, int64_t now_us)
{
    struct err err;
    g->login_wanted = g->renewing;
    if (!g->renewing) explicit_bzero(g->credentials, sizeof *g->credentials);
    if (!g->session.logged_in) {
        if (from != NULL) agent_reply(g->agent, from, request_id, ERR_OK, 0, "not logged in");
        return;
    }
    struct pending *p = pending_new(g, PENDING_LOGOUT, from, request_id, now_us);
    if (p != NULL && g->venue_ops->logout(g->venue, p->request_id, &err) != ERR_OK)
        answer(g, p, err.status, 0, err.text);
}

void gateway_select_account(struct gateway *g, const struct requester *from, const struct control *control,
                            int64_t now_us)
{
    if (!g->session.logged_in) {
        agent_reply(g->agent, from, control->request_id, ERR_STATE, 0, "not logged in");
    } else if (!has_account(g, control->text)) {
        agent_reply(g->agent, from, control->request_id, ERR_NOT_FOUND, 0, "%.40s: no such account of %s",
                    control->text, g->session.user);
    } else {
        snprintf(g->chosen_account, sizeof g->chosen_account, "%.*s", ACCOUNT_SIZE - 1, control->text);
        use_account(g, g->chosen_account, now_us);
        agent_reply(g->agent, from, control->request_id, ERR_OK, 0, "account %s selected", g->chosen_account);
    }
}

void gateway_market_control(struct gateway *g, const struct requester *from, const struct market_control *control,
                            int64_t now_us)
{
    struct err err;
    struct market_control copy = *control;
    struct pending *p = pending_new(g, PENDING_MARKET, from, control->request_id, now_us);
    if (p == NULL) {
        agent_reply(g->agent, from, control->request_id, ERR_FULL, 0, "too many questions at once");
        return;
    }
    copy.request_id = p->request_id;
    if (g->venue_ops->market_control(g->venue, &copy, &err) != ERR_OK) answer(g, p, err.status, 0, err.text);
}

/* The simulated exchange's demo user needs nobody to type. */
static void auto_login(struct gateway *g)
{
    const char *user = settings_text(&g->agent->settings, SET_AUTO_LOGIN);
    struct login_words *good = &g->credentials->good;
    if (!good->valid && g->venue_ops->simulated && user[0] != '\0') {
        snprintf(good->user, sizeof good->user, "%.*s", NAME_SIZE - 1, user);
        snprintf(good->secret, sizeof good->secret, "%.*s", SECRET_SIZE - 1, user);
        good->valid = true;
    }
}

/* An order in doubt can only be resolved on a new session: log out, and the rest follows. The answer may get lost, and the
 * wish with it, so that it is said again. */
static void renew_session(struct gateway *g, int64_t now_us)
{
    bool wanted = gate_wants_session(g->gate) && g->session.logged_in && g->credentials->good.valid;
    if (wanted && !pending_is(g, PENDING_LOGOUT) &&
        (now_us >= g->next_renewal_us || g->next_renewal_us > now_us + RENEW_US)) {
        log_write(g->agent->log, LEVEL_WARNING, "an order's outcome is not known: asking again on a new session");
        g->next_renewal_us = now_us + RENEW_US;
        g->renewing = true;
        gateway_logout(g, NULL, 0, now_us);
        g->renewing = false;
    }
}

static void time_out(struct gateway *g, int64_t now_us)
{
    for (int i = 0; i < GATEWAY_PENDING_MAX; i++) {
        struct pending *p = &g->pending[i];
        if (p->kind != 0 &&
            (now_us > p->deadline_us || (p->from.socket == NULL && !g->venue_ops->connected(g->venue)))) {
            g->contracts_day = p->kind == PENDING_CONTRACTS ? 0 : g->contracts_day; /* ask again */
            answer(g, p, ERR_TIMEOUT, 0, "the venue did not answer: the outcome is not known");
        }
    }
}

void gateway_session_work(struct gateway *g, int64_t now_us)
{
    time_out(g, now_us);
    if (!g->venue_ops->connected(g->venue)) return;
    renew_session(g, now_us);
    if (!g->session.logged_in) {
        bool asked = pending_is(g, PENDING_LOGIN) || pending_is(g, PENDING_LOGOUT);
        if (g->login_wanted && !asked) auto_login(g);
        if (g->login_wanted && !asked && g->credentials->good.valid) {
            g->credentials->trying = g->credentials->good;
            send_login(g, NULL, 0, now_us);
        }
        return;
    }
    if (g->show_wanted && gate_ready(g->gate)) publish_session(g);
    if (now_us >= g->next_accounts_us) ask_accounts(g, now_us);
    if (g->has_market && g->contracts_day != g->market.trading_day) ask_contracts(g, now_us);
}
