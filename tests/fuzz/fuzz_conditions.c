/* fuzz_conditions: any bytes as a backtest's conditions file, alone and after a good header: no crash; every condition
 * that comes out may be stored and sent, what is refused says where. */
#include <stdlib.h>
#include <string.h>

#include "core/msg.h"
#include "core/text.h"
#include "gateway/backtest_conditions.h"
#include "tests/fuzz/memory_file.h"

static const char header[] =
    "symbol,side,trigger_price,turning_point,quantity,take_profit_point,stop_loss_point,following\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_row(const struct backtest_conditions *conditions, int32_t row)
{
    struct msg msg;
    struct err err;
    const char *field = "";
    CHECK(conditions->lines[row] > 1);
    CHECK(condition_terms_check(&conditions->rows[row], NULL, 0, &field, &err) == ERR_OK);
    msg_init(&msg, MSG_CONDITION_COMMAND);
    msg.condition_command.request_id = 1;
    msg.condition_command.action = CONDITION_CREATE;
    msg.condition_command.terms = conditions->rows[row];
    (void)text_copy(msg.condition_command.actor, sizeof msg.condition_command.actor, "fuzz");
    CHECK(msg_check(&msg, &err) == ERR_OK);
}

static void examine(const uint8_t *data, size_t size)
{
    struct backtest_conditions conditions;
    struct err err = {ERR_OK, ""};
    const char *path = memory_file(data, size);
    if (backtest_conditions_read(path, NULL, BASIS_FILL, &conditions, &err) != ERR_OK) {
        CHECK(conditions.rows == NULL && conditions.count == 0);
        CHECK(strncmp(err.text, path, strlen(path)) == 0 && text_valid(err.text, strlen(err.text)));
        return;
    }
    CHECK(conditions.count > 0);
    for (int32_t row = 0; row < conditions.count; row++) check_row(&conditions, row);
    backtest_conditions_free(&conditions);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    examine(data, size);
    uint8_t *whole = malloc(sizeof header - 1 + size);
    if (whole == NULL) return 0;
    memcpy(whole, header, sizeof header - 1);
    if (size > 0) memcpy(whole + sizeof header - 1, data, size);
    examine(whole, sizeof header - 1 + size);
    free(whole);
    return 0;
}
