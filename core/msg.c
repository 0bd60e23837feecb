/* msg: finding, reading, writing and checking messages by their tables (core/msg_market.c and its sisters). */
#include "core/msg.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/calendar.h"
#include "core/check.h"
#include "core/msg_fields.h"
#include "core/text.h"

#define CHOICES_SIZE 160

/* By id, so that finding one costs an index: this is on the way of every tick. */
static const struct msg_type *const types[] = {
    [MSG_TICK] = &msg_type_tick,
    [MSG_DEPTH] = &msg_type_depth,
    [MSG_BAR] = &msg_type_bar,
    [MSG_CONTRACT] = &msg_type_contract,
    [MSG_MARKET] = &msg_type_market,
    [MSG_FEED] = &msg_type_feed,
    [MSG_CONDITION] = &msg_type_condition,
    [MSG_TRANSITION] = &msg_type_transition,
    [MSG_RATCHET] = &msg_type_ratchet,
    [MSG_SIGNAL] = &msg_type_signal,
    [MSG_SIGNAL_ACK] = &msg_type_signal_ack,
    [MSG_ORDER_REQUEST] = &msg_type_order_request,
    [MSG_CANCEL_REQUEST] = &msg_type_cancel_request,
    [MSG_ORDER] = &msg_type_order,
    [MSG_ORDER_EVENT] = &msg_type_order_event,
    [MSG_POSITION] = &msg_type_position,
    [MSG_ACCOUNT] = &msg_type_account,
    [MSG_RISK_EVENT] = &msg_type_risk_event,
    [MSG_ACTION] = &msg_type_action,
    [MSG_AUDIT] = &msg_type_audit,
    [MSG_CONDITION_LOTS] = &msg_type_condition_lots,
    [MSG_HEARTBEAT] = &msg_type_heartbeat,
    [MSG_GUARD_STATE] = &msg_type_guard_state,
    [MSG_GUARD_LIMITS] = &msg_type_guard_limits,
    [MSG_SESSION] = &msg_type_session,
    [MSG_LOG] = &msg_type_log,
    [MSG_CURSOR] = &msg_type_cursor,
    [MSG_PROCESS] = &msg_type_process,
    [MSG_DIFFERENCE] = &msg_type_difference,
    [MSG_QUERY] = &msg_type_query,
    [MSG_REPLY] = &msg_type_reply,
    [MSG_CONTROL] = &msg_type_control,
    [MSG_LOGIN] = &msg_type_login,
    [MSG_CONDITION_COMMAND] = &msg_type_condition_command,
    [MSG_ORDER_COMMAND] = &msg_type_order_command,
    [MSG_CANCEL_COMMAND] = &msg_type_cancel_command,
    [MSG_LIMITS_COMMAND] = &msg_type_limits_command,
    [MSG_VENUE_EXEC] = &msg_type_venue_exec,
    [MSG_VENUE_ORDER_STATUS] = &msg_type_venue_order_status,
    [MSG_MARKET_CONTROL] = &msg_type_market_control,
};
#define TYPE_COUNT (sizeof types / sizeof types[0])

const struct msg_type *msg_type(enum msg_id id)
{
    const size_t index = (size_t)id;
    return index < TYPE_COUNT ? types[index] : NULL;
}

const struct msg_type *msg_type_at(size_t index)
{
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (types[i] == NULL) continue;
        if (index == 0) return types[i];
        index--;
    }
    return NULL;
}

void msg_init(struct msg *msg, enum msg_id id)
{
    memset(msg, 0, sizeof *msg);
    msg->id = id;
}

const struct field *msg_field(enum msg_id id, const char *name)
{
    const struct msg_type *type = msg_type(id);
    if (type == NULL) return NULL;
    for (uint32_t i = 0; i < type->field_count; i++)
        if (strcmp(type->fields[i].name, name) == 0) return &type->fields[i];
    return NULL;
}

int msg_enum_value(const struct field *field, const char *name)
{
    CHECK(field->type == FIELD_ENUM);
    for (int value = (int)field->min; value <= (int)field->max; value++) {
        const char *known = field->enum_name(value);
        if (known != NULL && strcasecmp(known, name) == 0) return value;
    }
    return 0;
}

static const unsigned char *place(const struct msg *msg, const struct field *field, uint32_t element)
{
    CHECK(element < field->count);
    return msg->bytes + field->offset + (size_t)element * field->size;
}

const char *msg_text(const struct msg *msg, const struct field *field)
{
    CHECK(field->type == FIELD_TEXT || field->type == FIELD_SECRET);
    return (const char *)place(msg, field, 0);
}

int64_t msg_number(const struct msg *msg, const struct field *field, uint32_t element)
{
    const unsigned char *at = place(msg, field, element);
    union {
        int32_t i32;
        uint32_t u32;
        int64_t i64;
        uint64_t u64;
    } value;
    switch (field->type) {
    case FIELD_BOOL:
        return *at; /* as a byte: another value than 0 and 1 must be seen, not be undefined */
    case FIELD_U32:
        memcpy(&value.u32, at, sizeof value.u32);
        return value.u32;
    case FIELD_I32:
    case FIELD_ENUM:
    case FIELD_DATE:
        memcpy(&value.i32, at, sizeof value.i32);
        return value.i32;
    case FIELD_U64:
        memcpy(&value.u64, at, sizeof value.u64);
        return value.u64 > INT64_MAX ? INT64_MIN : (int64_t)value.u64;
    case FIELD_I64:
    case FIELD_PRICE:
    case FIELD_MONEY:
    case FIELD_TIME:
        memcpy(&value.i64, at, sizeof value.i64);
        return value.i64;
    case FIELD_TEXT:
    case FIELD_SECRET:
        break;
    }
    CHECK(!"a number's field");
    return 0;
}

