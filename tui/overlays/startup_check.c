/* What must be true before the first trade, each in words, with the key that mends it; and starting and stopping
 * everything. */
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/clock.h"
#include "core/session.h"
#include "core/text.h"
#include "tui/overlays/contract_rows.h"
#include "tui/widgets/lines.h"
#include "tui/overlays/overlay.h"
#include "tui/overlays/request.h"

enum { ESCAPE = 27, TAB = 9, LABEL_CELLS = 23, WIDTH = 96, HEARD_S = 3 };

enum check_level { CHECK_OK, CHECK_ATTENTION, CHECK_MISSING };

struct startup {
    struct overlay overlay; /* first */
    int cursor;
    uint64_t request; /* 0 = not waiting */
    bool starting;    /* outcryd, until it is heard */
    char answer[TEXT_SIZE];
    enum role answer_role;
};

struct check_row {
    const char *label;
    const char *mend; /* what the key does */
    char key;
    enum check_level (*state)(const struct app *app, char *words, size_t size);
    void (*run)(struct app *app); /* NULL: start all */
};

/* --- the rows --- */

static bool heard(const struct app *app, enum component component)
{
    int64_t heard_us = app->model->components[component].heard_us;
    return heard_us && app->now_us - heard_us <= HEARD_S * CLOCK_SECOND_US;
}

/* What the gateway said is worth nothing while it is silent. */
static bool gateway_silent(const struct app *app, char *words, size_t size)
{
    bool silent = !heard(app, COMPONENT_GATEWAY);
    if (silent) snprintf(words, size, "not known: the gateway is silent");
    return silent;
}

static enum check_level component_state(const struct app *app, enum component component, char *words, size_t size)
{
    const struct component_view *view = &app->model->components[component];
    const struct process_info *process = &view->process;
    if (!heard(app, component)) {
        if (process->component == component && !process->wanted)
            snprintf(words, size, "stopped");
        else if (process->component == component && !process->running)
            snprintf(words, size, "not running, is started again (%d restarts)", process->restarts);
        else if (view->heard_us)
            snprintf(words, size, "silent for %lld s", (long long)((app->now_us - view->heard_us) / CLOCK_SECOND_US));
        else
            snprintf(words, size, "not running (never heard)");
        return CHECK_MISSING;
    }
    if (!view->heartbeat.peer_up && component != COMPONENT_EXCHANGE) {
        snprintf(words, size, "running, but its link is down: %.120s", view->heartbeat.text);
        return CHECK_ATTENTION;
    }
    snprintf(words, size, "running, pid %lld%s%.120s", (long long)view->heartbeat.pid,
             view->heartbeat.text[0] ? ", " : "", view->heartbeat.text);
    return CHECK_OK;
}

static enum check_level gateway_state(const struct app *app, char *words, size_t size)
{
    return component_state(app, COMPONENT_GATEWAY, words, size);
}

static enum check_level strategy_state(const struct app *app, char *words, size_t size)
{
    return component_state(app, COMPONENT_STRATEGY, words, size);
}

static enum check_level executor_state(const struct app *app, char *words, size_t size)
{
    return component_state(app, COMPONENT_EXECUTOR, words, size);
}

static enum check_level supervisor_state(const struct app *app, char *words, size_t size)
{
    if (heard(app, COMPONENT_SUPERVISOR)) return component_state(app, COMPONENT_SUPERVISOR, words, size);
    snprintf(words, size, "not running: what ends stays ended");
    return CHECK_ATTENTION;
}

static enum check_level login_state(const struct app *app, char *words, size_t size)
{
    const struct session_info *session = &app->model->session;
    if (gateway_silent(app, words, size)) return CHECK_MISSING;
    if (session->logged_in) {
        snprintf(words, size, "%s at %s", session->user, session->venue);
        return CHECK_OK;
    }
    snprintf(words, size, "not logged in%s%.120s", session->text[0] ? ": " : "", session->text);
    return CHECK_MISSING;
}

static enum check_level register_state(const struct app *app, char *words, size_t size)
{
    int count = contract_rows_count(app, true);
    if (gateway_silent(app, words, size)) return CHECK_MISSING;
    if (!count) {
        snprintf(words, size, "none: without one there are no prices");
        return CHECK_MISSING;
    }
    snprintf(words, size, "%d: %s%s", count, contract_rows_at(app, true, 0)->contract.symbol,
             count > 1 ? " and more" : "");
    return CHECK_OK;
}

