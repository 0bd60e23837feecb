/*
 * client_await: wait until the processes work, or one of them is given up. "Started" is a promise: a process that was
 * forked and ended at once, for a reason that only its log knows, would break it.
 */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "gateway/client_impl.h"
#include "gateway/supervisor.h"

#define ASK_US  (50 * CLOCK_MS_US)
#define WAIT_MS 10

struct seen {
    struct process_info processes[COMPONENT_COUNT + 1]; /* by component; pid 0 and not wanted: not heard of yet */
    bool known[COMPONENT_COUNT + 1];
    int64_t pid[COMPONENT_COUNT + 1]; /* of the one that said that it works */
};

static void see_process(void *context, const struct msg *msg)
{
    struct seen *seen = context;
    if (msg->id != MSG_PROCESS) return;
    seen->processes[msg->process.component] = msg->process;
    seen->known[msg->process.component] = true;
}

/* Only what is answered now: what was said before may be of the process that was given up before this wish. */
static void ask_processes(struct client *client, struct seen *seen)
{
    struct msg msg;
    struct reply reply;
    msg_init(&msg, MSG_QUERY);
    msg.query.kind = QUERY_PROCESSES;
    (void)client_call(client, COMPONENT_SUPERVISOR, &msg, see_process, seen, &reply, NULL);
}

/* Given up; or, when there is no time left, ended and about to be tried again. */
static bool failed(const struct process_info *process, bool last)
{
    bool given_up = strncmp(process->text, SUPERVISOR_GIVEN_UP, strlen(SUPERVISOR_GIVEN_UP)) == 0;
    return process->wanted && !process->running && (given_up || (last && process->restarts > 0));
}

static const char *reason(const struct process_info *process)
{
    bool given_up = strncmp(process->text, SUPERVISOR_GIVEN_UP, strlen(SUPERVISOR_GIVEN_UP)) == 0;
    return process->text + (given_up ? strlen(SUPERVISOR_GIVEN_UP) : 0);
}

/* ERR_TIMEOUT: not yet. */
static enum status look(const struct seen *seen, enum component only, bool last, struct err *err)
{
    enum status status = ERR_OK;
    for (int c = COMPONENT_EXCHANGE; c <= COMPONENT_EXECUTOR; c++) {
        const struct process_info *process = &seen->processes[c];
        bool waited_for = only != 0 ? c == (int)only : !seen->known[c] || process->wanted;
        if (waited_for && failed(process, last))
            return err_set(err, ERR_STATE, "%s: %s", component_name((enum component)c), reason(process));
        if (waited_for && (!process->running || seen->pid[c] != process->pid))
            status = err_set(err, ERR_TIMEOUT, "%s does not answer yet", component_name((enum component)c));
    }
    return status;
}

enum status client_await(struct client *client, enum component only, int timeout_ms, struct err *err)
{
    struct seen seen = {0};
    struct msg msg;
    int64_t now_us = client_now(client);
    int64_t until_us = now_us + timeout_ms * CLOCK_MS_US;
    int64_t ask_us = now_us;
    enum status status = ERR_TIMEOUT;
    while (status == ERR_TIMEOUT && now_us < until_us) {
        if (now_us >= ask_us) {
            ask_processes(client, &seen);
            ask_us = now_us + ASK_US;
        }
        client_wait(client, -1, WAIT_MS);
        while (client_next(client, &msg, NULL))
            if (msg.id == MSG_HEARTBEAT) seen.pid[msg.heartbeat.component] = msg.heartbeat.pid;
        now_us = client_now(client);
        status = look(&seen, only, now_us >= until_us, err);
    }
    return status;
}
