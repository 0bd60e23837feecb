/* cond_names: the words of conditions, apart from the rules so that the message tables can have them. */
#include "core/cond.h"
#include "core/names.h"

static const char *const state_names[] = {
    [CONDITION_ARMED] = "ARMED",       [CONDITION_TRIGGERED] = "TRIGGERED", [CONDITION_ENTERING] = "ENTERING",
    [CONDITION_OPEN] = "OPEN",         [CONDITION_EXITING] = "EXITING",     [CONDITION_CLOSED] = "CLOSED",
    [CONDITION_REJECTED] = "REJECTED", [CONDITION_PAUSED] = "PAUSED",       [CONDITION_CANCELLED] = "CANCELLED",
    [CONDITION_EXPIRED] = "EXPIRED",
};
static const char *const basis_names[] = {[BASIS_FILL] = "fill", [BASIS_PLANNED] = "planned"};
static const char *const validity_names[] = {
    [VALID_SESSION] = "session",
    [VALID_DAY] = "day",
    [VALID_UNTIL] = "until",
    [VALID_GTC] = "gtc",
};
static const char *const entry_names[] = {
    [ENTRY_MARKET] = "market",
    [ENTRY_RANGE_MARKET] = "range_market",
    [ENTRY_LIMIT] = "limit",
};

const char *condition_state_name(enum condition_state state)
{
    return names_of(state_names, NAMES_COUNT(state_names), (int)state);
}

const char *exit_basis_name(enum exit_basis basis)
{
    return names_of(basis_names, NAMES_COUNT(basis_names), (int)basis);
}

const char *validity_name(enum validity validity)
{
    return names_of(validity_names, NAMES_COUNT(validity_names), (int)validity);
}

const char *entry_type_name(enum entry_type entry)
{
    return names_of(entry_names, NAMES_COUNT(entry_names), (int)entry);
}
