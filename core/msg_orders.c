/* msg_orders: the tables of orders, positions, accounts and risk. */
#include "core/calendar.h"
#include "core/msg_fields.h"

static const struct field fields_order_request[] = {
    REQUEST_FIELDS(order_request, , 1, , 1),
};
MSG_TYPE(MSG_ORDER_REQUEST, order_request, order_request,
         "An order, from the executor to the gateway and from there to the venue.");

static const struct field fields_cancel_request[] = {
    CANCEL_FIELDS(cancel_request, ),
};
MSG_TYPE(MSG_CANCEL_REQUEST, cancel_request, cancel_request, "Cancel an order.");

static const struct field fields_order[] = {
    ORDER_FIELDS(order, , , 1),
};
MSG_TYPE(MSG_ORDER, order, order, "An order and where it stands.");

static const struct field fields_order_event[] = {
    COUNTER(order_event, , seq, "number in the gateway's journal, from 1, no holes"),
    ENUM(order_event, , kind, enum_exec_kind, "what happened"),
    REQUEST_FIELDS(order_event, request., 1, , 1),
    TEXT(order_event, , venue_order_id, 0, "the venue's own number"),
    TEXT(order_event, , exec_id, 0, "fills: unique at the venue"),
    PRICE(order_event, , fill_price, "fills: price"),
    NUMBER(order_event, , fill_quantity, 0, ORDER_QUANTITY_MAX, "fills: lots"),
    NUMBER(order_event, , filled_quantity, 0, ORDER_QUANTITY_MAX, "lots filled so far, after this"),
    ENUM(order_event, , state, enum_order_state, "state after this"),
    ENUM(order_event, , reject, enum_reject, "why not"),
    TEXT(order_event, , reason, 0, "why not, in words"),
    DATE(order_event, , trading_day, "trading day"),
    TIME(order_event, , market_us, "market time"),
    TIME(order_event, , time_us, "process time at the gateway"),
};
MSG_TYPE(MSG_ORDER_EVENT, order_event, order_event, "One event in an order's life: append-only.");

static const struct field fields_position[] = {
    TEXT(position, , account, 0, "account"),
    TEXT(position, , symbol, 1, "contract"),
    DATE(position, , trading_day, "trading day"),
    NUMBER(position, , quantity, -MSG_LOTS_MAX, MSG_LOTS_MAX, "lots, + long, - short"),
    VALUE(position, , open_value, "sum of entry price x lots still open, signed as quantity"),
    LOTS(position, , bought, "lots bought this trading day"),
    LOTS(position, , sold, "lots sold this trading day"),
    MONEY(position, , realized, -MSG_MONEY_MAX, "made this trading day, before cost"),
    MONEY(position, , cost, -MSG_MONEY_MAX, "fees, tax and commission this trading day"),
    PRICE(position, , mark, "last price known to the row's owner"),
    TIME(position, , updated_us, "process time"),
};
MSG_TYPE(MSG_POSITION, position, position, "What is held of one contract in one account.");

static const struct field fields_condition_lots[] = {
    TEXT(condition_lots, , account, 0, "account"),
    TEXT(condition_lots, , symbol, 1, "contract"),
    COUNTER(condition_lots, , condition_id, "condition"),
    NUMBER(condition_lots, , quantity, -MSG_LOTS_MAX, MSG_LOTS_MAX, "lots it holds, + long, - short"),
    TIME(condition_lots, , updated_us, "process time"),
};
MSG_TYPE(MSG_CONDITION_LOTS, condition_lots, condition_lots,
         "What one condition holds of a position. The rest is the operator's, or was made elsewhere.");

static const struct field fields_account[] = {
    TEXT(account, , account, 1, "account"),
    TEXT(account, , name, 0, "holder"),
    FLAG(account, , selected, "orders go to this one"),
    MONEY(account, , equity, -MSG_MONEY_MAX, "equity"),
    MONEY(account, , margin_used, -MSG_MONEY_MAX, "margin in use"),
    MONEY(account, , margin_free, -MSG_MONEY_MAX, "margin left"),
    TIME(account, , updated_us, "process time"),
};
MSG_TYPE(MSG_ACCOUNT, account, account, "An account at the venue.");

static const struct field fields_risk_event[] = {
    TIME(risk_event, , time_us, "process time"),
    TIME(risk_event, , market_us, "market time"),
    DATE(risk_event, , trading_day, "trading day"),
    TEXT(risk_event, , component, 0, "who noticed"),
    TEXT(risk_event, , actor, 0, "who caused it"),
    ENUM(risk_event, , reject, enum_reject, "NONE = a change of state or limits"),
    TEXT(risk_event, , client_order_id, 0, "order; empty = none"),
    TEXT(risk_event, , symbol, 0, "contract; empty = none"),
    TEXT(risk_event, , text, 0, "what happened"),
};
MSG_TYPE(MSG_RISK_EVENT, risk_event, risk_event, "A denial, an alarm, or a change of the guard.");

