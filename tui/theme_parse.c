/* A theme's lines into styles. inih splits lines; every word of a value is looked up in a table, and the first that is
 * unknown is refused with its line and what would be allowed. */
#include "tui/theme_parse.h"

#include <ini.h>
#include <stdio.h>
#include <string.h>

#define WORD_SIZE 32

struct parse {
    struct theme_styles *styles;
    bool seen[ROLE_COUNT];
    bool failed;
    char text[ERR_TEXT_SIZE]; /* the first refusal, without its place */
};

static const char *const role_names[ROLE_COUNT] = {
    [ROLE_TEXT] = "text",
    [ROLE_DIM] = "dim",
    [ROLE_STRONG] = "strong",
    [ROLE_TITLE] = "title",
    [ROLE_BORDER] = "border",
    [ROLE_BORDER_FOCUS] = "border-focus",
    [ROLE_CURSOR] = "cursor",
    [ROLE_UP] = "up",
    [ROLE_DOWN] = "down",
    [ROLE_BUY] = "buy",
    [ROLE_SELL] = "sell",
    [ROLE_PROFIT] = "profit",
    [ROLE_LOSS] = "loss",
    [ROLE_OK] = "ok",
    [ROLE_WARNING] = "warning",
    [ROLE_ALARM] = "alarm",
    [ROLE_KEY] = "key",
    [ROLE_DISABLED] = "disabled",
    [ROLE_FIELD] = "field",
    [ROLE_FIELD_FOCUS] = "field-focus",
    [ROLE_FIELD_BAD] = "field-bad",
    [ROLE_STATUS] = "status",
    [ROLE_SIMULATION] = "simulation",
    [ROLE_LIVE] = "live",
    [ROLE_REDUCING] = "reducing",
    [ROLE_HALTED] = "halted",
    [ROLE_READ_ONLY] = "read-only",
    [ROLE_SPARK] = "spark",
    [ROLE_FLASH] = "flash",
};

static const char *const colour_names[] = {"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"};

static const struct {
    const char *name;
    unsigned flag;
} attribute_names[] = {
    {"bold", STYLE_BOLD}, {"dim", STYLE_DIM}, {"reverse", STYLE_REVERSE}, {"underline", STYLE_UNDERLINE}};

const char *role_name(enum role role)
{
    return role >= 0 && role < ROLE_COUNT ? role_names[role] : "?";
}

static int role_by_name(const char *name)
{
    for (int role = 0; role < ROLE_COUNT; role++)
        if (!strcmp(role_names[role], name)) return role;
    return -1;
}

static bool number_word(const char *word, int *out)
{
    int value = 0;
    size_t digits = strspn(word, "0123456789");
    if (!digits || digits > 3 || word[digits]) return false;
    for (; *word; word++) value = value * 10 + (*word - '0');
    *out = value;
    return value <= 255;
}

static bool colour_word(const char *word, int *out)
{
    const char *name = word;
    int bright = 0;
    if (!strcmp(word, "default")) {
        *out = THEME_COLOUR_DEFAULT;
        return true;
    }
    if (!strncmp(word, "bright-", 7)) {
        bright = 8;
        name += 7;
    }
    for (int i = 0; i < 8; i++) {
        if (!strcmp(colour_names[i], name)) {
            *out = i + bright;
            return true;
        }
    }
    return number_word(word, out);
}

static bool attribute_word(const char *word, unsigned *flags)
{
    for (size_t i = 0; i < sizeof attribute_names / sizeof *attribute_names; i++) {
        if (!strcmp(attribute_names[i].name, word)) {
            *flags |= attribute_names[i].flag;
            return true;
        }
    }
    return false;
}

/* Next word of *text into word; false at the end. A word that is too long comes out cut, and is then unknown. */
static bool next_word(const char **text, char *word, size_t size)
{
    *text += strspn(*text, " \t");
    size_t length = strcspn(*text, " \t");
    if (!length) return false;
    snprintf(word, size, "%.*s", (int)(length < size ? length : size - 1), *text);
    *text += length;
    return true;
}

