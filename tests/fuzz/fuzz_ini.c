/* fuzz_ini: any bytes as outcry.ini: no crash; what is accepted would be accepted again, what is refused says where and
 * changes nothing. */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gateway/config.h"
#include "tests/fuzz/memory_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct settings before, settings, again;
    struct err err = {ERR_OK, ""};
    const char *path = memory_file(data, size);
    settings_defaults(&before);
    settings = again = before;
    if (config_read_file(&settings, path, &err) != ERR_OK) {
        for (int id = 0; id < SETTING_COUNT; id++) {
            CHECK(settings.values[id].source == before.values[id].source);
            CHECK(strcmp(settings.values[id].text, before.values[id].text) == 0);
        }
        CHECK(strncmp(err.text, path, strlen(path)) == 0 && text_valid(err.text, strlen(err.text)));
        return 0;
    }
    for (int id = 0; id < SETTING_COUNT; id++) {
        const struct setting_value *value = &settings.values[id];
        CHECK(strnlen(value->text, sizeof value->text) < sizeof value->text);
        CHECK(settings_set(&again, setting_row((enum setting_id)id), value->text, SOURCE_FILE, &err) == ERR_OK);
        CHECK(again.values[id].number == value->number);
    }
    return 0;
}
