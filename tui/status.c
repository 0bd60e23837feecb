/* The status line: segments with a long, a middle and a short wording, shortened in the order of the steps table until
 * they fit. Labels are dim, values carry the colour. */
#include "tui/status.h"

#include <stdio.h>
#include <string.h>

#include "core/calendar.h"
#include "core/clock.h"
#include "core/session.h"
#include "tui/format.h"

#define SILENT_US    ((int64_t)3500000) /* an agent says something each second */
#define START_US     ((int64_t)5000000) /* so long a process may take to find its peers */
#define FEED_OLD_US  ((int64_t)5000000) /* in an open session */
#define ACCOUNT_TAIL 5
#define SEGMENT_SIZE 128
#define LEVELS       3

enum { SEG_MONEY, SEG_GUARD, SEG_ACCOUNT, SEG_SESSION, SEG_FEED, SEG_LINK, SEG_ORDERS, SEG_PNL, SEG_CLOCK, SEG_COUNT };

struct segment {
    char label[LEVELS][SEGMENT_SIZE];
    char text[LEVELS][SEGMENT_SIZE];
    enum role role;
    int level; /* LEVELS: dropped */
    bool chip; /* with a ground of its own */
    bool keep; /* too grave to be dropped */
};

static void words(struct segment *segment, int level, const char *label, const char *text)
{
    for (; level < LEVELS; level++) {
        snprintf(segment->label[level], sizeof segment->label[level], "%s", label);
        snprintf(segment->text[level], sizeof segment->text[level], "%s", text);
    }
}

/* Watched by its line: a silent process is noticed within a heartbeat of it. Otherwise by what it says each second. */
static bool answers(const struct app *app, enum component component)
{
    const struct component_view *view = &app->model->components[component];
    if (!view->heard_us || view->strange) return false;
    return view->linked ? view->up : app->now_us - view->heard_us <= SILENT_US;
}

/* The first part of the chain screen - executor - gateway - exchange that does not answer, then strategy and outcryd;
 * 0 when all do. */
static enum component broken_link(const struct app *app)
{
    static const enum component chain[] = {COMPONENT_EXECUTOR, COMPONENT_GATEWAY},
                                others[] = {COMPONENT_STRATEGY, COMPONENT_SUPERVISOR};
    const struct component_view *views = app->model->components;
    for (size_t i = 0; i < sizeof chain / sizeof *chain; i++)
        if (!answers(app, chain[i])) return chain[i];
    if (!views[COMPONENT_EXECUTOR].heartbeat.peer_up) return COMPONENT_GATEWAY;
    if (!views[COMPONENT_GATEWAY].heartbeat.peer_up) return COMPONENT_EXCHANGE;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (views[others[i]].strange || (views[others[i]].linked && views[others[i]].heard_us && !views[others[i]].up))
            return others[i];
    return 0;
}

/* What kind of money it is, then what the guard allows. */
static void mode_segments(const struct app *app, struct segment *money, struct segment *guard)
{
    const struct model *model = app->model;
    money->chip = guard->chip = true;
    if (!model->market.venue[0]) {
        money->role = ROLE_READ_ONLY;
        words(money, 0, "", " STARTING ");
    } else {
        money->role = model->market.simulated ? ROLE_SIMULATION : ROLE_LIVE;
        words(money, 0, "", model->market.simulated ? " SIMULATION " : " LIVE ");
        words(money, 1, "", model->market.simulated ? " SIM " : " LIVE ");
    }
    bool halted = model->guard.mode == GUARD_HALTED, reducing = model->guard.mode == GUARD_REDUCING;
    if (halted || reducing) {
        guard->role = halted ? ROLE_HALTED : ROLE_REDUCING;
        words(guard, 0, "", halted ? " HALTED " : " REDUCING ");
    } else if (app->read_only) {
        guard->role = ROLE_READ_ONLY;
        words(guard, 0, "", " READ-ONLY ");
    }
}

