/* instrument: reading and writing contract codes, and what follows from a code and a day. */
#include "core/instrument.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/calendar.h"
#include "core/check.h"
#include "core/session.h"

#define YEAR_MIN      1990
#define YEAR_MAX      2099
#define WEDNESDAY     3
#define MONTHLY_WEEK  3 /* the third week's contract is the month's own */
#define BILLION       INT64_C(1000000000)
#define LIMIT_PERCENT 10
#define LISTED_MONTHS 6

/* Index products of which the daily file uses another name than the code. */
static const struct {
    const char *file_code, *code;
} other_file_codes[] = {{"TE", "EXF"}, {"TF", "FXF"}};

/* The product whose weekly contracts exist. */
static const char weekly_product[] = "MXF";

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int week_of(char c)
{
    return c == '1' || c == '2' || c == '4' || c == '5' ? c - '0' : 0;
}

/* "H1" -> yyyymm: the first such month not before `year`; 0 when it is no month. */
static int32_t month_code(const char *code, int year)
{
    if (code[0] < 'A' || code[0] > 'L' || !is_digit(code[1])) return 0;
    if (year < YEAR_MIN) year = YEAR_MIN; /* the year before the calendar's first */
    while (year % 10 != code[1] - '0') year++;
    return year > YEAR_MAX ? 0 : year * 100 + (code[0] - 'A' + 1);
}

static const struct product *parse_product(const char *symbol, int32_t *week)
{
    char code[4] = {symbol[0], symbol[1], symbol[2], '\0'};
    *week = 0;
    if (week_of(code[2]) > 0 && strncmp(code, weekly_product, 2) == 0) {
        *week = week_of(code[2]);
        return product_find(weekly_product);
    }
    return product_find(code);
}

enum status symbol_parse(const char *symbol, int32_t trading_day, struct symbol_parts *out, struct err *err)
{
    if (!calendar_date_valid(trading_day))
        return err_set(err, ERR_INVALID, "trading day %" PRId32 " is no day", trading_day);
    const size_t length = strnlen(symbol, SYMBOL_SIZE);
    bool shape = length == 5 || (length == 8 && symbol[5] == '/');
    for (size_t i = 0; shape && i < 3; i++) shape = is_upper(symbol[i]) || is_digit(symbol[i]);
    if (!shape) return err_set(err, ERR_INVALID, "'%.*s' is not a contract code (like MXFH1)", SYMBOL_SIZE, symbol);
    struct symbol_parts parts = {NULL, 0, 0, 0};
    parts.delivery_month = month_code(symbol + 3, trading_day / 10000 - 1);
    if (length == 8) {
        parts.far_month = month_code(symbol + 6, parts.delivery_month / 100);
        if (parts.far_month <= parts.delivery_month) parts.far_month = 0;
    }
    if (parts.delivery_month == 0 || (length == 8 && parts.far_month == 0))
        return err_set(err, ERR_INVALID, "'%s': the month is a letter A to L and the year's last digit (like MXFH1)",
                       symbol);
    parts.product = parse_product(symbol, &parts.week);
    if (parts.product == NULL) return err_set(err, ERR_NOT_FOUND, "'%s': unknown product %.3s", symbol, symbol);
    *out = parts;
    return ERR_OK;
}

/* --- the daily file's names --------------------------------------------------------------------------------------- */

static size_t trimmed(const char *text, size_t most)
{
    size_t length = strnlen(text, most);
    while (length > 0 && text[length - 1] == ' ') length--;
    return length;
}

/* "202108" -> 202108, 0 when it is none. */
static int32_t file_month(const char *text)
{
    int32_t month = 0;
    for (int i = 0; i < 6; i++) {
        if (!is_digit(text[i])) return 0;
        month = month * 10 + (text[i] - '0');
    }
    const int32_t year = month / 100;
    return year >= YEAR_MIN && year <= YEAR_MAX && month % 100 >= 1 && month % 100 <= 12 ? month : 0;
}