static const char *message_name(const struct msg *msg)
{
    const struct msg_type *type = msg_type(msg->id);
    return type == NULL ? "message" : type->name;
}

static enum status refuse_enum(const struct msg *msg, const struct field *field, int64_t value, struct err *err)
{
    char choices[CHOICES_SIZE] = "";
    size_t used = 0;
    for (int i = (int)field->min; i <= (int)field->max && used < sizeof choices - 1; i++) {
        const char *name = field->enum_name(i);
        if (name == NULL) continue;
        const int wrote = snprintf(choices + used, sizeof choices - used, "%s%s", used == 0 ? "" : ", ", name);
        used += wrote < 0 ? 0 : (size_t)wrote;
    }
    return err_set(err, ERR_RANGE, "%s.%s: %" PRId64 " (allowed %s)", message_name(msg), field->name, value, choices);
}

static enum status refuse_number(const struct msg *msg, const struct field *field, int64_t value, struct err *err)
{
    char got[PRICE_TEXT_SIZE], low[PRICE_TEXT_SIZE], high[PRICE_TEXT_SIZE];
    if (field->type == FIELD_PRICE || field->type == FIELD_MONEY) {
        (void)price_format(value, got, sizeof got);
        (void)price_format(field->min, low, sizeof low);
        (void)price_format(field->max, high, sizeof high);
    } else {
        (void)snprintf(got, sizeof got, "%" PRId64, value);
        (void)snprintf(low, sizeof low, "%" PRId64, field->min);
        (void)snprintf(high, sizeof high, "%" PRId64, field->max);
    }
    if (field->type == FIELD_U64 && value < 0) (void)snprintf(got, sizeof got, "a number");
    return err_set(err, ERR_RANGE, "%s.%s: %s (allowed %s to %s)", message_name(msg), field->name, got, low, high);
}

static enum status number_check(const struct msg *msg, const struct field *field, int64_t value, struct err *err)
{
    if (field->type == FIELD_ENUM) {
        const bool known = value >= field->min && value <= field->max && field->enum_name((int)value) != NULL;
        return known ? ERR_OK : refuse_enum(msg, field, value, err);
    }
    if (value < field->min || value > field->max) return refuse_number(msg, field, value, err);
    if (field->type == FIELD_DATE && value != 0 && !calendar_date_valid((int32_t)value))
        return err_set(err, ERR_RANGE, "%s.%s: %" PRId64 " is no day (allowed 0 or 19900101 to 20991231)",
                       message_name(msg), field->name, value);
    return ERR_OK;
}

/* length < field->size when the text is terminated inside its array. */
static enum status text_check(const struct msg *msg, const struct field *field, const char *text, size_t length,
                              struct err *err)
{
    const char *where = message_name(msg);
    if (length > (size_t)field->max)
        return err_set(err, ERR_RANGE, "%s.%s: longer than %" PRId64 " bytes", where, field->name, field->max);
    if (length < (size_t)field->min) return err_set(err, ERR_INVALID, "%s.%s: empty", where, field->name);
    if (!text_valid(text, length)) return err_set(err, ERR_INVALID, "%s.%s: not valid UTF-8", where, field->name);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
            return err_set(err, ERR_INVALID, "%s.%s: has a control character", where, field->name);
    return ERR_OK;
}

enum status msg_check(const struct msg *msg, struct err *err)
{
    const struct msg_type *type = msg_type(msg->id);
    if (type == NULL) return err_set(err, ERR_INVALID, "message: no such kind %d", (int)msg->id);
    for (uint32_t i = 0; i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        enum status status = ERR_OK;
        if (field->type == FIELD_TEXT || field->type == FIELD_SECRET) {
            const char *text = msg_text(msg, field);
            status = text_check(msg, field, text, strnlen(text, field->size), err);
        } else {
            for (uint32_t j = 0; j < field->count && status == ERR_OK; j++)
                status = number_check(msg, field, msg_number(msg, field, j), err);
        }
        if (status != ERR_OK) return status;
    }
    return ERR_OK;
}

enum status msg_set_number(struct msg *msg, const struct field *field, uint32_t element, int64_t value, struct err *err)
{
    const enum status status = number_check(msg, field, value, err);
    if (status != ERR_OK) return status;
    CHECK(element < field->count);
    unsigned char *at = msg->bytes + field->offset + (size_t)element * field->size;
    if (field->size == 1) {
        const bool flag = value != 0;
        memcpy(at, &flag, sizeof flag);
    } else if (field->size == sizeof(int32_t)) {
        const uint32_t low = (uint32_t)((uint64_t)value & UINT32_MAX); /* two's complement serves both signs */
        memcpy(at, &low, sizeof low);
    } else {
        CHECK(field->size == sizeof value);
        memcpy(at, &value, sizeof value);
    }
    return ERR_OK;
}

enum status msg_set_text(struct msg *msg, const struct field *field, const char *text, size_t length, struct err *err)
{
    CHECK(field->type == FIELD_TEXT || field->type == FIELD_SECRET);
    const enum status status = text_check(msg, field, text, length, err);
    if (status != ERR_OK) return status;
    unsigned char *at = msg->bytes + field->offset;
    memcpy(at, text, length);
    memset(at + length, 0, field->size - length);
    return ERR_OK;
}
