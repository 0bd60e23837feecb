/* backtest_conditions: one table of columns reads, checks and names what is wrong. */
#include "gateway/backtest_conditions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "gateway/backtest.h"

#define LINE_SIZE 512
#define COLUMNS   8

struct column {
    const char *name; /* in the file */
    const char *term; /* in condition_terms_check */
    enum status (*read)(const char *text, struct condition_terms *terms, struct err *err);
};

static enum status read_symbol(const char *text, struct condition_terms *terms, struct err *err)
{
    if (*text == '\0') return err_set(err, ERR_INVALID, "empty (a contract code like MXFH1)");
    if (strlen(text) >= sizeof terms->symbol)
        return err_set(err, ERR_INVALID, "'%.40s' is too long (a contract code like MXFH1)", text);
    (void)text_copy(terms->symbol, sizeof terms->symbol, text);
    return ERR_OK;
}

static enum status read_side(const char *text, struct condition_terms *terms, struct err *err)
{
    terms->side = strcmp(text, "BUY") == 0 ? SIDE_BUY : SIDE_SELL;
    if (terms->side == SIDE_BUY || strcmp(text, "SELL") == 0) return ERR_OK;
    return err_set(err, ERR_INVALID, "'%.40s' (allowed BUY, SELL)", text);
}

static enum status read_trigger(const char *text, struct condition_terms *terms, struct err *err)
{
    return price_parse(text, &terms->trigger_price, err);
}

static enum status read_turning(const char *text, struct condition_terms *terms, struct err *err)
{
    return price_parse(text, &terms->turning, err);
}

static enum status read_quantity(const char *text, struct condition_terms *terms, struct err *err)
{
    char *end = NULL;
    errno = 0;
    const long long value = strtoll(text, &end, 10);
    const bool number = (*text == '-' || (*text >= '0' && *text <= '9')) && *end == '\0';
    if (!number)
        return err_set(err, ERR_INVALID, "'%.40s' is not a whole number (allowed 1 to %d)", text,
                       CONDITION_QUANTITY_MAX);
    if (errno != 0 || value < 1 || value > CONDITION_QUANTITY_MAX)
        return err_set(err, ERR_RANGE, "%.40s (allowed 1 to %d)", text, CONDITION_QUANTITY_MAX);
    terms->quantity = (int32_t)value;
    return ERR_OK;
}

static enum status read_take_profit(const char *text, struct condition_terms *terms, struct err *err)
{
    return price_parse(text, &terms->take_profit, err);
}

static enum status read_stop_loss(const char *text, struct condition_terms *terms, struct err *err)
{
    return price_parse(text, &terms->stop_loss, err);
}

static enum status read_following(const char *text, struct condition_terms *terms, struct err *err)
{
    terms->following = strcmp(text, "yes") == 0;
    if (terms->following || strcmp(text, "no") == 0) return ERR_OK;
    return err_set(err, ERR_INVALID, "'%.40s' (allowed yes, no)", text);
}

static const struct column columns[COLUMNS] = {
    {"symbol", "symbol", read_symbol},
    {"side", "side", read_side},
    {"trigger_price", "trigger_price", read_trigger},
    {"turning_point", "turning", read_turning},
    {"quantity", "quantity", read_quantity},
    {"take_profit_point", "take_profit", read_take_profit},
    {"stop_loss_point", "stop_loss", read_stop_loss},
    {"following", "following", read_following},
};

static const char header[] =
    "symbol,side,trigger_price,turning_point,quantity,take_profit_point,stop_loss_point,following";

/* Cut a line at its commas. -> how many fields there are, also beyond COLUMNS. */
static int split(char *line, char *fields[COLUMNS])
{
    int count = 0;
    for (char *at = line;;) {
        if (count < COLUMNS) fields[count] = at;
        count++;
        char *comma = strchr(at, ',');
        if (comma == NULL) return count;
        *comma = '\0';
        at = comma + 1;
    }
}

static enum status at_line(const struct backtest_conditions *conditions, int32_t line, const char *field,
                           struct err *err)
{
    if (field != NULL) (void)err_prefix(err, "%s", field);
    return err_prefix(err, "%s:%d", conditions->file, line);
}

enum status backtest_conditions_check(const struct backtest_conditions *conditions, int32_t row,
                                      const struct contract *contract, int32_t trading_day, struct err *err)
{
    struct err why = {0};
    if (err == NULL) err = &why;
    const char *term = "";
    if (condition_terms_check(&conditions->rows[row], contract, trading_day, &term, err) == ERR_OK) return ERR_OK;
    const char *field = term;
    for (size_t i = 0; i < COLUMNS; i++)
        if (strcmp(columns[i].term, term) == 0) field = columns[i].name;
    return at_line(conditions, conditions->lines[row], field, err);
}