static bool file_product(const char *text, char code[4])
{
    const size_t length = trimmed(text, SYMBOL_SIZE);
    if (length < 2 || length > 3) return false;
    memset(code, 0, 4);
    memcpy(code, text, length);
    for (size_t i = 0; i < length; i++)
        if (!is_upper(code[i]) && !is_digit(code[i])) return false;
    const struct product *product = product_by_file_code(code);
    const char *known = product != NULL ? product->code : NULL;
    for (size_t i = 0; known == NULL && i < sizeof other_file_codes / sizeof other_file_codes[0]; i++)
        if (strcmp(other_file_codes[i].file_code, code) == 0) known = other_file_codes[i].code;
    if (known != NULL) memcpy(code, known, 4);
    return true;
}

static char month_letter(int32_t month)
{
    return (char)('A' + month % 100 - 1);
}

static int year_digit(int32_t month)
{
    return month / 100 % 10;
}

enum status symbol_from_file(const char *file_code, const char *month, char symbol[SYMBOL_SIZE], struct err *err)
{
    char code[4];
    if (!file_product(file_code, code))
        return err_set(err, ERR_INVALID, "product '%.*s' (allowed 2 or 3 capitals or digits)", SYMBOL_SIZE, file_code);
    const size_t length = trimmed(month, (size_t)2 * SYMBOL_SIZE);
    const int32_t near = length >= 6 ? file_month(month) : 0;
    const int32_t far = length == 13 && month[6] == '/' ? file_month(month + 7) : 0;
    const int week = length == 8 && month[6] == 'W' ? week_of(month[7]) : 0;
    const bool shape = length == 6 || week > 0 || far > near;
    if (near == 0 || !shape)
        return err_set(err, ERR_INVALID, "month '%.*s' (allowed 202108, 202108W1 or 202108/202109)", 2 * SYMBOL_SIZE,
                       month);
    if (week > 0) code[2] = (char)('0' + week);
    (void)snprintf(symbol, SYMBOL_SIZE, "%s%c%d", code, month_letter(near), year_digit(near));
    if (far > 0) {
        const size_t used = strlen(symbol);
        (void)snprintf(symbol + used, SYMBOL_SIZE - used, "/%c%d", month_letter(far), year_digit(far));
    }
    return ERR_OK;
}

void symbol_monthly(const struct product *product, int32_t delivery_month, char symbol[SYMBOL_SIZE])
{
    CHECK(delivery_month % 100 >= 1 && delivery_month % 100 <= 12);
    (void)snprintf(symbol, SYMBOL_SIZE, "%s%c%d", product->code, month_letter(delivery_month),
                   year_digit(delivery_month));
}

/* --- contracts ---------------------------------------------------------------------------------------------------- */

/* The nth Wednesday, or the first trading day after it; 0 when the month has no such week. */
static int32_t last_trading_day(int32_t delivery_month, int week)
{
    const int32_t day = calendar_nth_weekday(delivery_month / 100, delivery_month % 100, WEDNESDAY, week);
    if (day / 100 != delivery_month) return 0;
    return session_is_trading_day(day) ? day : session_next_trading_day(day);
}

int32_t contract_last_trading_day(int32_t delivery_month)
{
    return last_trading_day(delivery_month, MONTHLY_WEEK);
}

static int32_t next_month(int32_t month)
{
    return month % 100 == 12 ? month + 100 - 11 : month + 1;
}

int32_t contract_listed_month(int32_t trading_day, int nth)
{
    if (nth < 0 || nth >= LISTED_MONTHS) return 0;
    int32_t month = trading_day / 100;
    if (contract_last_trading_day(month) < trading_day) month = next_month(month);
    for (int i = 0; i < nth; i++) {
        month = next_month(month);
        while (i >= 2 && month % 100 % 3 != 0) month = next_month(month);
    }
    return month;
}

