/*
 * msg_fields: how the rows of the message tables are written. Private to core/msg*.c.
 *
 * A row macro takes the struct, the path to the member ("order." or nothing), the member and its range; name, offset,
 * size and type follow from the declaration, so that table and struct cannot drift apart: a member of another type does
 * not compile. Structs inside a body are flattened by the *_FIELDS macros at the end.
 *
 * Does not check anything at run time (core/msg.c does). Unit: a row's range is in its field's own unit.
 * Owner: nobody, all of it is const. Thread: any.
 */
#ifndef CORE_MSG_FIELDS_H
#define CORE_MSG_FIELDS_H

#include "core/cond.h"
#include "core/msg.h"

#define MSG_TIME_MAX  INT64_C(4102416000000000) /* 2100-01-01 in Taipei */
#define MSG_MONEY_MAX INT64_MAX
#define MSG_LOTS_MAX  1000000000
#define MSG_ENUM_MAX  255 /* an enum's values are looked for in 0..255 (see core/msg.c) */

#define FIELD_OF(s, path, m)    (((struct s *)0)->path m)
#define FIELD_PLACE(s, path, m) (uint32_t) offsetof(struct s, path m), (uint32_t)sizeof FIELD_OF(s, path, m)
#define FIELD_ARRAY(s, m)       (uint32_t) offsetof(struct s, m), (uint32_t)sizeof((struct s *)0)->m[0], DEPTH_LEVELS
#define FIELD_INT_TYPE(expression)                                                                                     \
    _Generic((expression), int32_t : FIELD_I32, uint32_t : FIELD_U32, int64_t : FIELD_I64, uint64_t : FIELD_U64)
#define FIELD_ONLY(expression, type, field_type) _Generic((expression), type : field_type)

#define TEXT(s, path, m, least, words)                                                                                 \
    {                                                                                                                  \
#m, FIELD_TEXT, FIELD_PLACE(s, path, m), 1, least, (int64_t)sizeof FIELD_OF(s, path, m) - 1, NULL, words       \
    }
#define SECRET(s, path, m, words)                                                                                      \
    {                                                                                                                  \
#m, FIELD_SECRET, FIELD_PLACE(s, path, m), 1, 0, (int64_t)sizeof FIELD_OF(s, path, m) - 1, NULL, words         \
    }
#define NUMBER(s, path, m, low, high, words)                                                                           \
    {                                                                                                                  \
#m, FIELD_INT_TYPE(FIELD_OF(s, path, m)), FIELD_PLACE(s, path, m), 1, low, high, NULL, words                   \
    }
#define COUNTER(s, path, m, words) NUMBER(s, path, m, 0, INT64_MAX, words)
#define LOTS(s, path, m, words)    NUMBER(s, path, m, 0, MSG_LOTS_MAX, words)
#define PRICE_ROW(s, path, m, name, low, high, words)                                                                  \
    {                                                                                                                  \
        name, FIELD_ONLY(FIELD_OF(s, path, m), price_t, FIELD_PRICE), FIELD_PLACE(s, path, m), 1, low, high, NULL,     \
            words                                                                                                      \
    }
#define PRICE_WITHIN(s, path, m, low, high, words) PRICE_ROW(s, path, m, #m, low, high, words)
#define PRICE_AS(s, path, m, name, words)          PRICE_ROW(s, path, m, name, -PRICE_MAX, PRICE_MAX, words)
#define PRICE(s, path, m, words)                   PRICE_WITHIN(s, path, m, -PRICE_MAX, PRICE_MAX, words)
#define DISTANCE(s, path, m, words)                PRICE_WITHIN(s, path, m, 0, PRICE_MAX, words)
/* Sum of price x lots: the scale of a price, the range of a sum. */
#define VALUE(s, path, m, words)                   PRICE_WITHIN(s, path, m, -MSG_MONEY_MAX, MSG_MONEY_MAX, words)
#define MONEY(s, path, m, low, words)                                                                                  \
    {                                                                                                                  \
#m, FIELD_ONLY(FIELD_OF(s, path, m), money_t, FIELD_MONEY), FIELD_PLACE(s, path, m), 1, low, MSG_MONEY_MAX,    \
            NULL, words                                                                                                \
    }
