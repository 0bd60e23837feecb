/*
 * client_impl: the inside of gateway/client.h, for client*.c alone.
 *
 *   client.c          the links, and the queue of what came
 *   client_request.c  requests in flight: each gets one reply
 *   client_daemon.c   outcryd: is it there, starting it, what market it plays
 *   client_await.c    waiting until the processes work, or one is given up
 *   client_adopt.c    taking another gateway.db for the right one, when nothing runs
 *   client_home.c     where the databases are, and who asks
 *
 * Each agent has a link: a SUB for what it publishes and a DEALER for asking. The gateway's SUB belongs to an upstream
 * (gateway/upstream.h), which mends its gaps. While a link's snapshot is being answered its SUB waits, so that an older
 * row never follows a newer one for good.
 *
 * Owner: client_open .. client_close. Thread: one.
 */
#ifndef GATEWAY_CLIENT_IMPL_H
#define GATEWAY_CLIENT_IMPL_H

#include "gateway/bus.h"
#include "gateway/client.h"
#include "gateway/heard.h"
#include "gateway/loop.h"
#include "gateway/upstream.h"

#define CLIENT_REQUESTS_MAX 256
#define CLIENT_QUEUE_MAX    262144 /* messages nobody takes; then published ones wait in the sockets */

struct client_link {
    enum component component; /* 0 = no such link */
    struct bus_socket *feed;  /* NULL for the gateway */
    struct bus_socket *line;
    uint64_t connection; /* the snapshot was asked on this one */
    uint64_t feed_connection;
    bool feed_proved; /* something was heard over it since it connected */
    struct heard heard;
    bool was_there;
    bool strange; /* on this connection it said what cannot be read */
    int snapshot; /* questions of it not answered yet */
    int64_t snapshot_until_us;
    int64_t heard_us; /* 0 = never */
    int64_t since_us; /* of the present want of a connection */
};

struct client_request {
    uint64_t id;   /* 0 = free */
    uint64_t turn; /* of its present page among all questions asked */
    enum component to;
    bool internal; /* our own: its reply is not handed out */
    bool is_query;
    struct query query; /* to ask for the next page */
    uint64_t last_key;  /* of the rows seen: id, seq or a count */
    int64_t rows;
    int64_t deadline_us;
};

struct client_item {
    struct msg msg;
    enum component from;
    uint64_t answer_to; /* the request whose answer this is a row of; 0 = published */
};

struct client {
    struct settings settings;
    struct paths paths;
    struct bus *bus;
    struct loop *loop;
    struct upstream *upstream;
    struct client_link links[COMPONENT_COUNT + 1];
    struct client_request requests[CLIENT_REQUESTS_MAX];
    uint64_t next_id;
    uint64_t next_turn;
    uint64_t next_key;
    int64_t worked_us;         /* last pass */
    struct client_item *queue; /* ring */
    size_t head, count, capacity;
};

/* client.c */
void client_put(struct client *client, const struct msg *msg, enum component from, uint64_t answer_to);
bool client_take(struct client *client, struct client_item *out);
void client_work(struct client *client, int64_t now_us);
/* As client_wait, whatever is in the queue. */
void client_sleep(struct client *client, int fd, int timeout_ms);
int64_t client_now(const struct client *client);

/* client_request.c */
/* A message that came over a link's DEALER. */
void client_on_line(struct client *client, struct client_link *link, const struct msg *msg, int64_t now_us);
enum status client_ask(struct client *client, struct client_link *link, enum query_kind kind, int64_t now_us);
void client_time_out(struct client *client, int64_t now_us);
/* The link's connection is gone: its questions will not be answered. */
void client_link_lost(struct client *client, const struct client_link *link);
/* The next deadline, INT64_MAX = none. */
int64_t client_next_deadline(const struct client *client);

#endif
