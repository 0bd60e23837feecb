/* outcry status: one look at all of it, whether outcryd lives or not. */
#include <jansson.h>
#include <string.h>

#include "core/calendar.h"
#include "core/clock.h"
#include "core/session.h"
#include "tui/cli/command.h"
#include "tui/cli/json.h"

#define COMPONENTS 5 /* agents and the supervisor */

#define DIFFERENCES_MAX 16

struct overview {
    struct process_info processes[COMPONENTS + 1]; /* by component */
    struct heartbeat beats[COMPONENTS + 1];
    struct market market;
    struct session_info session;
    struct guard_state guard;
    bool has_market, has_session, has_guard;
    bool silent[COMPONENTS + 1];               /* runs, and does not answer */
    int64_t conditions[CONDITION_EXPIRED + 1]; /* by state */
    int64_t orders_working, orders_unknown, orders;
    int64_t positions;
    struct difference differences[DIFFERENCES_MAX];
    int difference_count;
};

static void take(void *context, const struct msg *msg)
{
    struct overview *all = context;
    switch ((int)msg->id) {
    case MSG_PROCESS:
        if (msg->process.component <= COMPONENTS) all->processes[msg->process.component] = msg->process;
        break;
    case MSG_HEARTBEAT:
        if (msg->heartbeat.component <= COMPONENTS) all->beats[msg->heartbeat.component] = msg->heartbeat;
        break;
    case MSG_MARKET:
        all->market = msg->market;
        all->has_market = true;
        break;
    case MSG_SESSION:
        all->session = msg->session;
        all->has_session = true;
        break;
    case MSG_GUARD_STATE:
        all->guard = msg->guard_state;
        all->has_guard = true;
        break;
    case MSG_CONDITION:
        all->conditions[msg->condition.state]++;
        break;
    case MSG_ORDER:
        all->orders++;
        all->orders_working += order_state_working(msg->order.state) ? 1 : 0;
        all->orders_unknown += msg->order.state == ORDER_UNKNOWN ? 1 : 0;
        break;
    case MSG_DIFFERENCE:
        if (!msg->difference.settled && all->difference_count < DIFFERENCES_MAX)
            all->differences[all->difference_count++] = msg->difference;
        break;
    case MSG_POSITION:
        all->positions += msg->position.quantity != 0 ? 1 : 0;
        break;
    default:
        break;
    }
}

/* Agents that do not run are not asked: the rest answers at once. One that does not answer hides none of the others. */
static int gather(struct cli *cli, struct overview *all)
{
    static const struct {
        enum component component;
        enum query_kind kind;
    } questions[] = {
        {COMPONENT_EXCHANGE, QUERY_STATUS},     {COMPONENT_GATEWAY, QUERY_STATUS},
        {COMPONENT_STRATEGY, QUERY_STATUS},     {COMPONENT_EXECUTOR, QUERY_STATUS},
        {COMPONENT_STRATEGY, QUERY_CONDITIONS}, {COMPONENT_EXECUTOR, QUERY_ORDERS},
        {COMPONENT_EXECUTOR, QUERY_POSITIONS},
    };
    int code = cli_query(cli, COMPONENT_SUPERVISOR, QUERY_STATUS, "", take, all);
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]) && code == CLI_OK; i++) {
        const enum component to = questions[i].component;
        struct msg msg;
        struct reply reply;
        if (!all->processes[to].running || all->silent[to]) continue;
        msg_init(&msg, MSG_QUERY);
        msg.query.kind = questions[i].kind;
        all->silent[to] = client_call(cli->client, to, &msg, take, all, &reply, NULL) != ERR_OK;
    }
    return code;
}

static json_t *process_json(const struct overview *all, int component, int64_t now_us)
{
    const struct process_info *process = &all->processes[component];
    const struct heartbeat *beat = &all->beats[component];
    struct msg msg;
    msg_init(&msg, MSG_PROCESS);
    msg.process = *process;
    json_t *object = json_from_msg(&msg);
    (void)json_object_set_new(object, "uptime_s",
                              process->running ? json_integer((now_us - process->since_us) / CLOCK_SECOND_US)
                                               : json_null());
    (void)json_object_set_new(object, "link", json_boolean(beat->time_us != 0 && !all->silent[component]));
    if (beat->time_us != 0) {
        (void)json_object_set_new(object, "peer_up", json_boolean(beat->peer_up));
        (void)json_object_set_new(object, "unconfirmed", json_integer(beat->unconfirmed));
        if (component == COMPONENT_GATEWAY) (void)json_object_set_new(object, "compared", json_boolean(beat->compared));
        (void)json_object_set_new(object, "unknown", json_integer(beat->unknown));
        (void)json_object_set_new(object, "doing", json_string(beat->text));
    }
    return object;
}

