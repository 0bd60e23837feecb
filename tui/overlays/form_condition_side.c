/* What a condition as it is typed means: its levels in a picture, the distance, the money; or the market, before that. */
#include <stdio.h>

#include "tui/overlays/form_condition.h"
#include "tui/widgets/levels.h"
#include "tui/overlays/request.h"

enum { LADDER_ROWS = 8 };

static const char *signed_money(money_t money, char *text, size_t size)
{
    char plain[PRICE_TEXT_SIZE];
    snprintf(text, size, "%s%s", money > 0 ? "+" : "", money_format(money, plain, sizeof plain));
    return text;
}

static int draw_ladder(const struct condition_form *form, const struct canvas *canvas, int y, int rows)
{
    const struct condition_levels *at = &form->preview.levels;
    struct level levels[5] = {
        {.name = "take profit", .price = at->take_profit, .role = ROLE_PROFIT},
        {.name = "order", .price = at->order, .role = form->terms.side == SIDE_BUY ? ROLE_BUY : ROLE_SELL},
        {.name = "trigger", .price = at->trigger, .role = ROLE_STRONG},
        {.name = "stop", .price = at->stop_loss, .role = ROLE_LOSS},
        {.name = "last", .price = form->last, .role = ROLE_STRONG, .last = true},
    };
    struct canvas place = canvas_sub(canvas, (struct rect){y, 0, rows, canvas->area.width});
    return y + levels_draw(&place, levels, form->last ? 5 : 4, form->contract.decimals);
}

static void distance_words(const struct condition_form *form, char *text, size_t size)
{
    char points[PRICE_TEXT_SIZE];
    if (!form->preview.has_last)
        snprintf(text, size, "no price yet");
    else if (form->preview.to_trigger <= 0)
        snprintf(text, size, "the next tick triggers it");
    else
        snprintf(text, size, "%s point%s to the trigger", price_format(form->preview.to_trigger, points, sizeof points),
                 form->preview.to_trigger == PRICE_SCALE ? "" : "s");
}

static void draw_money(const struct condition_form *form, const struct app *app, const struct canvas *canvas, int y)
{
    const struct condition_preview *preview = &form->preview;
    const struct account *account = request_account_row(app);
    char text[PRICE_TEXT_SIZE + 24], points[PRICE_TEXT_SIZE];
    int width = canvas->area.width;
    lines_figure(canvas, y++, width, "Risk NT$", ROLE_LOSS, signed_money(-preview->risk, text, sizeof text));
    lines_figure(canvas, y++, width, "Reward NT$", preview->reward > 0 ? ROLE_PROFIT : ROLE_LOSS,
                 signed_money(preview->reward, text, sizeof text));
    snprintf(text, sizeof text, "%lld.%02lld : 1", (long long)(preview->ratio_permille / 1000),
             (long long)(preview->ratio_permille % 1000 / 10));
    lines_figure(canvas, y++, width, "Reward to risk", preview->ratio_permille >= 1000 ? ROLE_STRONG : ROLE_WARNING,
                 preview->ratio_permille ? text : "none");
    char cost[PRICE_TEXT_SIZE];
    snprintf(text, sizeof text, "%s = %s pt", money_format(preview->reward_cost, cost, sizeof cost),
             price_format(preview->break_even, points, sizeof points));
    lines_figure(canvas, y++, width, "Fees and tax", ROLE_TEXT, text);
    bool enough = !account || preview->margin <= account->margin_free;
    lines_figure(canvas, y++, width, "Margin", enough ? ROLE_TEXT : ROLE_ALARM,
                 money_format(preview->margin, text, sizeof text));
    if (account)
        lines_figure(canvas, y, width, enough ? "Free margin" : "Free: not enough", enough ? ROLE_TEXT : ROLE_ALARM,
                     money_format(account->margin_free, text, sizeof text));
}

