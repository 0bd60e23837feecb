/* The index against the obvious: a million ways to be wrong, one naive loop to be right. Each seed runs the same random
 * conditions, prices and commands through core/cond_book and through a loop over all conditions, and compares what was
 * crossed, in which order, and every trigger. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/cond_book.h"
#include "core/cond_book_impl.h"
#include "core/rng.h"
#include "tests/support/alloc_count.h"

#define CONDITIONS 3000
#define BASE       17000

struct event {
    int64_t id;
    enum condition_state to;
    price_t trigger;
};

struct events {
    struct event items[CONDITIONS];
    size_t count;
    bool ratcheted_buy, ratcheted_sell;
};

/* One condition's rules, as core/cond.h says them, without any index. */
static void step(struct condition *c, price_t price)
{
    struct condition_levels levels;
    condition_levels(c, &levels);
    const bool buy = c->terms.side == SIDE_BUY;
    if (c->state == CONDITION_ARMED) {
        if (buy ? price <= levels.trigger : price >= levels.trigger) {
            c->state = CONDITION_TRIGGERED;
            if (c->terms.following) c->trigger = price;
        }
    } else if (c->state == CONDITION_TRIGGERED) {
        if (buy ? price >= levels.order : price <= levels.order) {
            c->state = CONDITION_OPEN;
            c->filled_quantity = c->terms.quantity;
            c->filled_value = price * c->terms.quantity;
        }
    } else if (c->state == CONDITION_OPEN) {
        const bool profit = buy ? price >= levels.take_profit : price <= levels.take_profit;
        const bool stop = buy ? price <= levels.stop_loss : price >= levels.stop_loss;
        if (profit || stop) c->state = CONDITION_CLOSED;
    }
}

static void note(struct events *events, const struct condition *c)
{
    events->items[events->count++] = (struct event){c->id, c->state, c->trigger};
}

static void naive_tick(struct condition *conditions, size_t count, price_t price, struct events *events)
{
    *events = (struct events){0};
    for (size_t i = 0; i < count; i++) {
        struct condition *c = &conditions[i];
        const enum condition_state before = c->state;
        step(c, price);
        if (c->state != before) {
            note(events, c);
        } else if (c->state == CONDITION_TRIGGERED && c->terms.following) {
            const bool buy = c->terms.side == SIDE_BUY;
            if (buy ? price < c->trigger : price > c->trigger) {
                c->trigger = price;
                *(buy ? &events->ratcheted_buy : &events->ratcheted_sell) = true;
            }
        }
    }
}

static void book_tick(struct cond_book *book, struct condition *conditions, price_t price, struct events *events)
{
    struct cond_crossing crossing;
    cond_book_cross(book, price, CROSS_ENTRIES | CROSS_EXITS, &crossing);
    *events = (struct events){.ratcheted_buy = crossing.ratcheted_buy, .ratcheted_sell = crossing.ratcheted_sell};
    for (uint32_t i = 0; i < crossing.count; i++) {
        const struct cond_crossed *crossed = &crossing.crossed[i];
        struct condition *c = &conditions[crossed->owner];
        assert_int_equal(c->id, crossed->id);
        if (crossed->grouped) c->trigger = crossed->trigger;
        const enum condition_state before = c->state;
        step(c, price);
        assert_int_not_equal(before, c->state); /* what is crossed always moves */
        note(events, c);
    }
    for (uint32_t i = 0; i < crossing.count; i++)
        cond_book_place(book, crossing.crossed[i].node, &conditions[crossing.crossed[i].owner]);
}

static void make(struct condition *c, int64_t id, struct rng *rng, int64_t spread, int64_t max_distance)
{
    memset(c, 0, sizeof *c);
    c->id = id;
    c->state = CONDITION_ARMED;
    c->terms.side = rng_chance(rng, 1, 2) ? SIDE_BUY : SIDE_SELL;
    c->terms.following = rng_chance(rng, 2, 3);
    c->terms.trigger_price = c->trigger = PRICE_POINTS(BASE + rng_range(rng, -spread, spread));
    c->terms.turning = PRICE_POINTS(rng_range(rng, c->terms.following ? 1 : 0, max_distance));
    c->terms.take_profit = PRICE_POINTS(rng_range(rng, 1, max_distance * 2));
    c->terms.stop_loss = PRICE_POINTS(rng_range(rng, 1, max_distance * 2));
    c->terms.quantity = (int32_t)rng_range(rng, 1, 5);
    c->terms.basis = rng_chance(rng, 1, 2) ? BASIS_FILL : BASIS_PLANNED;
}

