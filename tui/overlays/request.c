/* Requests in one place, so that each says who asked. */
#include "tui/overlays/request.h"

#include <string.h>

#include "core/text.h"

const char *request_actor(const struct app *app)
{
    return app->model->session.user[0] ? app->model->session.user : "operator";
}

bool request_control(struct app *app, enum component to, enum control_kind kind, const char *text, uint64_t *request_id)
{
    struct msg msg;
    msg_init(&msg, MSG_CONTROL);
    msg.control.kind = kind;
    text_copy(msg.control.text, sizeof msg.control.text, text);
    text_copy(msg.control.actor, sizeof msg.control.actor, request_actor(app));
    return app_send(app, to, &msg, request_id);
}

const char *request_account(const struct app *app)
{
    return app->model->session.account;
}

const struct account *request_account_row(const struct app *app)
{
    const struct model *model = app->model;
    for (size_t i = 0; i < model->account_count; i++)
        if (strcmp(model->accounts[i].account, model->session.account) == 0) return &model->accounts[i];
    return NULL;
}