/* Whose orders they are; without a session at the broker nothing can be sent, an exit neither. */
static void account_segment(const struct app *app, struct segment *segment)
{
    const struct session_info *session = &app->model->session;
    bool ascii = app->theme.ascii;
    segment->role = ROLE_STATUS;
    if (!app->model->market.venue[0]) return;
    if (session->logged_in && session->account[0]) {
        char text[SEGMENT_SIZE];
        size_t length = strlen(session->account);
        words(segment, 0, "", session->account);
        if (length > ACCOUNT_TAIL + 2) { /* its last figures tell it from another */
            snprintf(text, sizeof text, "%s%s", ascii ? ".." : "…", session->account + length - ACCOUNT_TAIL);
            words(segment, 1, "", text);
        }
        return;
    }
    segment->keep = true;
    segment->role = session->logged_in ? ROLE_WARNING : ROLE_ALARM;
    words(segment, 0, "", session->logged_in ? "no account selected" : "NOT LOGGED IN");
    words(segment, 1, "", session->logged_in ? "no account" : "NOT LOGGED IN");
}

static void session_segment(const struct app *app, struct segment *segment)
{
    const struct market *market = &app->model->market;
    char left[FORMAT_SIZE], text[SEGMENT_SIZE];
    if (!market->venue[0]) return;
    if (model_replay_ended(app->model)) { /* the clock stands, so nothing is counted down */
        segment->role = ROLE_WARNING;
        words(segment, 0, "", "Replay ended at the close");
        words(segment, 1, "", "Replay ended");
        return;
    }
    format_countdown(market->next_change_us - model_market_us(app->model, app->now_us), left);
    const char *name = market->session == SESSION_NIGHT ? "Night" : "Day";
    static const char *const next[] = {
        [SESSION_CLOSED] = "opens in", [SESSION_PRE_OPEN] = "opens in", [SESSION_OPEN] = "closes in"};
    bool known = market->session_state >= SESSION_CLOSED && market->session_state <= SESSION_OPEN;
    int state = known ? market->session_state : SESSION_CLOSED;
    segment->role = state == SESSION_OPEN ? ROLE_STATUS : ROLE_WARNING;
    if (state == SESSION_CLOSED) {
        name = "Closed";
        segment->role = ROLE_WARNING;
    } else if (state == SESSION_PRE_OPEN) {
        name = market->session == SESSION_NIGHT ? "Night pre-open" : "Day pre-open";
    }
    char played[24] = "";
    if (market->progress_permille >= 0)
        snprintf(played, sizeof played, ", %d%% played", market->progress_permille / 10);
    snprintf(text, sizeof text, "%s %s %s%s%s", name, next[state], left, played, market->paused ? ", paused" : "");
    words(segment, 0, "", text);
    snprintf(text, sizeof text, "%s %s%s", name, left, market->paused ? " paused" : "");
    words(segment, 1, "", text);
    snprintf(text, sizeof text, "%s%s", name, market->paused ? " paused" : "");
    words(segment, 2, "", text);
}

static void feed_segment(const struct app *app, struct segment *segment)
{
    const struct model *model = app->model;
    int64_t age_us = app->now_us - model->feed_us;
    char age[FORMAT_SIZE], text[SEGMENT_SIZE];
    bool running = model->market.session_state == SESSION_OPEN && !model->market.paused;
    if (!model->feed_us) {
        segment->role = ROLE_DIM;
        words(segment, 0, "feed ", "none yet");
        words(segment, 1, "feed ", "-");
        return;
    }
    bool old = running && age_us > FEED_OLD_US;
    format_age(age_us, age);
    segment->role = old ? ROLE_ALARM : ROLE_STATUS;
    snprintf(text, sizeof text, old ? "STALE %s" : "%s", age);
    words(segment, 0, "feed ", text);
    words(segment, 2, "", text);
}

/* A process of the order's way is so young that its lines may still be coming up. */
static bool starting(const struct app *app)
{
    static const enum component way[] = {COMPONENT_EXECUTOR, COMPONENT_GATEWAY, COMPONENT_EXCHANGE};
    for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
        int64_t since_us = app->model->components[way[i]].process.since_us;
        if (since_us && app->now_us - since_us < START_US) return true;
    }
    return false;
}