static enum check_level account_state(const struct app *app, char *words, size_t size)
{
    const struct account *account = request_account_row(app);
    char margin[PRICE_TEXT_SIZE];
    if (gateway_silent(app, words, size)) return CHECK_MISSING;
    if (!request_account(app)[0]) {
        snprintf(words, size, "none selected: nothing can be ordered");
        return CHECK_MISSING;
    }
    if (account)
        snprintf(words, size, "%s, free margin NT$ %s", account->account,
                 money_format(account->margin_free, margin, sizeof margin));
    else
        snprintf(words, size, "%s", request_account(app));
    return CHECK_OK;
}

static enum check_level condition_state(const struct app *app, char *words, size_t size)
{
    int live = 0, paused = 0;
    for (size_t i = 0; i < app->model->condition_count; i++) {
        enum condition_state state = app->model->conditions[i].state;
        paused += state == CONDITION_PAUSED;
        live += !condition_terminal(state) && state != CONDITION_PAUSED;
    }
    if (live + paused == 0)
        snprintf(words, size, "none defined yet");
    else
        snprintf(words, size, "%d live, %d paused%s", live, paused,
                 heard(app, COMPONENT_STRATEGY) ? "" : ": none fires while the strategy is silent");
    return live && heard(app, COMPONENT_STRATEGY) ? CHECK_OK : CHECK_ATTENTION;
}

static enum check_level guard_words(const struct app *app, char *words, size_t size)
{
    const struct guard_state *guard = &app->model->guard;
    if (gateway_silent(app, words, size)) return CHECK_MISSING;
    if (!guard->mode) {
        snprintf(words, size, "not known yet");
        return CHECK_MISSING;
    }
    snprintf(words, size, "%s%s%.120s", guard_mode_name(guard->mode), guard->reason[0] ? ": " : "", guard->reason);
    return guard->mode == GUARD_ACTIVE ? CHECK_OK : CHECK_ATTENTION;
}

static enum check_level market_words(const struct app *app, char *words, size_t size)
{
    const struct market *market = &app->model->market;
    if (gateway_silent(app, words, size)) return CHECK_MISSING;
    if (!market->venue[0]) {
        snprintf(words, size, "not heard yet");
        return CHECK_MISSING;
    }
    snprintf(words, size, "%s, %s session %s%s", market->venue, session_kind_name((enum session_kind)market->session),
             session_state_name((enum session_state)market->session_state), market->paused ? ", paused" : "");
    return market->session_state == SESSION_OPEN && !market->paused ? CHECK_OK : CHECK_ATTENTION;
}

/* "MXFH1, TXFH1": each contract once, as many as there is room for. */
static void differing_symbols(const struct model *model, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < model->difference_count; i++) {
        const char *symbol = model->differences[i].symbol;
        size_t first = 0;
        while (strcmp(model->differences[first].symbol, symbol) != 0) first++;
        if (first < i) continue;
        const int length = snprintf(text + used, size - used, "%s%s", used ? ", " : "", symbol);
        if (length < 0 || (size_t)length >= size - used) {
            text[used] = '\0';
            return;
        }
        used += (size_t)length;
    }
}

/* The session's first comparison: until it has ended entries wait, and as long as something differs. */
static enum check_level books_words(const struct app *app, char *words, size_t size)
{
    const size_t count = app->model->difference_count;
    if (gateway_silent(app, words, size)) return CHECK_MISSING;
    if (!app->model->session.logged_in || !request_account(app)[0]) {
        snprintf(words, size, "not compared with the venue's yet");
        return CHECK_MISSING;
    }
    char symbols[128];
    differing_symbols(app->model, symbols, sizeof symbols);
    if (count > 0)
        snprintf(words, size, "%zu difference%s: %s", count, count == 1 ? "" : "s", symbols);
    else if (!app->model->components[COMPONENT_GATEWAY].heartbeat.compared)
        snprintf(words, size, "comparing with the venue: exits go, entries wait");
    else
        snprintf(words, size, "compared with the venue's, the same");
    return count > 0 || !app->model->components[COMPONENT_GATEWAY].heartbeat.compared ? CHECK_ATTENTION : CHECK_OK;
}

static void show_differences(struct app *app)
{
    overlay_differences(app);
}

