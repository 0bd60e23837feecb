/*
 * err: how a function says that it could not, and why.
 *
 * A function that can fail returns `enum status` and takes a `struct err *` last. ERR_OK is zero. On anything else
 * the caller's err holds one line for a person: what is wrong, where, and what is allowed. Wrong input changes nothing.
 *
 * A NULL err is allowed everywhere: the caller wants the status alone. The words are always valid UTF-8 without control
 * characters, whatever was quoted in them.
 * Owner: the caller owns the struct; nothing is allocated. Thread: any.
 */
#ifndef CORE_ERR_H
#define CORE_ERR_H

enum status {
    ERR_OK = 0,
    ERR_INVALID,   /* malformed input: form, file, message, setting */
    ERR_RANGE,     /* well formed, outside what is allowed */
    ERR_NOT_FOUND, /* no such thing */
    ERR_EXISTS,    /* there is one already */
    ERR_FULL,      /* a limit of ours, or a disk, is reached */
    ERR_STATE,     /* not now: the state of the thing does not allow it */
    ERR_DENIED,    /* our own guard or permission refused */
    ERR_IO,        /* the operating system or a library failed */
    ERR_CORRUPT,   /* a file or a message damaged in a way that reading on would guess */
    ERR_VERSION,   /* written by a newer outcry */
    ERR_TIMEOUT,   /* no answer in time: the outcome is not known */
    ERR_BUSY,      /* another process holds it */
};

#define ERR_TEXT_SIZE 256

struct err {
    enum status status;
    char text[ERR_TEXT_SIZE];
};

/* Fill err (when not NULL) and return status, so that `return err_set(err, ERR_RANGE, "...")` is the whole statement.
 */
enum status err_set(struct err *err, enum status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

#ifdef __clang_analyzer__
/* The analyzer sees one file at a time: tell it what comes back. */
#define err_set(err, status, ...) ((void)(err_set)(err, status, __VA_ARGS__), (status))
#endif

/* Put "prefix: " in front of the words already there: how a caller adds where. Returns err's status
 * (ERR_INVALID when err is NULL: the status is not known then). */
enum status err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "invalid", "range", ...: the status as one word for logs and JSON. Never NULL. */
const char *status_name(enum status status);

#endif
