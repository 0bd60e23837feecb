/* What a tick costs with a million conditions armed, against one armed, and against the loop over all of them that the
 * index replaces: ratios measured in the same run, on the same ticks. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/clock.h"
#include "core/cond_book.h"
#include "core/rng.h"

#define MANY        1000000u
#define QUIET_TICKS 5000000
#define NAIVE_TICKS 20
#define GROUP_TICKS 1000000
#define BASE        17000

static struct condition make(int64_t id, enum side side, int64_t trigger, int64_t turning, bool following)
{
    return (struct condition){.id = id,
                              .state = CONDITION_ARMED,
                              .trigger = PRICE_POINTS(trigger),
                              .terms = {.side = side,
                                        .trigger_price = PRICE_POINTS(trigger),
                                        .turning = PRICE_POINTS(turning),
                                        .take_profit = PRICE_POINTS(90),
                                        .stop_loss = PRICE_POINTS(30),
                                        .quantity = 1,
                                        .following = following,
                                        .basis = BASIS_PLANNED}};
}

/* BUY below and SELL above a corridor of 100 points around BASE, as waiting conditions are. */
static struct condition spread_out(int64_t id, struct rng *rng)
{
    const enum side side = id % 2 == 0 ? SIDE_BUY : SIDE_SELL;
    const int64_t away = rng_range(rng, 101, 1500);
    return make(id, side, side == SIDE_BUY ? BASE - away : BASE + away, rng_range(rng, 1, 40), true);
}

static struct cond_book *book_of(const struct condition *conditions, uint32_t count)
{
    struct cond_book *book = cond_book_new();
    CHECK(book != NULL && cond_book_reserve(book, count));
    for (uint32_t i = 0; i < count; i++)
        cond_book_place(book, cond_book_add(book, conditions[i].id, i), &conditions[i]);
    return book;
}

/* Nanoseconds a tick that crosses nothing. */
static double quiet_ns(struct cond_book *book)
{
    struct cond_crossing crossing;
    uint32_t crossed = 0;
    const int64_t start_us = clock_monotonic_us();
    for (int64_t i = 0; i < QUIET_TICKS; i++) {
        cond_book_cross(book, PRICE_POINTS(BASE - 100 + i * 37 % 201), CROSS_ENTRIES | CROSS_EXITS, &crossing);
        crossed += crossing.count;
    }
    CHECK(crossed == 0);
    return (double)(clock_monotonic_us() - start_us) * 1000.0 / QUIET_TICKS;
}

/* The same tick by the loop over all conditions: levels, two comparisons, no index. */
static double naive_ns(const struct condition *conditions, uint32_t count)
{
    uint32_t crossed = 0;
    const int64_t start_us = clock_monotonic_us();
    for (int64_t i = 0; i < NAIVE_TICKS; i++) {
        const price_t price = PRICE_POINTS(BASE - 100 + i * 37 % 201);
        for (uint32_t at = 0; at < count; at++) {
            const struct condition *c = &conditions[at];
            crossed += c->terms.side == SIDE_BUY ? price <= c->trigger : price >= c->trigger;
        }
    }
    CHECK(crossed == 0);
    return (double)(clock_monotonic_us() - start_us) * 1000.0 / NAIVE_TICKS;
}

/* Nanoseconds a tick that makes a new extreme for every following condition there is. */
static double ratchet_ns(uint32_t count)
{
    struct cond_book *book = cond_book_new();
    CHECK(book != NULL && cond_book_reserve(book, count));
    for (uint32_t i = 0; i < count; i++) {
        struct condition c = make(i + 1, SIDE_BUY, BASE, 1 + i % 1000, true);
        c.state = CONDITION_TRIGGERED;
        cond_book_place(book, cond_book_add(book, c.id, i), &c);
    }
    struct cond_crossing crossing;
    const int64_t start_us = clock_monotonic_us();
    for (int64_t i = 1; i <= GROUP_TICKS; i++) {
        cond_book_cross(book, PRICE_POINTS(BASE) - i, CROSS_ENTRIES, &crossing);
        CHECK(crossing.count == 0 && crossing.ratcheted_buy);
    }
    const double ns = (double)(clock_monotonic_us() - start_us) * 1000.0 / GROUP_TICKS;
    CHECK(cond_book_trigger(book, count / 2, 0) == PRICE_POINTS(BASE) - GROUP_TICKS);
    cond_book_free(book);
    return ns;
}

/* A fall through every BUY trigger: nanoseconds a condition crossed, all of them triggered and placed again. */
static double crossing_ns(struct cond_book *book, struct condition *conditions, uint32_t *count)
{
    struct cond_crossing crossing;
    *count = 0;
    const int64_t start_us = clock_monotonic_us();
    for (int64_t price = BASE - 100; price >= BASE - 1500; price--) {
        cond_book_cross(book, PRICE_POINTS(price), CROSS_ENTRIES, &crossing);
        for (uint32_t i = 0; i < crossing.count; i++) {
            struct condition *c = &conditions[crossing.crossed[i].owner];
            c->state = CONDITION_TRIGGERED;
            c->trigger = PRICE_POINTS(price);
        }
        for (uint32_t i = 0; i < crossing.count; i++)
            cond_book_place(book, crossing.crossed[i].node, &conditions[crossing.crossed[i].owner]);
        *count += crossing.count;
    }
    return (double)(clock_monotonic_us() - start_us) * 1000.0 / (double)*count;
}

int main(void)
{
    struct rng rng;
    rng_seed(&rng, 1);
    struct condition *conditions = malloc(MANY * sizeof *conditions);
    CHECK(conditions != NULL);
    for (uint32_t i = 0; i < MANY; i++) conditions[i] = spread_out(i + 1, &rng);
    struct cond_book *one = book_of(conditions, 1), *many = book_of(conditions, MANY);
    const double one_ns = quiet_ns(one), many_ns = quiet_ns(many), loop_ns = naive_ns(conditions, MANY);
    printf("a tick, %u armed / 1 armed: %.2f (%.1f ns / %.1f ns)\n", MANY, many_ns / one_ns, many_ns, one_ns);
    printf("a tick, loop over all / index, %u armed: %.0f (%.0f ns / %.1f ns)\n", MANY, loop_ns / many_ns, loop_ns,
           many_ns);
    const double group_one_ns = ratchet_ns(1), group_many_ns = ratchet_ns(MANY);
    printf("a new extreme, %u following / 1 following: %.2f (%.1f ns / %.1f ns)\n", MANY, group_many_ns / group_one_ns,
           group_many_ns, group_one_ns);
    uint32_t crossed;
    const double crossed_ns = crossing_ns(many, conditions, &crossed);
    printf("a condition crossed, triggered and placed again, of %" PRIu32 ": %.0f ns, %.1f quiet ticks\n", crossed,
           crossed_ns, crossed_ns / many_ns);
    cond_book_free(one);
    cond_book_free(many);
    free(conditions);
    return 0;
}
