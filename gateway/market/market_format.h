/*
 * market_format: one line of a market file to one trade, for the two formats we take.
 *
 * The first line decides the format and which column is what; every later line is a trade or has a reason why it is
 * not. Does not read files or keep memory: the caller holds lines and struct market_format. Header conversion (Big5)
 * needs iconv.
 *
 * Unit: market_us UTC us, quantity lots, price_t. Errors: of the header ERR_INVALID; of a line its reason, for the
 * count of damaged ones. Thread: one a struct. Owner: the caller. Rules of the columns: market_file.h.
 */
#ifndef GATEWAY_MARKET_MARKET_FORMAT_H
#define GATEWAY_MARKET_MARKET_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "core/instrument.h"
#include "core/price.h"

#define MARKET_LINE_MAX    512
#define MARKET_COLUMNS_MAX 16

enum market_column {
    COLUMN_DATE = 0, /* the plain file's datetime too */
    COLUMN_PRODUCT,  /* the plain file's symbol too */
    COLUMN_MONTH,
    COLUMN_TIME,
    COLUMN_PRICE,
    COLUMN_QUANTITY,
    COLUMN_AUCTION,
    COLUMN_BID,
    COLUMN_BID_QUANTITY,
    COLUMN_ASK,
    COLUMN_ASK_QUANTITY,
    COLUMN_COUNT
};

struct market_row {
    char symbol[SYMBOL_SIZE];
    int64_t market_us;
    price_t price;
    int32_t quantity;
    bool auction;
    bool has_book;
    price_t bid, ask;
    int32_t bid_quantity, ask_quantity;
};

struct market_format {
    bool daily;           /* else the plain CSV */
    int columns;          /* how many the header has */
    int at[COLUMN_COUNT]; /* where each is, -1 = not there */
    int32_t cached_date;  /* last date seen and its midnight: lines of a day follow one another */
    int64_t cached_midnight;
    char cached_key[32]; /* last product and month seen, and their symbol */
    char cached_symbol[SYMBOL_SIZE];
};

/* line: without its end, `length` bytes. ERR_INVALID: what was expected instead. */
enum status market_format_header(struct market_format *format, const char *line, size_t length, struct err *err);

/* false: *err says why this line is no trade. */
bool market_format_row(struct market_format *format, const char *line, size_t length, struct market_row *out,
                       struct err *err);

#endif
