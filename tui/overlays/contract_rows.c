/* The contract list, drawn and filtered the same wherever a contract is chosen. */
#include "tui/overlays/contract_rows.h"

#include <stdio.h>
#include <string.h>

#include "core/calendar.h"
#include "tui/widgets/lines.h"
#include "tui/widgets/pick.h"

enum { CODE_CELLS = 12, DAY_CELLS = 12, MARGIN_CELLS = 11, MARK_CELLS = 14 };

static bool listed(const struct quote *quote, bool registered_only)
{
    return !registered_only || (quote->contract.flags & CONTRACT_REGISTERED);
}

int contract_rows_count(const struct app *app, bool registered_only)
{
    int count = 0;
    for (size_t i = 0; i < app->model->quote_count; i++) count += listed(&app->model->quotes[i], registered_only);
    return count;
}

const struct quote *contract_rows_at(const struct app *app, bool registered_only, int index)
{
    for (size_t i = 0; i < app->model->quote_count; i++)
        if (listed(&app->model->quotes[i], registered_only) && index-- == 0) return &app->model->quotes[i];
    return NULL;
}

bool contract_rows_match(const struct quote *quote, const char *filter)
{
    char line[256];
    snprintf(line, sizeof line, "%s %s %d%s%s%s", quote->contract.symbol, quote->contract.name,
             quote->contract.delivery_month, quote->contract.flags & CONTRACT_REGISTERED ? " registered" : "",
             quote->contract.flags & CONTRACT_WEEKLY ? " weekly" : "",
             quote->contract.flags & CONTRACT_SPREAD ? " spread" : "");
    return lines_match(line, filter);
}

void contract_rows_draw(const struct quote *quote, const struct canvas *line)
{
    int width = line->area.width, x = CODE_CELLS;
    bool margin = width >= CODE_CELLS + 18 + DAY_CELLS + MARGIN_CELLS + MARK_CELLS, mark_words = width >= 56;
    int mark = mark_words ? MARK_CELLS : 2;
    int name = width - CODE_CELLS - DAY_CELLS - (margin ? MARGIN_CELLS : 0) - mark;
    char text[PRICE_TEXT_SIZE];
    canvas_text(line, 0, 0, CODE_CELLS - 1, ALIGN_LEFT, quote ? ROLE_STRONG : ROLE_DIM,
                quote ? quote->contract.symbol : "Code");
    if (name > 0)
        canvas_text(line, 0, x, name - 1, ALIGN_LEFT, quote ? ROLE_TEXT : ROLE_DIM,
                    quote ? quote->contract.name : "Contract");
    x += name > 0 ? name : 0;
    canvas_text(line, 0, x, DAY_CELLS - 1, ALIGN_LEFT, quote ? ROLE_TEXT : ROLE_DIM,
                quote ? calendar_format_date(quote->contract.last_trading_day, text, sizeof text) : "Last day");
    x += DAY_CELLS;
    if (margin) {
        canvas_text(line, 0, x, MARGIN_CELLS - 2, ALIGN_RIGHT, quote ? ROLE_TEXT : ROLE_DIM,
                    quote ? money_format(quote->contract.initial_margin, text, sizeof text) : "Margin");
        x += MARGIN_CELLS;
    }
    if (!quote) return;
    bool registered = quote->contract.flags & CONTRACT_REGISTERED;
    canvas_text(line, 0, x, mark, ALIGN_LEFT, ROLE_OK, !registered ? "" : mark_words ? "✓ registered" : "✓");
}

/* --- the list of registered contracts over a form; context: the form's dialog ------------------------------------------ */

static void put(struct dialog *dialog, const char *symbol)
{
    form_state_type(dialog_values(dialog), 0, symbol);
    dialog->answer[0] = '\0';
}

static int chooser_count(void *context, const struct app *app)
{
    (void)context;
    return contract_rows_count(app, true);
}

static const char *chooser_key(void *context, const struct app *app, int index)
{
    (void)context;
    return contract_rows_at(app, true, index)->contract.symbol;
}

static bool chooser_matches(void *context, const struct app *app, int index, const char *filter)
{
    (void)context;
    return contract_rows_match(contract_rows_at(app, true, index), filter);
}

static void chooser_draw(void *context, const struct app *app, int index, const struct canvas *line)
{
    (void)context;
    contract_rows_draw(index < 0 ? NULL : contract_rows_at(app, true, index), line);
}

static enum overlay_result chooser_choose(void *context, struct app *app, int index)
{
    put(context, contract_rows_at(app, true, index)->contract.symbol);
    return OVERLAY_DONE;
}

static const struct pick_ops chooser_ops = {
    .title = "Contract: registered ones",
    .enter = "choose",
    .empty = "no contract is registered yet: leave, then register one",
    .width = CONTRACT_ROWS_WIDTH,
    .filters = true,
    .count = chooser_count,
    .key = chooser_key,
    .matches = chooser_matches,
    .draw = chooser_draw,
    .choose = chooser_choose,
};

/* The registered contract `step` away from symbol (the first or last when symbol is none); NULL when there is none. */
static const struct quote *step_from(const struct app *app, const char *symbol, int step)
{
    int count = contract_rows_count(app, true), at = step > 0 ? -1 : count;
    for (int i = 0; i < count; i++) {
        const struct quote *quote = contract_rows_at(app, true, i);
        if (quote && strcmp(quote->contract.symbol, symbol) == 0) at = i;
    }
    return count ? contract_rows_at(app, true, ((at + step) % count + count) % count) : NULL;
}

void contract_rows_pick(struct dialog *dialog, struct app *app, int step, const char *filter)
{
    const char *symbol = form_state_text(dialog_values(dialog), "symbol");
    if (step == 0) {
        pick_open(app, &chooser_ops, dialog, filter, symbol[0] ? symbol : NULL);
        return;
    }
    const struct quote *quote = step_from(app, symbol, step);
    if (quote) put(dialog, quote->contract.symbol);
}
