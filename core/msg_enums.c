/* msg_enums: one shape for every enum's names, so that a table can hold them: NULL instead of "?". */
#include <string.h>

#include "core/msg_fields.h"
#include "core/session.h"

static const char *known(const char *name)
{
    return strcmp(name, "?") == 0 ? NULL : name;
}

#define STRICT(function, type, names)                                                                                  \
    const char *function(int value)                                                                                    \
    {                                                                                                                  \
        return known(names((enum type)value));                                                                         \
    }
#define OR_NONE(function)                                                                                              \
    const char *function##_or_none(int value)                                                                          \
    {                                                                                                                  \
        return value == 0 ? "-" : function(value);                                                                     \
    }

STRICT(enum_side, side, side_name)
OR_NONE(enum_side)
STRICT(enum_order_type, order_type, order_type_name)
OR_NONE(enum_order_type)
STRICT(enum_tif, time_in_force, tif_name)
OR_NONE(enum_tif)
STRICT(enum_leg, order_leg, leg_name)
STRICT(enum_order_state, order_state, order_state_name)
OR_NONE(enum_order_state)
STRICT(enum_exec_kind, exec_kind, exec_kind_name)
STRICT(enum_reject, reject_code, reject_name)
STRICT(enum_basis, exit_basis, exit_basis_name)
OR_NONE(enum_basis)
STRICT(enum_validity, validity, validity_name)
OR_NONE(enum_validity)
STRICT(enum_entry, entry_type, entry_type_name)
OR_NONE(enum_entry)
STRICT(enum_condition_state, condition_state, condition_state_name)
OR_NONE(enum_condition_state)
STRICT(enum_component, component, component_name)
STRICT(enum_guard_mode, guard_mode, guard_mode_name)
STRICT(enum_difference_kind, difference_kind, difference_kind_name)
STRICT(enum_log_level, log_level, log_level_name)
STRICT(enum_query_kind, query_kind, query_kind_name)
STRICT(enum_control_kind, control_kind, control_kind_name)
STRICT(enum_condition_action, condition_action, condition_action_name)
STRICT(enum_market_action, market_action, market_action_name)
STRICT(enum_session_kind, session_kind, session_kind_name)
STRICT(enum_session_state, session_state, session_state_name)

const char *enum_status(int value)
{
    return value >= ERR_OK && value <= ERR_BUSY ? status_name((enum status)value) : NULL;
}
