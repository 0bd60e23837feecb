/* instrument_data: the products and the facts that the exchange changes by notice, one dated row a change. A new notice
 * is a new row, never an edit: yesterday's orders are still priced with yesterday's facts. */
#include <string.h>

#include "core/instrument.h"

struct facts_row {
    const char *product;
    int32_t from; /* trading day */
    struct product_facts facts;
};

static const struct product products[] = {
    {"TXF", "TX", "TAIEX futures", "臺股期貨", 200, PRICE_POINTS(1), 0, true},
    {"MXF", "MTX", "Mini TAIEX futures", "小型臺指", 50, PRICE_POINTS(1), 0, true},
    {"TMF", "TMF", "Micro TAIEX futures", "微型臺指", 10, PRICE_POINTS(1), 0, true},
};

#define NTD(dollars)       ((money_t)(dollars)*PRICE_SCALE)
#define NTD_TENTHS(tenths) ((money_t)(tenths)*PRICE_SCALE / 10)

/* Newest first within a product. Margins: notice in force from 2025-11-04. Fees: exchange plus clearing, a side. Tax:
 * the Futures Transaction Tax Act's 2 in 100,000 for stock index futures. Lots: order size limits of the trading rules.
 */
static const struct facts_row facts_rows[] = {
    {"TXF", 20251104, {NTD(338000), NTD(259000), NTD(20), 20000, 10, 5, 100}},
    {"MXF", 20251104, {NTD(84500), NTD(64750), NTD_TENTHS(125), 20000, 10, 5, 100}},
    {"TMF", 20251104, {NTD(16900), NTD(12950), NTD(8), 20000, 10, 5, 100}},
};

const struct product *product_at(size_t index)
{
    return index < sizeof products / sizeof products[0] ? &products[index] : NULL;
}

const struct product *product_find(const char *code)
{
    for (size_t i = 0; i < sizeof products / sizeof products[0]; i++)
        if (strcmp(products[i].code, code) == 0) return &products[i];
    return NULL;
}

const struct product *product_by_file_code(const char *file_code)
{
    for (size_t i = 0; i < sizeof products / sizeof products[0]; i++)
        if (strcmp(products[i].file_code, file_code) == 0) return &products[i];
    return NULL;
}

void product_facts_on(const struct product *product, int32_t trading_day, struct product_facts *out)
{
    for (size_t i = 0; i < sizeof facts_rows / sizeof facts_rows[0]; i++) {
        if (strcmp(facts_rows[i].product, product->code) != 0) continue;
        *out = facts_rows[i].facts; /* the oldest row stays when none is old enough */
        if (facts_rows[i].from <= trading_day) return;
    }
}
