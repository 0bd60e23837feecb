/* Logging in. The password goes to the gateway's control socket and nowhere else: it is wiped here whether the message
 * could be sent or not, so a refused login asks for it again. */
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "tui/overlays/dialog.h"
#include "tui/overlays/overlay.h"
#include "tui/overlays/request.h"
#include "tui/secrets.h"

struct login_form {
    struct dialog dialog; /* first */
};

static const struct form_spec specs[] = {
    {.name = "user",
     .label = "User",
     .type = FORM_TEXT,
     .cells = 23,
     .hint = "the name at the broker; \"demo\" on the simulated exchange"},
    {.name = "secret",
     .label = "Password",
     .type = FORM_SECRET,
     .cells = 23,
     .max_length = SECRET_SIZE - 1,
     .hint = "shown as dots, sent to the gateway alone, wiped after sending"},
};

static void login_check(struct dialog *dialog, struct app *app)
{
    (void)app;
    struct form_state *state = dialog_values(dialog);
    const char *user = form_state_text(state, "user");
    if (!user[0])
        form_state_refuse(state, "user", "required");
    else if (strlen(user) >= NAME_SIZE)
        form_state_refuse(state, "user", "too long (at most %d bytes)", NAME_SIZE - 1);
    if (!form_state_text(state, "secret")[0]) form_state_refuse(state, "secret", "required");
}

static void login_submit(struct dialog *dialog, struct app *app)
{
    struct form_state *state = dialog_values(dialog);
    struct msg msg;
    msg_init(&msg, MSG_LOGIN);
    text_copy(msg.login.user, sizeof msg.login.user, form_state_text(state, "user"));
    text_copy(msg.login.actor, sizeof msg.login.actor, request_actor(app));
    text_copy(msg.login.secret, sizeof msg.login.secret, form_state_text(state, "secret"));
    form_state_wipe(state);
    state->submitted = false;
    dialog_send(dialog, app, COMPONENT_GATEWAY, &msg);
    explicit_bzero(&msg, sizeof msg);
}

static const struct dialog_ops ops = {
    .name = "login",
    .title = "Log in",
    .enter = "log in",
    .specs = specs,
    .spec_count = sizeof specs / sizeof *specs,
    .check = login_check,
    .submit = login_submit,
};

void overlay_login(struct app *app)
{
    struct login_form *form = calloc(1, sizeof *form);
    CHECK(form);
    secrets_begin();
    dialog_start(&form->dialog, &ops);
    form_state_put(dialog_values(&form->dialog), "user", app->model->session.user);
    if (app->model->session.user[0])
        form_focus(form->dialog.form, form_state_index(dialog_values(&form->dialog), "secret"));
    if (app->model->session.logged_in)
        dialog_say(&form->dialog, ROLE_OK, "logged in as %s at %s already; this logs in anew", app->model->session.user,
                   app->model->session.venue);
    dialog_open(app, &form->dialog);
}
