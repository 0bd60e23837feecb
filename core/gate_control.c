/* gate_control: the mode and the limits. Each change says who and why, is stored before it is believed, and is seen by
 * all. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/gate_impl.h"
#include "core/session.h"

void gate_set_mode(struct gate *gate, enum guard_mode mode, const char *actor, const char *reason, int64_t now_us,
                   struct sink *sink)
{
    struct guard_state *state = &gate->state;
    if (state->mode == mode && strcmp(state->reason, reason) == 0 && strcmp(state->actor, actor) == 0) return;
    state->mode = mode;
    state->time_us = now_us;
    (void)text_copy(state->actor, sizeof state->actor, actor);
    (void)text_copy(state->reason, sizeof state->reason, reason);
    text_clean(state->reason);
    gate->published = *state;
    gate->published_us = now_us;
    emit_stored(sink, MSG_GUARD_STATE, state, sizeof *state);
    gate_risk(gate, sink, now_us, actor, REJECT_NONE, NULL, "%s by %s: %s", guard_mode_name(mode), actor,
              reason[0] == '\0' ? "no reason given" : state->reason);
}

void gate_watch_loss(struct gate *gate, int64_t now_us, struct sink *sink)
{
    char reason[REASON_SIZE];
    gate->state.day_pnl = gate->ledger.day_net;
    if (gate->state.mode != GUARD_ACTIVE || !guard_daily_loss_reached(&gate->limits, gate->ledger.day_net, reason))
        return;
    gate_set_mode(gate, GUARD_REDUCING, "guard", reason, now_us, sink);
}

static bool feed_silent(const struct gate *gate, int64_t now_us)
{
    int64_t limit_us = (int64_t)gate->limits.stale_tick_ms * 1000;
    bool should_speak = gate->market.session_state == SESSION_OPEN && !gate->market.paused;
    return limit_us > 0 && gate->market_heard_us != 0 && should_speak && now_us - gate->market_heard_us > limit_us;
}

static int64_t lots_held(const struct gate *gate)
{
    int64_t lots = 0;
    for (uint32_t i = 0; i < gate->ledger.row_count; i++) {
        const struct position *position = ledger_at(&gate->ledger, i);
        const struct ledger_sides sides = ledger_sides(&gate->ledger, position->account, position->symbol);
        lots += sides.longs + sides.shorts; /* what nets has exits too */
    }
    return lots;
}

void gate_watch_feed(struct gate *gate, int64_t now_us, struct sink *sink)
{
    if (!feed_silent(gate, now_us)) {
        if (gate->feed_alarmed)
            gate_risk(gate, sink, now_us, "guard", REJECT_NONE, NULL, "prices are back; resume when you have looked");
        gate->feed_alarmed = false;
        return;
    }
    int64_t lots = lots_held(gate);
    if (gate->feed_alarmed || lots == 0) return;
    char reason[REASON_SIZE];
    gate->feed_alarmed = true;
    snprintf(reason, sizeof reason,
             "no price for %" PRId64 " s while %" PRId64 " lots are held: exits may come too late",
             (now_us - gate->market_heard_us) / 1000000, lots);
    if (gate->state.mode == GUARD_ACTIVE)
        gate_set_mode(gate, GUARD_REDUCING, "guard", reason, now_us, sink);
    else
        gate_risk(gate, sink, now_us, "guard", REJECT_STALE_TICK, NULL, "%s", reason);
}

void gate_on_clock_jump(struct gate *gate, int64_t jump_us, int64_t now_us, struct sink *sink)
{
    char reason[REASON_SIZE];
    snprintf(reason, sizeof reason,
             "the machine's clock jumped by %+" PRId64 ".%" PRId64 " s: it was set, or the machine slept",
             jump_us / 1000000, (jump_us < 0 ? -jump_us : jump_us) / 100000 % 10);
    gate_set_mode(gate, GUARD_HALTED, "guard", reason, now_us, sink);
}

