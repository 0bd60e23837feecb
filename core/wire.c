/* wire: msgpack-c's packer writes; reading is our own, for the few forms that a message is made of. The library's
 * unpacker allocates a tree of whatever the sender claims to send; here every form is checked against the bytes left as
 * it is read, and what is no integer, bool, text or array is refused by name. */
#include "core/wire.h"

#include <inttypes.h>
#include <msgpack.h>
#include <string.h>

#include "core/check.h"

#define HEAD_FIELDS 2 /* version, id */

/* --- writing ------------------------------------------------------------------------------------------------------ */

struct writer {
    uint8_t *bytes;
    size_t size, used;
};

static int write_bytes(void *data, const char *bytes, size_t length)
{
    struct writer *writer = data;
    if (length > writer->size - writer->used) return -1;
    memcpy(writer->bytes + writer->used, bytes, length);
    writer->used += length;
    return 0;
}

static int pack_field(msgpack_packer *packer, const struct msg *msg, const struct field *field)
{
    if (field->type == FIELD_TEXT || field->type == FIELD_SECRET) {
        const char *text = msg_text(msg, field);
        const size_t length = strlen(text);
        int failed = msgpack_pack_str(packer, length);
        /* Nothing is written for "": the packer passes the pointer on all the same. */
        return failed != 0 || length == 0 ? failed : msgpack_pack_str_body(packer, text, length);
    }
    if (field->type == FIELD_BOOL)
        return msg_number(msg, field, 0) != 0 ? msgpack_pack_true(packer) : msgpack_pack_false(packer);
    if (field->count == 1) return msgpack_pack_int64(packer, msg_number(msg, field, 0));
    int failed = msgpack_pack_array(packer, field->count);
    for (uint32_t i = 0; i < field->count && failed == 0; i++)
        failed = msgpack_pack_int64(packer, msg_number(msg, field, i));
    return failed;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the writer writes through it */
enum status wire_encode(const struct msg *msg, uint8_t *bytes, size_t size, size_t *length, struct err *err)
{
    const enum status status = msg_check(msg, err);
    if (status != ERR_OK) return status;
    const struct msg_type *type = msg_type(msg->id);
    struct writer writer = {bytes, size, 0};
    msgpack_packer packer;
    msgpack_packer_init(&packer, &writer, write_bytes);
    int failed = msgpack_pack_array(&packer, HEAD_FIELDS + type->field_count);
    if (failed == 0) failed = msgpack_pack_int(&packer, WIRE_VERSION);
    if (failed == 0) failed = msgpack_pack_int(&packer, (int)msg->id);
    for (uint32_t i = 0; i < type->field_count && failed == 0; i++) failed = pack_field(&packer, msg, &type->fields[i]);
    if (failed != 0) return err_set(err, ERR_FULL, "%s: does not fit in %zu bytes", type->name, size);
    *length = writer.used;
    return ERR_OK;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

enum form { FORM_INTEGER = 1, FORM_BOOL, FORM_TEXT, FORM_ARRAY, FORM_CUT, FORM_OTHER };

struct reader {
    const uint8_t *at;
    size_t left;
};

struct item {
    enum form form;
    int64_t number;   /* FORM_INTEGER, FORM_BOOL */
    bool beyond;      /* FORM_INTEGER above INT64_MAX */
    uint32_t length;  /* FORM_TEXT bytes, FORM_ARRAY elements */
    const char *text; /* FORM_TEXT */
};

/* First byte of the forms with a fixed-size number after it. */
struct form_row {
    uint8_t first;
    enum form form;
    uint8_t bytes;
    bool is_signed;
};

static const struct form_row form_rows[] = {
    {0xC2, FORM_BOOL, 0, false},    {0xC3, FORM_BOOL, 0, false},    {0xCC, FORM_INTEGER, 1, false},
    {0xCD, FORM_INTEGER, 2, false}, {0xCE, FORM_INTEGER, 4, false}, {0xCF, FORM_INTEGER, 8, false},
    {0xD0, FORM_INTEGER, 1, true},  {0xD1, FORM_INTEGER, 2, true},  {0xD2, FORM_INTEGER, 4, true},
    {0xD3, FORM_INTEGER, 8, true},  {0xD9, FORM_TEXT, 1, false},    {0xDA, FORM_TEXT, 2, false},
    {0xDB, FORM_TEXT, 4, false},    {0xDC, FORM_ARRAY, 2, false},   {0xDD, FORM_ARRAY, 4, false},
};

static void item_finish(struct reader *reader, struct item *item)
{
    if (item->form != FORM_TEXT) return;
    if (item->length > reader->left) {
        item->form = FORM_CUT;
        return;
    }
    item->text = (const char *)reader->at;
    reader->at += item->length;
    reader->left -= item->length;
}

static void read_row(struct reader *reader, const struct form_row *row, struct item *item)
{
    if (reader->left < row->bytes) {
        item->form = FORM_CUT;
        return;
    }
    uint64_t value = 0;
    for (uint8_t i = 0; i < row->bytes; i++) value = value << 8 | reader->at[i];
    reader->at += row->bytes;
    reader->left -= row->bytes;
    item->form = row->form;
    if (row->form == FORM_BOOL) {
        item->number = row->first & 1;
    } else if (row->form != FORM_INTEGER) {
        item->length = (uint32_t)value;
    } else if (row->is_signed) {
        CHECK(row->bytes > 0);
        const uint64_t sign = UINT64_C(1) << (8 * row->bytes - 1);
        item->number = (int64_t)((value ^ sign) - sign);
    } else {
        item->beyond = value > INT64_MAX;
        item->number = item->beyond ? INT64_MAX : (int64_t)value;
    }
}

/* The next item. FORM_CUT: the bytes end inside it. FORM_OTHER: float, nil, map, binary or extension. */
static struct item read_item(struct reader *reader)
{
    struct item item = {FORM_CUT, 0, false, 0, NULL};
    if (reader->left == 0) return item;
    const uint8_t first = *reader->at;
    reader->at++;
    reader->left--;
    item.form = FORM_OTHER;
    if (first <= 0x7F || first >= 0xE0) {
        item.form = FORM_INTEGER;
        item.number = first <= 0x7F ? first : first - 0x100;
    } else if (first >= 0x90 && first <= 0x9F) {
        item.form = FORM_ARRAY;
        item.length = first & 0x0F;
    } else if (first >= 0xA0 && first <= 0xBF) {
        item.form = FORM_TEXT;
        item.length = first & 0x1F;
    } else {
        for (size_t i = 0; i < sizeof form_rows / sizeof form_rows[0]; i++)
            if (form_rows[i].first == first) read_row(reader, &form_rows[i], &item);
    }
    item_finish(reader, &item);
    return item;
}

static const char *form_name(enum form form)
{
    static const char *const names[] = {
        [FORM_INTEGER] = "an integer", [FORM_BOOL] = "a bool",      [FORM_TEXT] = "a text",
        [FORM_ARRAY] = "an array",     [FORM_CUT] = "cut off here", [FORM_OTHER] = "of a kind that no message has",
    };
    return names[form];
}

static enum status expect(const struct item *item, enum form form, const char *message, const char *field,
                          struct err *err)
{
    if (item->form == form) return ERR_OK;
    if (item->form == FORM_CUT) return err_set(err, ERR_INVALID, "%s.%s: the message is cut off here", message, field);
    return err_set(err, ERR_INVALID, "%s.%s: is %s (must be %s)", message, field, form_name(item->form),
                   form_name(form));
}

static enum status read_number(struct reader *reader, struct msg *msg, const struct field *field, uint32_t element,
                               const char *message, struct err *err)
{
    const struct item item = read_item(reader);
    const enum status status =
        expect(&item, field->type == FIELD_BOOL ? FORM_BOOL : FORM_INTEGER, message, field->name, err);
    if (status != ERR_OK) return status;
    if (item.beyond)
        return err_set(err, ERR_RANGE, "%s.%s: larger than %" PRId64 " (allowed %" PRId64 " to %" PRId64 ")", message,
                       field->name, INT64_MAX, field->min, field->max);
    return msg_set_number(msg, field, element, item.number, err);
}

static enum status read_field(struct reader *reader, struct msg *msg, const struct field *field, const char *message,
                              struct err *err)
{
    if (field->type == FIELD_TEXT || field->type == FIELD_SECRET) {
        const struct item item = read_item(reader);
        const enum status status = expect(&item, FORM_TEXT, message, field->name, err);
        return status != ERR_OK ? status : msg_set_text(msg, field, item.text, item.length, err);
    }
    if (field->count > 1) {
        const struct item item = read_item(reader);
        const enum status status = expect(&item, FORM_ARRAY, message, field->name, err);
        if (status != ERR_OK) return status;
        if (item.length != field->count)
            return err_set(err, ERR_INVALID, "%s.%s: has %" PRIu32 " elements (must be %" PRIu32 ")", message,
                           field->name, item.length, field->count);
    }
    enum status status = ERR_OK;
    for (uint32_t i = 0; i < field->count && status == ERR_OK; i++)
        status = read_number(reader, msg, field, i, message, err);
    return status;
}

/* The array's length, the version and the kind. */
static enum status read_head(struct reader *reader, const struct msg_type **type, struct err *err)
{
    const struct item head = read_item(reader);
    enum status status = expect(&head, FORM_ARRAY, "message", "array", err);
    if (status != ERR_OK) return status;
    if (head.length < HEAD_FIELDS)
        return err_set(err, ERR_INVALID, "message: has %" PRIu32 " elements (at least version and kind)", head.length);
    const struct item version = read_item(reader);
    status = expect(&version, FORM_INTEGER, "message", "version", err);
    if (status != ERR_OK) return status;
    if (version.number != WIRE_VERSION)
        return err_set(err, ERR_VERSION, "message.version: %" PRId64 " (this program speaks %d)", version.number,
                       WIRE_VERSION);
    const struct item id = read_item(reader);
    status = expect(&id, FORM_INTEGER, "message", "kind", err);
    if (status != ERR_OK) return status;
    *type = id.number >= 0 && id.number <= INT32_MAX ? msg_type((enum msg_id)id.number) : NULL;
    if (*type == NULL) return err_set(err, ERR_INVALID, "message.kind: no such kind %" PRId64, id.number);
    if (head.length != HEAD_FIELDS + (*type)->field_count)
        return err_set(err, ERR_INVALID, "%s: has %" PRIu32 " fields (must be %" PRIu32 ")", (*type)->name,
                       head.length - HEAD_FIELDS, (*type)->field_count);
    return ERR_OK;
}

enum status wire_decode(const uint8_t *bytes, size_t length, struct msg *msg, struct err *err)
{
    if (length > WIRE_MAX) return err_set(err, ERR_RANGE, "message: %zu bytes (at most %d)", length, WIRE_MAX);
    struct reader reader = {bytes, length};
    const struct msg_type *type = NULL;
    enum status status = read_head(&reader, &type, err);
    if (status != ERR_OK) return status;
    msg->id = type->id;
    memset(msg->bytes, 0, type->size); /* padding too: equal messages are equal bytes */
    for (uint32_t i = 0; i < type->field_count && status == ERR_OK; i++)
        status = read_field(&reader, msg, &type->fields[i], type->name, err);
    if (status == ERR_OK && reader.left > 0)
        return err_set(err, ERR_INVALID, "%s: %zu bytes follow its end", type->name, reader.left);
    return status;
}