#define TIME(s, path, m, words)                                                                                        \
    {                                                                                                                  \
#m, FIELD_ONLY(FIELD_OF(s, path, m), int64_t, FIELD_TIME), FIELD_PLACE(s, path, m), 1, 0, MSG_TIME_MAX, NULL,  \
            words                                                                                                      \
    }
#define DATE(s, path, m, words)                                                                                        \
    {                                                                                                                  \
#m, FIELD_ONLY(FIELD_OF(s, path, m), int32_t, FIELD_DATE), FIELD_PLACE(s, path, m), 1, 0, CALENDAR_DATE_MAX,   \
            NULL, words                                                                                                \
    }
#define FLAG(s, path, m, words)                                                                                        \
    {                                                                                                                  \
#m, FIELD_ONLY(FIELD_OF(s, path, m), bool, FIELD_BOOL), FIELD_PLACE(s, path, m), 1, 0, 1, NULL, words          \
    }
#define ENUM_AS(s, path, m, name, names, words)                                                                        \
    {                                                                                                                  \
        name, FIELD_ENUM, FIELD_PLACE(s, path, m), 1, 0, MSG_ENUM_MAX, names, words                                    \
    }
#define ENUM(s, path, m, names, words) ENUM_AS(s, path, m, #m, names, words)

#define LEVEL_PRICES(s, m, words)                                                                                      \
    {                                                                                                                  \
#m, FIELD_PRICE, FIELD_ARRAY(s, m), -PRICE_MAX, PRICE_MAX, NULL, words                                         \
    }
#define LEVEL_LOTS(s, m, words)                                                                                        \
    {                                                                                                                  \
#m, FIELD_I32, FIELD_ARRAY(s, m), 0, MSG_LOTS_MAX, NULL, words                                                 \
    }

#define MSG_TYPE(ID, message, s, words)                                                                                \
    const struct msg_type msg_type_##message = {ID,                                                                    \
                                                #message,                                                              \
                                                (uint32_t)sizeof(struct s),                                            \
                                                fields_##message,                                                      \
                                                sizeof fields_##message / sizeof fields_##message[0],                  \
                                                words}

/* The names of enums for the tables: NULL where there is no word. _or_none: 0 is "-". */
const char *enum_side(int value);
const char *enum_side_or_none(int value);
const char *enum_order_type(int value);
const char *enum_order_type_or_none(int value);
const char *enum_tif(int value);
const char *enum_tif_or_none(int value);
const char *enum_leg(int value);
const char *enum_order_state(int value);
const char *enum_order_state_or_none(int value);
const char *enum_exec_kind(int value);
const char *enum_reject(int value);
const char *enum_basis(int value);
const char *enum_basis_or_none(int value);
const char *enum_validity(int value);
const char *enum_validity_or_none(int value);
const char *enum_entry(int value);
const char *enum_entry_or_none(int value);
const char *enum_condition_state(int value);
const char *enum_condition_state_or_none(int value);
const char *enum_component(int value);
const char *enum_guard_mode(int value);
const char *enum_difference_kind(int value);
const char *enum_log_level(int value);
const char *enum_query_kind(int value);
const char *enum_control_kind(int value);
const char *enum_condition_action(int value);
const char *enum_market_action(int value);
const char *enum_session_kind(int value);
const char *enum_session_state(int value);
const char *enum_status(int value);

extern const struct msg_type msg_type_tick, msg_type_depth, msg_type_bar, msg_type_contract, msg_type_market,
    msg_type_feed;
extern const struct msg_type msg_type_condition, msg_type_transition, msg_type_ratchet, msg_type_signal,
    msg_type_signal_ack;
extern const struct msg_type msg_type_order_request, msg_type_cancel_request, msg_type_order, msg_type_order_event;
extern const struct msg_type msg_type_position, msg_type_account, msg_type_risk_event, msg_type_action, msg_type_audit,
    msg_type_condition_lots;
extern const struct msg_type msg_type_heartbeat, msg_type_guard_state, msg_type_guard_limits, msg_type_session,
    msg_type_log;
extern const struct msg_type msg_type_cursor, msg_type_process, msg_type_difference, msg_type_query, msg_type_reply,
    msg_type_control, msg_type_login;
extern const struct msg_type msg_type_condition_command, msg_type_order_command, msg_type_cancel_command;
extern const struct msg_type msg_type_limits_command;
extern const struct msg_type msg_type_venue_exec, msg_type_venue_order_status, msg_type_market_control;