static bool make_room(struct backtest_conditions *conditions)
{
    if (conditions->count < conditions->capacity) return true;
    const int32_t capacity = conditions->capacity == 0 ? 64 : conditions->capacity * 2;
    struct condition_terms *rows = realloc(conditions->rows, (size_t)capacity * sizeof *rows);
    if (rows != NULL) conditions->rows = rows;
    int32_t *lines = rows == NULL ? NULL : realloc(conditions->lines, (size_t)capacity * sizeof *lines);
    if (lines == NULL) return false;
    conditions->lines = lines;
    conditions->capacity = capacity;
    return true;
}

static enum status read_row(struct backtest_conditions *conditions, char *text, int32_t line, const char *only,
                            enum exit_basis basis, struct err *err)
{
    if (conditions->count == BACKTEST_CONDITIONS_MAX) {
        (void)err_set(err, ERR_FULL, "more conditions than %d", BACKTEST_CONDITIONS_MAX);
        return at_line(conditions, line, NULL, err);
    }
    if (!make_room(conditions)) return err_set(err, ERR_FULL, "%s: no memory for the conditions", conditions->file);
    struct condition_terms terms = {.basis = basis, .validity = VALID_GTC, .entry = ENTRY_MARKET};
    char *fields[COLUMNS];
    const int count = split(text, fields);
    if (count != COLUMNS) {
        (void)err_set(err, ERR_INVALID, "%d fields, not %d (%s)", count, COLUMNS, header);
        return at_line(conditions, line, NULL, err);
    }
    for (size_t i = 0; i < COLUMNS; i++)
        if (columns[i].read(fields[i], &terms, err) != ERR_OK) return at_line(conditions, line, columns[i].name, err);
    (void)text_copy(terms.account, sizeof terms.account, terms.side == SIDE_BUY ? BACKTEST_BUYER : BACKTEST_SELLER);
    if (only != NULL && strcmp(only, terms.symbol) != 0) {
        (void)err_set(err, ERR_INVALID, "%s, but the backtest is of %s alone", terms.symbol, only);
        return at_line(conditions, line, "symbol", err);
    }
    conditions->rows[conditions->count] = terms;
    conditions->lines[conditions->count] = line;
    conditions->count++;
    return backtest_conditions_check(conditions, conditions->count - 1, NULL, 0, err);
}

/* One line without its end. 1 read, 0 end of file, -1 too long or with a NUL. */
static int read_line(FILE *file, char line[LINE_SIZE])
{
    size_t length = 0;
    int c;
    while ((c = getc(file)) != EOF && c != '\n') {
        if (length == LINE_SIZE - 1 || c == '\0') return -1;
        line[length++] = (char)c;
    }
    if (c == EOF && length == 0) return 0;
    if (length > 0 && line[length - 1] == '\r') length--;
    line[length] = '\0';
    return 1;
}

static enum status read_rows(FILE *file, struct backtest_conditions *conditions, const char *only,
                             enum exit_basis basis, struct err *err)
{
    char line[LINE_SIZE];
    int32_t number = 0, empty = 0;
    int got;
    while ((got = read_line(file, line)) != 0) {
        number++;
        if (got < 0) {
            (void)err_set(err, ERR_INVALID, "longer than %d bytes, or not text", LINE_SIZE - 1);
            return at_line(conditions, number, NULL, err);
        }
        char *text = line;
        if (number == 1 && strncmp(text, "\xef\xbb\xbf", 3) == 0) text += 3;
        if (number == 1 && strcmp(text, header) != 0) {
            (void)err_set(err, ERR_INVALID, "not the header (%s)", header);
            return at_line(conditions, number, NULL, err);
        }
        if (number == 1) continue;
        if (*text == '\0') {
            if (empty == 0) empty = number;
            continue;
        }
        if (empty != 0) {
            (void)err_set(err, ERR_INVALID, "empty line (one condition a line)");
            return at_line(conditions, empty, NULL, err);
        }
        const enum status status = read_row(conditions, text, number, only, basis, err);
        if (status != ERR_OK) return status;
    }
    if (ferror(file)) return err_set(err, ERR_IO, "%s: %s", conditions->file, strerror(errno));
    if (number == 0) return err_set(err, ERR_INVALID, "%s:1: empty file (%s)", conditions->file, header);
    if (conditions->count == 0) return err_set(err, ERR_INVALID, "%s:2: no condition in the file", conditions->file);
    return ERR_OK;
}

enum status backtest_conditions_read(const char *file, const char *only, enum exit_basis basis,
                                     struct backtest_conditions *out, struct err *err)
{
    *out = (struct backtest_conditions){.file = file};
    FILE *stream = fopen(file, "re");
    if (stream == NULL) return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", file, strerror(errno));
    const enum status status = read_rows(stream, out, only, basis, err);
    (void)fclose(stream);
    if (status != ERR_OK) backtest_conditions_free(out);
    return status;
}

void backtest_conditions_free(struct backtest_conditions *conditions)
{
    free(conditions->rows);
    free(conditions->lines);
    *conditions = (struct backtest_conditions){0};
}
