/* A condition, new or edited: what the trader types, and beside it what that means in prices and money, on each key. */
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/check.h"
#include "core/preview.h"
#include "core/text.h"
#include "tui/overlays/contract_rows.h"
#include "tui/overlays/dialog.h"
#include "tui/overlays/form_condition.h"
#include "tui/overlays/overlay.h"
#include "tui/overlays/request.h"

enum { FIELD_TRIES = 20 };

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
    if (form_state_choice(state, "validity") != VALID_UNTIL - 1) return;
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
        if (state->fields[i].refusal[0]) make_good(&terms, state->fields[i].spec->name, contract);
    for (int tries = 0; tries < FIELD_TRIES; tries++) {
        if (condition_terms_check(&terms, contract, app->model->market.trading_day, &field, &err) == ERR_OK) return;
        form_state_refuse(state, strcmp(field, "account") == 0 ? "symbol" : field, "%s", err.text);
        if (strcmp(field, before) == 0) return; /* nothing we know makes it pass */
        before = field;
        make_good(&terms, field, contract);
    }
}

/* It may have fired while it was being edited. */
static void refuse_entered(struct condition_form *form, const struct app *app)
{
    const struct condition *condition = form->condition_id ? model_condition(app->model, form->condition_id) : NULL;
    if (!condition) return;
    const enum condition_state state = condition->state;
    snprintf(form->dialog.title, sizeof form->dialog.title, "Edit condition #%lld (%s)", (long long)form->condition_id,
             condition_state_name(state));
    if (state != CONDITION_ARMED && state != CONDITION_TRIGGERED && state != CONDITION_PAUSED)
        form_state_refuse(dialog_values(&form->dialog), "trigger_price", "it is %s now: it changes no more",
                          condition_state_name(state));
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
        form->last = model_last_price(quote);
    } else if (form_state_text(state, "symbol")[0]) {
        form_state_refuse(state, "symbol", "unknown contract (Space lists the registered ones)");
    }
    bool on_trigger = strcmp(state->fields[state->focus].spec->name, "trigger_price") == 0;
    form_set_tick(dialog->form, quote ? quote->contract.tick : PRICE_SCALE, on_trigger ? form->last : 0);
    read_terms(form, app);
    refuse_by_rules(form, app);
    refuse_entered(form, app);
    if (form->has_contract && form->readable)
        preview_condition(&form->terms, &form->contract, form->last, app->model->commission, &form->preview);
}

/* --- sending --- */

static void condition_submit(struct dialog *dialog, struct app *app)
{
    struct condition_form *form = of(dialog);
    struct msg msg;
    msg_init(&msg, MSG_CONDITION_COMMAND);
    msg.condition_command.action = form->condition_id ? CONDITION_EDIT : CONDITION_CREATE;
    msg.condition_command.condition_id = form->condition_id;
    msg.condition_command.terms = form->terms;
    text_copy(msg.condition_command.actor, sizeof msg.condition_command.actor, request_actor(app));
    if (form->condition_id == 0 && form->key == 0 && app->client != NULL) form->key = client_key(app->client);
    msg.condition_command.key = form->key;
    dialog_send(dialog, app, COMPONENT_STRATEGY, &msg);
}

static const struct dialog_ops ops = {
    .name = "condition",
    .title = "New condition",
    .enter = "arm it",
    .specs = specs,
    .spec_count = sizeof specs / sizeof *specs,
    .side_width = CONDITION_SIDE_WIDTH,
    .side_height = CONDITION_SIDE_HEIGHT,
    .side_growth = 4,
    .sends_orders = true,
    .check = condition_check,
    .side = condition_form_side,
    .brief = condition_form_brief,
    .submit = condition_submit,
    .pick = contract_rows_pick,
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
    if (!quote || !(quote->contract.flags & CONTRACT_REGISTERED)) quote = contract_rows_at(app, true, 0);
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
    if (condition) put_terms(state, &condition->terms);
    if (condition &&
        condition_terminal(condition->state)) { /* what has ended is not edited: it is a pattern for a new one */
        snprintf(form->dialog.title, sizeof form->dialog.title, "New condition like #%lld", (long long)condition_id);
    } else if (condition) {
        form->condition_id = condition_id;
        snprintf(form->dialog.title, sizeof form->dialog.title, "Edit condition #%lld (%s)", (long long)condition_id,
                 condition_state_name(condition->state));
    }
    const char *first =
        condition ? "trigger_price" : "side"; /* a side is chosen; of what is there, the trigger moves */
    form_focus(form->dialog.form, form_state_index(state, form_state_text(state, "symbol")[0] ? first : "symbol"));
    dialog_open(app, &form->dialog);
}
