/* Editing the guard's limits. What is allowed comes from the message's own table, so form and
 * gateway cannot disagree. */
#include "tui/overlays/form_limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "tui/overlays/dialog.h"
#include "tui/overlays/overlay.h"
#include "tui/overlays/request.h"

struct limits_form {
    struct dialog dialog; /* first */
    struct msg limits;    /* MSG_GUARD_LIMITS: what was typed */
};

/* A row's name is its field's in the message. */
static const struct form_spec specs[] = {
    {.name = "max_order_quantity",
     .label = "Lots of one order",
     .type = FORM_NUMBER,
     .cells = 14,
     .unit = "lots",
     .hint = "0 = no limit"},
    {.name = "max_position",
     .label = "Lots held of a contract",
     .type = FORM_NUMBER,
     .cells = 14,
     .unit = "lots",
     .hint = "0 = no limit"},
    {.name = "max_notional",
     .label = "Value of one order",
     .type = FORM_NUMBER,
     .cells = 14,
     .max_length = 20,
     .unit = "NT$",
     .hint = "0 = no limit"},
    {.name = "collar_bps",
     .label = "Price from the last",
     .type = FORM_NUMBER,
     .cells = 14,
     .unit = "1/100 %",
     .hint = "a limit price further away is refused; 200 = 2 %; 0 = no limit"},
    {.name = "stale_tick_ms",
     .label = "Age of the last price",
     .type = FORM_NUMBER,
     .cells = 14,
     .unit = "ms",
     .hint = "no order on a contract without a price for so long; 0 = no limit"},
    {.name = "orders_per_second",
     .label = "Orders a second",
     .type = FORM_NUMBER,
     .cells = 14,
     .hint = "in all; 0 = no limit"},
    {.name = "strategy_orders_per_second",
     .label = "  of the strategy",
     .type = FORM_NUMBER,
     .cells = 14,
     .hint = "0 = no limit"},
    {.name = "duplicate_window_ms",
     .label = "Same order again",
     .type = FORM_NUMBER,
     .cells = 14,
     .unit = "ms",
     .hint = "your same order within so long is refused; 0 = off"},
    {.name = "daily_loss",
     .label = "Loss of the day",
     .type = FORM_NUMBER,
     .cells = 14,
     .max_length = 20,
     .unit = "NT$",
     .hint = "a loss of so much ends the day: only reducing orders pass; 0 = no limit"},
};
#define COUNT ((int)(sizeof specs / sizeof *specs))

static struct limits_form *of(struct dialog *dialog)
{
    return (struct limits_form *)dialog;
}

static const struct field *field_of(int index)
{
    const struct field *field = msg_field(MSG_GUARD_LIMITS, specs[index].name);
    CHECK(field);
    return field;
}

static void limits_check(struct dialog *dialog, struct app *app)
{
    struct limits_form *form = of(dialog);
    struct form_state *state = dialog_values(dialog);
    (void)app;
    msg_init(&form->limits, MSG_GUARD_LIMITS);
    for (int i = 0; i < COUNT; i++) {
        const struct field *field = field_of(i);
        int64_t value = 0;
        bool ok = field->type == FIELD_MONEY ? form_state_money(state, specs[i].name, field->min / PRICE_SCALE,
                                                                field->max / PRICE_SCALE / 10, &value)
                                             : form_state_number(state, specs[i].name, field->min, field->max, &value);
        struct err err;
        if (ok && msg_set_number(&form->limits, field, 0, value, &err) != ERR_OK)
            form_state_refuse(state, specs[i].name, "%s", err.text);
    }
}

static const char *value_words(const struct field *field, int64_t value, char *text, size_t size)
{
    if (field->type == FIELD_MONEY) return money_format(value, text, size);
    snprintf(text, size, "%lld", (long long)value);
    return text;
}

/* One line for each limit that changes; false when none does. */
static bool changes(const struct app *app, const struct msg *wanted, char *words, size_t size)
{
    struct msg now;
    char from[PRICE_TEXT_SIZE], to[PRICE_TEXT_SIZE];
    size_t length = 0;
    msg_init(&now, MSG_GUARD_LIMITS);
    now.guard_limits = app->model->limits;
    words[0] = '\0';
    for (int i = 0; i < COUNT; i++) {
        const struct field *field = field_of(i);
        int64_t before = msg_number(&now, field, 0), after = msg_number(wanted, field, 0);
        if (before == after || length >= size) continue;
        int more =
            snprintf(words + length, size - length, "%s: %s to %s\n", specs[i].label + strspn(specs[i].label, " "),
                     value_words(field, before, from, sizeof from), value_words(field, after, to, sizeof to));
        length += more > 0 ? (size_t)more : 0;
    }
    return length > 0;
}

struct question {
    struct limits_form *form;
    struct guard_limits limits;
};

static void limits_send(struct app *app, void *context)
{
    struct question *question = context;
    struct msg msg;
    msg_init(&msg, MSG_LIMITS_COMMAND);
    msg.limits_command.limits = question->limits;
    dialog_send(&question->form->dialog, app, COMPONENT_GATEWAY, &msg);
}

static void limits_submit(struct dialog *dialog, struct app *app)
{
    struct limits_form *form = of(dialog);
    char words[1024];
    if (!changes(app, &form->limits, words, sizeof words)) {
        dialog_say(dialog, ROLE_DIM, "nothing was changed");
        return;
    }
    struct question *question = calloc(1, sizeof *question);
    CHECK(question);
    question->form = form;
    question->limits = form->limits.guard_limits;
    question->limits.time_us = app->now_us;
    text_copy(question->limits.actor, sizeof question->limits.actor, request_actor(app));
    overlay_confirm(app, "Change the guard's limits?", words, 'y', limits_send, question);
}

static const struct dialog_ops ops = {
    .name = "limits",
    .title = "The guard's limits",
    .enter = "change (asks)",
    .specs = specs,
    .spec_count = COUNT,
    .sends_orders = true,
    .check = limits_check,
    .submit = limits_submit,
};

void form_limits_open(struct app *app)
{
    struct limits_form *form = calloc(1, sizeof *form);
    struct msg now;
    char text[PRICE_TEXT_SIZE];
    CHECK(form);
    dialog_start(&form->dialog, &ops);
    msg_init(&now, MSG_GUARD_LIMITS);
    now.guard_limits = app->model->limits;
    for (int i = 0; i < COUNT; i++)
        form_state_put(dialog_values(&form->dialog), specs[i].name,
                       value_words(field_of(i), msg_number(&now, field_of(i), 0), text, sizeof text));
    dialog_open(app, &form->dialog);
}
