/*
 * price: fixed-point prices and money. No floating point anywhere near an order.
 *
 * Unit: price_t is 1/10000 of a point (PRICE_SCALE), money_t is 1/10000 of a New Taiwan dollar (the same scale, so
 * points x NT$-a-point x lots needs no conversion). 17410 points = 174100000.
 * Limits: |price| <= PRICE_MAX (1,000,000,000 points). Everything that could overflow is checked and says so.
 * Errors: of parsing, quoting the text; arithmetic says false and leaves *out. Does not know ticks of a product.
 * Owner: the caller owns every buffer. Thread: any (pure).
 */
#ifndef CORE_PRICE_H
#define CORE_PRICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

typedef int64_t price_t;
typedef int64_t money_t;

#define PRICE_SCALE     ((int64_t)10000)
#define PRICE_DECIMALS  4
#define PRICE_MAX       ((price_t)1000000000 * PRICE_SCALE)
#define PRICE_TEXT_SIZE 32 /* enough for any price_t or money_t with grouping and sign */

#define PRICE_POINTS(points) ((price_t)(points)*PRICE_SCALE)

/* Text to price: [+-]digits[.digits], at most four decimals, no spaces, no exponent, no "NaN".
 * ERR_INVALID (empty, not a number, too many decimals) or ERR_RANGE (beyond PRICE_MAX); *out is untouched then. */
enum status price_parse(const char *text, price_t *out, struct err *err);

/* Shortest exact text ("17410", "17410.5", "-0.0001") into buf; returns buf. size >= PRICE_TEXT_SIZE. */
const char *price_format(price_t price, char *buf, size_t size);

/* With exactly `decimals` places (0..4; excess digits are rounded half away from zero). Returns buf. */
const char *price_format_fixed(price_t price, int decimals, char *buf, size_t size);

/* Money rounded to whole NT$ with thousands separated: "-1,234,567". Returns buf. */
const char *money_format(money_t money, char *buf, size_t size);

/* Checked arithmetic: false on overflow, *out untouched. */
bool price_add(int64_t a, int64_t b, int64_t *out);
bool price_mul(int64_t a, int64_t b, int64_t *out);

/* a * b / c with a 128-bit middle, rounded half away from zero; false when c == 0 or the result overflows. */
bool price_mul_div(int64_t a, int64_t b, int64_t c, int64_t *out);

/* Is price a whole number of ticks? tick > 0. */
bool price_on_tick(price_t price, price_t tick);

/* The multiple of tick at or below / at or above price. tick > 0. */
price_t price_floor(price_t price, price_t tick);
price_t price_ceil(price_t price, price_t tick);

#endif
