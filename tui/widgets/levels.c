/* Prices as a picture: a trader sees at a glance on which side of the market a stop stands. */
#include "tui/widgets/levels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"

enum { NAME_CELLS = 12, AWAY_CELLS = 8 };

static int higher_first(const void *a, const void *b)
{
    const struct level *x = a, *y = b;
    if (x->price != y->price) return x->price > y->price ? -1 : 1;
    return x->last ? 1 : y->last ? -1 : 0;
}

/* A row for each level: in proportion, but each its own and in order. */
static int place_rows(const struct level *levels, int count, int height, int *rows)
{
    price_t span = levels[0].price - levels[count - 1].price;
    for (int i = 0; i < count; i++) {
        int64_t row = 0;
        if (span > 0) price_mul_div(levels[0].price - levels[i].price, height - 1, span, &row);
        rows[i] = (int)row;
        if (i > 0 && rows[i] <= rows[i - 1]) rows[i] = rows[i - 1] + 1;
    }
    for (int i = count - 1, most = height - 1; i >= 0 && rows[i] > most; i--, most--) rows[i] = most;
    return span > 0 ? height : count;
}

static void draw_level(const struct canvas *canvas, int y, const struct level *level, const struct level *last,
                       int decimals, int price_cells)
{
    char price[PRICE_TEXT_SIZE], away[PRICE_TEXT_SIZE + 2], distance[PRICE_TEXT_SIZE];
    bool ascii = canvas->theme->ascii;
    int width = canvas->area.width, x = price_cells + 1;
    price_format_fixed(level->price, decimals, price, sizeof price);
    canvas_number(canvas, y, 0, price_cells, level->role, price);
    const char *mark = level->last ? (ascii ? "<=" : "◀━") : ascii ? "|-" : "├─";
    canvas_text(canvas, y, x, 2, ALIGN_LEFT, level->last ? ROLE_STRONG : ROLE_BORDER, mark);
    canvas_text(canvas, y, x + 3, NAME_CELLS, ALIGN_LEFT, level->role, level->name);
    if (level->last || !last) return;
    price_t points = level->price - last->price;
    price_format_fixed(points, decimals, distance, sizeof distance);
    snprintf(away, sizeof away, "%s%s", points > 0 ? "+" : "", distance);
    int at = x + 3 + NAME_CELLS;
    canvas_number(canvas, y, at, width - at < AWAY_CELLS ? width - at : AWAY_CELLS, ROLE_DIM, away);
}

int levels_draw(const struct canvas *canvas, struct level *levels, int count, int decimals)
{
    int rows[LEVELS_MAX], price_cells = 0;
    const struct level *last = NULL;
    char text[PRICE_TEXT_SIZE];
    CHECK(count > 0 && count <= LEVELS_MAX);
    if (canvas->area.height < count) return 0;
    qsort(levels, (size_t)count, sizeof *levels, higher_first);
    for (int i = 0; i < count; i++) {
        int cells = text_cells(price_format_fixed(levels[i].price, decimals, text, sizeof text));
        price_cells = cells > price_cells ? cells : price_cells;
        if (levels[i].last) last = &levels[i];
    }
    int used = place_rows(levels, count, canvas->area.height, rows), next = 0;
    for (int y = 0; y < used; y++)
        if (next < count && rows[next] == y)
            draw_level(canvas, y, &levels[next++], last, decimals, price_cells);
        else
            canvas_text(canvas, y, price_cells + 1, 2, ALIGN_LEFT, ROLE_BORDER, canvas->theme->ascii ? "|" : "│");
    return used;
}
