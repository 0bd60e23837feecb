/*
 * venue: a broker or an exchange behind one table of functions. The gateway knows nothing else of any venue.
 *
 * An adapter turns calls into whatever the venue speaks, and what the venue says into our messages, handed to
 * `on_message` from within do_work only (never from another call):
 *
 *   MSG_TICK, MSG_DEPTH, MSG_MARKET  of what is subscribed; ticks in order, epoch and sequence numbers are the
 * gateway's
 *   MSG_CONTRACT, MSG_ACCOUNT        answers to contracts() and accounts()
 *   MSG_VENUE_EXEC                   acks, fills, rejections, as they come, and again for fills()
 *   MSG_VENUE_ORDER_STATUS           answers to query_order()
 *   MSG_ORDER, MSG_POSITION          answers to orders() and positions()
 *   MSG_SESSION                      the session came up (a new venue_session number) or went down
 *   MSG_REPLY                        ends the answer to any call with a request_id
 *
 * send and cancel are tried once: ERR_BUSY means that nothing has left, anything else that the outcome is not known. A
 * request_id may never be answered: time-outs are the caller's.
 *
 * What the simulated exchange speaks over BUS_EXCHANGE_ORDERS (venue_sim.c), one line a logged-in session:
 *   login           -> reply (number = the venue session's number); from then on venue_exec for its accounts comes here
 *   control LOGOUT  -> reply
 *   query           CONTRACTS, ACCOUNTS, VENUE_ORDER, VENUE_ORDERS, VENUE_FILLS, VENUE_POSITIONS
 *                   -> contract, account, venue_order_status, order, venue_exec, position messages, then reply
 *   order_request, cancel_request  -> venue_exec (never a reply)
 *   market_control  -> reply
 * and publishes on BUS_EXCHANGE_PUB: ticks (topic = symbol), "depth:SYMBOL", "~market" on change and each second,
 * "~heartbeat", "~log".
 *
 * Does not journal, retry or guard. Unit: as the messages; now_us process time.
 * Owner: venue_open .. ops->close. Thread: the gateway's.
 */
#ifndef GATEWAY_VENUE_VENUE_H
#define GATEWAY_VENUE_VENUE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/msg.h"
#include "core/settings.h"
#include "gateway/bus.h"
#include "gateway/loop.h"

struct venue;

/* What an adapter may use of its process. */
struct venue_host {
    struct bus *bus;
    struct loop *loop;
    const struct settings *settings;
    void *context;
    void (*on_message)(void *context, const struct msg *msg);
    void (*on_garbage)(void *context, const char *text); /* something arrived that is no message: counted and dropped */
};

struct venue_ops {
    const char *name; /* "sim" */
    bool simulated;   /* not real money: auto-login is allowed */
    enum status (*open)(struct venue **out, const struct venue_host *host, struct err *err);
    void (*close)(struct venue *venue);

    /* Reach for the venue; do_work keeps trying. */
    enum status (*connect)(struct venue *venue, struct err *err);
    bool (*connected)(struct venue *venue);
    /* The secret is not kept. */
    enum status (*login)(struct venue *venue, const struct login *login, struct err *err);
    enum status (*logout)(struct venue *venue, uint64_t request_id, struct err *err);
    enum status (*subscribe)(struct venue *venue, const char *symbol, bool on, struct err *err);
    enum status (*contracts)(struct venue *venue, uint64_t request_id, struct err *err);
    enum status (*accounts)(struct venue *venue, uint64_t request_id, struct err *err);
    enum status (*send)(struct venue *venue, const struct order_request *request, struct err *err);
    enum status (*cancel)(struct venue *venue, const struct cancel_request *request, struct err *err);
    enum status (*query_order)(struct venue *venue, uint64_t request_id, const char *client_order_id, struct err *err);
    enum status (*orders)(struct venue *venue, uint64_t request_id, struct err *err);
    enum status (*fills)(struct venue *venue, uint64_t request_id, uint64_t from_seq, struct err *err);
    enum status (*positions)(struct venue *venue, uint64_t request_id, struct err *err);
    /* Pause, speed, seek of a simulated venue; ERR_STATE where there is no such thing. */
    enum status (*market_control)(struct venue *venue, const struct market_control *control, struct err *err);
    /* Hand over what has arrived. Returns when it wants to be called again at the latest. */
    int64_t (*do_work)(struct venue *venue, int64_t now_us);
};

/* Adapters by name; NULL: there is none. */
const struct venue_ops *venue_find(const char *name);
/* The index-th, NULL past the last. */
const struct venue_ops *venue_at(size_t index);

extern const struct venue_ops venue_sim_ops;

#endif
