/* market_format: headers and lines of the market files. Hand-written scanning, because a day has half a million lines
 * and all of them are hostile until they have passed. */
#include "gateway/market/market_format.h"

#include <iconv.h>
#include <string.h>

#include "core/calendar.h"
#include "core/clock.h"

#define QUANTITY_MAX 1000000

struct slice {
    const char *at;
    size_t length;
};

static bool slice_is(struct slice slice, const char *text)
{
    return strlen(text) == slice.length && memcmp(slice.at, text, slice.length) == 0;
}

static struct slice slice_trim(const char *at, size_t length)
{
    while (length > 0 && (at[0] == ' ' || at[0] == '\t')) {
        at++;
        length--;
    }
    while (length > 0 && (at[length - 1] == ' ' || at[length - 1] == '\t' || at[length - 1] == '\r')) length--;
    return (struct slice){.at = at, .length = length};
}

/* Cells between commas; returns how many there are, MARKET_COLUMNS_MAX + 1 when too many. */
static int split(const char *line, size_t length, struct slice cells[MARKET_COLUMNS_MAX])
{
    int count = 0;
    size_t start = 0;
    for (size_t i = 0; i <= length; i++) {
        if (i < length && line[i] != ',') continue;
        if (count == MARKET_COLUMNS_MAX) return MARKET_COLUMNS_MAX + 1;
        cells[count++] = slice_trim(line + start, i - start);
        start = i + 1;
    }
    return count;
}

static bool digits(const char *at, size_t length, int32_t *out)
{
    int32_t value = 0;
    if (length == 0 || length > 9) return false;
    for (size_t i = 0; i < length; i++) {
        if (at[i] < '0' || at[i] > '9') return false;
        value = value * 10 + (at[i] - '0');
    }
    *out = value;
    return true;
}

/* [-+]digits[.digits] or [-+].digits, as the daily file writes spreads; at most four decimals. */
static bool price_of(struct slice cell, price_t *out)
{
    size_t i = 0;
    bool negative = false;
    if (cell.length > 0 && (cell.at[0] == '-' || cell.at[0] == '+')) negative = cell.at[i++] == '-';
    int64_t value = 0;
    int whole = 0, decimals = 0;
    for (; i < cell.length && cell.at[i] >= '0' && cell.at[i] <= '9'; i++, whole++)
        value = whole < 10 ? value * 10 + (cell.at[i] - '0') : PRICE_MAX;
    if (i < cell.length && cell.at[i] == '.') {
        for (i++; i < cell.length && cell.at[i] >= '0' && cell.at[i] <= '9'; i++, decimals++)
            value = decimals < PRICE_DECIMALS && whole <= 10 ? value * 10 + (cell.at[i] - '0') : value;
        if (decimals == 0) return false;
    }
    if (i != cell.length || whole + decimals == 0 || whole > 10 || decimals > PRICE_DECIMALS) return false;
    for (; decimals < PRICE_DECIMALS; decimals++) value *= 10;
    if (value > PRICE_MAX) return false;
    *out = negative ? -value : value;
    return true;
}

static bool quantity_of(struct slice cell, int32_t minimum, int32_t *out)
{
    int32_t value;
    if (!digits(cell.at, cell.length, &value) || value < minimum || value > QUANTITY_MAX) return false;
    *out = value;
    return true;
}

static bool midnight_of(struct market_format *format, int32_t date, int64_t *midnight)
{
    if (date != format->cached_date) {
        if (!calendar_date_valid(date)) return false;
        format->cached_date = date;
        format->cached_midnight = calendar_taipei_us(date, 0);
    }
    *midnight = format->cached_midnight;
    return true;
}

static bool clock_of(const char *at, int step, int32_t *seconds)
{
    int32_t hour, minute, second;
    if (!digits(at, 2, &hour) || !digits(at + step, 2, &minute) || !digits(at + step + step, 2, &second)) return false;
    if (hour > 23 || minute > 59 || second > 59) return false;
    *seconds = hour * 3600 + minute * 60 + second;
    return true;
}

