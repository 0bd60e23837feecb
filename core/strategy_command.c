/* strategy_command: what the trader asks for: create, edit, pause, resume, cancel. Refused in words, or done whole. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "core/emit.h"
#include "core/order.h"
#include "core/strategy_impl.h"
#include "core/text.h"

struct command_row {
    enum condition_action action;
    enum status (*run)(struct strategy_step *step, const struct condition_command *command, struct strategy_row *row,
                       struct reply *reply, struct err *err);
};

static void say(struct reply *reply, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct reply *reply, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(reply->text, sizeof reply->text, format, args);
    va_end(args);
}

/* "trigger_price: 17410.5 is not ...": every refusal of the terms, and of what the strategy alone knows. */
static enum status check_terms(const struct strategy *strategy, const struct condition_terms *terms, struct err *err)
{
    const struct strategy_symbol *symbol = NULL;
    if (memchr(terms->symbol, '\0', sizeof terms->symbol) != NULL)
        symbol = strategy_symbol_find(strategy, terms->symbol);
    const struct contract *contract = symbol == NULL || symbol->contract.symbol[0] == '\0' ? NULL : &symbol->contract;
    const char *field = "";
    if (condition_terms_check(terms, contract, strategy->market.trading_day, &field, err) != ERR_OK)
        return err_prefix(err, "%s", field);
    if (contract == NULL) {
        return err_set(err, ERR_NOT_FOUND, "symbol: %s is not a registered contract (register the instrument first)",
                       terms->symbol);
    }
    if (strategy->market.trading_day == 0)
        return err_set(err, ERR_STATE, "the market's trading day is not known yet (try again in a second)");
    return ERR_OK;
}

static bool waiting(enum condition_state state)
{
    return state == CONDITION_ARMED || state == CONDITION_TRIGGERED || state == CONDITION_PAUSED;
}

static const struct strategy_key *find_key(const struct strategy *strategy, uint64_t key)
{
    for (uint32_t i = 0; key != 0 && i < STRATEGY_KEYS; i++)
        if (strategy->keys[i].key == key) return &strategy->keys[i];
    return NULL;
}

static void keep_key(struct strategy_step *step, uint64_t key, int64_t condition_id)
{
    char stream[NAME_SIZE];
    const uint32_t slot = (uint32_t)((uint64_t)condition_id % STRATEGY_KEYS);
    if (key == 0) return;
    step->strategy->keys[slot] = (struct strategy_key){.key = key, .condition_id = condition_id};
    snprintf(stream, sizeof stream, STRATEGY_KEY_PREFIX "%" PRIu32, slot);
    strategy_cursor(step, stream, key, (uint64_t)condition_id);
}

/* The first answer was lost, and it is asked for again. */
static enum status created_before(struct strategy *strategy, const struct strategy_key *key,
                                  const struct condition_terms *terms, struct reply *reply, struct err *err)
{
    struct strategy_row *row = strategy_row_find(strategy, key->condition_id);
    /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): both were made whole from zeroes */
    if (row != NULL && memcmp(&row->condition.terms, terms, sizeof *terms) != 0) {
        return err_set(err, ERR_EXISTS, "an earlier try made condition %" PRId64 " with other terms: look at it first",
                       key->condition_id);
    }
    reply->number = key->condition_id;
    say(reply, "condition %" PRId64 " was made by an earlier try: %s", key->condition_id,
        row == NULL ? "it has ended" : condition_state_name(row->condition.state));
    return ERR_OK;
}

/* Its time began when it was asked for: what only takes away (pause, cancel) is done late too. */
static enum status check_time(const struct strategy_step *step, const struct condition_command *command,
                              struct err *err)
{
    char words[REASON_SIZE];
    const int64_t live_us = step->strategy->config.time_to_live_us;
    if (!order_late(command->created_us, live_us, step->now_us, words, sizeof words)) return ERR_OK;
    return err_set(err, ERR_STATE, "%s", words);
}

