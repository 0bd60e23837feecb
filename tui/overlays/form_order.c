/* The order ticket: only orders that the exchange takes can be made here, and before one goes a second key
 * must say so. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/preview.h"
#include "core/session.h"
#include "core/text.h"
#include "tui/overlays/contract_rows.h"
#include "tui/overlays/dialog.h"
#include "tui/overlays/guard_view.h"
#include "tui/overlays/overlay.h"
#include "tui/overlays/request.h"

enum { SIDE_WIDTH = 34, SIDE_HEIGHT = 15, LOTS_SIZE = 16 };

struct order_form {
    struct dialog dialog;         /* first */
    struct order_request request; /* what was typed, as far as it could be read */
    bool readable;
    bool has_contract;
    struct contract contract;
    struct tick tick; /* seq 0 = none yet */
    struct order_preview preview;
    enum reject_code reject; /* what the guard would say */
    char reason[REASON_SIZE];
    uint64_t key;                    /* kept until an answer is known: sent again, it is the same order */
    char priced_symbol[SYMBOL_SIZE]; /* what the offered price is for */
    int priced_side;
};

static const char *const sides[] = {"BUY", "SELL", NULL};
static const char *const types[] = {"LMT limit", "MKT market", "MKP range", NULL};
static const enum order_type type_values[] = {ORDER_LIMIT, ORDER_MARKET, ORDER_RANGE_MARKET};
static const char *const all_tifs[] = {"ROD", "IOC", "FOK", NULL};
static const char *const market_tifs[] = {"IOC", "FOK", NULL};
static const char *const pre_open_limit_tifs[] = {"ROD", "IOC", NULL};
static const char *const pre_open_market_tifs[] = {"IOC", NULL};

static const struct form_spec specs[] = {
    {.name = "symbol", .label = "Contract", .type = FORM_PICK, .cells = 14, .hint = "one of the registered contracts"},
    {.name = "side", .label = "Side", .type = FORM_CHOICE, .cells = 14, .choices = sides, .hint = "BUY or SELL"},
    {.name = "type",
     .label = "Type",
     .type = FORM_CHOICE,
     .cells = 16,
     .choices = types,
     .hint = "LMT: at the price or better; MKT: any price; MKP: market within the exchange's range"},
    {.name = "tif",
     .label = "Time in force",
     .type = FORM_CHOICE,
     .cells = 14,
     .choices = all_tifs,
     .hint = "ROD: rest of day; IOC: what fills at once, rest cancelled; FOK: all at once or nothing"},
    {.name = "quantity", .label = "Quantity", .type = FORM_NUMBER, .cells = 10, .unit = "lots", .hint = "whole lots"},
    {.name = "limit_price", .label = "Price", .type = FORM_PRICE, .cells = 10, .hint = "limit price, on the tick"},
    {.name = "reduce_only",
     .label = "Reduce only",
     .type = FORM_BOOL,
     .cells = 14,
     .hint = "yes: it may only shrink the position, never open or reverse one"},
};

static struct order_form *of(struct dialog *dialog)
{
    return (struct order_form *)dialog;
}

/* --- reading and checking --- */

static const char *const *tifs_for(enum order_type type, bool pre_open)
{
    if (type == ORDER_LIMIT) return pre_open ? pre_open_limit_tifs : all_tifs;
    return pre_open ? pre_open_market_tifs : market_tifs;
}

static enum time_in_force tif_value(const char *name)
{
    return strcmp(name, "ROD") == 0 ? TIF_ROD : strcmp(name, "IOC") == 0 ? TIF_IOC : TIF_FOK;
}

static void read_request(struct order_form *form, const struct app *app)
{
    struct form_state *state = dialog_values(&form->dialog);
    struct order_request *request = &form->request;
    int64_t quantity = 0;
    memset(request, 0, sizeof *request);
    text_copy(request->account, sizeof request->account, request_account(app));
    text_copy(request->symbol, sizeof request->symbol, form_state_text(state, "symbol"));
    text_copy(request->actor, sizeof request->actor, request_actor(app));
    request->side = (enum side)(form_state_choice(state, "side") + 1);
    request->type = type_values[form_state_choice(state, "type")];
    request->tif = tif_value(form_state_text(state, "tif"));
    request->reduce_only = form_state_yes(state, "reduce_only");
    request->attempt = 1;
    form->readable = form_state_number(state, "quantity", 1, ORDER_QUANTITY_MAX, &quantity);
    form->readable &= form_state_price(state, "limit_price", &request->limit_price);
    request->quantity = (int32_t)quantity;
    if (form->tick.seq) {
        request->decision_price = form->tick.price;
        request->tick_seq = form->tick.sym_seq;
    }
}