static int refuse(struct parse *parse, const char *what, const char *word, const char *allowed)
{
    if (!parse->failed) snprintf(parse->text, sizeof parse->text, "%s '%.32s' (allowed: %s)", what, word, allowed);
    parse->failed = true;
    return 0;
}

static int parse_style(struct parse *parse, const char *value, struct theme_style *style)
{
    static const char colours[] =
        "default, black red green yellow blue magenta cyan white, bright- before one of these, or 0 to 255";
    char word[WORD_SIZE] = "";
    if (!next_word(&value, word, sizeof word) || !colour_word(word, &style->foreground))
        return refuse(parse, "unknown foreground", word, colours);
    if (!next_word(&value, word, sizeof word)) return refuse(parse, "missing background after", word, colours);
    if (!colour_word(word, &style->background)) return refuse(parse, "unknown background", word, colours);
    while (next_word(&value, word, sizeof word))
        if (!attribute_word(word, &style->flags))
            return refuse(parse, "unknown attribute", word, "bold dim reverse underline");
    return 1;
}

static int on_line(void *user, const char *section, const char *name, const char *value)
{
    struct parse *parse = user;
    if (*section)
        return refuse(parse, "unexpected section", section,
                      "none: a theme has only role = foreground background attributes");
    int role = role_by_name(name);
    if (role < 0) return refuse(parse, "unknown role", name, "the roles listed in themes/dark.ini");
    if (parse->seen[role]) return refuse(parse, "a second line for role", name, "one line a role");
    struct theme_style style = {0};
    if (!parse_style(parse, value, &style)) return 0;
    parse->seen[role] = true;
    parse->styles->role[role] = style;
    return 1;
}

enum status theme_parse(const char *text, const char *file, struct theme_styles *styles, struct err *err)
{
    struct parse parse = {.styles = styles};
    memset(styles, 0, sizeof *styles);
    styles->role[ROLE_TEXT] = (struct theme_style){THEME_COLOUR_DEFAULT, THEME_COLOUR_DEFAULT, 0};
    int line = ini_parse_string(text, on_line, &parse);
    if (line > 0)
        return err_set(err, ERR_INVALID, "%.80s:%d: %s", file, line,
                       parse.failed ? parse.text : "not a line of the form role = foreground background attributes");
    if (line < 0) return err_set(err, ERR_IO, "%.80s: cannot be parsed", file);
    const struct theme_style *base = &styles->role[ROLE_TEXT];
    for (int role = 0; role < ROLE_COUNT; role++) {
        struct theme_style *style = &styles->role[role];
        if (!parse.seen[role]) *style = *base;
        if (style->foreground == THEME_COLOUR_DEFAULT) style->foreground = base->foreground;
        if (style->background == THEME_COLOUR_DEFAULT) style->background = base->background;
    }
    return ERR_OK;
}

bool theme_styles_mono(const struct theme_styles *styles)
{
    for (int role = 0; role < ROLE_COUNT; role++)
        if (styles->role[role].foreground != THEME_COLOUR_DEFAULT ||
            styles->role[role].background != THEME_COLOUR_DEFAULT)
            return false;
    return true;
}

int theme_nearest_16(int colour)
{
    static const int level[6] = {0, 95, 135, 175, 215, 255};
    if (colour < 16) return colour;
    if (colour >= 232) {
        int step = colour - 232; /* 0 black .. 23 white */
        return step < 5 ? 0 : step < 12 ? 8 : step < 19 ? 7 : 15;
    }
    int rgb[3] = {level[(colour - 16) / 36], level[(colour - 16) / 6 % 6], level[(colour - 16) % 6]};
    int high = rgb[0] > rgb[1] ? rgb[0] : rgb[1];
    high = high > rgb[2] ? high : rgb[2];
    int near = 0;
    for (int i = 0; i < 3; i++)
        if (rgb[i] * 3 > high * 2) near |= 1 << i;
    if (high < 95) return 0;
    return high > 200 ? near + 8 : near;
}
