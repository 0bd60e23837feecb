/* msg_conditions: the tables of conditions and of the signals they send. */
#include "core/calendar.h"
#include "core/msg_fields.h"

static const struct field fields_condition[] = {
    NUMBER(condition, , id, 1, INT64_MAX, "number in this install"),
    TERMS_FIELDS(condition, terms., , 1),
    ENUM(condition, , state, enum_condition_state, "where it stands"),
    ENUM(condition, , paused_from, enum_condition_state_or_none, "PAUSED: the state to go back to"),
    PRICE_AS(condition, , trigger, "trigger_now", "trigger now: trigger_price, or the extreme it followed to"),
    NUMBER(condition, , filled_quantity, 0, MSG_LOTS_MAX, "lots entered"),
    VALUE(condition, , filled_value, "sum of entry price x lots"),
    NUMBER(condition, , exited_quantity, 0, MSG_LOTS_MAX, "lots left"),
    VALUE(condition, , exited_value, "sum of exit price x lots"),
    ENUM(condition, , exit_leg, enum_leg, "the leg that claimed the exit"),
    NUMBER(condition, , attempt, 0, MSG_LOTS_MAX, "attempt of the working leg, from 1"),
    COUNTER(condition, , serial, "transitions so far"),
    FLAG(condition, , entry_working, "the entry's order has not ended"),
    FLAG(condition, , exit_working, "this attempt's exit order has not ended"),
    NUMBER(condition, , exit_step, 0, 3,
           "how far the exit has escalated: 1 market, 2 range market, 3 limit at the price limit"),
    FLAG(condition, , cancel_requested, "decided when the entry's order ends"),
    FLAG(condition, , locked, "the exit sits at the price limit"),
    FLAG(condition, , suspended, "its feed is stale"),
    DATE(condition, , expires_day, "trading day it lives to; 0 = for ever"),
    ENUM(condition, , expires_session, enum_session_kind, "session it lives to, validity session only"),
    TIME(condition, , created_us, "process time"),
    TIME(condition, , updated_us, "process time of the last change"),
    TIME(condition, , market_us, "market time of the last transition"),
    COUNTER(condition, , tick_seq, "sym_seq of the last transition's tick"),
    TEXT(condition, , reason, 0, "why it stands there"),
};
MSG_TYPE(MSG_CONDITION, condition, condition, "A condition and where it stands.");

static const struct field fields_transition[] = {
    NUMBER(transition, , condition_id, 1, INT64_MAX, "condition"),
    NUMBER(transition, , serial, 1, INT64_MAX, "number within the condition, from 1"),
    TEXT(transition, , symbol, 1, "contract"),
    ENUM_AS(transition, , from, "from_state", enum_condition_state_or_none, "state before; - for a new condition"),
    ENUM_AS(transition, , to, "to_state", enum_condition_state, "state after"),
    PRICE(transition, , price, "the tick's or the fill's; 0 for a command"),
    COUNTER(transition, , tick_seq, "sym_seq of the tick; 0 = none"),
    TIME(transition, , market_us, "market time"),
    TIME(transition, , time_us, "process time"),
    DATE(transition, , trading_day, "trading day"),
    TEXT(transition, , actor, 0, "who"),
    TEXT(transition, , reason, 0, "why"),
};
MSG_TYPE(MSG_TRANSITION, transition, transition, "One row of a condition's history: never deleted.");

static const struct field fields_ratchet[] = {
    TEXT(ratchet, , symbol, 1, "contract"),
    ENUM(ratchet, , side, enum_side, "side of the conditions"),
    PRICE(ratchet, , price, "the new extreme: their trigger now"),
    COUNTER(ratchet, , tick_seq, "sym_seq of the tick"),
    TIME(ratchet, , market_us, "market time"),
};
MSG_TYPE(
    MSG_RATCHET, ratchet, ratchet,
    "Every following, triggered condition of this contract and side that the price passed now has it as its trigger.");

static const struct field fields_signal[] = {
    COUNTER(signal, , seq, "number in the strategy's outbox, from 1, no holes"),
    TEXT(signal, , strategy, 1, "install id of the strategy"),
    REQUEST_FIELDS(signal, order., 1, , 1),
    FLAG(signal, , acknowledged, "outbox: the executor has it"),
};
MSG_TYPE(MSG_SIGNAL, signal, signal, "The strategy's decision, resent until it is acknowledged.");

static const struct field fields_signal_ack[] = {
    COUNTER(signal_ack, , seq, "the signal's"),
    TEXT(signal_ack, , strategy, 1, "the signal's"),
    TEXT(signal_ack, , client_order_id, 0, "the signal's"),
    FLAG(signal_ack, , accepted, "an intent was made"),
    ENUM(signal_ack, , reject, enum_reject, "why not"),
    TEXT(signal_ack, , reason, 0, "why not, in words"),
    TIME(signal_ack, , time_us, "process time"),
};
MSG_TYPE(MSG_SIGNAL_ACK, signal_ack, signal_ack,
         "The executor's answer to a signal; a resent signal gets the same one.");

static const struct field fields_condition_command[] = {
    COUNTER(condition_command, , request_id, "the asker's own"),
    ENUM(condition_command, , action, enum_condition_action, "what to do"),
    COUNTER(condition_command, , condition_id, "which; 0 to create"),
    TERMS_FIELDS(condition_command, terms., _or_none, 0),
    TEXT(condition_command, , actor, 0, "who asks"),
    COUNTER(condition_command, , key, "create: asked again with the same one, no second is made; 0 for none"),
    TIME(condition_command, , created_us,
         "when it was asked for (process time): create, edit and resume have a time to live; 0 for not said"),
};
MSG_TYPE(MSG_CONDITION_COMMAND, condition_command, condition_command,
         "Create, edit, pause, resume or cancel a condition; the terms are for create and edit.");