static const struct field fields_action[] = {
    TIME(action_record, , time_us, "process time at which it was asked"),
    TIME(action_record, , market_us, "market time"),
    DATE(action_record, , trading_day, "trading day; 0 = not known there"),
    TEXT(action_record, , component, 0, "who was asked"),
    TEXT(action_record, , kind, 0, "operator: somebody asked; session, process: done by itself"),
    TEXT(action_record, , actor, 0, "who asked"),
    TEXT(action_record, , action, 1, "what for"),
    TEXT(action_record, , symbol, 0, "contract; empty = none"),
    COUNTER(action_record, , condition_id, "condition; 0 = none"),
    TEXT(action_record, , client_order_id, 0, "order; empty = none"),
    TEXT(action_record, , request, 0, "the request in words, without any secret"),
    ENUM(action_record, , status, enum_status, "how it ended"),
    TEXT(action_record, , answer, 0, "the answer"),
};
MSG_TYPE(MSG_ACTION, action, action_record,
         "What an operator asked a process to do, with its answer: stored, never sent.");

static const struct field fields_audit[] = {
    TIME(audit, , time_us, "process time"),
    TIME(audit, , market_us, "market time"),
    DATE(audit, , trading_day, "trading day"),
    TEXT(audit, , component, 0, "who decided"),
    TEXT(audit, , kind, 0, "operator, condition, signal, guard, order, session or process"),
    TEXT(audit, , actor, 0, "who caused it"),
    TEXT(audit, , symbol, 0, "contract; empty = none"),
    COUNTER(audit, , condition_id, "condition; 0 = none"),
    TEXT(audit, , client_order_id, 0, "order; empty = none"),
    COUNTER(audit, , tick_seq, "sym_seq of the tick that decided; 0 = none"),
    PRICE(audit, , price, "the tick's, the fill's or the limit; 0 = none"),
    TEXT(audit, , event, 0, "what happened"),
    TEXT(audit, , reason, 0, "why, in words"),
};
MSG_TYPE(MSG_AUDIT, audit, audit, "One decision, as `outcry audit` reads it out of the stores: never sent.");

static const struct field fields_order_command[] = {
    COUNTER(order_command, , request_id, "the asker's own"),
    REQUEST_FIELDS(order_command, order., 0, , 1),
    COUNTER(order_command, , key, "the same one again is the same order, never a second; 0 = none"),
};
MSG_TYPE(MSG_ORDER_COMMAND, order_command, order_command,
         "The operator's order; with an empty client_order_id the executor makes one of the key, else the next. The "
         "reply's text "
         "is the id; its number is 0 when that order was there before.");

static const struct field fields_cancel_command[] = {
    COUNTER(cancel_command, , request_id, "the asker's own"),
    CANCEL_FIELDS(cancel_command, cancel.),
};
MSG_TYPE(MSG_CANCEL_COMMAND, cancel_command, cancel_command, "The operator's cancel.");

static const struct field fields_venue_exec[] = {
    COUNTER(venue_exec, , seq, "of the reports to this login, from 1, no holes"),
    ENUM(venue_exec, , kind, enum_exec_kind, "what happened"),
    TEXT(venue_exec, , client_order_id, 0, "our key"),
    TEXT(venue_exec, , venue_order_id, 0, "the venue's own number"),
    TEXT(venue_exec, , exec_id, 0, "fills: unique at the venue"),
    TEXT(venue_exec, , account, 0, "account"),
    TEXT(venue_exec, , symbol, 0, "contract"),
    ENUM(venue_exec, , side, enum_side_or_none, "side; - when the order is not known there"),
    NUMBER(venue_exec, , quantity, 0, ORDER_QUANTITY_MAX, "lots of the order"),
    PRICE(venue_exec, , fill_price, "fills: price"),
    NUMBER(venue_exec, , fill_quantity, 0, ORDER_QUANTITY_MAX, "fills: lots"),
    NUMBER(venue_exec, , filled_quantity, 0, ORDER_QUANTITY_MAX, "lots filled so far, after this"),
    ENUM(venue_exec, , reject, enum_reject, "why not"),
    TEXT(venue_exec, , reason, 0, "why not, in words"),
    DATE(venue_exec, , trading_day, "trading day"),
    TIME(venue_exec, , market_us, "market time"),
    ENUM(venue_exec, , type, enum_order_type_or_none, "of the order; - when it is not known there"),
    ENUM(venue_exec, , tif, enum_tif_or_none, "of the order"),
    PRICE(venue_exec, , limit_price, "of the order: LMT only, else 0"),
};
MSG_TYPE(MSG_VENUE_EXEC, venue_exec, venue_exec, "The venue's execution report.");

static const struct field fields_venue_order_status[] = {
    COUNTER(venue_order_status, , request_id, "the query's"),
    FLAG(venue_order_status, , found, "the venue knows the id; else the order is empty"),
    NUMBER(venue_order_status, , copies, 0, MSG_LOTS_MAX, "orders with this id at the venue: it does not deduplicate"),
    ORDER_FIELDS(venue_order_status, order., _or_none, 0),
};
MSG_TYPE(MSG_VENUE_ORDER_STATUS, venue_order_status, venue_order_status,
         "What the venue knows of one client order id.");
