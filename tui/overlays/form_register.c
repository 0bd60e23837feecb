/* Registering: choose from everything the venue lists. The gateway subscribes to what is registered, and only that can
 * be traded. The list stays open, so that several can be registered one after the other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "tui/overlays/contract_rows.h"
#include "tui/overlays/overlay.h"
#include "tui/widgets/pick.h"
#include "tui/overlays/request.h"

struct registering {
    uint64_t request; /* 0 = not waiting */
    char symbol[SYMBOL_SIZE];
    char answer[TEXT_SIZE];
    enum role answer_role;
};

static int register_count(void *context, const struct app *app)
{
    (void)context;
    return contract_rows_count(app, false);
}

static const char *register_key(void *context, const struct app *app, int index)
{
    (void)context;
    return contract_rows_at(app, false, index)->contract.symbol;
}

static bool register_matches(void *context, const struct app *app, int index, const char *filter)
{
    (void)context;
    return contract_rows_match(contract_rows_at(app, false, index), filter);
}

static void register_draw(void *context, const struct app *app, int index, const struct canvas *line)
{
    (void)context;
    contract_rows_draw(index < 0 ? NULL : contract_rows_at(app, false, index), line);
}

/* A contract with a position or a live condition must stay subscribed: its exits hang on its ticks. */
static const char *held_by(const struct app *app, const char *symbol)
{
    for (size_t i = 0; i < app->model->position_count; i++)
        if (app->model->positions[i].quantity != 0 && strcmp(app->model->positions[i].symbol, symbol) == 0)
            return "there is a position in it";
    for (size_t i = 0; i < app->model->condition_count; i++)
        if (!condition_terminal(app->model->conditions[i].state) &&
            strcmp(app->model->conditions[i].terms.symbol, symbol) == 0)
            return "a condition waits on it";
    return NULL;
}

static enum overlay_result register_choose(void *context, struct app *app, int index)
{
    struct registering *registering = context;
    const struct contract *contract = &contract_rows_at(app, false, index)->contract;
    bool registered = contract->flags & CONTRACT_REGISTERED;
    const char *held = registered ? held_by(app, contract->symbol) : NULL;
    if (registering->request) return OVERLAY_KEEP;
    registering->answer_role = ROLE_ALARM;
    if (held) {
        snprintf(registering->answer, sizeof registering->answer, "%s stays registered: %s", contract->symbol, held);
        return OVERLAY_KEEP;
    }
    text_copy(registering->symbol, sizeof registering->symbol, contract->symbol);
    if (!request_control(app, COMPONENT_GATEWAY, registered ? CONTROL_UNREGISTER : CONTROL_REGISTER, contract->symbol,
                         &registering->request)) {
        registering->request = 0;
        text_copy(registering->answer, sizeof registering->answer, app->notice);
    } else {
        snprintf(registering->answer, sizeof registering->answer, "%s: waiting for the gateway ...", contract->symbol);
        registering->answer_role = ROLE_WARNING;
    }
    return OVERLAY_KEEP;
}

static enum overlay_result register_message(void *context, struct app *app, const struct msg *msg)
{
    (void)app;
    struct registering *registering = context;
    if (msg->id != MSG_REPLY || !registering->request || msg->reply.request_id != registering->request)
        return OVERLAY_KEEP;
    bool ok = msg->reply.status == ERR_OK;
    registering->request = 0;
    registering->answer_role = ok ? ROLE_OK : ROLE_ALARM;
    if (ok && msg->reply.text[0])
        text_copy(registering->answer, sizeof registering->answer, msg->reply.text);
    else
        snprintf(registering->answer, sizeof registering->answer, "%s: %.200s", registering->symbol,
                 msg->reply.text[0] ? msg->reply.text : status_name((enum status)msg->reply.status));
    return OVERLAY_KEEP;
}

static bool register_words(void *context, const struct app *app, int index, enum role *role, char *text, size_t size)
{
    const struct registering *registering = context;
    if (registering->answer[0]) {
        *role = registering->answer_role;
        text_copy(text, size, registering->answer);
        return true;
    }
    const struct quote *quote = index < 0 ? NULL : contract_rows_at(app, false, index);
    if (quote)
        snprintf(text, size, "%s: NT$ %d a point; %d registered", quote->contract.symbol, quote->contract.multiplier,
                 contract_rows_count(app, true));
    return quote != NULL;
}

static void register_moved(void *context, struct app *app, int index)
{
    (void)app;
    (void)index;
    struct registering *registering = context;
    if (!registering->request) registering->answer[0] = '\0';
}

static const struct pick_ops ops = {
    .title = "Register a contract",
    .enter = "register / unregister",
    .empty = "no contracts yet: log in first",
    .width = CONTRACT_ROWS_WIDTH,
    .filters = true,
    .count = register_count,
    .key = register_key,
    .matches = register_matches,
    .draw = register_draw,
    .choose = register_choose,
    .moved = register_moved,
    .words = register_words,
    .message = register_message,
    .free = free,
};

void overlay_register(struct app *app)
{
    struct registering *registering = calloc(1, sizeof *registering);
    CHECK(registering);
    pick_open(app, &ops, registering, "", NULL);
}
