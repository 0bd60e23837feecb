/* Aligned tables and JSON arrays. Rows are kept as text until the widths are known; a list is as long as its --limit.
 */
#include "tui/cli/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "core/calendar.h"
#include "core/check.h"
#include "tui/cli/json.h"
#include "tui/cli/cli.h"

struct print_list {
    bool json;
    bool failed; /* no memory or no room on stdout */
    const struct print_column *columns;
    size_t column_count;
    void (*extend)(const void *context, const struct msg *msg, json_t *object);
    const void *context; /* for extend and the columns */
    size_t rows, room;
    char **cells; /* rows x column_count */
};

/* Of a UTF-8 text on a terminal. */
static size_t cells_of(const char *text)
{
    mbstate_t state;
    size_t cells = 0;
    memset(&state, 0, sizeof(state));
    for (size_t left = strlen(text); left > 0;) {
        wchar_t character = 0;
        size_t length = mbrtowc(&character, text, left, &state);
        if (length == 0 || length > left) { /* not of this locale: a byte a cell */
            memset(&state, 0, sizeof(state));
            length = 1;
            cells++;
        } else {
            int width = wcwidth(character);
            cells += width > 0 ? (size_t)width : 0;
        }
        text += length;
        left -= length;
    }
    return cells;
}

static void print_number(const struct field *field, int64_t number, bool plain, char *out, size_t size)
{
    char stamp[JSON_TIME_SIZE];
    switch (field->type) {
    case FIELD_BOOL:
        snprintf(out, size, "%s", number != 0 ? "yes" : "no");
        return;
    case FIELD_PRICE:
        (void)price_format(number, out, size);
        return;
    case FIELD_MONEY:
        (void)(plain ? price_format(number, out, size) : money_format(number, out, size));
        return;
    case FIELD_TIME:
        if (number != 0) {
            snprintf(out, size, "%s",
                     plain ? json_format_time(number, stamp, sizeof(stamp))
                           : calendar_format_stamp(number, stamp, sizeof(stamp)));
        }
        return;
    case FIELD_DATE:
        if (number != 0) (void)calendar_format_date((int32_t)number, out, size);
        return;
    case FIELD_ENUM: {
        const char *name = field->enum_name((int)number);
        snprintf(out, size, "%s", name == NULL || (plain && strcmp(name, "-") == 0) ? "" : name);
        return;
    }
    case FIELD_I32:
    case FIELD_U32:
    case FIELD_I64:
    case FIELD_U64:
    case FIELD_TEXT:
    case FIELD_SECRET:
        break;
    }
    snprintf(out, size, "%lld", (long long)number);
}

static void print_any(const struct msg *msg, const struct field *field, bool plain, char *out, size_t size)
{
    CHECK(size >= PRICE_TEXT_SIZE);
    CHECK(size >= JSON_TIME_SIZE);
    out[0] = '\0';
    if (field->type == FIELD_SECRET) return;
    if (field->type == FIELD_TEXT) {
        snprintf(out, size, "%s", msg_text(msg, field));
        return;
    }
    print_number(field, msg_number(msg, field, 0), plain, out, size);
}

void print_field(const struct msg *msg, const struct field *field, char *out, size_t size)
{
    print_any(msg, field, false, out, size);
}

void print_plain(const struct msg *msg, const struct field *field, char *out, size_t size)
{
    print_any(msg, field, true, out, size);
}

struct print_list *print_open(bool json, const struct print_column *columns,
                              void (*extend)(const void *context, const struct msg *msg, json_t *object),
                              const void *context)
{
    struct print_list *list = calloc(1, sizeof(*list));
    if (list == NULL) return NULL;
    list->json = json;
    list->columns = columns;
    list->extend = extend;
    list->context = context;
    while (columns[list->column_count].heading != NULL) list->column_count++;
    CHECK(list->column_count <= PRINT_COLUMNS_MAX);
    return list;
}

static bool grow(struct print_list *list)
{
    if (list->rows < list->room) return true;
    size_t room = list->room == 0 ? 64 : list->room * 2;
    char **cells = realloc(list->cells, room * list->column_count * sizeof(*cells));
    if (cells == NULL) return false;
    list->cells = cells;
    list->room = room;
    return true;
}

static bool keep_row(struct print_list *list, const struct msg *msg)
{
    char text[PRINT_CELL_SIZE];
    if (!grow(list)) return false;
    char **row = &list->cells[list->rows * list->column_count];
    for (size_t i = 0; i < list->column_count; i++) {
        const struct print_column *column = &list->columns[i];
        const struct field *field = column->field != NULL ? msg_field(msg->id, column->field) : NULL;
        text[0] = '\0';
        if (column->text != NULL)
            column->text(list->context, msg, text, sizeof(text));
        else if (field != NULL)
            print_field(msg, field, text, sizeof(text));
        row[i] = strdup(text);
        if (row[i] == NULL) {
            while (i > 0) free(row[--i]);
            return false;
        }
    }
    list->rows++;
    return true;
}

static bool write_object(struct print_list *list, const struct msg *msg)
{
    json_t *object = json_from_msg(msg);
    if (list->extend != NULL) list->extend(list->context, msg, object);
    bool written = fputs(list->rows == 0 ? "[\n" : ",\n", stdout) != EOF &&
                   json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15)) == 0;
    json_decref(object);
    list->rows++;
    return written;
}

bool print_row(void *context, const struct msg *msg)
{
    struct print_list *list = context;
    if (!list->failed) list->failed = !(list->json ? write_object(list, msg) : keep_row(list, msg));
    return !list->failed;
}

void print_answer(void *context, const struct msg *msg)
{
    (void)print_row(context, msg);
}

size_t print_count(const struct print_list *list)
{
    return list->rows;
}

static void print_line(const struct print_list *list, char **cells, const size_t *widths)
{
    for (size_t i = 0; i < list->column_count; i++) {
        const char *text = cells != NULL ? cells[i] : list->columns[i].heading;
        size_t spaces = widths[i] - cells_of(text);
        bool last = i + 1 == list->column_count;
        if (list->columns[i].right)
            printf("%*s%s", (int)spaces, "", text);
        else
            printf("%s%*s", text, last ? 0 : (int)spaces, "");
        fputs(last ? "\n" : "  ", stdout);
    }
}

static void print_table(const struct print_list *list)
{
    size_t widths[PRINT_COLUMNS_MAX];
    for (size_t i = 0; i < list->column_count; i++) {
        widths[i] = cells_of(list->columns[i].heading);
        for (size_t row = 0; row < list->rows; row++) {
            size_t cells = cells_of(list->cells[row * list->column_count + i]);
            widths[i] = cells > widths[i] ? cells : widths[i];
        }
    }
    print_line(list, NULL, widths);
    for (size_t row = 0; row < list->rows; row++) print_line(list, &list->cells[row * list->column_count], widths);
}

int print_close(struct print_list *list, int code, const char *none)
{
    bool failed = list->failed;
    if (list->rows == 0 && code != CLI_OK)
        failed = false;
    else if (list->json)
        fputs(list->rows == 0 ? "[]\n" : "\n]\n", stdout);
    else if (list->rows == 0)
        fprintf(stderr, "%s\n", none);
    else
        print_table(list);
    for (size_t i = 0; !list->json && i < list->rows * list->column_count; i++) free(list->cells[i]);
    free(list->cells);
    free(list);
    failed = fflush(stdout) != 0 || failed;
    if (failed) fprintf(stderr, "outcry: the list could not be written whole\n");
    return failed && code == CLI_OK ? CLI_FAILED : code;
}
