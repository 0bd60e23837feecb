/*
 * print: lists of messages on stdout: an aligned table for a person, a JSON array for a script.
 *
 * A column is a heading and what it takes from a message: a field by name, or a function. Widths are counted in cells,
 * so that Chinese names line up. Nothing is clipped.
 *
 * Owner: the caller (print_open .. print_close). Thread: one.
 */
#ifndef TUI_CLI_PRINT_H
#define TUI_CLI_PRINT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/msg.h"

#define PRINT_COLUMNS_MAX 16
#define PRINT_CELL_SIZE   768

struct print_column {
    const char *heading;
    const char *field; /* NULL: text says */
    void (*text)(const void *context, const struct msg *msg, char *out, size_t size);
    bool right; /* numbers */
};

struct print_list;

/* extend (may be NULL) adds keys to a row's JSON object; context is handed to it and to the columns' functions. NULL
 * when memory is short. */
struct print_list *print_open(bool json, const struct print_column *columns,
                              void (*extend)(const void *context, const struct msg *msg, json_t *object),
                              const void *context);
/* Both are ready-made visitors for db_each and client_call. */
bool print_row(void *list, const struct msg *msg);
void print_answer(void *list, const struct msg *msg);
size_t print_count(const struct print_list *list);
/* Prints it all; nothing: `none` on stderr (unless JSON), but not when code, how the reading went, says that it failed:
 * what could not be read is not empty. Returns the exit code. */
int print_close(struct print_list *list, int code, const char *none);

/* A field for a person: prices shortest, money grouped, times in Taipei. */
void print_field(const struct msg *msg, const struct field *field, char *out, size_t size);
/* A field for a CSV: decimals, ISO 8601, nothing for none. */
void print_plain(const struct msg *msg, const struct field *field, char *out, size_t size);

#endif
