/* cond_explain: what a condition waits for, in numbers and in words: the pane's answer to "why has it not fired?". */
#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "core/cond.h"

#define LOTS_SIZE 24
#define MADE_SIZE (PRICE_TEXT_SIZE + 1)

static price_t not_negative(price_t distance)
{
    return distance > 0 ? distance : 0;
}

bool condition_distance(const struct condition *condition, price_t last, price_t *distance, const char **event)
{
    struct condition_levels levels;
    condition_levels(condition, &levels);
    const int sign = side_sign(condition->terms.side);
    if (condition->state == CONDITION_ARMED) {
        *distance = not_negative(sign * (last - levels.trigger));
        *event = "trigger";
        return true;
    }
    if (condition->state == CONDITION_TRIGGERED) {
        *distance = not_negative(sign * (levels.order - last));
        *event = "entry";
        return true;
    }
    if (condition->state != CONDITION_OPEN) return false;
    const price_t up = sign * (levels.take_profit - last), down = sign * (last - levels.stop_loss);
    *distance = not_negative(up < down ? up : down);
    *event = up < down ? "take profit" : "stop";
    return true;
}

static const char *lots_words(int32_t lots, char text[LOTS_SIZE])
{
    snprintf(text, LOTS_SIZE, "%d lot%s", lots, lots == 1 ? "" : "s");
    return text;
}

/* "17410 or lower": which way the level is reached. */
static const char *or_beyond(bool up)
{
    return up ? "or higher" : "or lower";
}

static int explain_waiting(const struct condition *condition, price_t last, char *buf, size_t size)
{
    struct condition_levels levels;
    condition_levels(condition, &levels);
    const bool buy = condition->terms.side == SIDE_BUY;
    char order[PRICE_TEXT_SIZE], trigger[PRICE_TEXT_SIZE], profit[PRICE_TEXT_SIZE], stop[PRICE_TEXT_SIZE],
        away[PRICE_TEXT_SIZE];
    price_format(levels.order, order, sizeof order);
    price_format(levels.trigger, trigger, sizeof trigger);
    price_format(levels.take_profit, profit, sizeof profit);
    price_format(levels.stop_loss, stop, sizeof stop);
    price_t distance = 0;
    const char *event = "";
    const bool waits = condition_distance(condition, last, &distance, &event);
    CHECK(waits);
    char far[64] = "no price yet", lots[LOTS_SIZE];
    if (last != 0) snprintf(far, sizeof far, "%s to the %s", price_format(distance, away, sizeof away), event);

    if (condition->state == CONDITION_ARMED)
        return snprintf(buf, size, "not triggered: waits for %s %s; %s", trigger, or_beyond(!buy), far);
    if (condition->state == CONDITION_TRIGGERED) {
        return snprintf(buf, size, "not entered: %s %s; waits for a turn to %s %s; %s",
                        condition->terms.following ? "follows from" : "touched", trigger, order, or_beyond(buy), far);
    }
    lots_words(condition->filled_quantity - condition->exited_quantity, lots);
    return snprintf(buf, size, "protects %s: takes profit at %s %s, stops at %s %s; %s", lots, profit, or_beyond(buy),
                    stop, or_beyond(!buy), far);
}

static int explain_entering(const struct condition *condition, char *buf, size_t size)
{
    char lots[LOTS_SIZE];
    return snprintf(buf, size, "entry of %s sent (%s): waits for the order%s",
                    lots_words(condition->terms.quantity, lots), entry_type_name(condition->terms.entry),
                    condition->cancel_requested ? "'s end, then is cancelled" : "");
}

static int explain_exiting(const struct condition *condition, char *buf, size_t size)
{
    char left[LOTS_SIZE];
    lots_words(condition->filled_quantity - condition->exited_quantity, left);
    if (condition->locked) {
        return snprintf(buf, size, "LOCKED: the exit of %s (%s) waits at the price limit, attempt %d", left,
                        leg_name(condition->exit_leg), condition->attempt);
    }
    return snprintf(buf, size, "exit of %s (%s), attempt %d: %s", left, leg_name(condition->exit_leg),
                    condition->attempt, condition->exit_working ? "waits for the order" : "to be sent again");
}

