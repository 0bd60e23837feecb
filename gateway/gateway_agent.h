/*
 * gateway_agent: the process that holds the venue session, the credentials, the order journal and the feed.
 *
 * This header is for the files of the agent (gateway_*.c) and gateway_main.c alone. What decides is core/gate.c; here
 * is what it is driven by: the venue's messages, the other processes' requests, the clock.
 *
 *   gateway_agent.c     open, one pass of work, close
 *   gateway_session.c   credentials, login, accounts, the venue session; what the venue answers
 *   gateway_market.c    contracts, registration, ticks in and out, the feed's heartbeat
 *   gateway_requests.c  what others ask for
 *
 * Invariants: the secret lives in one locked page and nowhere else; a tick has its number before anyone sees it;
 * nothing goes to the venue that is not committed first (gateway/driver.h).
 * Errors: of start, in words; a failed commit ends the process. Unit: _us process time, but market_us.
 * Owner: agent_main. Thread: one (the recorder has its own).
 */
#ifndef GATEWAY_GATEWAY_AGENT_H
#define GATEWAY_GATEWAY_AGENT_H

#include "core/gate.h"
#include "gateway/agent.h"
#include "gateway/bars.h"
#include "gateway/driver.h"
#include "gateway/recorder.h"
#include "gateway/tick_ring.h"
#include "gateway/venue/venue.h"

#define GATEWAY_CONTRACTS_MAX 8192
#define GATEWAY_ACCOUNTS_MAX  32
#define GATEWAY_PENDING_MAX   64
#define GATEWAY_NOT_SENT_MAX  16
/* Request numbers below are the gate's own. */
#define GATEWAY_REQUEST_BASE  ((uint64_t)1 << 60)

enum pending_kind { PENDING_LOGIN = 1, PENDING_LOGOUT, PENDING_CONTRACTS, PENDING_ACCOUNTS, PENDING_MARKET };

/* A question on its way to the venue. */
struct pending {
    enum pending_kind kind; /* 0 = free */
    uint64_t request_id;    /* ours, to the venue */
    uint64_t client_request_id;
    struct requester from; /* socket NULL: our own question */
    int64_t deadline_us;
};

struct login_words {
    char user[NAME_SIZE];
    char secret[SECRET_SIZE];
    bool valid;
};

/* In its own locked page, left out of core dumps. */
struct credentials {
    struct login_words good;   /* what the session was made with, for the next one */
    struct login_words trying; /* not answered yet */
};

struct gateway {
    struct agent *agent;
    struct db *db;
    struct driver *driver;
    struct gate *gate;
    struct bus_socket *orders;
    /* Orders of this step that the line refused whole. The gate is told after the step: it may not speak in it. */
    char not_sent[GATEWAY_NOT_SENT_MAX][CLIENT_ORDER_ID_SIZE];
    int not_sent_count;
    struct requester current; /* whose request is being served: where PORT_REPLY goes */
    const struct venue_ops *venue_ops;
    struct venue *venue;

    struct credentials *credentials;
    bool login_wanted;       /* false after a logout or a refusal, until somebody logs in */
    int64_t next_renewal_us; /* not before: the venue is asked for a new session */
    bool renewing;           /* logged out only to log in again */
    uint64_t next_request;
    struct pending pending[GATEWAY_PENDING_MAX];
    struct session_info session;
    struct session_info shown; /* as others see it: up once the gate has caught up and orders go */
    bool show_wanted;
    char chosen_account[ACCOUNT_SIZE]; /* by the trader, kept over sessions */
    struct account accounts[GATEWAY_ACCOUNTS_MAX];
    int account_count;
    bool accounts_known; /* in this session: the gate has been told of it */
    int64_t next_accounts_us;

    struct market market;
    bool has_market;
    int64_t market_heard_us;
    struct contract *contracts; /* [GATEWAY_CONTRACTS_MAX] */
    int contract_count;
    int32_t contracts_day; /* the trading day they were asked for */
    struct tick_ring *ring;
    struct bars *bars;
    struct recorder *recorder;
    struct recorder_stats recorded; /* as last told in the log */
    int64_t next_recorder_us;
    int64_t next_feed_us;
    int64_t next_timer_us;
    uint64_t garbage;
    uint64_t journal; /* which gateway.db this is */
};

extern const struct agent_ops gateway_agent_ops;

/* gateway_agent.c */
struct sink *gateway_sink(struct gateway *g);
void gateway_end_step(struct gateway *g); /* a failed commit ends the process */

/* gateway_session.c */
enum status gateway_credentials_open(struct gateway *g, struct err *err);
void gateway_credentials_close(struct gateway *g);
void gateway_on_venue_message(void *context, const struct msg *msg);
void gateway_login(struct gateway *g, const struct requester *from, const struct login *login, int64_t now_us);
void gateway_logout(struct gateway *g, const struct requester *from, uint64_t request_id, int64_t now_us);
void gateway_select_account(struct gateway *g, const struct requester *from, const struct control *control,
                            int64_t now_us);
void gateway_market_control(struct gateway *g, const struct requester *from, const struct market_control *control,
                            int64_t now_us);
/* Log in when it is time, time out what was not answered, refresh accounts. */
void gateway_session_work(struct gateway *g, int64_t now_us);

/* gateway_market.c */
void gateway_on_tick(struct gateway *g, const struct tick *tick, int64_t now_us);
void gateway_on_depth(struct gateway *g, const struct depth *depth);
void gateway_on_market(struct gateway *g, const struct market *market, int64_t now_us);
void gateway_on_contract(struct gateway *g, const struct contract *contract);
void gateway_contracts_complete(struct gateway *g); /* all of the venue's have come */
void gateway_feed_restart(struct gateway *g, int64_t now_us);
/* Epochs only grow, also over restarts and when the clock was set back: a subscriber drops what is of an older one. */
enum status gateway_next_epoch(struct gateway *g, int64_t now_us, uint64_t *epoch, struct err *err);
/* The feed's heartbeats as they are now: each symbol's, and the whole's. None while the venue is silent. */
void gateway_each_feed(struct gateway *g, int64_t now_us, void (*give)(void *context, const struct msg *msg),
                       void *context);
void gateway_feed_heartbeat(struct gateway *g, int64_t now_us);
void gateway_register(struct gateway *g, const struct requester *from, const struct control *control);
enum status gateway_restore_contract(struct gateway *g, const struct contract *contract, struct err *err);

/* gateway_requests.c */
void gateway_on_request(struct agent *agent, void *self, const struct requester *from, const struct msg *msg,
                        int64_t now_us);
int gateway_serve_orders(struct gateway *g, int64_t now_us); /* returns how many were served */

#endif
