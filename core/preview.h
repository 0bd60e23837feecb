/*
 * preview: what a condition or an order would cost, risk and bring, before it is sent. The forms show it on each key.
 *
 * Rules: gross = points x multiplier x lots; cost = both sides' fee, commission and tax (contract_cost, whole NT$ of
 * tax a side); reward = gross take profit - cost, risk = gross stop loss + cost, so that both are what the account
 * would feel. The entry is taken to fill at the order level (a market order may fill worse). Margin is the initial
 * margin of what the order adds to the position.
 *
 * Does not decide: refusals are condition_terms_check's and the guard's. Nothing here is sent.
 * Unit: price_t, money_t (core/price.h), ratios in 1/1000. Saturates, never overflows. Thread: any (pure). Owner: the
 * caller.
 */
#ifndef CORE_PREVIEW_H
#define CORE_PREVIEW_H

#include "core/msg.h"

struct condition_preview {
    struct condition_levels levels;
    money_t gross_reward, gross_risk; /* before cost, both positive */
    money_t reward_cost, risk_cost;   /* entry and exit there */
    money_t reward;                   /* net; negative when cost eats it */
    money_t risk;                     /* net loss, positive */
    int64_t ratio_permille;           /* reward / risk; 0 when there is no reward */
    price_t break_even;               /* points a lot that the cost to the take profit takes, rounded up to the tick */
    money_t margin;                   /* initial, for the quantity */
    price_t to_trigger;               /* how far last is from arming: > 0 not yet there, <= 0 the next tick triggers */
    bool has_last;
};

/* last 0 = no price yet. */
void preview_condition(const struct condition_terms *terms, const struct contract *contract, price_t last,
                       money_t commission, struct condition_preview *out);

struct order_preview {
    price_t price;    /* it is taken to fill at: the limit, or the other side's best, or last */
    money_t notional; /* price x multiplier x lots */
    money_t cost;     /* this side's fee, commission and tax */
    int32_t position; /* lots after it fills whole, signed */
    int32_t opening;  /* lots of it that open or add */
    money_t margin;   /* initial, for the opening lots */
    money_t realized; /* of the closing lots, before cost */
};

/* tick and position may be NULL (none yet). */
void preview_order(const struct order_request *request, const struct contract *contract, const struct tick *tick,
                   const struct position *position, money_t commission, struct order_preview *out);

#endif
