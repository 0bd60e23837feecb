/* A condition, new or edited: what the trader types, and beside it what that means in prices and money, on each key. */
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/check.h"
#include "core/preview.h"
#include "core/text.h"
#include "tui/contract_rows.h"
#include "tui/dialog.h"
#include "tui/levels.h"
#include "tui/overlay.h"
#include "tui/request.h"

enum { SIDE_WIDTH = 30, SIDE_HEIGHT = 16, LADDER_ROWS = 8, FIELD_TRIES = 20 };

struct condition_form {
    struct dialog dialog;         /* first */
    int64_t condition_id;         /* 0 = new */
    uint64_t key;                 /* of the new one: sending again after a lost answer makes no second */
    struct condition_terms terms; /* what was typed, as far as it could be read */
    bool readable;                /* numbers and prices are all there: the preview means something */
    bool has_contract;
    struct contract contract;
    price_t last;
    struct condition_preview preview;
};

static const char *const sides[] = {"BUY", "SELL", NULL};
static const char *const bases[] = {"fill", "planned", NULL};
static const char *const entries[] = {"market", "range market", "limit", NULL};
static const char *const validities[] = {"session", "day", "until", "gtc", NULL};

static const struct form_spec specs[] = {
    {.name = "symbol", .label = "Contract", .type = FORM_PICK, .cells = 14, .hint = "one of the registered contracts"},
    {.name = "side",
     .label = "Side",
     .type = FORM_CHOICE,
     .cells = 14,
     .choices = sides,
     .hint = "BUY waits for a fall to the trigger, then for the turn up; SELL is the mirror"},
    {.name = "trigger_price",
     .label = "Trigger",
     .type = FORM_PRICE,
     .cells = 10,
     .hint = "the support or resistance that must be touched first"},
    {.name = "turning",
     .label = "Turning",
     .type = FORM_PRICE,
     .cells = 10,
     .unit = "points",
     .hint = "how far the price must turn from the trigger before the entry is sent"},
    {.name = "following",
     .label = "Following",
     .type = FORM_BOOL,
     .cells = 14,
     .hint = "yes: after the touch the trigger follows the price further, and every level with it"},
    {.name = "quantity", .label = "Quantity", .type = FORM_NUMBER, .cells = 10, .unit = "lots", .hint = "whole lots"},
    {.name = "take_profit",
     .label = "Take profit",
     .type = FORM_PRICE,
     .cells = 10,
     .unit = "points",
     .hint = "points of profit to leave at"},
    {.name = "stop_loss",
     .label = "Stop loss",
     .type = FORM_PRICE,
     .cells = 10,
     .unit = "points",
     .hint = "points of loss to leave at: there is always a stop"},
    {.name = "basis",
     .label = "Exits from",
     .type = FORM_CHOICE,
     .cells = 14,
     .choices = bases,
     .hint = "fill: exits count from the average fill; planned: from the order level"},
    {.name = "entry",
     .label = "Entry",
     .type = FORM_CHOICE,
     .cells = 16,
     .choices = entries,
     .hint = "market: MKT IOC; range market: MKP IOC; limit: LMT ROD at the order level and offset"},
    {.name = "entry_offset",
     .label = "Offset",
     .type = FORM_PRICE,
     .cells = 10,
     .unit = "points",
     .hint = "how much worse than the order level the limit may be"},
    {.name = "validity",
     .label = "Valid for",
     .type = FORM_CHOICE,
     .cells = 14,
     .choices = validities,
     .hint = "session and day end by themselves; until a date; gtc: till cancelled. A position keeps its exits"},
    {.name = "valid_until",
     .label = "Until",
     .type = FORM_TEXT,
     .cells = 12,
     .hint = "last trading day, as 2021-07-30"},
    {.name = "note",
     .label = "Note",
     .type = FORM_TEXT,
     .cells = 22,
     .max_length = NOTE_SIZE - 1,
     .optional = true,
     .hint = "your own words"},
};

static struct condition_form *of(struct dialog *dialog)
{
    return (struct condition_form *)dialog;
}

