/*
 * market_file: the trades of a recorded market, in time order, from a file.
 *
 * Takes the exchange's daily file (Big5 or UTF-8 header; .csv, .rpt, or either inside a .zip) and the plain CSV
 * `datetime,symbol,price,quantity[,bid,bid_quantity,ask,ask_quantity]`. What a file is, its first line says, not its
 * name.
 *
 * Invariants: trades come in time order; trades of equal time in the file's own order. Every line that is not a trade
 * is counted, the first MARKET_DAMAGE_KEPT with their line and reason; none is skipped silently. Unit: quantity is lots
 * (the daily file's volume counts both sides: it is halved); time is UTC us (the file's is Taipei's). It does not know
 * which contracts may be traded, nor the day's reference prices: trades are all there is in the file (the exchange and
 * the backtest estimate the reference from the first one).
 *
 * The whole file is held in memory, 32 bytes a trade (MARKET_TRADES_MAX of them), another 24 where it has bid and ask.
 * Errors: one line: ERR_NOT_FOUND missing, ERR_INVALID not a market file, ERR_CORRUPT damaged, ERR_FULL too large.
 * Thread: one handle, one thread. Owner: market_file_open .. market_file_close.
 * Source of the daily file's columns: TAIFEX, "Daily futures trading data", header of the file itself.
 */
#ifndef GATEWAY_MARKET_MARKET_FILE_H
#define GATEWAY_MARKET_MARKET_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"
#include "core/instrument.h"
#include "core/price.h"

#define MARKET_TRADES_MAX  50000000
#define MARKET_SYMBOLS_MAX 60000
#define MARKET_DAMAGE_KEPT 10
#define MARKET_REASON_SIZE 96

struct market_file;

struct market_trade {
    const char *symbol;    /* the file's own; valid until close */
    uint32_t symbol_index; /* 0.. in order of first appearance in the file */
    int64_t market_us;
    price_t price;    /* may be zero or negative for a calendar spread */
    int32_t quantity; /* lots, 1.. */
    bool auction;     /* the opening call auction's */
    bool has_book;    /* the four below were in the file */
    price_t bid, ask;
    int32_t bid_quantity, ask_quantity; /* 0 = none */
};

struct market_damage {
    int64_t line; /* 1-based */
    char reason[MARKET_REASON_SIZE];
};

/* symbols: keep only these (a NULL ends the list); NULL = all. *out is NULL on failure. */
enum status market_file_open(const char *path, const char *const *symbols, struct market_file **out, struct err *err);
/* The same over bytes already read and unpacked, for those who make up hostile ones (tests/fuzz): no file, no archive.
 * name is for messages. */
enum status market_file_parse(const char *name, const void *bytes, size_t length, const char *const *symbols,
                              struct market_file **out, struct err *err);
void market_file_close(struct market_file *file);

/* Forget the trades of symbols for which wanted[symbol_index] is false; starts at the first again. Symbols stay. */
void market_file_keep(struct market_file *file, const bool *wanted);

/* The next trade in time order; false at the end. Starts at the first. */
bool market_file_next(struct market_file *file, struct market_trade *out);
/* The index-th (0-based) trade; index < market_file_count. Does not move the cursor. */
void market_file_at(const struct market_file *file, int64_t index, struct market_trade *out);
/* Index of the next trade to come. */
int64_t market_file_tell(const struct market_file *file);
/* Move to an index (0..count). */
void market_file_move(struct market_file *file, int64_t index);
/* Index of the first trade at or after a time (count when there is none). */
int64_t market_file_find(const struct market_file *file, int64_t market_us);

int64_t market_file_count(const struct market_file *file);
/* The price of a symbol's first trade in time; 0 when it has none. */
price_t market_file_first_price(const struct market_file *file, uint32_t symbol_index);
uint32_t market_file_symbol_count(const struct market_file *file);
const char *market_file_symbol(const struct market_file *file, uint32_t index);
/* The part of the path after the last slash. */
const char *market_file_name(const struct market_file *file);

/* Lines that are no trade, in all; and the index-th of the first few, NULL past them. */
int64_t market_file_damaged(const struct market_file *file);
const struct market_damage *market_file_damage(const struct market_file *file, int32_t index);

#endif