/* Two decimals where an average needs them, else none. */
static const char *short_price(price_t price, char *text, size_t size)
{
    return price_format_fixed(price, price % PRICE_SCALE == 0 ? 0 : 2, text, size);
}

/* "take profit" or "stop" when its own exits closed all that it had; else NULL. */
static const char *own_exit(const struct condition *condition)
{
    const bool profit = condition->exit_leg == LEG_TAKE_PROFIT, stop = condition->exit_leg == LEG_STOP_LOSS;
    const int32_t lots = condition->filled_quantity;
    if ((!profit && !stop) || lots == 0 || condition->exited_quantity != lots) return NULL;
    return profit ? "take profit" : "stop";
}

/* "+19": what a lot made, in points. */
static const char *made_words(const struct condition *condition, char text[MADE_SIZE])
{
    char points[PRICE_TEXT_SIZE];
    const price_t made = side_sign(condition->terms.side) * (condition->exited_value - condition->filled_value) /
                         condition->filled_quantity;
    snprintf(text, MADE_SIZE, "%s%s", made > 0 ? "+" : "", short_price(made, points, sizeof points));
    return text;
}

/* How it went, in points a lot. */
static int explain_closed(const struct condition *condition, char *buf, size_t size)
{
    char average[PRICE_TEXT_SIZE], made[MADE_SIZE];
    const char *exit = own_exit(condition);
    if (exit == NULL) { /* flattened, or by hand: what it made is told all the same */
        const bool whole = condition->filled_quantity > 0 && condition->exited_quantity == condition->filled_quantity;
        return snprintf(buf, size, "CLOSED: %s%s%s%s", condition->reason[0] != '\0' ? condition->reason : "ended",
                        whole ? ", " : "", whole ? made_words(condition, made) : "", whole ? " points a lot" : "");
    }
    return snprintf(buf, size, "CLOSED by its %s at %s: %s points a lot", exit,
                    short_price(condition->exited_value / condition->filled_quantity, average, sizeof average),
                    made_words(condition, made));
}

const char *condition_exit_words(const struct condition *condition, char *buf, size_t size)
{
    char made[MADE_SIZE];
    const char *exit = own_exit(condition);
    if (exit == NULL)
        snprintf(buf, size, "exit filled");
    else
        snprintf(buf, size, "%s filled, %s points a lot", exit, made_words(condition, made));
    return buf;
}

const char *condition_explain(const struct condition *condition, price_t last, char *buf, size_t size)
{
    CHECK(size > 0);
    int used = 0;
    const bool held = condition->suspended && !condition_terminal(condition->state);
    if (held)
        used = snprintf(buf, size, "feed is stale, %s; ",
                        condition->state == CONDITION_OPEN ? "exits may be late" : "entry is held");
    if (used < 0 || (size_t)used >= size) return buf;
    char *at = buf + used;
    const size_t left = size - (size_t)used;
    switch (condition->state) {
    case CONDITION_ARMED:
    case CONDITION_TRIGGERED:
    case CONDITION_OPEN:
        explain_waiting(condition, last, at, left);
        break;
    case CONDITION_ENTERING:
        explain_entering(condition, at, left);
        break;
    case CONDITION_EXITING:
        explain_exiting(condition, at, left);
        break;
    case CONDITION_PAUSED:
        snprintf(at, left, "paused while %s: resume it to go on", condition_state_name(condition->paused_from));
        break;
    case CONDITION_CLOSED:
        explain_closed(condition, at, left);
        break;
    case CONDITION_REJECTED:
    case CONDITION_CANCELLED:
    case CONDITION_EXPIRED:
        snprintf(at, left, "%s: %s", condition_state_name(condition->state),
                 condition->reason[0] != '\0' ? condition->reason : "ended");
        break;
    default:
        snprintf(at, left, "?");
        break;
    }
    return buf;
}