static enum status create(struct strategy_step *step, const struct condition_command *command, struct strategy_row *row,
                          struct reply *reply, struct err *err)
{
    (void)row;
    struct strategy *strategy = step->strategy;
    const struct strategy_key *before = find_key(strategy, command->key);
    if (before != NULL) return created_before(strategy, before, &command->terms, reply, err);
    enum status status = check_time(step, command, err);
    if (status == ERR_OK) status = check_terms(strategy, &command->terms, err);
    if (status != ERR_OK) return status;
    if (strategy->live >= strategy->config.max_conditions)
        return err_set(err, ERR_FULL, "%" PRIu32 " conditions are live, the limit: cancel some first", strategy->live);
    struct condition condition = {.id = strategy->last_id + 1,
                                  .terms = command->terms,
                                  .trigger = command->terms.trigger_price,
                                  .created_us = step->now_us};
    strategy_set_expiry(strategy, &condition);
    if (strategy->row_count - strategy->live >= STRATEGY_ENDED_MAX)
        strategy_forget(strategy, strategy->market.trading_day, STRATEGY_ENDED_MAX / 2);
    struct strategy_row *made = strategy_row_add(strategy, &condition);
    if (made == NULL) return err_set(err, ERR_FULL, "no memory for another condition");
    made->condition.suspended = made->symbol->stale;
    strategy_transition(step, made, CONDITION_ARMED, "created");
    strategy_place(strategy, made);
    strategy_cursor(step, "conditions", 0, (uint64_t)condition.id);
    keep_key(step, command->key, condition.id);
    reply->number = condition.id;
    say(reply, "condition %" PRId64 " is armed", condition.id);
    return ERR_OK;
}

/* A condition that only gets other sizes stays where it is; another line, side or contract starts it again. */
static enum status edit(struct strategy_step *step, const struct condition_command *command, struct strategy_row *row,
                        struct reply *reply, struct err *err)
{
    struct condition *condition = &row->condition;
    if (!waiting(condition->state)) {
        return err_set(err, ERR_STATE,
                       "condition %" PRId64 " is %s: only ARMED, TRIGGERED or PAUSED ones can be edited", condition->id,
                       condition_state_name(condition->state));
    }
    enum status status = check_time(step, command, err);
    if (status == ERR_OK) status = check_terms(step->strategy, &command->terms, err);
    if (status != ERR_OK) return status;
    strategy_sync(row);
    if (!strategy_row_move(step->strategy, row, command->terms.symbol)) return err_set(err, ERR_FULL, "no memory");
    const struct condition_terms *was = &condition->terms, *now = &command->terms;
    const bool same_line = was->trigger_price == now->trigger_price && was->side == now->side &&
                           was->following == now->following && strcmp(was->symbol, now->symbol) == 0;
    condition->terms = *now;
    enum condition_state to = condition->state;
    if (!same_line) {
        condition->trigger = now->trigger_price;
        condition->paused_from = to == CONDITION_PAUSED ? CONDITION_ARMED : 0;
        if (to == CONDITION_TRIGGERED) to = CONDITION_ARMED;
    }
    condition->suspended = row->symbol->stale;
    strategy_set_expiry(step->strategy, condition);
    cond_book_lift(row->symbol->book, row->node); /* else its group's trigger would be taken for its own */
    strategy_transition(step, row, to, same_line ? "edited" : "edited: starts again at its new line");
    strategy_place(step->strategy, row);
    say(reply, "condition %" PRId64 " is edited", condition->id);
    return ERR_OK;
}

static enum status pause_condition(struct strategy_step *step, const struct condition_command *command,
                                   struct strategy_row *row, struct reply *reply, struct err *err)
{
    (void)command;
    struct condition *condition = &row->condition;
    if (condition->state != CONDITION_ARMED && condition->state != CONDITION_TRIGGERED) {
        return err_set(err, ERR_STATE, "condition %" PRId64 " is %s: only ARMED or TRIGGERED ones can be paused",
                       condition->id, condition_state_name(condition->state));
    }
    condition->paused_from = condition->state;
    strategy_transition(step, row, CONDITION_PAUSED, "paused while %s", condition_state_name(condition->paused_from));
    strategy_place(step->strategy, row);
    say(reply, "condition %" PRId64 " is paused", condition->id);
    return ERR_OK;
}