/* Before there are levels: what the trigger is chosen from. */
static int draw_market(const struct condition_form *form, const struct app *app, const struct canvas *canvas)
{
    const struct quote *quote = model_quote(app->model, form->contract.symbol);
    const struct contract *contract = &form->contract;
    char text[PRICE_TEXT_SIZE], low[PRICE_TEXT_SIZE], range[2 * PRICE_TEXT_SIZE + 8];
    int width = canvas->area.width, y = 0;
    canvas_format(canvas, y++, 0, width, ALIGN_LEFT, ROLE_STRONG, "%s %s", contract->symbol, contract->name);
    if (!quote || !model_last_price(quote)) {
        canvas_text(canvas, y, 0, width, ALIGN_LEFT, ROLE_WARNING, "no price yet");
        return y + 2;
    }
    const struct tick *tick = &quote->last;
    if (tick->ask_quantity > 0)
        lines_figure(canvas, y++, width, "Best ask", ROLE_TEXT,
                     price_format_fixed(tick->ask, contract->decimals, text, sizeof text));
    lines_figure(canvas, y++, width, "Last", ROLE_STRONG,
                 price_format_fixed(model_last_price(quote), contract->decimals, text, sizeof text));
    if (tick->bid_quantity > 0)
        lines_figure(canvas, y++, width, "Best bid", ROLE_TEXT,
                     price_format_fixed(tick->bid, contract->decimals, text, sizeof text));
    if (contract->limit_up) {
        snprintf(range, sizeof range, "%s to %s",
                 price_format_fixed(contract->limit_down, contract->decimals, low, sizeof low),
                 price_format_fixed(contract->limit_up, contract->decimals, text, sizeof text));
        lines_figure(canvas, y++, width, "Limits", ROLE_TEXT, range);
    }
    return y + 1;
}

void condition_form_side(const struct dialog *dialog, const struct app *app, const struct canvas *canvas)
{
    const struct condition_form *form = (const struct condition_form *)dialog;
    int width = canvas->area.width, y = 0;
    char text[96];
    if (!form->has_contract || !form->readable) {
        y = form->has_contract ? draw_market(form, app, canvas) : 0;
        y += lines_wrap(canvas, y, 0, width, 3, ROLE_DIM,
                        !form->has_contract ? "Choose a contract to see the levels, the risk and the reward."
                                            : "Type the trigger to see the levels, the risk and the reward.");
        dialog_refusals(dialog, canvas, y + 1);
        return;
    }
    canvas_format(canvas, y++, 0, width, ALIGN_LEFT, form->terms.side == SIDE_BUY ? ROLE_BUY : ROLE_SELL, "%s %d %s %s",
                  side_name(form->terms.side), form->terms.quantity, form->contract.symbol, form->contract.name);
    distance_words(form, text, sizeof text);
    canvas_text(canvas, y++, 0, width, ALIGN_LEFT,
                form->preview.has_last && form->preview.to_trigger <= 0 ? ROLE_WARNING : ROLE_DIM, text);
    bool roomy = canvas->area.height >= CONDITION_SIDE_HEIGHT + 2;
    int rows = canvas->area.height - (CONDITION_SIDE_HEIGHT - LADDER_ROWS) - (roomy ? 2 : 0);
    y = draw_ladder(form, canvas, y + (roomy ? 1 : 0), rows > 12 ? 12 : rows);
    if (roomy) lines_rule(canvas, y++, 0, width);
    draw_money(form, app, canvas, y);
}

void condition_form_brief(const struct dialog *dialog, const struct app *app, char *text, size_t size)
{
    const struct condition_form *form = (const struct condition_form *)dialog;
    char risk[PRICE_TEXT_SIZE], reward[PRICE_TEXT_SIZE];
    (void)app;
    if (!form->has_contract || !form->readable)
        snprintf(text, size, "risk and reward: not yet");
    else
        snprintf(text, size, "risk %s reward %s", signed_money(-form->preview.risk, risk, sizeof risk),
                 signed_money(form->preview.reward, reward, sizeof reward));
}