/* --- reading and checking --- */

static void read_until(struct form_state *state, int32_t *until)
{
    struct err err;
    const char *text = form_state_text(state, "valid_until");
    *until = 0;
    if (form_state_choice(state, "validity") != VALID_UNTIL - 1)
        return;
    if (!text[0])
        form_state_refuse(state, "valid_until", "required, as 2021-07-30");
    else if (calendar_parse_date(text, until, &err) != ERR_OK)
        form_state_refuse(state, "valid_until", "%s", err.text);
}

/* What can be read goes into terms; what cannot is refused. */
static void read_terms(struct condition_form *form, const struct app *app)
{
    struct form_state *state = dialog_values(&form->dialog);
    struct condition_terms *terms = &form->terms;
    int64_t quantity = 0;
    memset(terms, 0, sizeof *terms);
    text_copy(terms->account, sizeof terms->account, request_account(app));
    text_copy(terms->symbol, sizeof terms->symbol, form_state_text(state, "symbol"));
    terms->side = (enum side)(form_state_choice(state, "side") + 1);
    terms->following = form_state_yes(state, "following");
    terms->basis = (enum exit_basis)(form_state_choice(state, "basis") + 1);
    terms->validity = (enum validity)(form_state_choice(state, "validity") + 1);
    terms->entry = (enum entry_type)(form_state_choice(state, "entry") + 1);
    text_copy(terms->note, sizeof terms->note, form_state_text(state, "note"));
    form->readable = form_state_price(state, "trigger_price", &terms->trigger_price);
    form->readable &= form_state_price(state, "turning", &terms->turning);
    form->readable &= form_state_number(state, "quantity", 1, CONDITION_QUANTITY_MAX, &quantity);
    form->readable &= form_state_price(state, "take_profit", &terms->take_profit);
    form->readable &= form_state_price(state, "stop_loss", &terms->stop_loss);
    form_state_price(state, "entry_offset", &terms->entry_offset);
    read_until(state, &terms->valid_until);
    terms->quantity = (int32_t)quantity;
}

/* A value that passes, so that the check goes on to the next field: every refusal stands beside its own. */
static void make_good(struct condition_terms *terms, const char *field, const struct contract *contract)
{
    if (strcmp(field, "account") == 0)
        text_copy(terms->account, sizeof terms->account, "none");
    else if (strcmp(field, "trigger_price") == 0)
        terms->trigger_price =
            contract && contract->limit_up
                ? contract->limit_up
                : price_floor(PRICE_POINTS(1000000), contract && contract->tick > 0 ? contract->tick : 1);
    else if (strcmp(field, "turning") == 0)
        terms->turning = contract ? contract->tick : PRICE_SCALE;
    else if (strcmp(field, "quantity") == 0)
        terms->quantity = 1;
    else if (strcmp(field, "take_profit") == 0)
        terms->take_profit = contract ? contract->tick : PRICE_SCALE;
    else if (strcmp(field, "stop_loss") == 0)
        terms->stop_loss = contract ? contract->tick : PRICE_SCALE;
    else if (strcmp(field, "valid_until") == 0)
        terms->validity = VALID_GTC, terms->valid_until = 0;
    else if (strcmp(field, "entry_offset") == 0)
        terms->entry = ENTRY_MARKET, terms->entry_offset = 0;
    else if (strcmp(field, "note") == 0)
        terms->note[0] = '\0';
}

static void refuse_by_rules(struct condition_form *form, const struct app *app)
{
    struct form_state *state = dialog_values(&form->dialog);
    struct condition_terms terms = form->terms;
    const struct contract *contract = form->has_contract ? &form->contract : NULL;
    const char *field = NULL, *before = "";
    struct err err;
    for (int i = 0; i < state->count; i++) /* what could not be read is refused already */
        if (state->fields[i].refusal[0])
            make_good(&terms, state->fields[i].spec->name, contract);
    for (int tries = 0; tries < FIELD_TRIES; tries++) {
        if (condition_terms_check(&terms, contract, app->model->market.trading_day, &field, &err) == ERR_OK)
            return;
        form_state_refuse(state, strcmp(field, "account") == 0 ? "symbol" : field, "%s", err.text);
        if (strcmp(field, before) == 0)
            return; /* nothing we know makes it pass */
        before = field;
        make_good(&terms, field, contract);
    }
}