static enum status resume_condition(struct strategy_step *step, const struct condition_command *command,
                                    struct strategy_row *row, struct reply *reply, struct err *err)
{
    struct condition *condition = &row->condition;
    const enum status status = check_time(step, command, err);
    if (status != ERR_OK) return status;
    if (condition->state != CONDITION_PAUSED) {
        return err_set(err, ERR_STATE, "condition %" PRId64 " is %s: only PAUSED ones can be resumed", condition->id,
                       condition_state_name(condition->state));
    }
    const enum condition_state to = condition->paused_from;
    condition->paused_from = 0;
    strategy_transition(step, row, to, "resumed");
    strategy_place(step->strategy, row);
    say(reply, "condition %" PRId64 " is %s again", condition->id, condition_state_name(to));
    return ERR_OK;
}

static enum status cancel_condition(struct strategy_step *step, const struct condition_command *command,
                                    struct strategy_row *row, struct reply *reply, struct err *err)
{
    (void)command;
    struct condition *condition = &row->condition;
    if (waiting(condition->state)) {
        strategy_transition(step, row, CONDITION_CANCELLED, "cancelled while %s",
                            condition_state_name(condition->state));
        strategy_place(step->strategy, row);
        say(reply, "condition %" PRId64 " is cancelled", condition->id);
        return ERR_OK;
    }
    if (condition->state == CONDITION_ENTERING || (condition->state == CONDITION_OPEN && condition->entry_working)) {
        condition->cancel_requested = true;
        strategy_record(step, row);
        strategy_cancel_entry(step, row, "the condition is cancelled");
        say(reply, "condition %" PRId64 ": its entry is being cancelled; what has filled stays protected",
            condition->id);
        return ERR_OK;
    }
    if (condition->state == CONDITION_OPEN || condition->state == CONDITION_EXITING) {
        return err_set(err, ERR_STATE,
                       "condition %" PRId64 " is %s and protects %" PRId32 " lots: flatten %s to end it", condition->id,
                       condition_state_name(condition->state), condition->filled_quantity - condition->exited_quantity,
                       condition->terms.symbol);
    }
    return err_set(err, ERR_STATE, "condition %" PRId64 " is %s already", condition->id,
                   condition_state_name(condition->state));
}

static const struct command_row command_rows[] = {
    {CONDITION_CREATE, create},           {CONDITION_EDIT, edit},
    {CONDITION_PAUSE, pause_condition},   {CONDITION_RESUME, resume_condition},
    {CONDITION_CANCEL, cancel_condition},
};

static enum status run_command(struct strategy_step *step, const struct condition_command *command, struct reply *reply,
                               struct err *err)
{
    for (size_t i = 0; i < sizeof command_rows / sizeof command_rows[0]; i++) {
        if (command_rows[i].action != command->action) continue;
        struct strategy_row *row = strategy_row_find(step->strategy, command->condition_id);
        if (row == NULL && command->action != CONDITION_CREATE)
            return err_set(err, ERR_NOT_FOUND, "there is no live condition %" PRId64, command->condition_id);
        reply->number = command->condition_id;
        return command_rows[i].run(step, command, row, reply, err);
    }
    return err_set(err, ERR_INVALID, "unknown action %d", (int)command->action);
}

void strategy_on_command(struct strategy *strategy, const struct condition_command *command, int64_t now_us,
                         struct sink *sink)
{
    struct strategy_step step =
        strategy_step(strategy, sink, now_us, command->actor[0] != '\0' ? command->actor : "operator");
    struct reply reply = {.request_id = command->request_id};
    struct err err = {0};
    const enum status status = run_command(&step, command, &reply, &err);
    reply.status = (int32_t)status;
    if (status != ERR_OK) memcpy(reply.text, err.text, sizeof reply.text);
    text_clean(reply.text);
    emit(sink, PORT_REPLY, MSG_REPLY, &reply, sizeof reply);
}