/* Each was there, and none is: they were stopped, or the machine's user was logged out. */
static bool all_down(const struct app *app)
{
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_SUPERVISOR; c++) {
        const struct component_view *view = &app->model->components[c];
        if (!view->heard_us || !view->linked || view->up || view->strange) return false;
    }
    return true;
}

/* Orders go through, or who does not answer, and for how long. The last two are not on an order's way: without the
 * strategy nothing is watched, without outcryd nothing is started again. */
static void link_segment(const struct app *app, struct segment *segment)
{
    enum component broken = broken_link(app);
    char text[SEGMENT_SIZE], since[FORMAT_SIZE] = "";
    if (!broken) {
        segment->role = ROLE_OK;
        words(segment, 0, "orders ", "up");
        words(segment, 2, "", "up");
        return;
    }
    if (all_down(app)) {
        segment->role = ROLE_ALARM;
        words(segment, 0, "", "ALL STOPPED: S, s starts them");
        words(segment, 1, "", "ALL STOPPED");
        words(segment, 2, "", "STOPPED");
        return;
    }
    const struct component_view *view = &app->model->components[broken];
    bool never = starting(app) ? !view->heard_us || answers(app, broken)
                               : !view->heard_us && (!view->linked || view->connecting);
    bool aside = broken == COMPONENT_STRATEGY || broken == COMPONENT_SUPERVISOR;
    const char *name = broken == COMPONENT_SUPERVISOR ? "outcryd" : component_name(broken);
    segment->role = never && !view->strange ? ROLE_WARNING : ROLE_ALARM;
    if (view->strange) {
        snprintf(text, sizeof text, "%s OF ANOTHER VERSION: outcry stop, then start it anew", name);
        words(segment, 0, "", text);
        snprintf(text, sizeof text, "%s: OTHER VERSION", name);
        words(segment, 1, "", text);
        words(segment, 2, "", "OTHER VERSION");
        return;
    }
    if (!never && view->linked && !view->up && view->age_us >= 0) format_age(view->age_us, since);
    snprintf(text, sizeof text, never ? "starting %s" : "%s DOWN%s%s", name, since[0] ? " " : "", since);
    words(segment, 0, aside || never ? "" : "orders ", text);
    snprintf(text, sizeof text, never ? "starting %s" : "%s DOWN", name);
    words(segment, 1, "", text);
    words(segment, 2, "", never ? "starting" : "DOWN");
}

static void orders_segment(const struct app *app, struct segment *segment)
{
    const struct model *model = app->model;
    int unconfirmed = 0, unknown = 0;
    char text[SEGMENT_SIZE];
    for (size_t i = 0; i < model->order_count; i++) {
        enum order_state state = model->orders[i].state;
        unconfirmed += state == ORDER_INTENT || state == ORDER_SENDING;
        unknown += state == ORDER_UNKNOWN;
    }
    const struct heartbeat *gateway = &model->components[COMPONENT_GATEWAY].heartbeat;
    unconfirmed = gateway->unconfirmed > unconfirmed ? gateway->unconfirmed : unconfirmed;
    unknown = gateway->unknown > unknown ? gateway->unknown : unknown;
    if (unknown) {
        segment->role = ROLE_ALARM;
        snprintf(text, sizeof text, "%d UNKNOWN", unknown);
        words(segment, 0, "", text);
        return;
    }
    segment->role = unconfirmed ? ROLE_WARNING : ROLE_DIM;
    snprintf(text, sizeof text, "%d unconfirmed", unconfirmed);
    words(segment, 0, "", text);
    snprintf(text, sizeof text, "%d pending", unconfirmed);
    words(segment, 1, "", unconfirmed ? text : ""); /* none is what no words mean */
}