static json_t *body_json(enum msg_id id, const void *body, size_t size, bool there)
{
    struct msg msg;
    if (!there) return json_null();
    msg_init(&msg, id);
    memcpy(msg.bytes, body, size);
    return json_from_msg(&msg);
}

static void print_json(const struct overview *all, int64_t now_us)
{
    json_t *root = json_object();
    json_t *processes = json_array();
    json_t *conditions = json_object();
    (void)json_object_set_new(root, "running", json_true());
    for (int i = COMPONENT_EXCHANGE; i <= COMPONENTS; i++)
        if (all->processes[i].component != 0) (void)json_array_append_new(processes, process_json(all, i, now_us));
    for (int i = CONDITION_ARMED; i <= CONDITION_EXPIRED; i++) {
        (void)json_object_set_new(conditions, condition_state_name((enum condition_state)i),
                                  json_integer(all->conditions[i]));
    }
    (void)json_object_set_new(root, "processes", processes);
    (void)json_object_set_new(root, "market",
                              body_json(MSG_MARKET, &all->market, sizeof(all->market), all->has_market));
    (void)json_object_set_new(root, "session",
                              body_json(MSG_SESSION, &all->session, sizeof(all->session), all->has_session));
    (void)json_object_set_new(root, "guard",
                              body_json(MSG_GUARD_STATE, &all->guard, sizeof(all->guard), all->has_guard));
    (void)json_object_set_new(root, "conditions", conditions);
    (void)json_object_set_new(root, "orders",
                              json_pack("{s:I,s:I,s:I}", "today", (json_int_t)all->orders, "working",
                                        (json_int_t)all->orders_working, "unknown", (json_int_t)all->orders_unknown));
    json_t *differences = json_array();
    for (int i = 0; i < all->difference_count; i++) {
        (void)json_array_append_new(differences,
                                    body_json(MSG_DIFFERENCE, &all->differences[i], sizeof(all->differences[i]), true));
    }
    (void)json_object_set_new(root, "differences", differences);
    (void)json_object_set_new(root, "open_positions", json_integer(all->positions));
    (void)json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    fputc('\n', stdout);
    json_decref(root);
}

static void format_age(int64_t age_us, char *out, size_t size)
{
    int64_t seconds = age_us / CLOCK_SECOND_US;
    snprintf(out, size, "%lld:%02lld:%02lld", (long long)(seconds / 3600), (long long)(seconds / 60 % 60),
             (long long)(seconds % 60));
}

static void print_processes(const struct overview *all, int64_t now_us)
{
    for (int i = COMPONENT_EXCHANGE; i <= COMPONENTS; i++) {
        const struct process_info *process = &all->processes[i];
        char age[32] = "";
        if (process->component == 0) continue;
        if (process->running) format_age(now_us - process->since_us, age, sizeof(age));
        const char *words = all->silent[i]                  ? "DOES NOT ANSWER"
                            : all->beats[i].text[0] != '\0' ? all->beats[i].text
                                                            : process->text;
        printf("%-10s  %-8s  pid %-7lld  up %-9s  restarts %d  %s\n", component_name((enum component)i),
               process->running  ? "running"
               : process->wanted ? "DOWN"
                                 : "stopped",
               (long long)process->pid, process->running ? age : "-", process->restarts, words);
    }
}