struct pair_of {
    struct condition naive[CONDITIONS], booked[CONDITIONS];
    uint32_t nodes[CONDITIONS];
    size_t count;
    struct cond_book *book;
};

static void compare_events(const struct events *a, const struct events *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->ratcheted_buy, b->ratcheted_buy);
    assert_int_equal(a->ratcheted_sell, b->ratcheted_sell);
    for (size_t i = 0; i < a->count; i++) {
        assert_int_equal(a->items[i].id, b->items[i].id);
        assert_int_equal(a->items[i].to, b->items[i].to);
        assert_int_equal(a->items[i].trigger, b->items[i].trigger);
    }
}

static void compare_all(const struct pair_of *p)
{
    for (size_t i = 0; i < p->count; i++) {
        assert_int_equal(p->naive[i].state, p->booked[i].state);
        assert_int_equal(p->naive[i].trigger, cond_book_trigger(p->book, p->nodes[i], p->booked[i].trigger));
    }
}

static void book_sync(struct pair_of *p, size_t i)
{
    p->booked[i].trigger = cond_book_trigger(p->book, p->nodes[i], p->booked[i].trigger);
    cond_book_lift(p->book, p->nodes[i]);
}

/* A command: pause, resume, cancel (and reuse of its node), a fill that moves the average, an edit. */
static void command(struct pair_of *p, struct rng *rng)
{
    const size_t i = (size_t)rng_range(rng, 0, (int64_t)p->count - 1);
    struct condition *a = &p->naive[i], *b = &p->booked[i];
    const enum condition_state state = a->state;
    book_sync(p, i);
    if ((state == CONDITION_ARMED || state == CONDITION_TRIGGERED) && rng_chance(rng, 1, 2)) {
        a->paused_from = b->paused_from = state;
        a->state = b->state = CONDITION_PAUSED;
    } else if (state == CONDITION_PAUSED) {
        a->state = b->state = a->paused_from;
    } else if (state == CONDITION_OPEN) {
        a->filled_value = b->filled_value = a->filled_value + PRICE_POINTS(rng_range(rng, -3, 3));
    } else {
        make(a, a->id, rng, 60, 20);
        *b = *a;
        if (rng_chance(rng, 1, 2)) {
            cond_book_drop(p->book, p->nodes[i]);
            p->nodes[i] = cond_book_add(p->book, a->id, (uint32_t)i);
        }
    }
    cond_book_place(p->book, p->nodes[i], b);
}

static void add_one(struct pair_of *p, struct rng *rng)
{
    if (p->count == CONDITIONS) return;
    const size_t i = p->count++;
    make(&p->naive[i], (int64_t)i + 1, rng, 60, 20);
    p->booked[i] = p->naive[i];
    assert_true(cond_book_reserve(p->book, (uint32_t)p->count));
    p->nodes[i] = cond_book_add(p->book, p->naive[i].id, (uint32_t)i);
    cond_book_place(p->book, p->nodes[i], &p->booked[i]);
}

/* -> how many transitions were compared: a run that compares nothing proves nothing. */
static size_t run_seed(uint64_t seed, size_t start, int ticks, uint32_t command_percent)
{
    struct rng rng;
    rng_seed(&rng, seed);
    struct pair_of *p = calloc(1, sizeof *p);
    struct events *a = malloc(sizeof *a), *b = malloc(sizeof *b);
    assert_non_null(p);
    assert_true(a != NULL && b != NULL);
    p->book = cond_book_new();
    assert_non_null(p->book);
    for (size_t i = 0; i < start; i++) add_one(p, &rng);
    int64_t at = BASE;
    size_t compared = 0;
    for (int t = 0; t < ticks; t++) {
        at += rng_chance(&rng, 1, 50) ? rng_range(&rng, -40, 40) : rng_range(&rng, -3, 3);
        if (at < BASE - 120 || at > BASE + 120) at = BASE;
        naive_tick(p->naive, p->count, PRICE_POINTS(at), a);
        book_tick(p->book, p->booked, PRICE_POINTS(at), b);
        compare_events(a, b);
        compared += a->count;
        while (rng_chance(&rng, command_percent, 100)) command(p, &rng);
        if (rng_chance(&rng, 1, 4)) add_one(p, &rng);
        if (t % 16 == 0) compare_all(p);
    }
    compare_all(p);
    cond_book_free(p->book);
    free(p);
    free(a);
    free(b);
    return compared;
}