/* What was wrong, with the cell as it stands (shortened; unprintable bytes as '?'). */
static bool refuse(struct err *err, const char *what, struct slice cell)
{
    char text[32];
    size_t length = cell.length < sizeof text - 1 ? cell.length : sizeof text - 1;
    for (size_t i = 0; i < length; i++) text[i] = (char)(cell.at[i] >= ' ' && cell.at[i] <= '~' ? cell.at[i] : '?');
    text[length] = '\0';
    err_set(err, ERR_INVALID, "%s, not '%s'", what, text);
    return false;
}

/* --- the exchange's daily file ------------------------------------------------------------------------------------ */

static bool daily_symbol(struct market_format *format, struct slice product, struct slice month, char *symbol,
                         struct err *err)
{
    char key[sizeof format->cached_key];
    if (product.length == 0 || product.length + month.length + 2 > sizeof key)
        return refuse(err, "product must be 2 or 3 characters", product);
    memcpy(key, product.at, product.length);
    key[product.length] = '\0';
    memcpy(key + product.length + 1, month.at, month.length);
    size_t used = product.length + month.length + 2;
    key[used - 1] = '\0';
    if (strlen(key) != product.length || strlen(key + product.length + 1) != month.length)
        return refuse(err, "product and month must be text", product);
    if (memcmp(key, format->cached_key, used) != 0) {
        if (symbol_from_file(key, key + product.length + 1, symbol, err) != ERR_OK) return false;
        memcpy(format->cached_key, key, used);
        memcpy(format->cached_symbol, symbol, SYMBOL_SIZE);
    }
    memcpy(symbol, format->cached_symbol, SYMBOL_SIZE);
    return true;
}

static bool daily_row(struct market_format *format, const struct slice *cells, struct market_row *out, struct err *err)
{
    const int *at = format->at;
    int32_t date, seconds, volume;
    int64_t midnight;
    if (!digits(cells[at[COLUMN_DATE]].at, cells[at[COLUMN_DATE]].length, &date) ||
        !midnight_of(format, date, &midnight))
        return refuse(err, "date must be YYYYMMDD", cells[at[COLUMN_DATE]]);
    if (!daily_symbol(format, cells[at[COLUMN_PRODUCT]], cells[at[COLUMN_MONTH]], out->symbol, err)) return false;
    if (cells[at[COLUMN_TIME]].length != 6 || !clock_of(cells[at[COLUMN_TIME]].at, 2, &seconds))
        return refuse(err, "time must be HHMMSS", cells[at[COLUMN_TIME]]);
    if (!price_of(cells[at[COLUMN_PRICE]], &out->price))
        return refuse(err, "price must be a number", cells[at[COLUMN_PRICE]]);
    if (out->price <= 0 && strchr(out->symbol, '/') == NULL)
        return refuse(err, "price must be above 0", cells[at[COLUMN_PRICE]]);
    if (!quantity_of(cells[at[COLUMN_QUANTITY]], 2, &volume) || volume % 2 != 0)
        return refuse(err, "quantity (buy + sell) must be an even number, 2 to 1000000", cells[at[COLUMN_QUANTITY]]);
    out->market_us = midnight + seconds * CLOCK_SECOND_US;
    out->quantity = volume / 2;
    if (at[COLUMN_AUCTION] >= 0) {
        struct slice mark = cells[at[COLUMN_AUCTION]];
        out->auction = slice_is(mark, "*");
        if (mark.length > 0 && !out->auction) return refuse(err, "opening auction mark must be '*' or empty", mark);
    }
    return true;
}

/* --- the plain CSV ------------------------------------------------------------------------------------------------ */