static void refuse_price(struct form_state *state, const struct contract *contract, price_t price)
{
    char low[PRICE_TEXT_SIZE], high[PRICE_TEXT_SIZE];
    if (price <= 0 && !(contract->flags & CONTRACT_SPREAD))
        form_state_refuse(state, "limit_price", "must be above 0");
    else if (!price_on_tick(price, contract->tick))
        form_state_refuse(state, "limit_price", "not a whole number of ticks (of %s)",
                          price_format(contract->tick, low, sizeof low));
    else if (contract->limit_up && (price < contract->limit_down || price > contract->limit_up))
        form_state_refuse(state, "limit_price", "beyond the price limit (%s to %s)",
                          price_format(contract->limit_down, low, sizeof low),
                          price_format(contract->limit_up, high, sizeof high));
}

static void refuse_by_contract(struct order_form *form)
{
    struct form_state *state = dialog_values(&form->dialog);
    const struct contract *contract = &form->contract;
    bool limit = form->request.type == ORDER_LIMIT;
    int32_t most = limit ? contract->max_limit_lots : contract->max_market_lots;
    if (!(contract->flags & CONTRACT_REGISTERED))
        form_state_refuse(state, "symbol", "%s is not registered (register it first)", contract->symbol);
    if (most > 0 && form->request.quantity > most)
        form_state_refuse(state, "quantity", "%d: the exchange takes 1 to %d lots of %s", form->request.quantity, most,
                          order_type_name(form->request.type));
    if (limit && form->readable) refuse_price(state, contract, form->request.limit_price);
}

/* Refusals that a field can cure stand beside it; the others (HALTED, stale price ...) in the figures and in the
 * question. */
static void ask_guard(struct order_form *form, const struct app *app)
{
    struct form_state *state = dialog_values(&form->dialog);
    form->reject = guard_view_check(app, &form->request, form->reason);
    if (form->reject == REJECT_MAX_QUANTITY || form->reject == REJECT_MAX_POSITION ||
        form->reject == REJECT_MAX_NOTIONAL)
        form_state_refuse(state, "quantity", "%s", form->reason);
    if (form->reject == REJECT_PRICE_COLLAR) form_state_refuse(state, "limit_price", "%s", form->reason);
    if (form->reject == REJECT_WOULD_NOT_REDUCE || form->reject == REJECT_ALREADY_LEAVING)
        form_state_refuse(state, "reduce_only", "%s", form->reason);
}

/* A price to begin with: what would trade now, the best of the other side. Offered anew for another contract or side,
 * never for another market, and not once the trader has typed one. */
static void offer_price(struct order_form *form)
{
    struct form_state *state = dialog_values(&form->dialog);
    const struct form_field *field = &state->fields[form_state_index(state, "limit_price")];
    const struct tick *tick = &form->tick;
    char text[PRICE_TEXT_SIZE];
    int side = form_state_choice(state, "side") + 1;
    bool same = side == form->priced_side && strcmp(form->priced_symbol, form->contract.symbol) == 0;
    if (same || field->touched || !tick->seq) return;
    bool buy = side == SIDE_BUY;
    price_t best = buy ? tick->ask : tick->bid;
    bool there = buy ? tick->ask_quantity > 0 : tick->bid_quantity > 0;
    form_state_put(state, "limit_price", price_format(there ? best : tick->price, text, sizeof text));
    text_copy(form->priced_symbol, sizeof form->priced_symbol, form->contract.symbol);
    form->priced_side = side;
    form_refresh(form->dialog.form);
}