static void resume(struct gate *gate, const struct control *control, const char *actor, int64_t now_us,
                   struct sink *sink)
{
    char reason[REASON_SIZE];
    if (gate->state.orders_sent > gate->state.intents) {
        gate_reply(sink, control->request_id, ERR_STATE,
                   "more orders were sent (%" PRIu64 ") than journalled (%" PRIu64 ")", gate->state.orders_sent,
                   gate->state.intents);
        return;
    }
    if (guard_daily_loss_reached(&gate->limits, gate->ledger.day_net, reason)) {
        gate_reply(sink, control->request_id, ERR_STATE, "%s: raise the limit, or wait for the next trading day",
                   reason);
        return;
    }
    if (gate_differ_words(gate, reason, sizeof reason)) {
        gate_reply(sink, control->request_id, ERR_STATE, "%s", reason);
        return;
    }
    if (gate->feed_alarmed) {
        gate_reply(sink, control->request_id, ERR_STATE, "there are still no prices, and lots are held");
        return;
    }
    gate->reset_said = false;
    gate_set_mode(gate, GUARD_ACTIVE, actor, control->text, now_us, sink);
    gate_reply(sink, control->request_id, ERR_OK, "active");
}

void gate_on_control(struct gate *gate, const struct control *control, int64_t now_us, struct sink *sink)
{
    const char *actor = control->actor[0] == '\0' ? "operator" : control->actor;
    if (control->kind == CONTROL_HALT) {
        gate_set_mode(gate, GUARD_HALTED, actor, control->text, now_us, sink);
        gate_reply(sink, control->request_id, ERR_OK, "halted: only cancels and protective exits pass");
    } else if (control->kind == CONTROL_REDUCE) {
        gate_set_mode(gate, GUARD_REDUCING, actor, control->text, now_us, sink);
        gate_reply(sink, control->request_id, ERR_OK, "reducing: only orders that reduce a position pass");
    } else if (control->kind == CONTROL_RESUME) {
        resume(gate, control, actor, now_us, sink);
    } else if (control->kind == CONTROL_RESOLVE) {
        gate_resolve(gate, control, now_us, sink);
    } else if (control->kind == CONTROL_ACCEPT) {
        gate_accept(gate, control, now_us, sink);
    } else {
        gate_reply(sink, control->request_id, ERR_INVALID, "the gate takes halt, reduce, resume, resolve and accept");
    }
}

/* "max_position 10 -> 20" for each limit that changes. */
static void describe(const struct guard_limits *from, const struct guard_limits *to, char *text, size_t size)
{
    const struct msg_type *type = msg_type(MSG_GUARD_LIMITS);
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; type != NULL && i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        int64_t old = 0, new = 0;
        if (field->type != FIELD_I32 && field->type != FIELD_MONEY) continue;
        if (field->type == FIELD_I32) {
            int32_t a, b;
            memcpy(&a, (const char *)from + field->offset, sizeof a);
            memcpy(&b, (const char *)to + field->offset, sizeof b);
            old = a, new = b;
        } else {
            memcpy(&old, (const char *)from + field->offset, sizeof old);
            memcpy(&new, (const char *)to + field->offset, sizeof new);
            old /= PRICE_SCALE, new /= PRICE_SCALE;
        }
        if (old == new) continue;
        int length = snprintf(text + used, size - used, "%s%s %" PRId64 " -> %" PRId64, used == 0 ? "" : ", ",
                              field->name, old, new);
        if (length > 0) used += (size_t)length < size - used ? (size_t)length : size - used - 1;
    }
}

void gate_on_limits(struct gate *gate, const struct guard_limits *limits, int64_t now_us, struct sink *sink)
{
    struct err err;
    char text[TEXT_SIZE];
    if (guard_limits_check(limits, &err) != ERR_OK) {
        gate_risk(gate, sink, now_us, limits->actor, REJECT_NONE, NULL, "limits not changed: %s", err.text);
        return;
    }
    describe(&gate->limits, limits, text, sizeof text);
    gate->limits = *limits;
    gate->limits.time_us = now_us;
    emit_stored(sink, MSG_GUARD_LIMITS, &gate->limits, sizeof gate->limits);
    if (text[0] != '\0') gate_risk(gate, sink, now_us, limits->actor, REJECT_NONE, NULL, "limits: %.230s", text);
    gate_watch_loss(gate, now_us, sink);
}
