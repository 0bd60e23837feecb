/* msg_system: the tables of the system's own state, its questions and its answers. */
#include "core/calendar.h"
#include "core/msg_fields.h"

#define GUARD_LIMIT(s, path, m, high, words) NUMBER(s, path, m, 0, high, words)

static const struct field fields_heartbeat[] = {
    ENUM(heartbeat, , component, enum_component, "who"),
    COUNTER(heartbeat, , pid, "process"),
    TIME(heartbeat, , started_us, "process time of its start"),
    TIME(heartbeat, , time_us, "process time now"),
    COUNTER(heartbeat, , last_seq, "gateway: events; strategy: signals; executor: events applied"),
    NUMBER(heartbeat, , unconfirmed, 0, MSG_LOTS_MAX, "orders or signals without an answer"),
    NUMBER(heartbeat, , unknown, 0, MSG_LOTS_MAX, "orders of unknown outcome"),
    FLAG(heartbeat, , peer_up, "the link it depends on answers"),
    TEXT(heartbeat, , text, 0, "what it is doing or what is wrong"),
    COUNTER(heartbeat, , published, "published so far but ticks and depth, this one too; 0 in an answer"),
    COUNTER(heartbeat, , journal, "gateway: the number of the gateway.db that its events are of; 0 = none"),
    FLAG(heartbeat, , compared, "gateway: orders and positions were compared with the venue's in this session"),
};
MSG_TYPE(MSG_HEARTBEAT, heartbeat, heartbeat, "Each agent's sign of life, each second.");

static const struct field fields_guard_state[] = {
    ENUM(guard_state, , mode, enum_guard_mode, "ACTIVE, REDUCING or HALTED"),
    TEXT(guard_state, , actor, 0, "who set it"),
    TEXT(guard_state, , reason, 0, "why"),
    TIME(guard_state, , time_us, "process time"),
    COUNTER(guard_state, , orders_sent, "orders sent to the venue by this install"),
    COUNTER(guard_state, , intents, "orders journalled: sent is never more"),
    MONEY(guard_state, , day_pnl, -MSG_MONEY_MAX, "the day's result after cost"),
};
MSG_TYPE(MSG_GUARD_STATE, guard_state, guard_state, "The last-hop guard.");

/* Of a guard_limits: a message itself, and inside the command that changes them. */
#define LIMITS_FIELDS(s, path)                                                                                         \
    GUARD_LIMIT(s, path, max_order_quantity, MSG_LOTS_MAX, "lots of one order; 0 = no limit"),                         \
        GUARD_LIMIT(s, path, max_position, MSG_LOTS_MAX, "lots held of a contract; 0 = no limit"),                     \
        MONEY(s, path, max_notional, 0, "value of one order; 0 = no limit"),                                           \
        GUARD_LIMIT(s, path, collar_bps, 10000, "limit price this far from the last trade, in 1/100 %; 0 = no limit"), \
        GUARD_LIMIT(s, path, stale_tick_ms, 86400000,                                                                  \
                    "no order on a contract without a tick for so long; 0 = no limit"),                                \
        GUARD_LIMIT(s, path, orders_per_second, 1000000, "orders a second in all; 0 = no limit"),                      \
        GUARD_LIMIT(s, path, strategy_orders_per_second, 1000000, "orders a second of the strategy; 0 = no limit"),    \
        GUARD_LIMIT(s, path, duplicate_window_ms, 86400000,                                                            \
                    "the same operator's order again within so long is refused; 0 = off"),                             \
        MONEY(s, path, daily_loss, 0, "loss of a day that ends it; 0 = no limit"),                                     \
        TEXT(s, path, actor, 0, "who set them"), TIME(s, path, time_us, "process time")

static const struct field fields_guard_limits[] = {
    LIMITS_FIELDS(guard_limits, ),
};
MSG_TYPE(MSG_GUARD_LIMITS, guard_limits, guard_limits, "The guard's limits.");

static const struct field fields_limits_command[] = {
    COUNTER(limits_command, , request_id, "the asker's own"),
    LIMITS_FIELDS(limits_command, limits.),
};
MSG_TYPE(MSG_LIMITS_COMMAND, limits_command, limits_command, "New limits of the guard, all of them.");

static const struct field fields_session[] = {
    FLAG(session_info, , logged_in, "logged in at the venue"),
    TEXT(session_info, , user, 0, "user"),
    TEXT(session_info, , venue, 0, "venue"),
    COUNTER(session_info, , venue_session, "number of the venue session, new at each logon"),
    TEXT(session_info, , account, 0, "selected account; empty = none"),
    TIME(session_info, , since_us, "process time"),
    TEXT(session_info, , text, 0, "the venue's last answer"),
};
MSG_TYPE(MSG_SESSION, session, session_info, "The gateway's venue session.");