static void order_check(struct dialog *dialog, struct app *app)
{
    struct order_form *form = of(dialog);
    struct form_state *state = dialog_values(dialog);
    bool pre_open = app->model->market.session_state == SESSION_PRE_OPEN;
    enum order_type type = type_values[form_state_choice(state, "type")];
    form_state_choices(state, "tif", tifs_for(type, pre_open));
    form_state_disable(state, "limit_price", type == ORDER_LIMIT ? NULL : "LMT only");
    const struct quote *quote = model_quote(app->model, form_state_text(state, "symbol"));
    form->has_contract = quote != NULL;
    form->tick.seq = 0;
    if (quote) {
        form->contract = quote->contract;
        form->tick = quote->last;
        offer_price(form);
    } else {
        form_state_refuse(state, "symbol",
                          form_state_text(state, "symbol")[0] ? "unknown contract (Space lists them)" : "required");
    }
    form_set_tick(dialog->form, quote ? quote->contract.tick : PRICE_SCALE, form->tick.seq ? form->tick.price : 0);
    read_request(form, app);
    if (!form->request.account[0]) form_state_refuse(state, "symbol", "no account is selected (select one first)");
    if (pre_open && type == ORDER_RANGE_MARKET) form_state_refuse(state, "type", "MKP is not taken before the open");
    form->reject = REJECT_NONE;
    if (!form->has_contract) return;
    refuse_by_contract(form);
    if (!form->readable) return;
    ask_guard(form, app);
    preview_order(&form->request, &form->contract, form->tick.seq ? &form->tick : NULL,
                  guard_view_position(app, form->request.symbol), app->model->commission, &form->preview);
}

/* --- figures --- */

static void draw_book_side(const struct order_form *form, const struct canvas *canvas, int y, const char *name,
                           price_t price, int32_t lots, bool ours)
{
    char text[PRICE_TEXT_SIZE], line[PRICE_TEXT_SIZE + 32];
    snprintf(line, sizeof line, "%s x %d", price_format_fixed(price, form->contract.decimals, text, sizeof text), lots);
    lines_figure(canvas, y, canvas->area.width, name, ours ? ROLE_STRONG : ROLE_TEXT, lots > 0 ? line : "none");
}

static int draw_market(const struct order_form *form, const struct canvas *canvas, int y)
{
    char text[PRICE_TEXT_SIZE];
    const struct tick *tick = &form->tick;
    if (!tick->seq) {
        canvas_text(canvas, y, 0, canvas->area.width, ALIGN_LEFT, ROLE_WARNING, "no price yet");
        return y + 1;
    }
    draw_book_side(form, canvas, y++, "Best ask", tick->ask, tick->ask_quantity, form->request.side == SIDE_BUY);
    lines_figure(canvas, y++, canvas->area.width, "Last", ROLE_STRONG,
                 price_format_fixed(tick->price, form->contract.decimals, text, sizeof text));
    draw_book_side(form, canvas, y++, "Best bid", tick->bid, tick->bid_quantity, form->request.side == SIDE_SELL);
    if (tick->flags & TICK_SYNTHETIC_BOOK)
        canvas_text(canvas, y++, 0, canvas->area.width, ALIGN_LEFT, ROLE_DIM, "(book made from the trades)");
    return y;
}

static const char *lots_words(int lots, char text[LOTS_SIZE])
{
    snprintf(text, LOTS_SIZE, lots ? "%+d" : "flat", lots);
    return text;
}

static int draw_money(const struct order_form *form, const struct app *app, const struct canvas *canvas, int y)
{
    const struct order_preview *preview = &form->preview;
    const struct account *account = request_account_row(app);
    char text[PRICE_TEXT_SIZE + 16], from[LOTS_SIZE], to[LOTS_SIZE];
    int width = canvas->area.width, change = side_sign(form->request.side) * form->request.quantity;
    snprintf(text, sizeof text, "%s to %s", lots_words(preview->position - change, from),
             lots_words(preview->position, to));
    lines_figure(canvas, y++, width, "Position, lots", ROLE_STRONG, text);
    lines_figure(canvas, y++, width, "Value NT$", ROLE_TEXT, money_format(preview->notional, text, sizeof text));
    lines_figure(canvas, y++, width, "Fee and tax NT$", ROLE_TEXT, money_format(preview->cost, text, sizeof text));
    if (preview->opening < form->request.quantity)
        lines_figure(canvas, y++, width, "Realizes NT$", preview->realized >= 0 ? ROLE_PROFIT : ROLE_LOSS,
                     money_format(preview->realized, text, sizeof text));
    bool enough = !account || preview->margin <= account->margin_free;
    lines_figure(canvas, y++, width, "Margin NT$", enough ? ROLE_TEXT : ROLE_ALARM,
                 money_format(preview->margin, text, sizeof text));
    if (account)
        lines_figure(canvas, y++, width, enough ? "Free margin NT$" : "Free: not enough",
                     enough ? ROLE_TEXT : ROLE_ALARM, money_format(account->margin_free, text, sizeof text));
    return y;
}