/* "YYYY-MM-DD HH:MM:SS[.ffffff]", Taipei. */
static bool stamp_of(struct market_format *format, struct slice cell, int64_t *out)
{
    int32_t year, month, day, seconds, micro = 0;
    int64_t midnight;
    if (cell.length < 19 || cell.length == 20 || cell.length > 26) return false;
    if (cell.at[4] != '-' || cell.at[7] != '-' || cell.at[10] != ' ' || cell.at[13] != ':' || cell.at[16] != ':')
        return false;
    if (!digits(cell.at, 4, &year) || !digits(cell.at + 5, 2, &month) || !digits(cell.at + 8, 2, &day)) return false;
    if (!midnight_of(format, year * 10000 + month * 100 + day, &midnight) || !clock_of(cell.at + 11, 3, &seconds))
        return false;
    if (cell.length > 19) {
        if (cell.at[19] != '.' || !digits(cell.at + 20, cell.length - 20, &micro)) return false;
        for (size_t i = cell.length - 20; i < 6; i++) micro *= 10;
    }
    *out = midnight + seconds * CLOCK_SECOND_US + micro;
    return true;
}

static bool plain_symbol(struct slice cell, char symbol[SYMBOL_SIZE])
{
    if (cell.length == 0 || cell.length >= SYMBOL_SIZE) return false;
    for (size_t i = 0; i < cell.length; i++) {
        char c = cell.at[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c == '/' && i > 0))) return false;
    }
    memset(symbol, 0, SYMBOL_SIZE);
    memcpy(symbol, cell.at, cell.length);
    return true;
}

/* One side of the book: both cells empty, or a price and a quantity. */
static bool plain_side(struct slice price, struct slice quantity, price_t *price_out, int32_t *quantity_out)
{
    if (price.length == 0 && (quantity.length == 0 || slice_is(quantity, "0"))) return true;
    return price_of(price, price_out) && quantity_of(quantity, 0, quantity_out);
}

static bool plain_row(struct market_format *format, const struct slice *cells, struct market_row *out, struct err *err)
{
    const int *at = format->at;
    if (!stamp_of(format, cells[at[COLUMN_DATE]], &out->market_us))
        return refuse(err, "datetime must be YYYY-MM-DD HH:MM:SS[.ffffff]", cells[at[COLUMN_DATE]]);
    if (!plain_symbol(cells[at[COLUMN_PRODUCT]], out->symbol))
        return refuse(err, "symbol must be 1 to 15 of A-Z 0-9 /", cells[at[COLUMN_PRODUCT]]);
    if (!price_of(cells[at[COLUMN_PRICE]], &out->price))
        return refuse(err, "price must be a number", cells[at[COLUMN_PRICE]]);
    if (out->price <= 0 && strchr(out->symbol, '/') == NULL)
        return refuse(err, "price must be above 0", cells[at[COLUMN_PRICE]]);
    if (!quantity_of(cells[at[COLUMN_QUANTITY]], 1, &out->quantity))
        return refuse(err, "quantity must be 1 to 1000000", cells[at[COLUMN_QUANTITY]]);
    if (at[COLUMN_BID] < 0) return true;
    if (!plain_side(cells[at[COLUMN_BID]], cells[at[COLUMN_BID_QUANTITY]], &out->bid, &out->bid_quantity))
        return refuse(err, "bid and bid_quantity must be numbers", cells[at[COLUMN_BID]]);
    if (!plain_side(cells[at[COLUMN_ASK]], cells[at[COLUMN_ASK_QUANTITY]], &out->ask, &out->ask_quantity))
        return refuse(err, "ask and ask_quantity must be numbers", cells[at[COLUMN_ASK]]);
    if (out->bid_quantity > 0 && out->ask_quantity > 0 && out->bid > out->ask)
        return refuse(err, "bid must not be above ask", cells[at[COLUMN_BID]]);
    out->has_book = out->bid_quantity > 0 || out->ask_quantity > 0;
    return true;
}

/* --- headers ------------------------------------------------------------------------------------------------------ */