static void equals_the_naive_loop(void **state)
{
    (void)state;
    size_t compared = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) compared += run_seed(seed, 200, 1500, 60);
    assert_true(compared > 20000);
}

static void equals_the_naive_loop_with_thousands(void **state)
{
    (void)state;
    size_t compared = 0;
    for (uint64_t seed = 1001; seed <= 1004; seed++) compared += run_seed(seed, CONDITIONS - 100, 3000, 30);
    for (uint64_t seed = 2001; seed <= 2004; seed++) compared += run_seed(seed, CONDITIONS, 2000, 97);
    assert_true(compared > 20000);
}

static struct condition following(int64_t id, enum side side, int64_t trigger, int64_t turning)
{
    return (struct condition){.id = id,
                              .state = CONDITION_ARMED,
                              .trigger = PRICE_POINTS(trigger),
                              .terms = {.side = side,
                                        .trigger_price = PRICE_POINTS(trigger),
                                        .turning = PRICE_POINTS(turning),
                                        .take_profit = PRICE_POINTS(90),
                                        .stop_loss = PRICE_POINTS(30),
                                        .following = true,
                                        .quantity = 1,
                                        .basis = BASIS_PLANNED}};
}

/* A test worked by hand: trigger, ratchet, turn. */
static void follows_and_turns(void **state)
{
    (void)state;
    struct condition c[2] = {following(1, SIDE_BUY, 100, 15), following(2, SIDE_BUY, 90, 5)};
    struct cond_book *book = cond_book_new();
    struct events *events = malloc(sizeof *events);
    assert_true(cond_book_reserve(book, 2));
    for (uint32_t i = 0; i < 2; i++) cond_book_place(book, cond_book_add(book, c[i].id, i), &c[i]);
    book_tick(book, c, PRICE_POINTS(101), events);
    assert_int_equal(events->count, 0);
    book_tick(book, c, PRICE_POINTS(95), events); /* triggers 1, which follows at once */
    assert_int_equal(events->count, 1);
    assert_int_equal(cond_book_trigger(book, 0, c[0].trigger), PRICE_POINTS(95));
    assert_false(events->ratcheted_buy);
    book_tick(book, c, PRICE_POINTS(88), events); /* ratchets 1, triggers 2 */
    assert_int_equal(events->count, 1);
    assert_true(events->ratcheted_buy);
    assert_int_equal(cond_book_trigger(book, 0, 0), PRICE_POINTS(88));
    assert_int_equal(cond_book_trigger(book, 1, 0), PRICE_POINTS(88));
    book_tick(book, c, PRICE_POINTS(92), events);
    assert_int_equal(events->count, 0);
    book_tick(book, c, PRICE_POINTS(93), events); /* 2 turns by 5 */
    assert_int_equal(events->count, 1);
    assert_int_equal(events->items[0].id, 2);
    book_tick(book, c, PRICE_POINTS(103), events); /* 1 turns by 15 */
    assert_int_equal(events->count, 1);
    assert_int_equal(events->items[0].id, 1);
    assert_int_equal(c[0].trigger, PRICE_POINTS(88));
    free(events);
    cond_book_free(book);
}

/* Place nodes as groups at rising prices and meld them two by two: a forest as deep as it gets. Returns the extreme. */
static price_t build_deep(struct cond_book *book, const uint32_t *nodes, uint32_t count, price_t low)
{
    if (count == 1) {
        struct condition c = following(1, SIDE_BUY, 0, 50000);
        c.state = CONDITION_TRIGGERED;
        c.trigger = low;
        cond_book_place(book, nodes[0], &c);
        return low;
    }
    const price_t first = build_deep(book, nodes, count / 2, low);
    build_deep(book, nodes + count / 2, count / 2, low + PRICE_POINTS(100));
    struct cond_crossing crossing;
    cond_book_cross(book, first - 1, CROSS_ENTRIES, &crossing);
    assert_int_equal(crossing.count, 0);
    assert_true(crossing.ratcheted_buy);
    return first - 1;
}

