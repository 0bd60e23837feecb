/*
 * instrument: products, contracts, their codes, and their dated facts.
 *
 * A symbol is TAIFEX's own: product (2-3 characters) + month letter (A = January ... L = December) + last digit of the
 * year: MXFH1 = MXF, August 2021. Weekly contracts carry the week in the product (MX4G1 = the fourth week of July
 * 2021); a calendar spread is near/far month: MXFH1/I1. The exchange's daily file uses other product names (TX, MTX,
 * TMF, TE ...).
 *
 * Multiplier, tick, fees, tax, margins and lot limits are dated data (tables in instrument_data.c), not code: ask with
 * a trading day. Sources: TAIFEX contract specifications, fee schedule, margin notices.
 *
 * Does not know prices of the day, accounts or what is registered. Unit: price_t, money_t a lot, dates yyyymmdd, months
 * yyyymm. Errors: the words quote the code and say what one looks like. Owner: the caller; products are static tables.
 * Thread: any (pure).
 */
#ifndef CORE_INSTRUMENT_H
#define CORE_INSTRUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "core/price.h"

#define SYMBOL_SIZE        16
#define PRODUCT_SIZE       8
#define CONTRACT_NAME_SIZE 64

struct product {
    char code[PRODUCT_SIZE];      /* "MXF" */
    char file_code[PRODUCT_SIZE]; /* "MTX": the daily file's name for it */
    char name[32];                /* "Mini TAIEX futures" */
    char name_zh[32];             /* "小型臺指" (UTF-8) */
    int32_t multiplier;           /* NT$ a point a lot */
    price_t tick;                 /* smallest price step */
    int32_t decimals;             /* to print a price with */
    bool after_hours;             /* has a night session */
};

/* The facts that change by notice, as in force on a trading day. */
struct product_facts {
    money_t initial_margin;     /* a lot */
    money_t maintenance_margin; /* a lot */
    money_t fee;                /* exchange + clearing, a lot a side */
    int64_t tax_per_billion;    /* of contract value, each side: 20000 = 0.00002 */
    int32_t max_market_lots_day;
    int32_t max_market_lots_night;
    int32_t max_limit_lots;
};

/* A contract as listed on a trading day. One of the messages of core/msg.h. */
struct contract {
    char symbol[SYMBOL_SIZE];
    char product[PRODUCT_SIZE];
    char name[CONTRACT_NAME_SIZE]; /* UTF-8: "小型臺指 2021/08" */
    int32_t delivery_month;        /* yyyymm */
    int32_t last_trading_day;      /* third Wednesday (or the trading day after) */
    int32_t trading_day;           /* the day these facts are for */
    int32_t multiplier;
    price_t tick;
    int32_t decimals;
    price_t reference; /* last regular settlement; 0 = not known: then no limits */
    price_t limit_down;
    price_t limit_up;
    money_t initial_margin;
    money_t maintenance_margin;
    money_t fee;
    int64_t tax_per_billion;
    int32_t max_market_lots; /* day session's; night is smaller, see product_facts */
    int32_t max_limit_lots;
    uint32_t flags; /* CONTRACT_* */
};

#define CONTRACT_REGISTERED          1u /* the trader registered it: the gateway subscribes to it */
#define CONTRACT_SPREAD              2u
#define CONTRACT_WEEKLY              4u
/* The reference is not the settlement but made from trades (a replayed file has nothing else): its first trade, or the
 * last one of the trading day before. */
#define CONTRACT_REFERENCE_ESTIMATED 8u

/* NULL when unknown. Pointers are to static tables. */
const struct product *product_find(const char *code);
const struct product *product_by_file_code(const char *file_code);
/* The index-th product, NULL past the last: for tests of the whole table. */
const struct product *product_at(size_t index);

/* Facts in force on trading_day (the newest row not after it; the oldest row before the first). */
void product_facts_on(const struct product *product, int32_t trading_day, struct product_facts *out);

/* Parse a symbol as of a trading day (which resolves the decade: the first matching year >= trading_day's - 1).
 * ERR_INVALID: not a code; ERR_NOT_FOUND: unknown product. Fills product, delivery month, week (0 = monthly) and, of a
 * spread, the far month (0 = none). */
struct symbol_parts {
    const struct product *product;
    int32_t delivery_month;
    int32_t far_month;
    int32_t week;
};
enum status symbol_parse(const char *symbol, int32_t trading_day, struct symbol_parts *out, struct err *err);

/* Daily-file product and month ("MTX", "202107W4" or "202108/202109") -> "MX4G1", "MXFH1/I1".
 * A product outside our table keeps its own code (3 characters: "CZF" -> "CZFH1"). ERR_INVALID when malformed. */
enum status symbol_from_file(const char *file_code, const char *month, char symbol[SYMBOL_SIZE], struct err *err);

/* The symbol of a product and yyyymm. */
void symbol_monthly(const struct product *product, int32_t delivery_month, char symbol[SYMBOL_SIZE]);

/* Third Wednesday of the month, or the first trading day after it. */
int32_t contract_last_trading_day(int32_t delivery_month);

/* Everything about a symbol on a trading day, with reference as last settlement (0 = unknown, no limits; a spread has
 * none either). Limits are 10 % from the reference, rounded inward to whole ticks. ERR_RANGE: it has expired by then.
 */
enum status contract_make(const char *symbol, int32_t trading_day, price_t reference, struct contract *out,
                          struct err *err);

/* Another reference, and the limits that follow from it; a price of 0 or less, or a spread: no limits. estimated sets
 * CONTRACT_REFERENCE_ESTIMATED. */
void contract_set_reference(struct contract *contract, price_t reference, bool estimated);

/* The nth (0 = near) listed month on a trading day, yyyymm: three months in a row, then three quarter months (March,
 * June, September, December). 0 past the sixth. */
int32_t contract_listed_month(int32_t trading_day, int nth);

/* Fee + tax of one side: quantity lots at price. Tax is rounded to a whole NT$ a lot, as the exchange does, so that an
 * order costs the same however many fills it takes. commission: the broker's, a lot a side. Saturates, never overflows.
 */
money_t contract_cost(const struct contract *contract, price_t price, int32_t quantity, money_t commission);

#endif