static const struct header_cell {
    const char *name;
    enum market_column column;
} daily_cells[] =
    {
        {"成交日期", COLUMN_DATE},        {"交易日期", COLUMN_DATE},          {"商品代號", COLUMN_PRODUCT},
        {"到期月份(週別)", COLUMN_MONTH}, {"交割年月", COLUMN_MONTH},         {"成交時間", COLUMN_TIME},
        {"成交價格", COLUMN_PRICE},       {"成交數量(B+S)", COLUMN_QUANTITY}, {"開盤集合競價", COLUMN_AUCTION},
},
  plain_cells[] = {
      {"datetime", COLUMN_DATE}, {"symbol", COLUMN_PRODUCT},
      {"price", COLUMN_PRICE},   {"quantity", COLUMN_QUANTITY},
      {"bid", COLUMN_BID},       {"bid_quantity", COLUMN_BID_QUANTITY},
      {"ask", COLUMN_ASK},       {"ask_quantity", COLUMN_ASK_QUANTITY},
};

#define CELLS(table) (sizeof(table) / sizeof((table)[0]))

static bool big5_to_utf8(const char *line, size_t length, char *out, size_t size)
{
    iconv_t converter = iconv_open("UTF-8", "BIG5");
    if (converter == (iconv_t)-1) return false;
    char source[MARKET_LINE_MAX];
    memcpy(source, line, length);
    char *from = source, *to = out;
    size_t left = length, room = size - 1;
    bool done = iconv(converter, &from, &left, &to, &room) != (size_t)-1;
    iconv_close(converter);
    *to = '\0';
    return done;
}

static bool daily_header(struct market_format *format, const char *text)
{
    struct slice cells[MARKET_COLUMNS_MAX];
    format->columns = split(text, strlen(text), cells);
    if (format->columns > MARKET_COLUMNS_MAX) return false;
    for (int i = 0; i < format->columns; i++) {
        for (size_t k = 0; k < CELLS(daily_cells); k++)
            if (slice_is(cells[i], daily_cells[k].name)) format->at[daily_cells[k].column] = i;
    }
    for (int column = COLUMN_DATE; column <= COLUMN_QUANTITY; column++)
        if (format->at[column] < 0) return false;
    format->daily = true;
    return true;
}

/* Exactly the names in order: the first four, or all eight. */
static bool plain_header(struct market_format *format, const char *line, size_t length)
{
    struct slice cells[MARKET_COLUMNS_MAX];
    format->columns = split(line, length, cells);
    if (format->columns != 4 && format->columns != (int)CELLS(plain_cells)) return false;
    for (int i = 0; i < format->columns; i++) {
        if (!slice_is(cells[i], plain_cells[i].name)) return false;
        format->at[plain_cells[i].column] = i;
    }
    return true;
}

static void forget(struct market_format *format)
{
    memset(format, 0, sizeof *format);
    for (int i = 0; i < COLUMN_COUNT; i++) format->at[i] = -1;
}

enum status market_format_header(struct market_format *format, const char *line, size_t length, struct err *err)
{
    char text[MARKET_LINE_MAX * 2];
    if (length >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0) {
        line += 3;
        length -= 3;
    }
    forget(format);
    if (length < MARKET_LINE_MAX && memchr(line, '\0', length) == NULL) {
        if (plain_header(format, line, length)) return ERR_OK;
        memcpy(text, line, length);
        text[length] = '\0';
        forget(format);
        if (daily_header(format, text)) return ERR_OK;
        forget(format);
        if (big5_to_utf8(line, length, text, sizeof text)) {
            if (daily_header(format, text)) return ERR_OK;
            if (strstr(text, "履約價格") != NULL)
                return err_set(err, ERR_INVALID, "a file of options trades: futures trades are wanted");
        }
    }
    return err_set(err, ERR_INVALID,
                   "not a market file: line 1 must be the exchange's daily header (成交日期,商品代號,...) or "
                   "datetime,symbol,price,quantity[,bid,bid_quantity,ask,ask_quantity]");
}

bool market_format_row(struct market_format *format, const char *line, size_t length, struct market_row *out,
                       struct err *err)
{
    struct slice cells[MARKET_COLUMNS_MAX];
    memset(out, 0, sizeof *out);
    int count = split(line, length, cells);
    if (count != format->columns) {
        err_set(err, ERR_INVALID, "%d columns (the header has %d)", count, format->columns);
        return false;
    }
    return format->daily ? daily_row(format, cells, out, err) : plain_row(format, cells, out, err);
}
