/* The book as two wings: bars grow away from the prices, which stand in the middle. */
#include "tui/panes/book.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "tui/format.h"

enum {
    LOTS_CELLS = 6,
    BAR_CELLS = 12,
    PRICE_CELLS = 9,
    BID_BAR = LOTS_CELLS + 1,
    BID = BID_BAR + BAR_CELLS + 1,
    ASK = BID + PRICE_CELLS + 1,
    ASK_BAR = ASK + PRICE_CELLS + 1,
    ASK_LOTS = ASK_BAR + BAR_CELLS,
    DAY = ASK_LOTS + LOTS_CELLS + 3,
    DAY_CELLS = 17,
    BOOK_ROWS = DEPTH_LEVELS + 2, /* a rule, heads, the levels */
    CHART_ROWS_MIN = 4,           /* a rule, and enough to see a turn */
    CHART_LABEL = PRICE_CELLS + 1
};

static int32_t most_lots(const struct depth *depth)
{
    int32_t most = 1;
    for (int i = 0; i < DEPTH_LEVELS; i++) {
        if (depth->bid_quantity[i] > most) most = depth->bid_quantity[i];
        if (depth->ask_quantity[i] > most) most = depth->ask_quantity[i];
    }
    return most;
}

static void draw_bar(const struct canvas *canvas, int y, int x, enum align align, int32_t lots, int32_t most)
{
    static const char full[] = "████████████";
    int cells = (int)((int64_t)lots * BAR_CELLS / most);
    char bar[sizeof full];
    if (cells == 0) cells = 1; /* there is something */
    snprintf(bar, sizeof bar, "%.*s", cells * 3, full);
    canvas_text(canvas, y, x, BAR_CELLS, align, ROLE_DIM, bar);
}

struct side_view {
    int lots, bar, price; /* columns */
    enum align bar_align, price_align;
};

static void draw_level(const struct canvas *canvas, int y, const struct side_view *side, const struct quote *quote,
                       price_t price, int32_t lots, int32_t most)
{
    char text[FORMAT_SIZE];
    enum role role = y == 2 ? ROLE_STRONG : ROLE_TEXT; /* the best */
    if (lots <= 0) return;
    format_count(lots, text);
    canvas_text(canvas, y, side->lots, LOTS_CELLS, ALIGN_RIGHT, role, text);
    draw_bar(canvas, y, side->bar, side->bar_align, lots, most);
    format_price(price, quote->contract.decimals, text);
    canvas_text(canvas, y, side->price, PRICE_CELLS, side->price_align, role, text);
}

static void draw_day(const struct quote *quote, const struct canvas *canvas)
{
    const struct tick *tick = &quote->last;
    const struct {
        const char *name;
        price_t price;
    } rows[] = {{"Open", tick->open}, {"High", tick->high}, {"Low", tick->low}, {"Reference", tick->reference}};
    char text[FORMAT_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int y = (int)i + 2;
        if (rows[i].price == 0) continue;
        canvas_text(canvas, y, DAY, DAY_CELLS, ALIGN_LEFT, ROLE_DIM, rows[i].name);
        format_price(rows[i].price, quote->contract.decimals, text);
        canvas_text(canvas, y, DAY + 9, DAY_CELLS - 9, ALIGN_RIGHT, ROLE_TEXT, text);
    }
}

/* From when to now: what there was no trade in is not there, so that it is said roughly. */
static void chart_title(const struct quote *quote, char *text, size_t size)
{
    int64_t seconds = quote->spark_step_us * quote->spark_count / 1000000;
    bool minutes = seconds >= 120;
    snprintf(text, size, " %s, some %d %s ", quote->contract.symbol, (int)(minutes ? seconds / 60 : seconds),
             minutes ? "minutes" : "seconds");
}

static void draw_chart(const struct quote *quote, const struct canvas *canvas)
{
    char text[FORMAT_SIZE], title[64];
    int width = canvas->area.width, bottom = canvas->area.height - 1, at = width - CHART_LABEL + 1;
    long long low = quote->spark[0], high = low;
    for (int i = 1; i < quote->spark_count; i++) {
        low = quote->spark[i] < low ? quote->spark[i] : low;
        high = quote->spark[i] > high ? quote->spark[i] : high;
    }
    canvas_rule(canvas, 0, 0, width, ROLE_BORDER);
    chart_title(quote, title, sizeof title);
    canvas_text(canvas, 0, 1, text_cells(title), ALIGN_LEFT, ROLE_DIM, title);
    canvas_chart(canvas, (struct rect){1, 0, bottom, width - CHART_LABEL}, ROLE_SPARK, quote->spark,
                 quote->spark_count);
    format_price(high, quote->contract.decimals, text);
    canvas_text(canvas, 1, at, PRICE_CELLS, ALIGN_RIGHT, ROLE_DIM, text);
    format_price(low, quote->contract.decimals, text);
    canvas_text(canvas, bottom, at, PRICE_CELLS, ALIGN_RIGHT, ROLE_DIM, text);
}

static void draw_book(const struct quote *quote, const struct canvas *canvas)
{
    static const struct side_view bids = {0, BID_BAR, BID, ALIGN_RIGHT, ALIGN_RIGHT},
                                  asks = {ASK_LOTS, ASK_BAR, ASK, ALIGN_LEFT, ALIGN_LEFT};
    struct depth depth;
    char title[64];
    int width = canvas->area.width;
    model_book(quote, &depth);
    int32_t most = most_lots(&depth);
    bool day = width >= DAY + DAY_CELLS;
    canvas_rule(canvas, 0, 0, width, ROLE_BORDER);
    snprintf(title, sizeof title, " %s%s ", quote->contract.symbol,
             depth.flags & TICK_SYNTHETIC_BOOK ? ": book made from the trades" : "");
    canvas_text(canvas, 0, 1, text_cells(title), ALIGN_LEFT, ROLE_DIM, title);
    canvas_text(canvas, 1, 0, LOTS_CELLS, ALIGN_RIGHT, ROLE_DIM, "lots");
    canvas_text(canvas, 1, BID, PRICE_CELLS, ALIGN_RIGHT, ROLE_DIM, "Bid");
    canvas_text(canvas, 1, ASK, PRICE_CELLS, ALIGN_LEFT, ROLE_DIM, "Ask");
    canvas_text(canvas, 1, ASK_LOTS, LOTS_CELLS, ALIGN_RIGHT, ROLE_DIM, "lots");
    for (int i = 0; i < DEPTH_LEVELS && i + 2 < canvas->area.height; i++) {
        draw_level(canvas, 2 + i, &bids, quote, depth.bid_price[i], depth.bid_quantity[i], most);
        draw_level(canvas, 2 + i, &asks, quote, depth.ask_price[i], depth.ask_quantity[i], most);
    }
    if (depth.bid_quantity[0] <= 0 && depth.ask_quantity[0] <= 0)
        canvas_text(canvas, 2, 0, ASK_LOTS + LOTS_CELLS, ALIGN_CENTRE, ROLE_DIM, "no bid, no ask");
    if (day && quote->last.seq) draw_day(quote, canvas);
}

void book_draw(const struct quote *quote, const struct canvas *canvas)
{
    int height = canvas->area.height, width = canvas->area.width;
    int rows = height < BOOK_ROWS ? height : BOOK_ROWS, above = height - rows;
    struct canvas book = canvas_sub(canvas, (struct rect){above, 0, rows, width});
    struct canvas chart = canvas_sub(canvas, (struct rect){0, 0, above, width});
    draw_book(quote, &book);
    if (above >= CHART_ROWS_MIN && quote->spark_count > 0) draw_chart(quote, &chart);
}