static const struct field fields_log[] = {
    TIME(log_line, , time_us, "process time"),
    ENUM(log_line, , component, enum_component, "who"),
    ENUM(log_line, , level, enum_log_level, "how grave"),
    TEXT(log_line, , text, 0, "what happened"),
};
MSG_TYPE(MSG_LOG, log, log_line, "One line of an agent's log.");

static const struct field fields_cursor[] = {
    TEXT(cursor, , stream, 1, "\"events\", \"journal\" (seq = its number), \"venue\", or a contract for ticks"),
    COUNTER(cursor, , epoch, "epoch of the stream; of events: the gateway's time of that event"),
    COUNTER(cursor, , seq, "last one applied"),
};
MSG_TYPE(MSG_CURSOR, cursor, cursor, "How far a consumer has applied a stream.");

static const struct field fields_process[] = {
    ENUM(process_info, , component, enum_component, "who"),
    FLAG(process_info, , wanted, "should run"),
    FLAG(process_info, , running, "runs"),
    COUNTER(process_info, , pid, "process; 0 = none"),
    NUMBER(process_info, , restarts, 0, MSG_LOTS_MAX, "times it was started again"),
    TIME(process_info, , since_us, "process time of the last change"),
    TEXT(process_info, , text, 0, "how it ended, what it waits for"),
};
MSG_TYPE(MSG_PROCESS, process, process_info, "The supervisor's view of one process.");

static const struct field fields_difference[] = {
    ENUM(difference, , kind, enum_difference_kind, "what differs"),
    TEXT(difference, , account, 1, "account"),
    TEXT(difference, , symbol, 1, "contract"),
    TEXT(difference, , client_order_id, 0, "the order; empty: the position"),
    NUMBER(difference, , here, -MSG_LOTS_MAX, MSG_LOTS_MAX, "lots held by our books; of an order: filled"),
    NUMBER(difference, , there, -MSG_LOTS_MAX, MSG_LOTS_MAX,
           "lots held by the venue's; of an order: filled there, when it says so"),
    FLAG(difference, , settled, "not a difference any more"),
    TIME(difference, , time_us, "process time"),
};
MSG_TYPE(MSG_DIFFERENCE, difference, difference, "The venue's books say something else than ours.");

static const struct field fields_query[] = {
    COUNTER(query, , request_id, "the asker's own"),
    ENUM(query, , kind, enum_query_kind, "what is asked for"),
    TEXT(query, , text, 0, "filter, contract or client order id"),
    COUNTER(query, , epoch, "ticks: epoch of from_seq"),
    COUNTER(query, , from_seq, "only what comes after it"),
};
MSG_TYPE(MSG_QUERY, query, query, "Ask; the answer is any number of messages, then a reply with the same request_id.");

static const struct field fields_reply[] = {
    COUNTER(reply, , request_id, "the request's"),
    ENUM(reply, , status, enum_status, "ok, or what kind of failure"),
    NUMBER(reply, , number, -INT64_MAX, INT64_MAX, "id made, rows sent"),
    TEXT(reply, , text, 0, "in words"),
};
MSG_TYPE(MSG_REPLY, reply, reply, "The end of an answer.");

static const struct field fields_control[] = {
    COUNTER(control, , request_id, "the asker's own"),
    ENUM(control, , kind, enum_control_kind, "what to do"),
    TEXT(control, , text, 0, "account, contract, component or client order id"),
    NUMBER(control, , number, -INT64_MAX, INT64_MAX, "resolve: what the trader decided"),
    TEXT(control, , actor, 0, "who asks"),
    TIME(control, , created_us,
         "when it was asked for (process time): flatten and resume have a time to live; 0 for not said"),
};
MSG_TYPE(MSG_CONTROL, control, control, "Do something to the system.");

static const struct field fields_login[] = {
    COUNTER(login, , request_id, "the asker's own"),
    TEXT(login, , user, 1, "user"),
    SECRET(login, , secret, "password: never printed, never stored"),
    TEXT(login, , actor, 0, "who asks"),
};
MSG_TYPE(MSG_LOGIN, login, login, "To the gateway's control socket only.");

static const struct field fields_market_control[] = {
    COUNTER(market_control, , request_id, "the asker's own"),
    ENUM(market_control, , action, enum_market_action, "what to do"),
    COUNTER(market_control, , number, "speed, or the market time to seek to"),
    TEXT(market_control, , actor, 0, "who asks"),
};
MSG_TYPE(MSG_MARKET_CONTROL, market_control, market_control,
         "The operator of the simulated exchange: pause, play, speed, seek.");
