/*
 * market_read: the bytes of a file, unpacked if it is an archive, in pieces.
 *
 * A .zip (or another archive libarchive's zip reader takes) gives its first .csv, .rpt or .txt; anything else is read
 * as it stands. Does not look at what the bytes mean.
 *
 * Errors: ERR_NOT_FOUND missing, ERR_IO unreadable, ERR_CORRUPT damaged archive, ERR_INVALID nothing of use in it,
 * ERR_FULL more than MARKET_BYTES_MAX unpacked. Thread: any. Owner: nothing is kept.
 */
#ifndef GATEWAY_MARKET_MARKET_READ_H
#define GATEWAY_MARKET_MARKET_READ_H

#include <stddef.h>

#include "core/err.h"

#define MARKET_BYTES_MAX ((long long)8 << 30)

/* Calls piece for each piece in order; ends at its first status that is not ERR_OK and returns that. */
enum status market_read(const char *path,
                        enum status (*piece)(void *context, const char *bytes, size_t length, struct err *err),
                        void *context, struct err *err);

#endif