static void condition_check(struct dialog *dialog, struct app *app)
{
    struct condition_form *form = of(dialog);
    struct form_state *state = dialog_values(dialog);
    form_state_disable(state, "entry_offset",
                       form_state_choice(state, "entry") == ENTRY_LIMIT - 1 ? NULL : "only with limit");
    form_state_disable(state, "valid_until",
                       form_state_choice(state, "validity") == VALID_UNTIL - 1 ? NULL : "only with until");
    const struct quote *quote = model_quote(app->model, form_state_text(state, "symbol"));
    form->has_contract = quote != NULL;
    form->last = 0;
    if (quote) {
        form->contract = quote->contract;
        form->last = quote->last.seq ? quote->last.price : 0;
    } else if (form_state_text(state, "symbol")[0]) {
        form_state_refuse(state, "symbol", "unknown contract (Space lists the registered ones)");
    }
    bool on_trigger = strcmp(state->fields[state->focus].spec->name, "trigger_price") == 0;
    form_set_tick(dialog->form, quote ? quote->contract.tick : PRICE_SCALE, on_trigger ? form->last : 0);
    read_terms(form, app);
    refuse_by_rules(form, app);
    if (form->has_contract && form->readable)
        preview_condition(&form->terms, &form->contract, form->last, app->model->commission, &form->preview);
}

/* --- the picture --- */

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
        snprintf(text, size, "%s points to the trigger", price_format(form->preview.to_trigger, points, sizeof points));
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
    if (!quote || !quote->last.seq) {
        canvas_text(canvas, y, 0, width, ALIGN_LEFT, ROLE_WARNING, "no price yet");
        return y + 2;
    }
    const struct tick *tick = &quote->last;
    if (tick->ask_quantity > 0)
        lines_figure(canvas, y++, width, "Best ask", ROLE_TEXT,
                     price_format_fixed(tick->ask, contract->decimals, text, sizeof text));
    lines_figure(canvas, y++, width, "Last", ROLE_STRONG,
                 price_format_fixed(tick->price, contract->decimals, text, sizeof text));
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

static void condition_side(const struct dialog *dialog, const struct app *app, const struct canvas *canvas)
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
    bool roomy = canvas->area.height >= SIDE_HEIGHT + 2;
    int rows = canvas->area.height - (SIDE_HEIGHT - LADDER_ROWS) - (roomy ? 2 : 0);
    y = draw_ladder(form, canvas, y + (roomy ? 1 : 0), rows > 12 ? 12 : rows);
    if (roomy)
        lines_rule(canvas, y++, 0, width);
    draw_money(form, app, canvas, y);
}

static void condition_brief(const struct dialog *dialog, const struct app *app, char *text, size_t size)
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

/* --- picking, sending --- */

static void chosen(void *context, struct app *app, const char *symbol)
{
    struct condition_form *form = context;
    (void)app;
    form_state_type(dialog_values(&form->dialog), 0, symbol);
    form->dialog.answer[0] = '\0';
}

static void condition_pick(struct dialog *dialog, struct app *app, int step, const char *filter)
{
    const char *symbol = form_state_text(dialog_values(dialog), "symbol");
    if (step == 0) {
        contract_rows_pick(app, filter, symbol, chosen, dialog);
        return;
    }
    const struct quote *quote = contract_rows_step(app, symbol, step);
    if (quote)
        chosen(dialog, app, quote->contract.symbol);
}