static void pnl_segment(const struct app *app, struct segment *segment)
{
    char pnl[FORMAT_SIZE], limit[FORMAT_SIZE], label[2 * FORMAT_SIZE];
    money_t made = model_day_pnl(app->model), most = app->model->limits.daily_loss;
    format_money(made, pnl);
    segment->role = sign_role(made, ROLE_PROFIT, ROLE_LOSS);
    if (most > 0 && made <= -most)
        segment->role = ROLE_ALARM;
    else if (most > 0 && made <= -(most / 10 * 7))
        segment->role = ROLE_WARNING;
    /* The limit is a label: the one bright thing is what was made. */
    snprintf(label, sizeof label, most > 0 ? "limit -%s  P&L " : "P&L ", money_format(most, limit, sizeof limit));
    words(segment, 0, label, pnl);
    words(segment, 1, "P&L ", pnl);
    words(segment, 2, "", pnl);
}

static void clock_segment(const struct app *app, struct segment *segment)
{
    const struct market *market = &app->model->market;
    int64_t time_us = market->venue[0] ? model_market_us(app->model, app->now_us) : app->now_us;
    char stamp[CALENDAR_TEXT_SIZE], date[CALENDAR_TEXT_SIZE], text[SEGMENT_SIZE], speed[24] = "";
    if (market->venue[0] && market->speed != 1)
        snprintf(speed, sizeof speed, market->speed ? " x%d" : " full speed", market->speed);
    segment->role = ROLE_STRONG;
    calendar_format_time(time_us, stamp, sizeof stamp);
    snprintf(text, sizeof text, "%s %s%s", calendar_format_date(calendar_date(time_us), date, sizeof date), stamp,
             speed);
    words(segment, 0, "", text);
    snprintf(text, sizeof text, "%s%s", stamp, speed);
    words(segment, 1, "", text);
    words(segment, 2, "", stamp);
}

static int segment_cells(const struct segment *segment)
{
    if (segment->level >= LEVELS || !*segment->text[segment->level]) return 0;
    return text_cells(segment->label[segment->level]) + text_cells(segment->text[segment->level]);
}

static int total_cells(const struct segment *segments, int gap)
{
    int total = 0;
    for (int i = 0; i < SEG_COUNT; i++) total += segment_cells(&segments[i]) ? segment_cells(&segments[i]) + gap : 0;
    return total;
}

/* Which segment to shorten next. What is not named to LEVELS is never dropped. */
static const struct {
    int segment, level;
} steps[] = {
    {SEG_CLOCK, 1},   {SEG_SESSION, 1},      {SEG_ORDERS, 1},  {SEG_PNL, 1},          {SEG_LINK, 1},
    {SEG_ACCOUNT, 1}, {SEG_MONEY, 1},        {SEG_CLOCK, 2},   {SEG_LINK, 2},         {SEG_FEED, 2},
    {SEG_PNL, 2},     {SEG_ACCOUNT, LEVELS}, {SEG_SESSION, 2}, {SEG_SESSION, LEVELS}, {SEG_CLOCK, LEVELS},
};

static void draw_segment(const struct canvas *canvas, int y, int x, const struct segment *segment)
{
    int label = text_cells(segment->label[segment->level]), text = text_cells(segment->text[segment->level]);
    canvas_text(canvas, y, x, label, ALIGN_LEFT, ROLE_DIM, segment->label[segment->level]);
    canvas_text(canvas, y, x + label, text, ALIGN_LEFT, segment->role, segment->text[segment->level]);
}

/* "MXFH1 B 2 +43": the largest position, and how many more. */
static void held_words(const struct app *app, char *text, size_t size, enum role *role)
{
    const struct model *model = app->model;
    const struct position *largest = NULL;
    int count = 0;
    char points[FORMAT_SIZE] = "", more[24] = "";
    for (size_t i = 0; i < model->position_count; i++) {
        const struct position *position = &model->positions[i];
        int32_t lots = position->quantity < 0 ? -position->quantity : position->quantity;
        count += lots != 0;
        if (lots && (!largest || lots > (largest->quantity < 0 ? -largest->quantity : largest->quantity)))
            largest = position;
    }
    *role = ROLE_DIM;
    snprintf(text, size, "flat");
    if (!largest) return;
    struct position_pnl pnl;
    *role = ROLE_TEXT;
    if (model_position_pnl(model, largest, &pnl)) {
        format_points(pnl.points, points);
        *role = sign_role(pnl.points, ROLE_PROFIT, ROLE_LOSS);
    }
    if (count > 1) snprintf(more, sizeof more, ", %d more", count - 1);
    int32_t lots = largest->quantity;
    snprintf(text, size, "%s %s %d %s%s", largest->symbol, lots > 0 ? "B" : "S", lots > 0 ? lots : -lots, points, more);
}

