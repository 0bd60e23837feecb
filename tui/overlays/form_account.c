/* Selecting the account that conditions and orders go to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "tui/format.h"
#include "tui/overlays/overlay.h"
#include "tui/widgets/pick.h"
#include "tui/overlays/request.h"

enum { ACCOUNT_CELLS = 14, HOLDER_CELLS = 16, MONEY_CELLS = 13, MARK_CELLS = 12 };

struct selecting {
    uint64_t request; /* 0 = not waiting */
    char answer[TEXT_SIZE];
    enum role answer_role;
};

static int account_count(void *context, const struct app *app)
{
    (void)context;
    return (int)app->model->account_count;
}

static const char *account_key(void *context, const struct app *app, int index)
{
    (void)context;
    return app->model->accounts[index].account;
}

static void account_draw(void *context, const struct app *app, int index, const struct canvas *line)
{
    (void)context;
    const struct account *account = index < 0 ? NULL : &app->model->accounts[index];
    enum role role = account ? ROLE_TEXT : ROLE_DIM;
    char text[PRICE_TEXT_SIZE];
    int width = line->area.width, x = ACCOUNT_CELLS;
    int needed = ACCOUNT_CELLS + 2 * MONEY_CELLS + MARK_CELLS;
    bool equity = width >= needed + MONEY_CELLS, holder = width >= needed + MONEY_CELLS + HOLDER_CELLS;
    canvas_text(line, 0, 0, ACCOUNT_CELLS - 1, ALIGN_LEFT, account ? ROLE_STRONG : ROLE_DIM,
                account ? account->account : "Account");
    if (holder) {
        canvas_text(line, 0, x, HOLDER_CELLS - 1, ALIGN_LEFT, role, account ? account->name : "Holder");
        x += HOLDER_CELLS;
    }
    if (equity) {
        canvas_number(line, 0, x, MONEY_CELLS, role,
                      account ? money_format(account->equity, text, sizeof text) : "Equity NT$");
        x += MONEY_CELLS;
    }
    canvas_number(line, 0, x, MONEY_CELLS, role,
                  account ? money_format(account->margin_free, text, sizeof text) : "Free NT$");
    x += MONEY_CELLS;
    money_t made = account ? model_account_pnl(app->model, account->account) : 0;
    if (account) format_money(made, text);
    canvas_number(line, 0, x, MONEY_CELLS, account ? sign_role(made, ROLE_PROFIT, ROLE_LOSS) : ROLE_DIM,
                  account ? text : "Day's P&L");
    x += MONEY_CELLS + 2;
    bool selected = account && strcmp(account->account, request_account(app)) == 0;
    canvas_text(line, 0, x, width - x, ALIGN_LEFT, ROLE_OK, selected ? "✓ selected" : "");
}

static enum overlay_result account_choose(void *context, struct app *app, int index)
{
    struct selecting *selecting = context;
    if (selecting->request) return OVERLAY_KEEP;
    if (request_control(app, COMPONENT_GATEWAY, CONTROL_SELECT_ACCOUNT, app->model->accounts[index].account,
                        &selecting->request)) {
        text_copy(selecting->answer, sizeof selecting->answer, "waiting for the gateway ...");
        selecting->answer_role = ROLE_WARNING;
    } else {
        selecting->request = 0;
        text_copy(selecting->answer, sizeof selecting->answer, app->notice);
        selecting->answer_role = ROLE_ALARM;
    }
    return OVERLAY_KEEP;
}

static enum overlay_result account_message(void *context, struct app *app, const struct msg *msg)
{
    (void)app;
    struct selecting *selecting = context;
    if (msg->id != MSG_REPLY || !selecting->request || msg->reply.request_id != selecting->request) return OVERLAY_KEEP;
    selecting->request = 0;
    if (msg->reply.status == ERR_OK) return OVERLAY_DONE;
    selecting->answer_role = ROLE_ALARM;
    text_copy(selecting->answer, sizeof selecting->answer,
              msg->reply.text[0] ? msg->reply.text : status_name((enum status)msg->reply.status));
    return OVERLAY_KEEP;
}

static bool account_words(void *context, const struct app *app, int index, enum role *role, char *text, size_t size)
{
    (void)index;
    const struct selecting *selecting = context;
    *role = selecting->answer[0] ? selecting->answer_role : ROLE_DIM;
    if (selecting->answer[0])
        text_copy(text, size, selecting->answer);
    else if (app->model->session.logged_in)
        snprintf(text, size, "logged in as %s at %s", app->model->session.user, app->model->session.venue);
    else
        snprintf(text, size, "not logged in");
    return true;
}

static const struct pick_ops ops = {
    .title = "Select the account",
    .enter = "select",
    .empty = "no account: log in first",
    .width = 90,
    .count = account_count,
    .key = account_key,
    .draw = account_draw,
    .choose = account_choose,
    .words = account_words,
    .message = account_message,
    .free = free,
};

void overlay_account(struct app *app)
{
    struct selecting *selecting = calloc(1, sizeof *selecting);
    CHECK(selecting);
    pick_open(app, &ops, selecting, "", request_account(app));
}
