/*
 * msg: every message and every stored record of the system is a plain struct described by one table.
 *
 * The table (core/msg.c) drives the wire (core/wire.c), the rows of SQLite (db/row.c), JSON output and
 * docs/PROTOCOL.md: a field is written down once. Enums go over the wire as integers, and into SQLite and JSON as their
 * names.
 *
 * Texts are NUL-terminated UTF-8 in fixed arrays. Every number has a range, checked on decode. Unit: as the field's
 * type and name say. Errors: of one field, by its name, with what is allowed; the message is unchanged then.
 * Does not encode, store or send.
 * Owner: the caller. Thread: any (plain data, const tables).
 */
#ifndef CORE_MSG_H
#define CORE_MSG_H

#include <stddef.h>
#include <stdint.h>

#include "core/body.h"
#include "core/cond.h"
#include "core/instrument.h"
#include "core/order.h"
#include "core/tick.h"

/* Numbers are the wire's: never reused, never renumbered. */
enum msg_id {
    /* market data */
    MSG_TICK = 1,
    MSG_DEPTH = 2,
    MSG_BAR = 3,
    MSG_CONTRACT = 4,
    MSG_MARKET = 5,
    MSG_FEED = 6,
    /* conditions */
    MSG_CONDITION = 10,
    MSG_TRANSITION = 11,
    MSG_RATCHET = 12,
    MSG_SIGNAL = 13,
    MSG_SIGNAL_ACK = 14,
    /* orders */
    MSG_ORDER_REQUEST = 20,
    MSG_CANCEL_REQUEST = 21,
    MSG_ORDER = 22,
    MSG_ORDER_EVENT = 23,
    MSG_POSITION = 24,
    MSG_ACCOUNT = 25,
    MSG_RISK_EVENT = 26,
    MSG_ACTION = 27,
    MSG_AUDIT = 28,
    MSG_CONDITION_LOTS = 29,
    /* state of the system */
    MSG_HEARTBEAT = 30,
    MSG_GUARD_STATE = 31,
    MSG_GUARD_LIMITS = 32,
    MSG_SESSION = 33,
    MSG_LOG = 34,
    MSG_CURSOR = 35,
    MSG_PROCESS = 36,
    MSG_DIFFERENCE = 37,
    /* requests and answers */
    MSG_QUERY = 40,
    MSG_REPLY = 41,
    MSG_CONTROL = 42,
    MSG_LOGIN = 43,
    MSG_CONDITION_COMMAND = 44,
    MSG_ORDER_COMMAND = 45,
    MSG_CANCEL_COMMAND = 46,
    MSG_LIMITS_COMMAND = 47,
    /* the venue's line */
    MSG_VENUE_EXEC = 60,
    MSG_VENUE_ORDER_STATUS = 61,
    MSG_MARKET_CONTROL = 62,
};

/* One message of any kind. */
struct msg {
    enum msg_id id;
    union {
        struct tick tick;
        struct depth depth;
        struct bar bar;
        struct contract contract;
        struct market market;
        struct feed feed;
        struct condition condition;
        struct transition transition;
        struct ratchet ratchet;
        struct signal signal;
        struct signal_ack signal_ack;
        struct order_request order_request;
        struct cancel_request cancel_request;
        struct order order;
        struct order_event order_event;
        struct position position;
        struct account account;
        struct risk_event risk_event;
        struct action_record action;
        struct audit audit;
        struct condition_lots condition_lots;
        struct heartbeat heartbeat;
        struct guard_state guard_state;
        struct guard_limits guard_limits;
        struct session_info session;
        struct log_line log;
        struct cursor cursor;
        struct process_info process;
        struct difference difference;
        struct query query;
        struct reply reply;
        struct control control;
        struct login login;
        struct condition_command condition_command;
        struct order_command order_command;
        struct cancel_command cancel_command;
        struct limits_command limits_command;
        struct venue_exec venue_exec;
        struct venue_order_status venue_order_status;
        struct market_control market_control;
        unsigned char bytes[1]; /* where the body starts, for the tables */
    };
};

enum field_type {
    FIELD_TEXT = 1, /* char[size] */
    FIELD_SECRET,   /* char[size]: never printed, never stored */
    FIELD_BOOL,
    FIELD_I32,
    FIELD_U32,
    FIELD_I64,
    FIELD_U64,
    FIELD_ENUM,  /* an int-sized enum with a name table */
    FIELD_PRICE, /* price_t: JSON prints points with decimals */
    FIELD_MONEY, /* money_t: JSON prints NT$ with decimals */
    FIELD_TIME,  /* int64_t us */
    FIELD_DATE,  /* int32_t yyyymmdd */
};

struct field {
    const char *name; /* snake_case, unique in the message: the column's and the JSON key's name */
    enum field_type type;
    uint32_t offset;  /* from the start of the body; of a struct inside the body its fields stand here, flattened */
    uint32_t size;    /* of one element (texts: of the array) */
    uint32_t count;   /* elements: 1, or an array's length (depth) */
    int64_t min, max; /* numbers and enums, both included; U64: at most INT64_MAX; texts: least and most bytes; DATE:
                       * min 0 = 0 (none) is allowed */
    const char *(*enum_name)(int value); /* FIELD_ENUM: NULL for a value that is none */
    const char *doc;
};

struct msg_type {
    enum msg_id id;
    const char *name; /* "order_event" */
    uint32_t size;    /* of the body */
    const struct field *fields;
    uint32_t field_count;
    const char *doc;
};

/* NULL for an unknown id. */
const struct msg_type *msg_type(enum msg_id id);
/* The index-th type, NULL past the last: for documents and tests. */
const struct msg_type *msg_type_at(size_t index);

/* Empty message of a kind (all zero but the id). */
void msg_init(struct msg *msg, enum msg_id id);

/* Check every field against its table: UTF-8, no control character, termination, ranges, enum values. ERR_RANGE /
 * ERR_INVALID with "order.quantity: -5 (allowed 1 to 100)". */
enum status msg_check(const struct msg *msg, struct err *err);

/* A field of a message by its row of the table; element < field->count. U64 beyond INT64_MAX reads as negative. */
int64_t msg_number(const struct msg *msg, const struct field *field, uint32_t element);
const char *msg_text(const struct msg *msg, const struct field *field);
/* Refused (ERR_RANGE, ERR_INVALID, in the words of msg_check) without a change when it does not fit the table. length
 * is the text's, without its NUL. */
enum status msg_set_number(struct msg *msg, const struct field *field, uint32_t element, int64_t value,
                           struct err *err);
enum status msg_set_text(struct msg *msg, const struct field *field, const char *text, size_t length, struct err *err);

/* One enum by name (any case) for field tables, forms and command lines: the value, or 0. */
int msg_enum_value(const struct field *field, const char *name);
const struct field *msg_field(enum msg_id id, const char *name);

const char *component_name(enum component component); /* "gateway" */
const char *guard_mode_name(enum guard_mode mode);
const char *difference_kind_name(enum difference_kind kind);
const char *log_level_name(enum log_level level);
const char *query_kind_name(enum query_kind kind);
const char *control_kind_name(enum control_kind kind);
const char *condition_action_name(enum condition_action action);
const char *market_action_name(enum market_action action);

#endif