/* Members that leave strand elements of the forest: with eight conditions more than the sixteen there are, unless they
 * are found again (without that, a CHECK ends this program). */
static void stranded_elements_come_back(void **state)
{
    (void)state;
    struct cond_book *book = cond_book_new();
    assert_true(cond_book_reserve(book, 8));
    assert_int_equal(book->capacity, 8);
    uint32_t nodes[8];
    price_t extremes[8] = {0};
    for (uint32_t i = 0; i < 8; i++) nodes[i] = cond_book_add(book, i + 1, i);
    for (uint32_t kept = 0; kept < 7; kept++) {
        uint32_t count = 1;
        while (count * 2 <= 8 - kept) count *= 2;
        extremes[kept] = build_deep(book, nodes + kept, count, PRICE_POINTS(1000) * (kept + 1));
        for (uint32_t i = kept + 1; i < kept + count; i++) cond_book_lift(book, nodes[i]);
        for (uint32_t i = 0; i <= kept; i++) assert_int_equal(cond_book_trigger(book, nodes[i], 0), extremes[i]);
    }
    assert_int_equal(book->groups_used, 16);
    cond_book_free(book);
}

/* Held entries do not move, and do not ratchet; exits do. */
static void entries_can_be_held(void **state)
{
    (void)state;
    struct condition armed = following(1, SIDE_BUY, 100, 5), open = following(2, SIDE_BUY, 100, 5);
    struct condition followed = following(3, SIDE_BUY, 100, 5);
    open.state = CONDITION_OPEN;
    open.filled_quantity = 1;
    open.filled_value = PRICE_POINTS(105);
    followed.state = CONDITION_TRIGGERED;
    struct cond_book *book = cond_book_new();
    assert_true(cond_book_reserve(book, 3));
    cond_book_place(book, cond_book_add(book, 1, 0), &armed);
    cond_book_place(book, cond_book_add(book, 2, 1), &open);
    cond_book_place(book, cond_book_add(book, 3, 2), &followed);
    struct cond_crossing crossing;
    cond_book_cross(book, PRICE_POINTS(70), CROSS_EXITS, &crossing);
    assert_int_equal(crossing.count, 1);
    assert_int_equal(crossing.crossed[0].id, 2);
    assert_int_equal(cond_book_trigger(book, 2, 0), PRICE_POINTS(100));
    cond_book_cross(book, PRICE_POINTS(70), CROSS_ENTRIES, &crossing);
    assert_int_equal(crossing.count, 1);
    assert_int_equal(crossing.crossed[0].id, 1);
    assert_true(crossing.ratcheted_buy);
    assert_int_equal(cond_book_trigger(book, 2, 0), PRICE_POINTS(70));
    cond_book_free(book);
}

/* Triggering, ratcheting, melding, turning and leaving: none of it allocates. */
static void ticks_allocate_nothing(void **state)
{
    (void)state;
    if (!alloc_counted()) {
        puts("skip: a sanitizer has taken malloc");
        skip();
    }
    struct rng rng;
    rng_seed(&rng, 7);
    static struct condition conditions[CONDITIONS];
    struct events *events = malloc(sizeof *events);
    struct cond_book *book = cond_book_new();
    assert_true(cond_book_reserve(book, CONDITIONS));
    for (uint32_t i = 0; i < CONDITIONS; i++) {
        make(&conditions[i], i + 1, &rng, 100, 20);
        cond_book_place(book, cond_book_add(book, i + 1, i), &conditions[i]);
    }
    const long before = alloc_count;
    size_t crossed = 0;
    for (int t = 0; t < 5000; t++) {
        book_tick(book, conditions, PRICE_POINTS(BASE + rng_range(&rng, -100, 100)), events);
        crossed += events->count;
    }
    assert_int_equal(alloc_count, before);
    assert_true(crossed > CONDITIONS);
    free(events);
    cond_book_free(book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_and_turns),
        cmocka_unit_test(stranded_elements_come_back),
        cmocka_unit_test(entries_can_be_held),
        cmocka_unit_test(equals_the_naive_loop),
        cmocka_unit_test(equals_the_naive_loop_with_thousands),
        cmocka_unit_test(ticks_allocate_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