static void condition_submit(struct dialog *dialog, struct app *app)
{
    struct condition_form *form = of(dialog);
    struct msg msg;
    msg_init(&msg, MSG_CONDITION_COMMAND);
    msg.condition_command.action = form->condition_id ? CONDITION_EDIT : CONDITION_CREATE;
    msg.condition_command.condition_id = form->condition_id;
    msg.condition_command.terms = form->terms;
    text_copy(msg.condition_command.actor, sizeof msg.condition_command.actor, request_actor(app));
    if (form->condition_id == 0 && form->key == 0 && app->client != NULL)
        form->key = client_key(app->client);
    msg.condition_command.key = form->key;
    dialog_send(dialog, app, COMPONENT_STRATEGY, &msg);
}

static const struct dialog_ops ops = {
    .name = "condition",
    .title = "New condition",
    .enter = "arm it",
    .specs = specs,
    .spec_count = sizeof specs / sizeof *specs,
    .side_width = SIDE_WIDTH,
    .side_height = SIDE_HEIGHT,
    .side_growth = 4,
    .sends_orders = true,
    .check = condition_check,
    .side = condition_side,
    .brief = condition_brief,
    .submit = condition_submit,
    .pick = condition_pick,
};

/* --- first values --- */

static void put_price(struct form_state *state, const char *name, price_t price)
{
    char text[PRICE_TEXT_SIZE];
    form_state_put(state, name, price_format(price, text, sizeof text));
}

static void put_terms(struct form_state *state, const struct condition_terms *terms)
{
    char text[PRICE_TEXT_SIZE];
    form_state_put(state, "symbol", terms->symbol);
    form_state_put_choice(state, "side", (int)terms->side - 1);
    put_price(state, "trigger_price", terms->trigger_price);
    put_price(state, "turning", terms->turning);
    form_state_put_choice(state, "following", terms->following);
    snprintf(text, sizeof text, "%d", terms->quantity);
    form_state_put(state, "quantity", text);
    put_price(state, "take_profit", terms->take_profit);
    put_price(state, "stop_loss", terms->stop_loss);
    form_state_put_choice(state, "basis", (int)terms->basis - 1);
    form_state_put_choice(state, "entry", (int)terms->entry - 1);
    put_price(state, "entry_offset", terms->entry_offset);
    form_state_put_choice(state, "validity", (int)terms->validity - 1);
    if (terms->valid_until)
        form_state_put(state, "valid_until", calendar_format_date(terms->valid_until, text, sizeof text));
    form_state_put(state, "note", terms->note);
}

static void put_defaults(struct form_state *state, const struct app *app)
{
    const struct quote *quote = model_quote(app->model, app_selected_symbol(app));
    if (!quote || !(quote->contract.flags & CONTRACT_REGISTERED))
        quote = contract_rows_at(app, true, 0);
    form_state_put(state, "symbol", quote ? quote->contract.symbol : "");
    form_state_put(state, "turning", "15");
    form_state_put(state, "quantity", "1");
    form_state_put(state, "take_profit", "90");
    form_state_put(state, "stop_loss", "30");
    form_state_put(state, "entry_offset", "0");
}

void overlay_condition(struct app *app, int64_t condition_id)
{
    struct condition_form *form = calloc(1, sizeof *form);
    const struct condition *condition = condition_id ? model_condition(app->model, condition_id) : NULL;
    CHECK(form);
    dialog_start(&form->dialog, &ops);
    struct form_state *state = dialog_values(&form->dialog);
    put_defaults(state, app);
    if (condition)
        put_terms(state, &condition->terms);
    if (condition &&
        condition_terminal(condition->state)) { /* what has ended is not edited: it is a pattern for a new one */
        snprintf(form->dialog.title, sizeof form->dialog.title, "New condition like #%lld", (long long)condition_id);
    } else if (condition) {
        form->condition_id = condition_id;
        snprintf(form->dialog.title, sizeof form->dialog.title, "Edit condition #%lld (%s)", (long long)condition_id,
                 condition_state_name(condition->state));
    }
    const char *first = condition ? "trigger_price" : "side"; /* a side is chosen; of what is there, the trigger moves */
    form_focus(form->dialog.form, form_state_index(state, form_state_text(state, "symbol")[0] ? first : "symbol"));
    dialog_open(app, &form->dialog);
}
