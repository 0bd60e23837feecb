/* err: one line of words for a person, always valid UTF-8 without control characters: it may quote hostile input, and
 * it goes to terminals, logs and the wire. */
#include "core/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

/* Twice the size, so that what is cut is cut between characters by text_copy. */
#define ERR_DRAFT_SIZE (2 * ERR_TEXT_SIZE)

static const char *const status_names[] = {
    [ERR_OK] = "ok",         [ERR_INVALID] = "invalid", [ERR_RANGE] = "range",     [ERR_NOT_FOUND] = "not_found",
    [ERR_EXISTS] = "exists", [ERR_FULL] = "full",       [ERR_STATE] = "state",     [ERR_DENIED] = "denied",
    [ERR_IO] = "io",         [ERR_CORRUPT] = "corrupt", [ERR_VERSION] = "version", [ERR_TIMEOUT] = "timeout",
    [ERR_BUSY] = "busy",
};

enum status(err_set)(struct err *err, enum status status, const char *format, ...)
{
    if (err == NULL) return status;
    char draft[ERR_DRAFT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(draft, sizeof draft, format, arguments);
    va_end(arguments);
    err->status = status;
    (void)text_copy(err->text, sizeof err->text, draft);
    text_clean(err->text);
    return status;
}

enum status err_prefix(struct err *err, const char *format, ...)
{
    if (err == NULL) return ERR_INVALID;
    char draft[ERR_DRAFT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(draft, ERR_TEXT_SIZE, format, arguments);
    va_end(arguments);
    if (length < 0) return err->status;
    size_t used = strlen(draft);
    (void)snprintf(draft + used, sizeof draft - used, ": %s", err->text);
    (void)text_copy(err->text, sizeof err->text, draft);
    text_clean(err->text);
    return err->status;
}

const char *status_name(enum status status)
{
    size_t index = (size_t)status;
    return index < sizeof status_names / sizeof status_names[0] ? status_names[index] : "unknown";
}