/* Inward: the lowest price is rounded up to a tick, the highest down. */
static void set_limits(struct contract *contract)
{
    contract->limit_down = contract->limit_up = 0;
    if (contract->reference <= 0 || contract->reference > PRICE_MAX || (contract->flags & CONTRACT_SPREAD) != 0) return;
    const price_t low = contract->reference * (100 - LIMIT_PERCENT);
    const price_t high = contract->reference * (100 + LIMIT_PERCENT);
    contract->limit_down = price_ceil((low + 99) / 100, contract->tick);
    contract->limit_up = price_floor(high / 100, contract->tick);
}

void contract_set_reference(struct contract *contract, price_t reference, bool estimated)
{
    contract->reference = reference > 0 ? reference : 0;
    contract->flags &= ~CONTRACT_REFERENCE_ESTIMATED;
    if (estimated && contract->reference > 0) contract->flags |= CONTRACT_REFERENCE_ESTIMATED;
    set_limits(contract);
}

static void set_name(struct contract *contract, const struct symbol_parts *parts)
{
    char *name = contract->name;
    const size_t size = sizeof contract->name;
    const int32_t near = parts->delivery_month, far = parts->far_month;
    const int used = snprintf(name, size, "%s %d/%02d", parts->product->name_zh, near / 100, near % 100);
    CHECK(used > 0 && (size_t)used < size);
    if (parts->week > 0) (void)snprintf(name + used, size - (size_t)used, " W%d", parts->week);
    if (far > 0) (void)snprintf(name + used, size - (size_t)used, "-%d/%02d", far / 100, far % 100);
}

enum status contract_make(const char *symbol, int32_t trading_day, price_t reference, struct contract *out,
                          struct err *err)
{
    struct symbol_parts parts = {NULL, 0, 0, 0};
    const enum status status = symbol_parse(symbol, trading_day, &parts, err);
    if (status != ERR_OK) return status;
    const int32_t last = last_trading_day(parts.delivery_month, parts.week > 0 ? parts.week : MONTHLY_WEEK);
    if (last == 0) return err_set(err, ERR_INVALID, "'%s': the month has no fifth Wednesday", symbol);
    if (trading_day > last)
        return err_set(err, ERR_RANGE, "'%s' expired on %" PRId32 " (asked for %" PRId32 ")", symbol, last,
                       trading_day);
    struct product_facts facts;
    product_facts_on(parts.product, trading_day, &facts);
    *out = (struct contract){
        .delivery_month = parts.delivery_month,
        .last_trading_day = last,
        .trading_day = trading_day,
        .multiplier = parts.product->multiplier,
        .tick = parts.product->tick,
        .decimals = parts.product->decimals,
        .reference = reference,
        .initial_margin = facts.initial_margin,
        .maintenance_margin = facts.maintenance_margin,
        .fee = facts.fee,
        .tax_per_billion = facts.tax_per_billion,
        .max_market_lots = facts.max_market_lots_day,
        .max_limit_lots = facts.max_limit_lots,
        .flags = (parts.far_month > 0 ? CONTRACT_SPREAD : 0) | (parts.week > 0 ? CONTRACT_WEEKLY : 0),
    };
    (void)snprintf(out->symbol, sizeof out->symbol, "%s", symbol);
    (void)snprintf(out->product, sizeof out->product, "%s", parts.product->code);
    set_name(out, &parts);
    set_limits(out);
    return ERR_OK;
}

money_t contract_cost(const struct contract *contract, price_t price, int32_t quantity, money_t commission)
{
    if (price < -PRICE_MAX || price > PRICE_MAX) return INT64_MAX;
    money_t tax = 0, lot = 0, total = 0;
    const price_t size = price < 0 ? -price : price; /* a spread's price may be negative, its tax is not */
    int64_t value;
    const bool fits = price_mul(size, contract->multiplier, &value) &&
                      price_mul_div(value, contract->tax_per_billion, BILLION * PRICE_SCALE, &tax) &&
                      price_mul(tax, PRICE_SCALE, &tax) && price_add(contract->fee, commission, &lot) &&
                      price_add(lot, tax, &lot) && price_mul(lot, quantity, &total);
    return fits ? total : INT64_MAX;
}
