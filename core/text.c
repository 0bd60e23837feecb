/* text: what comes from outside is bytes until it has passed here. The table of the well-formed sequences is Unicode's
 * own (chapter 3.9, table 3-7): the second byte's range is what rules out overlong forms and surrogates. */
#include "core/text.h"

#include <string.h>

struct utf8_row {
    unsigned char first_low, first_high, second_low, second_high, length;
};

static const struct utf8_row utf8_rows[] = {
    {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3},
    {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

size_t text_char_length(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    if (length == 0) return 0;
    if (bytes[0] < 0x80) return 1;
    for (size_t i = 0; i < sizeof utf8_rows / sizeof utf8_rows[0]; i++) {
        const struct utf8_row *row = &utf8_rows[i];
        if (bytes[0] < row->first_low || bytes[0] > row->first_high) continue;
        if (length < row->length || bytes[1] < row->second_low || bytes[1] > row->second_high) return 0;
        for (size_t j = 2; j < row->length; j++)
            if ((bytes[j] & 0xC0) != 0x80) return 0;
        return row->length;
    }
    return 0;
}

bool text_valid(const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t step = text_char_length(text + i, length - i);
        if (step == 0 || text[i] == '\0') return false;
        i += step;
    }
    return true;
}

bool text_copy(char *target, size_t size, const char *source)
{
    size_t length = strnlen(source, size);
    bool whole = length < size;
    if (!whole) {
        length = size - 1;
        /* Back to the start of the character that does not fit. */
        while (length > 0 && ((unsigned char)source[length] & 0xC0) == 0x80) length--;
    }
    memmove(target, source, length);
    target[length] = '\0';
    return whole;
}

void text_clean(char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length;) {
        size_t step = text_char_length(text + i, length - i);
        unsigned char first = (unsigned char)text[i];
        /* U+0080..U+009F are C2 80..C2 9F: terminals obey these too. */
        bool control =
            first < 0x20 || first == 0x7F || (step == 2 && first == 0xC2 && (unsigned char)text[i + 1] < 0xA0);
        if (step == 0 || control) {
            if (step == 0) step = 1;
            memset(text + i, '?', step);
        }
        i += step;
    }
}
