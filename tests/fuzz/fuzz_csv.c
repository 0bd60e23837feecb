/* fuzz_csv: any bytes after a good header of the plain CSV: no crash, and every trade that comes out is one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "gateway/market/market_file.h"

static const char header[] = "datetime,symbol,price,quantity,bid,bid_quantity,ask,ask_quantity\n";

static void examine(struct market_file *file)
{
    struct market_trade trade;
    int64_t last_us = INT64_MIN, count = 0;
    while (market_file_next(file, &trade)) {
        CHECK(trade.market_us >= last_us && trade.quantity > 0);
        CHECK(trade.price > 0 || strchr(trade.symbol, '/') != NULL);
        CHECK(!trade.has_book || trade.bid_quantity > 0 || trade.ask_quantity > 0);
        last_us = trade.market_us;
        count++;
    }
    CHECK(count == market_file_count(file));
    market_file_close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct market_file *file;
    struct err err;
    if (market_file_parse("raw", data, size, NULL, &file, &err) == ERR_OK) examine(file);
    uint8_t *whole = malloc(sizeof header - 1 + size);
    if (whole == NULL) return 0;
    memcpy(whole, header, sizeof header - 1);
    if (size > 0) memcpy(whole + sizeof header - 1, data, size);
    if (market_file_parse("rows", whole, sizeof header - 1 + size, NULL, &file, &err) == ERR_OK) examine(file);
    free(whole);
    return 0;
}