static void new_condition(struct app *app)
{
    overlay_condition(app, 0);
}

static const struct check_row rows[] = {
    {"Supervisor", "start all", 's', supervisor_state, NULL},
    {"Gateway", "start all", 's', gateway_state, NULL},
    {"Strategy", "start all", 's', strategy_state, NULL},
    {"Executor", "start all", 's', executor_state, NULL},
    {"Market", "", '\0', market_words, NULL},
    {"Logged in", "log in", 'l', login_state, overlay_login},
    {"Instrument registered", "register", 'i', register_state, overlay_register},
    {"Account selected", "select", 'a', account_state, overlay_account},
    {"Books", "differences", 'd', books_words, show_differences},
    {"Conditions defined", "new", 'c', condition_state, new_condition},
    {"Guard", "open", 'u', guard_words, overlay_guard},
};
#define ROWS ((int)(sizeof rows / sizeof *rows))

/* --- drawing --- */

static void startup_size(const struct overlay *overlay, int height_most, int columns, int *height, int *width)
{
    (void)overlay;
    (void)height_most;
    *width = WIDTH < columns ? WIDTH : columns;
    *height = ROWS + 7;
}

static void draw_row(const struct startup *startup, const struct app *app, const struct canvas *canvas, int y,
                     int index)
{
    static const char *const marks[] = {"✓", "!", "✗"};
    static const enum role roles[] = {ROLE_OK, ROLE_WARNING, ROLE_ALARM};
    const struct check_row *row = &rows[index];
    char words[TEXT_SIZE] = "";
    enum check_level level = row->state(app, words, sizeof words);
    int width = canvas->area.width, mend = width >= 70 ? 13 : 2;
    int label = width < 60 ? 14 : LABEL_CELLS;
    canvas_text(canvas, y, 1, 1, ALIGN_LEFT, roles[level], marks[level]);
    canvas_text(canvas, y, 3, label - 1, ALIGN_LEFT, ROLE_TEXT, row->label);
    lines_wrap(canvas, y, 3 + label, width - 3 - label - mend - 1, 1, level == CHECK_OK ? ROLE_TEXT : roles[level],
               words);
    if (row->key) {
        canvas_format(canvas, y, width - mend, 2, ALIGN_LEFT, ROLE_KEY, "%c", row->key);
        if (mend > 2) canvas_text(canvas, y, width - mend + 2, mend - 2, ALIGN_LEFT, ROLE_DIM, row->mend);
    }
    if (index == startup->cursor) canvas_repaint(canvas, y, 0, width, ROLE_CURSOR);
}

static bool ready(const struct app *app)
{
    char words[TEXT_SIZE];
    for (int i = 0; i < ROWS; i++)
        if (rows[i].state(app, words, sizeof words) == CHECK_MISSING) return false;
    return true;
}

static void startup_draw(struct overlay *overlay, struct app *app, struct canvas canvas)
{
    static const struct key_hint hints[] = {
        {"Enter", "mend the row"}, {"s", "start all"}, {"X", "stop all (asks)"}, {"Esc", "leave"}, {NULL, NULL}};
    struct startup *startup = (struct startup *)overlay;
    if (startup->starting && heard(app, COMPONENT_SUPERVISOR)) {
        startup->starting = false;
        startup->answer[0] = '\0';
    }
    struct canvas inside = lines_frame(app, overlay, &canvas, "Start-up check", true);
    int height = inside.area.height, width = inside.area.width, foot = height >= ROWS + 3 ? 3 : 1;
    int room = height - foot, top = startup->cursor >= room ? startup->cursor - room + 1 : 0;
    for (int i = 0; i < room && top + i < ROWS; i++) draw_row(startup, app, &inside, i, top + i);
    if (foot == 3) {
        bool all = ready(app);
        lines_rule(&inside, height - 3, 0, width);
        if (startup->answer[0])
            canvas_text(&inside, height - 2, 0, width, ALIGN_LEFT, startup->answer_role, startup->answer);
        else
            canvas_text(&inside, height - 2, 0, width, ALIGN_LEFT, all ? ROLE_OK : ROLE_WARNING,
                        all ? "Ready to trade." : "Not ready: mend the rows marked with a cross.");
    }
    lines_keys(&inside, height - 1, 0, width, hints);
}

/* --- keys --- */

