/*
 * client: all that the screen and the command line may see of the running system.
 *
 * A client subscribes to everything published and asks every agent through one DEALER each. It never blocks unless it
 * is asked to wait. Messages come out in the order they arrived, each with the component that sent it. It repairs its
 * own gaps: order events and ticks that were dropped are fetched again, so a caller sees every order event once, in
 * order.
 *
 * On connect and after any agent's restart it asks for a fresh snapshot (status, contracts, conditions, orders,
 * positions, market, guard) by itself, and first hands out a MSG_HEARTBEAT of the agent with the new pid.
 *
 * Does not keep what it hands out (tui/model.h does) or read the stores (db/db.h).
 * Errors: one line each; a request that got no answer has ERR_TIMEOUT, and its outcome is not known.
 * Unit: timeout_ms, age_us. Thread: one. Owner: client_open .. client_close.
 */
#ifndef GATEWAY_CLIENT_H
#define GATEWAY_CLIENT_H

#include <stdbool.h>

#include "core/msg.h"
#include "core/settings.h"

struct client;

enum link_state { LINK_DOWN = 1, LINK_CONNECTING, LINK_UP };

/* Reads outcry.ini, environment and flags into settings; consumes what it knows from argv (argc/argv are rewritten to
 * the rest). ERR_*: one line with file and line, variable or flag. */
enum status client_settings(struct settings *settings, int *argc, char **argv, struct err *err);

/* The data directory (databases) for these settings, absolute; size >= SETTING_TEXT_SIZE. Touches nothing. */
enum status client_home(const struct settings *settings, char *home, size_t size, struct err *err);

/* The gateway.db that is there, and whether orders.db and conditions.db have followed it, as far as its name tells (an
 * older copy has the same). Reads only; ERR_NOT_FOUND: there is none. */
struct client_journal {
    char name[NAME_SIZE];
    bool orders, conditions;
};
enum status client_journal(const struct settings *settings, struct client_journal *out, struct err *err);
/* The gateway.db of that name is the right one from now on, because the one that was followed is lost: orders.db and
 * conditions.db are put aside, with `ending` after their names, and begin anew. ERR_STATE: something runs. Written to the
 * audit of gateway.db. */
enum status client_adopt(const struct settings *settings, const char *name, char ending[NAME_SIZE], struct err *err);

/* Who is at this terminal: the machine's user, for the record of what was asked. */
void client_actor(char actor[NAME_SIZE]);

/* Is outcryd running for these settings (its lock is held)? */
bool client_daemon_running(const struct settings *settings);
/* Ask outcryd without a message (SIGTERM) to stop everything in order and end: one of another version understands no
 * other word. false: it does not run. */
bool client_daemon_end(const struct settings *settings);
/* Does a component run without outcryd (which was killed)? It goes on trading; the next outcryd takes it in hand.
 * *components (may be NULL): a bit for each, 1 << component. */
bool client_orphans(const struct settings *settings, unsigned *components);
/* Start outcryd in the background with these settings and wait until it and its processes answer. ERR_BUSY when it runs
 * already. ERR_STATE: it, or one of them, cannot work, and why; then all of it is stopped again. */
enum status client_daemon_start(const struct settings *settings, struct err *err);

enum status client_open(struct client **out, const struct settings *settings, struct err *err);
void client_close(struct client *client);

/* Wait until a message is there, `fd` is readable (-1 = none), a signal comes or timeout_ms passes. */
void client_wait(struct client *client, int fd, int timeout_ms);

/* Next message without waiting; false when there is none. *from may be NULL. */
bool client_next(struct client *client, struct msg *msg, enum component *from);

/* Send a request (query, control, login, condition_command, order_command, cancel_command, limits_command,
 * market_control) to an agent; its request_id is filled in here and returned through *request_id (may be NULL), and the
 * created_us of an order_command, condition_command or control without one: its time to live begins now, however often
 * it is sent. The MSG_REPLY with that id comes out of client_next, ERR_TIMEOUT within the setting's time-out when nobody
 * answers: every request gets exactly one reply. */
enum status client_send(struct client *client, enum component to, struct msg *msg, uint64_t *request_id,
                        struct err *err);

/* A number that no other request has (condition_command.key, order_command.key): kept over the tries of one wish, it makes them safe. */
uint64_t client_key(struct client *client);

/* For the command line: send, wait for the reply, hand the answer's other messages to visit (may be NULL). What comes
 * from elsewhere meanwhile stays for client_next. A command with a key whose answer was lost is sent again. */
enum status client_call(struct client *client, enum component to, struct msg *msg,
                        void (*visit)(void *context, const struct msg *msg), void *context, struct reply *reply,
                        struct err *err);

/* Write a setting's present value into outcry.ini, for the next start. Waits for the disk. */
enum status client_keep_setting(const struct settings *settings, enum setting_id id, struct err *err);

/* What outcryd gives its exchange to trade: the market.* settings of *running become its own. */
enum status client_daemon_market(struct client *client, struct settings *running, struct err *err);
/* Do both ask for the same market (source, speed; file and start, or seed)? */
bool client_market_same(const struct settings *a, const struct settings *b);
/* Give it these market.* settings instead, and restart the exchange with them. Waits. */
enum status client_daemon_set_market(struct client *client, const struct settings *settings, struct err *err);

/* Wait until a component works (0: all that should run). ERR_STATE: it is given up, or still down when the time is
 * over, and why; ERR_TIMEOUT: not yet.
 * What comes meanwhile is dropped. */
enum status client_await(struct client *client, enum component only, int timeout_ms, struct err *err);

/* The link to one agent: state, and microseconds since it was last heard (-1 = never). */
enum link_state client_link(const struct client *client, enum component component, int64_t *age_us);
/* It says what cannot be read: it was built of other messages than this program (an older outcryd still runs). */
bool client_strange(const struct client *client, enum component component);

#endif
