/* msg_names: the words of the system's own enums. */
#include "core/msg.h"
#include "core/names.h"
#include "core/session.h"

static const char *const component_names[] = {
    [COMPONENT_EXCHANGE] = "exchange", [COMPONENT_GATEWAY] = "gateway",       [COMPONENT_STRATEGY] = "strategy",
    [COMPONENT_EXECUTOR] = "executor", [COMPONENT_SUPERVISOR] = "supervisor", [COMPONENT_OPERATOR] = "operator",
};
static const char *const mode_names[] = {
    [GUARD_ACTIVE] = "ACTIVE",
    [GUARD_REDUCING] = "REDUCING",
    [GUARD_HALTED] = "HALTED",
};
static const char *const level_names[] = {
    [LEVEL_DEBUG] = "debug",
    [LEVEL_INFO] = "info",
    [LEVEL_WARNING] = "warning",
    [LEVEL_ERROR] = "error",
};
static const char *const query_names[] = {
    [QUERY_STATUS] = "status",
    [QUERY_CONTRACTS] = "contracts",
    [QUERY_ACCOUNTS] = "accounts",
    [QUERY_TICKS] = "ticks",
    [QUERY_EVENTS] = "events",
    [QUERY_CONDITIONS] = "conditions",
    [QUERY_ORDERS] = "orders",
    [QUERY_POSITIONS] = "positions",
    [QUERY_PROCESSES] = "processes",
    [QUERY_BARS] = "bars",
    [QUERY_LOG] = "log",
    [QUERY_VENUE_ORDER] = "venue_order",
    [QUERY_VENUE_ORDERS] = "venue_orders",
    [QUERY_VENUE_FILLS] = "venue_fills",
    [QUERY_VENUE_POSITIONS] = "venue_positions",
    [QUERY_SETTINGS] = "settings",
};
static const char *const control_names[] = {
    [CONTROL_HALT] = "halt",
    [CONTROL_REDUCE] = "reduce",
    [CONTROL_RESUME] = "resume",
    [CONTROL_LOGOUT] = "logout",
    [CONTROL_SELECT_ACCOUNT] = "select_account",
    [CONTROL_REGISTER] = "register",
    [CONTROL_UNREGISTER] = "unregister",
    [CONTROL_START] = "start",
    [CONTROL_STOP] = "stop",
    [CONTROL_SHUTDOWN] = "shutdown",
    [CONTROL_RESOLVE] = "resolve",
    [CONTROL_FLATTEN] = "flatten",
    [CONTROL_SET] = "set",
    [CONTROL_RESTART] = "restart",
    [CONTROL_ACCEPT] = "accept",
};
static const char *const condition_action_names[] = {
    [CONDITION_CREATE] = "create", [CONDITION_EDIT] = "edit",     [CONDITION_PAUSE] = "pause",
    [CONDITION_RESUME] = "resume", [CONDITION_CANCEL] = "cancel",
};
static const char *const market_action_names[] = {
    [MARKET_PAUSE] = "pause",
    [MARKET_PLAY] = "play",
    [MARKET_SPEED] = "speed",
    [MARKET_SEEK] = "seek",
};
static const char *const difference_names[] = {
    [DIFFERENCE_POSITION] = "position",   [DIFFERENCE_MISSING] = "missing", [DIFFERENCE_UNKNOWN] = "unknown",
    [DIFFERENCE_ELSEWHERE] = "elsewhere", [DIFFERENCE_ALIVE] = "alive",     [DIFFERENCE_BEHIND] = "behind",
};
static const char *const session_names[] = {
    [SESSION_NONE] = "none",
    [SESSION_DAY] = "day",
    [SESSION_NIGHT] = "night",
};
static const char *const session_state_names[] = {
    [SESSION_CLOSED] = "closed",
    [SESSION_PRE_OPEN] = "pre_open",
    [SESSION_OPEN] = "open",
};

const char *component_name(enum component component)
{
    return names_of(component_names, NAMES_COUNT(component_names), (int)component);
}

const char *difference_kind_name(enum difference_kind kind)
{
    return names_of(difference_names, NAMES_COUNT(difference_names), (int)kind);
}

const char *guard_mode_name(enum guard_mode mode)
{
    return names_of(mode_names, NAMES_COUNT(mode_names), (int)mode);
}

const char *log_level_name(enum log_level level)
{
    return names_of(level_names, NAMES_COUNT(level_names), (int)level);
}

const char *query_kind_name(enum query_kind kind)
{
    return names_of(query_names, NAMES_COUNT(query_names), (int)kind);
}

const char *control_kind_name(enum control_kind kind)
{
    return names_of(control_names, NAMES_COUNT(control_names), (int)kind);
}

const char *condition_action_name(enum condition_action action)
{
    return names_of(condition_action_names, NAMES_COUNT(condition_action_names), (int)action);
}

const char *market_action_name(enum market_action action)
{
    return names_of(market_action_names, NAMES_COUNT(market_action_names), (int)action);
}

const char *session_kind_name(enum session_kind kind)
{
    return names_of(session_names, NAMES_COUNT(session_names), (int)kind);
}

const char *session_state_name(enum session_state state)
{
    return names_of(session_state_names, NAMES_COUNT(session_state_names), (int)state);
}
