/* Messages as JSON. Numbers leave as integers wherever they are whole: a double carries 15 digits, a sum of prices
 * more. */
#include "tui/cli/json.h"

#include "core/calendar.h"

#define DIGITS 15 /* of a fraction: more would print what the decimal never said (0.1 as 0.10000000000000001) */

const char *json_format_time(int64_t time_us, char *buf, size_t size)
{
    struct civil civil;
    calendar_civil(time_us, &civil);
    (void)snprintf(buf, size, "%04d-%02d-%02dT%02d:%02d:%02d.%06d+08:00", civil.year, civil.month, civil.day,
                   civil.hour, civil.minute, civil.second, civil.micro);
    return buf;
}

json_t *json_decimal(int64_t value)
{
    if (value % PRICE_SCALE == 0) return json_integer(value / PRICE_SCALE);
    return json_real((double)value / (double)PRICE_SCALE);
}

json_t *json_time(int64_t time_us)
{
    char text[JSON_TIME_SIZE];
    return time_us == 0 ? json_null() : json_string(json_format_time(time_us, text, sizeof(text)));
}

json_t *json_date(int32_t date)
{
    char text[CALENDAR_TEXT_SIZE];
    return date == 0 ? json_null() : json_string(calendar_format_date(date, text, sizeof(text)));
}

static json_t *from_enum(const struct field *field, int value)
{
    const char *name = field->enum_name(value);
    return name == NULL || (name[0] == '-' && name[1] == '\0') ? json_null() : json_string(name);
}

static json_t *from_element(const struct msg *msg, const struct field *field, uint32_t element)
{
    int64_t number = msg_number(msg, field, element);
    switch (field->type) {
    case FIELD_BOOL:
        return json_boolean(number != 0);
    case FIELD_PRICE:
    case FIELD_MONEY:
        return json_decimal(number);
    case FIELD_TIME:
        return json_time(number);
    case FIELD_DATE:
        return json_date((int32_t)number);
    case FIELD_ENUM:
        return from_enum(field, (int)number);
    case FIELD_I32:
    case FIELD_U32:
    case FIELD_I64:
    case FIELD_U64:
    case FIELD_TEXT:
    case FIELD_SECRET:
        break;
    }
    return json_integer(number);
}

json_t *json_from_field(const struct msg *msg, const struct field *field)
{
    if (field->type == FIELD_SECRET) return json_null();
    if (field->type == FIELD_TEXT) return json_string(msg_text(msg, field));
    if (field->count == 1) return from_element(msg, field, 0);
    json_t *array = json_array();
    for (uint32_t i = 0; i < field->count; i++) (void)json_array_append_new(array, from_element(msg, field, i));
    return array;
}

json_t *json_from_msg(const struct msg *msg)
{
    const struct msg_type *type = msg_type(msg->id);
    json_t *object = json_object();
    for (uint32_t i = 0; type != NULL && i < type->field_count; i++)
        if (type->fields[i].type != FIELD_SECRET)
            (void)json_object_set_new(object, type->fields[i].name, json_from_field(msg, &type->fields[i]));
    return object;
}

bool json_write_line(FILE *out, const json_t *value)
{
    return json_dumpf(value, out, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(DIGITS)) == 0 &&
           fputc('\n', out) != EOF;
}