static void draw_second_row(const struct app *app, const struct canvas *canvas, const struct segment *pnl)
{
    char text[96];
    enum role role;
    int width = canvas->area.width;
    held_words(app, text, sizeof text, &role);
    canvas_fill(canvas, 1, 0, width, ROLE_STATUS);
    canvas_text(canvas, 1, 1, width / 2 + 4, ALIGN_LEFT, role, text);
    canvas_text(canvas, 1, width / 2 + 5, width - width / 2 - 6, ALIGN_RIGHT, pnl->role, pnl->text[2]);
}

void status_draw(const struct app *app, const struct canvas *canvas)
{
    struct segment segments[SEG_COUNT] = {0};
    int width = canvas->area.width, gap = width < 70 ? 1 : 2;
    mode_segments(app, &segments[SEG_MONEY], &segments[SEG_GUARD]);
    account_segment(app, &segments[SEG_ACCOUNT]);
    session_segment(app, &segments[SEG_SESSION]);
    feed_segment(app, &segments[SEG_FEED]);
    link_segment(app, &segments[SEG_LINK]);
    orders_segment(app, &segments[SEG_ORDERS]);
    pnl_segment(app, &segments[SEG_PNL]);
    clock_segment(app, &segments[SEG_CLOCK]);
    if (canvas->area.height > 1) {
        draw_second_row(app, canvas, &segments[SEG_PNL]);
        segments[SEG_PNL].level = LEVELS;
    }
    for (size_t i = 0; i < sizeof steps / sizeof *steps && total_cells(segments, gap) > width; i++) {
        struct segment *segment = &segments[steps[i].segment];
        if (segment->level < steps[i].level && !(segment->keep && steps[i].level == LEVELS))
            segment->level = steps[i].level;
    }
    canvas_fill(canvas, 0, 0, width, ROLE_STATUS);
    int x = 0, right = width - 1;
    for (int i = 0; i < SEG_PNL; i++) {
        if (!segment_cells(&segments[i])) continue;
        draw_segment(canvas, 0, x, &segments[i]);
        x += segment_cells(&segments[i]) +
             (segments[i].chip && segments[i + 1].chip && segment_cells(&segments[i + 1]) ? 0 : gap);
    }
    for (int i = SEG_CLOCK; i >= SEG_PNL; i--) {
        if (!segment_cells(&segments[i])) continue;
        right -= segment_cells(&segments[i]);
        draw_segment(canvas, 0, right, &segments[i]);
        right -= gap;
    }
}

bool notice_fresh(const struct app *app)
{
    return app->notice[0] && app->now_us - app->notice_us < 8 * CLOCK_SECOND_US;
}

void notice_draw(const struct app *app, const struct canvas *canvas)
{
    char held[96];
    enum role role;
    int width = canvas->area.width;
    canvas_fill(canvas, 0, 0, width, ROLE_STATUS);
    held_words(app, held, sizeof held, &role);
    int cells = text_cells(held), room = width - 2;
    bool on_screen = app->layout.pane[PANE_POSITIONS].height > 0 || app->layout.status.height > 1;
    if (!on_screen && cells + 2 < width / 2) {
        canvas_text(canvas, 0, width - 1 - cells, cells, ALIGN_LEFT, role, held);
        room -= cells + 2;
    }
    if (app->notice[0])
        canvas_text(canvas, 0, 1, room, ALIGN_LEFT, notice_fresh(app) ? app->notice_role : ROLE_DIM, app->notice);
}