static bool silent(const struct app *app, enum component component)
{
    const struct component_view *view = &app->model->components[component];
    return view->linked && !view->up;
}

/* What the guard's word does not help against. NULL: nothing. */
static const char *obstacle(const struct app *app)
{
    const struct market *market = &app->model->market;
    if (silent(app, COMPONENT_EXECUTOR)) return "The executor does not answer: it cannot be sent.";
    if (silent(app, COMPONENT_GATEWAY)) return "The gateway does not answer: it cannot be sent in time.";
    if (!app->model->session.logged_in) return "Not logged in: it cannot be sent.";
    if (market->venue[0] && market->session_state == SESSION_CLOSED)
        return "The market is closed: the exchange will refuse it.";
    return NULL;
}

static void order_side(const struct dialog *dialog, const struct app *app, const struct canvas *canvas)
{
    const struct order_form *form = (const struct order_form *)dialog;
    int width = canvas->area.width, y = 0;
    if (!form->has_contract) {
        y = lines_wrap(canvas, 0, 0, width, 3, ROLE_DIM,
                       "Choose a contract to see its prices and what the order costs.");
        dialog_refusals(dialog, canvas, y + 1);
        return;
    }
    canvas_format(canvas, y++, 0, width, ALIGN_LEFT, form->request.side == SIDE_BUY ? ROLE_BUY : ROLE_SELL, "%s %s %s",
                  side_name(form->request.side), form->contract.symbol, form->contract.name);
    y = draw_market(form, canvas, y);
    lines_rule(canvas, y++, 0, width);
    if (!form->readable) {
        y += lines_wrap(canvas, y, 0, width, 2, ROLE_DIM, "Type quantity and price to see cost and margin.");
        dialog_refusals(dialog, canvas, y + 1);
        return;
    }
    y = draw_money(form, app, canvas, y);
    lines_rule(canvas, y++, 0, width);
    if (form->reject != REJECT_NONE)
        lines_wrap(canvas, y, 0, width, canvas->area.height - y, ROLE_ALARM, form->reason);
    else if (obstacle(app))
        lines_wrap(canvas, y, 0, width, canvas->area.height - y, ROLE_WARNING, obstacle(app));
    else
        canvas_text(canvas, y, 0, width, ALIGN_LEFT, ROLE_OK, "✓ the guard would let it pass");
}

static void order_brief(const struct dialog *dialog, const struct app *app, char *text, size_t size)
{
    const struct order_form *form = (const struct order_form *)dialog;
    char bid[PRICE_TEXT_SIZE], ask[PRICE_TEXT_SIZE], cost[PRICE_TEXT_SIZE];
    if (!form->has_contract || !form->tick.seq)
        snprintf(text, size, "no price yet");
    else if (form->reject != REJECT_NONE)
        snprintf(text, size, "guard: %s", form->reason);
    else if (obstacle(app))
        snprintf(text, size, "%s", obstacle(app));
    else
        snprintf(
            text, size, "%s / %s%s%s", price_format_fixed(form->tick.bid, form->contract.decimals, bid, sizeof bid),
            price_format_fixed(form->tick.ask, form->contract.decimals, ask, sizeof ask),
            form->readable ? "  cost " : "", form->readable ? money_format(form->preview.cost, cost, sizeof cost) : "");
}

/* --- asking, sending --- */

/* What is sent is what the question showed, not what the form may hold by then. */
struct question {
    struct order_form *form;
    struct order_request request;
};

static void order_send(struct app *app, void *context)
{
    struct question *question = context;
    struct msg msg;
    msg_init(&msg, MSG_ORDER_COMMAND);
    msg.order_command.order = question->request;
    if (question->form->key == 0 && app->client != NULL) question->form->key = client_key(app->client);
    msg.order_command.key = question->form->key;
    dialog_send(&question->form->dialog, app, COMPONENT_EXECUTOR, &msg);
}

