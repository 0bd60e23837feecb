/* fuzz_symbol: any text as a contract code, and any two as the daily file's product and month (split at the first
 * comma). */
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/instrument.h"
#include "core/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_symbol(const char *symbol)
{
    static const int32_t days[] = {20210726, 19900101, 20991231, 0, 20210231};
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        struct contract contract;
        struct err err = {ERR_OK, ""};
        if (contract_make(symbol, days[i], PRICE_POINTS(17410), &contract, &err) != ERR_OK) {
            CHECK(text_valid(err.text, strlen(err.text)) && err.text[0] != '\0');
            continue;
        }
        CHECK(strcmp(contract.symbol, symbol) == 0 && contract.last_trading_day >= days[i]);
        CHECK(contract_cost(&contract, PRICE_POINTS(17410), 1, 0) > 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    CHECK(text != NULL);
    if (size > 0) memcpy(text, data, size);
    text[size] = '\0';
    check_symbol(text);
    char *comma = strchr(text, ',');
    if (comma != NULL) {
        *comma = '\0';
        char symbol[SYMBOL_SIZE] = "";
        if (symbol_from_file(text, comma + 1, symbol, NULL) == ERR_OK) {
            CHECK(strlen(symbol) >= 4 && strlen(symbol) < SYMBOL_SIZE);
            check_symbol(symbol);
        }
    }
    free(text);
    return 0;
}
