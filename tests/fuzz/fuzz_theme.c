/* fuzz_theme: any bytes as a theme: no crash; what is accepted has only styles that exist, what is refused says where. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "tui/theme_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct theme_styles styles;
    struct err err = {0};
    char *text = malloc(size + 1);
    if (!text) return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (theme_parse(text, "fuzz.ini", &styles, &err) == ERR_OK) {
        for (int role = 0; role < ROLE_COUNT; role++) {
            const struct theme_style *style = &styles.role[role];
            CHECK(style->foreground >= THEME_COLOUR_DEFAULT && style->foreground <= 255);
            CHECK(style->background >= THEME_COLOUR_DEFAULT && style->background <= 255);
            CHECK(style->flags <= (STYLE_BOLD | STYLE_DIM | STYLE_REVERSE | STYLE_UNDERLINE));
        }
    } else {
        CHECK(strncmp(err.text, "fuzz.ini:", 9) == 0);
    }
    free(text);
    return 0;
}