/* A limit far beyond the other side's best is a market order, perhaps by a wrong digit: the question says how far. */
static void beyond_best(const struct order_form *form, bool open, char *text, size_t size)
{
    const struct tick *tick = &form->tick;
    bool buy = form->request.side == SIDE_BUY;
    price_t best = buy ? tick->ask : tick->bid;
    price_t beyond = buy ? form->request.limit_price - best : best - form->request.limit_price;
    char points[PRICE_TEXT_SIZE], price[PRICE_TEXT_SIZE];
    text[0] = '\0';
    if (form->request.type != ORDER_LIMIT || !tick->seq || beyond <= 0) return;
    if ((buy ? tick->ask_quantity : tick->bid_quantity) <= 0) return;
    snprintf(text, size, "\n%s point%s %s the best %s %s%s.", price_format(beyond, points, sizeof points),
             beyond == PRICE_POINTS(1) ? "" : "s", buy ? "above" : "below", buy ? "ask" : "bid",
             price_format_fixed(best, form->contract.decimals, price, sizeof price), open ? ": it trades at once" : "");
}

static void order_submit(struct dialog *dialog, struct app *app)
{
    struct order_form *form = of(dialog);
    struct question *question = calloc(1, sizeof *question);
    char words[640], price[PRICE_TEXT_SIZE] = "market", value[PRICE_TEXT_SIZE], beyond[128];
    enum role role;
    const char *against = form->reject == REJECT_NONE ? obstacle(app) : NULL;
    CHECK(question);
    question->form = form;
    question->request = form->request;
    if (form->request.type == ORDER_LIMIT) price_format(form->request.limit_price, price, sizeof price);
    beyond_best(form, app->model->market.session_state == SESSION_OPEN, beyond, sizeof beyond);
    snprintf(words, sizeof words, "%s %d %s at %s (%s %s%s)\nValue NT$ %s, account %s, %s.%s%s%s%s%s",
             side_name(form->request.side), form->request.quantity, form->request.symbol, price,
             order_type_name(form->request.type), tif_name(form->request.tif),
             form->request.reduce_only ? ", reduce only" : "",
             money_format(form->preview.notional, value, sizeof value), form->request.account, lines_mode(app, &role),
             beyond, form->reject != REJECT_NONE ? "\nThe guard will refuse it: " : "",
             form->reject != REJECT_NONE ? form->reason : "", against ? "\n" : "", against ? against : "");
    overlay_confirm(app, "Send this order?", words, 'y', order_send, question);
}

static enum overlay_result order_replied(struct dialog *dialog, struct app *app, const struct reply *reply)
{
    const struct order_request *request = &of(dialog)->request;
    if (reply->status == ERR_EXISTS) of(dialog)->key = 0;
    if (reply->status == ERR_OK) {
        app_notice(app, ROLE_OK, "%s %.40s: %s %d %s", reply->number == 0 ? "Was sent before, once, as" : "Sent as",
                   reply->text, side_name(request->side), request->quantity, request->symbol);
        return OVERLAY_DONE;
    }
    if (reply->status == ERR_TIMEOUT)
        dialog_say(dialog, ROLE_ALARM,
                   "no answer: it may have been sent. Sending it again here asks: it stays one order");
    else if (reply->status == ERR_EXISTS)
        dialog_say(dialog, ROLE_ALARM, "the order as it was before was sent, as %.*s; sending now makes another one",
                   (int)strcspn(reply->text, ":"), reply->text);
    else
        dialog_say(dialog, ROLE_ALARM, "the executor refused: %.200s",
                   reply->text[0] ? reply->text : status_name((enum status)reply->status));
    return OVERLAY_KEEP;
}

static const struct dialog_ops ops = {
    .name = "order",
    .title = "Order ticket",
    .enter = "send (asks)",
    .specs = specs,
    .spec_count = sizeof specs / sizeof *specs,
    .side_width = SIDE_WIDTH,
    .side_height = SIDE_HEIGHT,
    .sends_orders = true,
    .check = order_check,
    .side = order_side,
    .brief = order_brief,
    .submit = order_submit,
    .replied = order_replied,
    .pick = contract_rows_pick,
};

void overlay_order_ticket(struct app *app, const char *symbol, enum side side)
{
    struct order_form *form = calloc(1, sizeof *form);
    CHECK(form);
    dialog_start(&form->dialog, &ops);
    struct form_state *state = dialog_values(&form->dialog);
    const struct quote *quote = symbol && symbol[0] ? model_quote(app->model, symbol) : contract_rows_at(app, true, 0);
    form_state_put(state, "symbol", quote ? quote->contract.symbol : "");
    form_state_put_choice(state, "side", side == SIDE_SELL ? 1 : 0);
    form_state_put(state, "quantity", "1");
    form_focus(form->dialog.form, form_state_index(state, quote ? "quantity" : "symbol"));
    dialog_open(app, &form->dialog);
}
