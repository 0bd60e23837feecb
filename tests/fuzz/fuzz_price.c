/* fuzz_price: any text as a price, a date and a time. What is accepted prints back to the same value. */
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/check.h"
#include "core/price.h"
#include "core/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_price(const char *text)
{
    price_t price = 77, again = 0;
    struct err err = {ERR_OK, ""};
    if (price_parse(text, &price, &err) != ERR_OK) {
        CHECK(price == 77 && text_valid(err.text, strlen(err.text)));
        return;
    }
    CHECK(price >= -PRICE_MAX && price <= PRICE_MAX);
    char buf[PRICE_TEXT_SIZE];
    CHECK(price_parse(price_format(price, buf, sizeof buf), &again, NULL) == ERR_OK && again == price);
    CHECK(price_parse(price_format_fixed(price, PRICE_DECIMALS, buf, sizeof buf), &again, NULL) == ERR_OK &&
          again == price);
    (void)money_format(price, buf, sizeof buf);
}

static void check_date_and_time(const char *text)
{
    int32_t date = 77, again = 0, seconds = -1;
    struct err err = {ERR_OK, ""};
    char buf[CALENDAR_TEXT_SIZE];
    if (calendar_parse_date(text, &date, &err) == ERR_OK) {
        CHECK(calendar_date_valid(date));
        CHECK(calendar_parse_date(calendar_format_date(date, buf, sizeof buf), &again, NULL) == ERR_OK &&
              again == date);
    } else {
        CHECK(date == 77 && text_valid(err.text, strlen(err.text)));
    }
    if (calendar_parse_time(text, &seconds, &err) == ERR_OK) CHECK(seconds >= 0 && seconds < 86400);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    CHECK(text != NULL);
    if (size > 0) memcpy(text, data, size);
    text[size] = '\0';
    check_price(text);
    check_date_and_time(text);
    text_clean(text);
    CHECK(text_valid(text, strlen(text)));
    free(text);
    return 0;
}