/* struct order_request. id_least: 0 where the executor still has to make the id. */
#define REQUEST_FIELDS(s, path, id_least, names, quantity_least)                                                       \
    TEXT(s, path, client_order_id, id_least, "the order's key: same id, same order, for ever"),                        \
        TEXT(s, path, account, 0, "account at the venue"), TEXT(s, path, symbol, quantity_least, "contract"),          \
        ENUM(s, path, side, enum_side##names, "side"), ENUM(s, path, type, enum_order_type##names, "order type"),      \
        ENUM(s, path, tif, enum_tif##names, "time in force"),                                                          \
        NUMBER(s, path, quantity, quantity_least, ORDER_QUANTITY_MAX, "lots"),                                         \
        PRICE(s, path, limit_price, "limit, LMT only; else 0"),                                                        \
        FLAG(s, path, reduce_only, "may only shrink a position (exits, flatten)"),                                     \
        COUNTER(s, path, condition_id, "condition it belongs to; 0 = the operator's"),                                 \
        ENUM(s, path, leg, enum_leg, "which leg of the condition"),                                                    \
        NUMBER(s, path, attempt, 0, MSG_LOTS_MAX, "attempt of the leg, from 1"),                                       \
        PRICE(s, path, decision_price, "price of the tick that decided"),                                              \
        COUNTER(s, path, tick_seq, "sym_seq of that tick; 0 = none"),                                                  \
        TIME(s, path, created_us, "when it was made (process time)"),                                                  \
        TIME(s, path, expires_us, "never executed after this (process time); 0 = no limit"),                           \
        TEXT(s, path, actor, 0, "\"strategy\" or the operator")

/* struct order. names, least: as above; "found" tells whether an empty one is meant. */
#define ORDER_FIELDS(s, path, names, least)                                                                            \
    REQUEST_FIELDS(s, path request., least, names, least),                                                             \
        ENUM(s, path, state, enum_order_state##names, "where it stands"),                                              \
        TEXT(s, path, venue_order_id, 0, "the venue's own number"),                                                    \
        NUMBER(s, path, filled_quantity, 0, ORDER_QUANTITY_MAX, "lots filled so far"),                                 \
        VALUE(s, path, filled_value, "sum of price x lots, for an exact average"),                                     \
        ENUM(s, path, reject, enum_reject, "why not"), TEXT(s, path, reason, 0, "why not, in words"),                  \
        DATE(s, path, trading_day, "trading day"), TIME(s, path, market_us, "market time of the last change"),         \
        TIME(s, path, updated_us, "process time of the last change")

/* struct condition_terms. A command that only names a condition leaves them empty. */
#define TERMS_FIELDS(s, path, names, least)                                                                            \
    TEXT(s, path, account, 0, "account at the venue"), TEXT(s, path, symbol, least, "contract"),                       \
        ENUM(s, path, side, enum_side##names, "BUY at support, SELL at resistance"),                                   \
        PRICE(s, path, trigger_price, "the line"),                                                                     \
        DISTANCE(s, path, turning, "turning points: how far back from the extreme an order is sent"),                  \
        NUMBER(s, path, quantity, least, CONDITION_QUANTITY_MAX, "lots"),                                              \
        DISTANCE(s, path, take_profit, "points of profit to leave at"),                                                \
        DISTANCE(s, path, stop_loss, "points of loss to leave at"),                                                    \
        FLAG(s, path, following, "the trigger follows the extreme"),                                                   \
        ENUM(s, path, basis, enum_basis##names, "exits count from the fill or from the planned level"),                \
        ENUM(s, path, validity, enum_validity##names, "how long it lives"),                                            \
        DATE(s, path, valid_until, "last trading day, validity until only; else 0"),                                   \
        ENUM(s, path, entry, enum_entry##names, "entry order"),                                                        \
        DISTANCE(s, path, entry_offset, "limit entry: this far beyond the order level"),                               \
        TEXT(s, path, note, 0, "the trader's own words")

/* struct cancel_request. */
#define CANCEL_FIELDS(s, path)                                                                                         \
    TEXT(s, path, client_order_id, 1, "order to cancel"), TEXT(s, path, actor, 0, "who asks"),                         \
        TEXT(s, path, reason, 0, "why"), TIME(s, path, created_us, "when it was asked (process time)")

#endif