static void print_market(const struct overview *all)
{
    char stamp[CALENDAR_TEXT_SIZE];
    char money[PRICE_TEXT_SIZE];
    if (all->has_market) {
        printf("market      %s  %s  session %s, %s%s%s\n", all->market.source,
               calendar_format_stamp(all->market.market_us, stamp, sizeof(stamp)),
               session_kind_name((enum session_kind)all->market.session),
               session_state_name((enum session_state)all->market.session_state), all->market.paused ? ", paused" : "",
               all->market.simulated ? ", SIMULATION" : ", LIVE");
    }
    if (all->has_market && all->market.damaged_lines > 0) {
        printf("            %lld lines of the file are no trade and were skipped; outcry.log names the first ones\n",
               (long long)all->market.damaged_lines);
    }
    if (all->has_session) {
        printf("session     %s%s  account %s\n", all->session.logged_in ? "logged in as " : "not logged in",
               all->session.logged_in ? all->session.user : "",
               all->session.account[0] != '\0' ? all->session.account : "(none selected)");
    }
    if (all->has_session && all->session.logged_in && all->session.account[0] != '\0') {
        const bool compared = all->beats[COMPONENT_GATEWAY].compared;
        if (all->difference_count > 0)
            printf("books       %d difference%s\n", all->difference_count, all->difference_count == 1 ? "" : "s");
        else
            printf("books       %s\n", compared ? "compared with the venue's, the same"
                                                : "comparing with the venue: exits go, entries wait");
    }
    if (all->has_guard) {
        printf("guard       %s  %s%s%s  day %s NT$\n", guard_mode_name(all->guard.mode), all->guard.reason,
               all->guard.actor[0] != '\0' ? "  by " : "", all->guard.actor,
               money_format(all->guard.day_pnl, money, sizeof(money)));
    }
    for (int i = 0; i < all->difference_count; i++) {
        const struct difference *d = &all->differences[i];
        if (d->client_order_id[0] != '\0') {
            printf("differs     order %s on %s is %s  ('outcry differences accept %s %s')\n", d->client_order_id,
                   d->symbol, difference_kind_name(d->kind), d->client_order_id, difference_kind_name(d->kind));
            continue;
        }
        printf("differs     %s: %+d at the venue, %+d here  ('outcry differences accept %s %d' takes the venue's)\n",
               d->symbol, d->there, d->here, d->symbol, d->there);
    }
}

static void print_text(const struct overview *all, int64_t now_us)
{
    int64_t live = 0;
    print_processes(all, now_us);
    print_market(all);
    for (int i = CONDITION_ARMED; i <= CONDITION_EXPIRED; i++)
        live += condition_terminal((enum condition_state)i) ? 0 : all->conditions[i];
    printf("conditions  %lld alive: %lld armed, %lld triggered, %lld open\n", (long long)live,
           (long long)all->conditions[CONDITION_ARMED], (long long)all->conditions[CONDITION_TRIGGERED],
           (long long)all->conditions[CONDITION_OPEN]);
    printf("orders      %lld today: %lld working, %lld of unknown outcome\n", (long long)all->orders,
           (long long)all->orders_working, (long long)all->orders_unknown);
    printf("positions   %lld open\n", (long long)all->positions);
}

/* Nothing, or what was left behind when outcryd was killed: it trades on, and must not be taken for nothing. */
static int status_without_outcryd(struct cli *cli)
{
    char names[96] = "";
    unsigned components = 0;
    json_t *left = json_array();
    (void)client_orphans(cli->settings, &components);
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_EXECUTOR; c++) {
        if ((components & (1u << c)) != 0) {
            size_t length = strlen(names);
            snprintf(names + length, sizeof(names) - length, "%s%s", length > 0 ? ", " : "",
                     component_name((enum component)c));
            (void)json_array_append_new(left, json_string(component_name((enum component)c)));
        }
    }
    if (cli->json) {
        json_t *root = json_pack("{s:b,s:O}", "running", 0, "without_outcryd", left);
        (void)json_write_line(stdout, root);
        json_decref(root);
    } else if (components == 0) {
        (void)cli_say(CLI_NOT_RUNNING, "nothing is running here; 'outcry start' starts it");
    } else {
        (void)cli_say(CLI_NOT_RUNNING,
                      "outcryd is not running, but without it: %s; 'outcry start' takes them in hand, 'outcry stop' "
                      "stops them",
                      names);
    }
    json_decref(left);
    return CLI_NOT_RUNNING;
}

int cmd_status(struct cli *cli)
{
    struct overview all;
    memset(&all, 0, sizeof(all));
    if (!client_daemon_running(cli->settings)) return status_without_outcryd(cli);
    int code = gather(cli, &all);
    if (code != CLI_OK) return code;
    int64_t now_us = clock_system()->now_us(clock_system());
    if (cli->json)
        print_json(&all, now_us);
    else
        print_text(&all, now_us);
    for (int i = COMPONENT_EXCHANGE; i <= COMPONENT_EXECUTOR; i++) code = all.silent[i] ? CLI_TIMEOUT : code;
    return code;
}
