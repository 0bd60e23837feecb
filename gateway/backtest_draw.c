/* backtest_draw: the equity curve in character cells: two by four braille dots a cell, or one ASCII character. Time
 * runs left to right; the curve is a staircase, because equity changes when a trade closes and not between. */
#include <stdint.h>
#include <string.h>

#include "core/calendar.h"
#include "gateway/backtest.h"

#define COLUMNS_MAX  400
#define ROWS_MAX     100
#define COLUMNS_MIN  24
#define ROWS_MIN     4
#define BRAILLE_BASE 0x2800u

struct canvas {
    int width, height;          /* cells */
    int dots_across, dots_down; /* of a cell: 2 x 4, or 1 x 1 */
    uint8_t cells[ROWS_MAX][COLUMNS_MAX];
    uint8_t zero[ROWS_MAX][COLUMNS_MAX]; /* the line of no profit */
};

/* Bit of a dot in a braille cell (Unicode 15, table "Braille Patterns"). */
static const uint8_t braille_bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

static void put_dot(struct canvas *canvas, uint8_t cells[ROWS_MAX][COLUMNS_MAX], int x, int y)
{
    const int across = canvas->dots_across, down = canvas->dots_down;
    cells[y / down][x / across] |= braille_bits[y % down][x % across];
}

static void range_of(const struct backtest_result *result, money_t *low, money_t *high)
{
    *low = *high = 0;
    for (int64_t i = 0; i < result->equity_count; i++) {
        if (result->equity[i].equity < *low) *low = result->equity[i].equity;
        if (result->equity[i].equity > *high) *high = result->equity[i].equity;
    }
    if (*low == *high) *high += PRICE_SCALE;
}

static int dot_of(money_t equity, money_t low, money_t high, int dots)
{
    int64_t from_top = 0;
    (void)price_mul_div(high - equity, dots - 1, high - low, &from_top);
    return (int)from_top;
}

/* From 0 before the first trade to the last one's equity, a step a trade. */
static void draw_curve(struct canvas *canvas, const struct backtest_result *result, money_t low, money_t high)
{
    const int across = canvas->width * canvas->dots_across, down = canvas->height * canvas->dots_down;
    int before = dot_of(0, low, high, down);
    int64_t at = 0; /* trades drawn */
    for (int x = 0; x < across; x++) {
        const int64_t until = across > 1 ? result->equity_count * x / (across - 1) : result->equity_count;
        for (; at < until; at++) {
            const int y = dot_of(result->equity[at].equity, low, high, down);
            for (int step = y < before ? y : before; step <= (y < before ? before : y); step++)
                put_dot(canvas, canvas->cells, x, step);
            before = y;
        }
        put_dot(canvas, canvas->cells, x, before);
        if (x % (2 * canvas->dots_across) == 0) put_dot(canvas, canvas->zero, x, dot_of(0, low, high, down));
    }
}

static void print_cell(FILE *out, uint8_t curve, uint8_t zero, bool ascii)
{
    if (ascii) {
        fputc(curve != 0 ? '*' : zero != 0 ? '-' : ' ', out);
        return;
    }
    const unsigned code = BRAILLE_BASE + (unsigned)(curve | zero);
    fputc((int)(0xe0u | code >> 12), out);
    fputc((int)(0x80u | (code >> 6 & 0x3fu)), out);
    fputc((int)(0x80u | (code & 0x3fu)), out);
}

static void print_canvas(const struct canvas *canvas, FILE *out, money_t low, money_t high, int label_width, bool ascii)
{
    const int zero_row = dot_of(0, low, high, canvas->height * canvas->dots_down) / canvas->dots_down;
    for (int row = 0; row < canvas->height; row++) {
        char label[PRICE_TEXT_SIZE] = "";
        if (row == zero_row) money_format(0, label, sizeof label);
        if (row == 0) money_format(high, label, sizeof label);
        if (row == canvas->height - 1) money_format(low, label, sizeof label);
        fprintf(out, "%*s %s", label_width, label, ascii ? "|" : "\xe2\x94\x82");
        for (int column = 0; column < canvas->width; column++)
            print_cell(out, canvas->cells[row][column], canvas->zero[row][column], ascii);
        fputc('\n', out);
    }
}

static void print_times(const struct backtest_result *result, FILE *out, int label_width, int width)
{
    char first[CALENDAR_TEXT_SIZE], last[CALENDAR_TEXT_SIZE];
    calendar_format_stamp(result->equity[0].market_us, first, sizeof first);
    calendar_format_stamp(result->equity[result->equity_count - 1].market_us, last, sizeof last);
    first[16] = last[16] = '\0'; /* to the minute */
    const int gap = width - (int)strlen(first) - (int)strlen(last);
    if (gap >= 1)
        fprintf(out, "%*s  %s%*s%s\n", label_width, "NT$", first, gap, "", last);
    else
        fprintf(out, "%*s  %s\n", label_width, "NT$", first);
}

void backtest_draw(const struct backtest_result *result, FILE *out, int columns, int rows, bool ascii)
{
    if (result->equity_count == 0) {
        fputs("no trade closed: no equity curve\n", out);
        return;
    }
    if (columns > COLUMNS_MAX) columns = COLUMNS_MAX;
    if (rows > ROWS_MAX) rows = ROWS_MAX;
    if (columns < COLUMNS_MIN || rows < ROWS_MIN) return;
    money_t low, high;
    range_of(result, &low, &high);
    char label[PRICE_TEXT_SIZE];
    int label_width = (int)strlen(money_format(high, label, sizeof label));
    const int low_width = (int)strlen(money_format(low, label, sizeof label));
    if (low_width > label_width) label_width = low_width;
    if (label_width < 3) label_width = 3;
    struct canvas canvas = {.width = columns - label_width - 2,
                            .height = rows - 1,
                            .dots_across = ascii ? 1 : 2,
                            .dots_down = ascii ? 1 : 4};
    if (canvas.width < 1) return;
    draw_curve(&canvas, result, low, high);
    print_canvas(&canvas, out, low, high, label_width, ascii);
    print_times(result, out, label_width, canvas.width);
}
