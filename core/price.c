/* price: parsing, printing and checked arithmetic of the one fixed-point scale. Everything that rounds says how. */
#include "core/price.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/check.h"

__extension__ typedef __int128 wide_t;

#define PRICE_SHOWN 40 /* of a refused text: enough to recognise it */

static const int64_t powers_of_ten[PRICE_DECIMALS + 1] = {1, 10, 100, 1000, 10000};

static enum status refuse(struct err *err, enum status status, const char *text, const char *why)
{
    return err_set(err, status, "'%.*s' %s", PRICE_SHOWN, text, why);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

enum status price_parse(const char *text, price_t *out, struct err *err)
{
    if (text == NULL || *text == '\0') return err_set(err, ERR_INVALID, "no number (a price like 17410 or 17410.5)");
    const char *at = text;
    const bool negative = *at == '-';
    if (*at == '-' || *at == '+') at++;
    if (!is_digit(*at)) return refuse(err, ERR_INVALID, text, "is not a number (digits, at most 4 decimals)");
    bool beyond = false;
    int64_t value = 0;
    for (; is_digit(*at); at++) {
        value = value * 10 + (*at - '0');
        if (value > PRICE_MAX / PRICE_SCALE) {
            beyond = true;
            value = 0; /* the text is still read to its end: "12..." may be no number at all */
        }
    }
    value *= PRICE_SCALE;
    if (*at == '.') {
        at++;
        if (!is_digit(*at)) return refuse(err, ERR_INVALID, text, "is not a number (digits must follow the point)");
        int decimals = 0;
        for (; is_digit(*at); at++) {
            decimals++;
            if (decimals > PRICE_DECIMALS) return refuse(err, ERR_INVALID, text, "has too many decimals (at most 4)");
            value += (*at - '0') * powers_of_ten[PRICE_DECIMALS - decimals];
        }
    }
    if (*at != '\0') return refuse(err, ERR_INVALID, text, "is not a number (digits, at most 4 decimals)");
    if (beyond || value > PRICE_MAX) return refuse(err, ERR_RANGE, text, "is too large (at most 1000000000)");
    *out = negative ? -value : value;
    return ERR_OK;
}

/* Magnitude without the overflow of -INT64_MIN. */
static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

const char *price_format(price_t price, char *buf, size_t size)
{
    CHECK(size >= PRICE_TEXT_SIZE);
    const uint64_t scale = (uint64_t)PRICE_SCALE;
    const uint64_t value = magnitude(price);
    int length = snprintf(buf, size, "%s%" PRIu64, price < 0 ? "-" : "", value / scale);
    uint64_t part = value % scale;
    if (part == 0) return buf;
    int decimals = PRICE_DECIMALS;
    while (part % 10 == 0) {
        part /= 10;
        decimals--;
    }
    (void)snprintf(buf + length, size - (size_t)length, ".%0*" PRIu64, decimals, part);
    return buf;
}

const char *price_format_fixed(price_t price, int decimals, char *buf, size_t size)
{
    CHECK(size >= PRICE_TEXT_SIZE && decimals >= 0 && decimals <= PRICE_DECIMALS);
    const uint64_t step = (uint64_t)powers_of_ten[PRICE_DECIMALS - decimals]; /* of the last digit shown */
    const uint64_t unit = (uint64_t)powers_of_ten[decimals];
    const uint64_t rounded = (magnitude(price) + step / 2) / step;
    const char *sign = price < 0 && rounded > 0 ? "-" : "";
    if (decimals == 0)
        (void)snprintf(buf, size, "%s%" PRIu64, sign, rounded);
    else
        (void)snprintf(buf, size, "%s%" PRIu64 ".%0*" PRIu64, sign, rounded / unit, decimals, rounded % unit);
    return buf;
}

const char *money_format(money_t money, char *buf, size_t size)
{
    CHECK(size >= PRICE_TEXT_SIZE);
    char plain[PRICE_TEXT_SIZE];
    (void)price_format_fixed(money, 0, plain, sizeof plain);
    size_t from = 0, to = 0;
    if (plain[0] == '-') buf[to++] = plain[from++];
    const size_t digits = strlen(plain + from);
    for (size_t i = 0; i < digits; i++) {
        if (i > 0 && (digits - i) % 3 == 0) buf[to++] = ',';
        buf[to++] = plain[from + i];
    }
    buf[to] = '\0';
    return buf;
}

bool price_add(int64_t a, int64_t b, int64_t *out)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum)) return false;
    *out = sum;
    return true;
}

bool price_mul(int64_t a, int64_t b, int64_t *out)
{
    int64_t product;
    if (__builtin_mul_overflow(a, b, &product)) return false;
    *out = product;
    return true;
}

bool price_mul_div(int64_t a, int64_t b, int64_t c, int64_t *out)
{
    if (c == 0) return false;
    const wide_t product = (wide_t)a * b;
    const bool negative = (product < 0) != (c < 0);
    const wide_t top = product < 0 ? -product : product;
    const wide_t bottom = c < 0 ? -(wide_t)c : (wide_t)c;
    wide_t result = (top + bottom / 2) / bottom;
    if (negative) result = -result;
    if (result > INT64_MAX || result < INT64_MIN) return false;
    *out = (int64_t)result;
    return true;
}

bool price_on_tick(price_t price, price_t tick)
{
    CHECK(tick > 0);
    return price % tick == 0;
}

price_t price_floor(price_t price, price_t tick)
{
    CHECK(tick > 0);
    const price_t rest = price % tick;
    return price - rest - (rest < 0 ? tick : 0);
}

price_t price_ceil(price_t price, price_t tick)
{
    CHECK(tick > 0);
    const price_t rest = price % tick;
    return price - rest + (rest > 0 ? tick : 0);
}