static void ask(struct startup *startup, struct app *app, enum control_kind kind)
{
    startup->answer_role = ROLE_WARNING;
    if (kind == CONTROL_START && !heard(app, COMPONENT_SUPERVISOR)) {
        startup->starting = app->start_system = true; /* it starts the others, or takes those in hand that run */
        text_copy(startup->answer, sizeof startup->answer, "starting outcryd ...");
        return;
    }
    if (request_control(app, COMPONENT_SUPERVISOR, kind, "all", &startup->request)) {
        text_copy(startup->answer, sizeof startup->answer, "waiting for the supervisor ...");
        return;
    }
    startup->request = 0;
    startup->answer_role = ROLE_ALARM;
    text_copy(startup->answer, sizeof startup->answer, app->notice);
}

static void stop_all(struct app *app, void *context)
{
    struct startup *const *startup = context;
    ask(*startup, app, CONTROL_STOP);
}

static void ask_stop(struct startup *startup, struct app *app)
{
    int open = 0;
    char words[TEXT_SIZE];
    struct startup **context = malloc(sizeof(struct startup *));
    CHECK(context);
    *context = startup;
    for (size_t i = 0; i < app->model->position_count; i++) open += app->model->positions[i].quantity != 0;
    snprintf(
        words, sizeof words,
        "Gateway, strategy and executor stop. No condition fires and no stop loss protects until they run again.%s",
        open ? "\nThere are open positions." : "");
    overlay_confirm(app, "Stop all components?", words, 'y', stop_all, context);
}

static void mend(struct startup *startup, struct app *app, int index)
{
    startup->answer[0] = '\0';
    if (rows[index].run)
        rows[index].run(app);
    else if (rows[index].key == 's' && !startup->request)
        ask(startup, app, CONTROL_START);
}

static void move_cursor(struct startup *startup, int step)
{
    startup->cursor = (startup->cursor + step + ROWS) % ROWS;
}

static enum overlay_result startup_key(struct overlay *overlay, struct app *app, int key, bool is_function_key)
{
    struct startup *startup = (struct startup *)overlay;
    if (is_function_key) {
        if (key == KEY_UP || key == KEY_BTAB)
            move_cursor(startup, -1);
        else if (key == KEY_DOWN)
            move_cursor(startup, 1);
        else if (key == KEY_ENTER)
            mend(startup, app, startup->cursor);
        return OVERLAY_KEEP;
    }
    if (key == ESCAPE) return OVERLAY_DONE;
    if (key == '\r' || key == '\n')
        mend(startup, app, startup->cursor);
    else if (key == 'j' || key == TAB)
        move_cursor(startup, 1);
    else if (key == 'k')
        move_cursor(startup, -1);
    else if (key == 'X' && !startup->request)
        ask_stop(startup, app);
    for (int i = 0; i < ROWS; i++) {
        if (key != rows[i].key || !rows[i].key) continue;
        mend(startup, app, i);
        break;
    }
    return OVERLAY_KEEP;
}

static enum overlay_result startup_message(struct overlay *overlay, struct app *app, const struct msg *msg)
{
    (void)app;
    struct startup *startup = (struct startup *)overlay;
    if (msg->id != MSG_REPLY || !startup->request || msg->reply.request_id != startup->request) return OVERLAY_KEEP;
    bool ok = msg->reply.status == ERR_OK;
    startup->request = 0;
    startup->answer_role = ok ? ROLE_OK : ROLE_ALARM;
    text_copy(startup->answer, sizeof startup->answer,
              msg->reply.text[0] ? msg->reply.text
              : ok               ? "done"
                                 : status_name((enum status)msg->reply.status));
    return OVERLAY_KEEP;
}

static void startup_close(struct overlay *overlay)
{
    free(overlay);
}

static const struct overlay_ops ops = {
    .name = "start-up check",
    .anchor = OVERLAY_CENTRE,
    .size = startup_size,
    .draw = startup_draw,
    .key = startup_key,
    .message = startup_message,
    .close = startup_close,
};

void overlay_startup_check(struct app *app)
{
    struct startup *startup = calloc(1, sizeof *startup);
    char words[TEXT_SIZE];
    CHECK(startup);
    startup->overlay.ops = &ops;
    for (int i = ROWS - 1; i >= 0; i--) /* to the first thing that is missing */
        if (rows[i].state(app, words, sizeof words) == CHECK_MISSING) startup->cursor = i;
    overlay_push(app, &startup->overlay);
}
