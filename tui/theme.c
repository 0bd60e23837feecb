/* Themes: parse role = foreground background attributes, and give every role its curses attributes and pair. Pairs are
 * fixed by role (theme.h), so that a row under the cursor can keep the colours of what stands in it. */
#include "tui/theme.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/embedded.h"
#include "tui/theme_parse.h"

#define THEME_FILE_MAX 16384

static const struct embedded *embedded_theme(const char *name)
{
    size_t length = strlen(name);
    for (const struct embedded *file = embedded_themes; file->name; file++)
        if (!strncmp(file->name, name, length) && !strcmp(file->name + length, ".ini")) return file;
    return NULL;
}

const char *theme_name_at(int index)
{
    static char names[THEME_NAMES_MAX][THEME_NAME_SIZE]; /* filled once from the const table: the names without .ini */
    for (int i = 0; i < THEME_NAMES_MAX && embedded_themes[i].name; i++) {
        if (i < index) continue;
        size_t length = strcspn(embedded_themes[i].name, ".");
        snprintf(names[i], sizeof names[i], "%.*s", (int)length, embedded_themes[i].name);
        return names[i];
    }
    return NULL;
}

static enum status read_file(const char *path, char *text, size_t size, struct err *err)
{
    FILE *file = fopen(path, "re");
    if (!file) return err_set(err, ERR_NOT_FOUND, "%s: cannot be opened", path);
    size_t length = fread(text, 1, size - 1, file);
    bool bad = ferror(file), more = !feof(file) && fgetc(file) != EOF;
    (void)fclose(file);
    text[length] = '\0';
    if (bad) return err_set(err, ERR_IO, "%s: cannot be read", path);
    if (more) return err_set(err, ERR_RANGE, "%s: longer than a theme may be (%d bytes)", path, THEME_FILE_MAX - 1);
    return ERR_OK;
}

static bool in_folder(char *path, size_t size, const char *folder, const char *below, const char *name)
{
    int length = snprintf(path, size, "%s%s/%s.ini", folder, below, name);
    if (length < 0 || (size_t)length >= size) return false;
    FILE *file = fopen(path, "re");
    if (file) (void)fclose(file);
    return file != NULL;
}

/* The trader's own file first, then the installed one. */
static bool find_file(const char *name, char *path, size_t size)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (config && *config && in_folder(path, size, config, "/outcry/themes", name)) return true;
    if (!(config && *config) && home && in_folder(path, size, home, "/.config/outcry/themes", name)) return true;
    return in_folder(path, size, OUTCRY_PREFIX, "/share/outcry/themes", name);
}

static enum status refuse_unknown(const char *name, struct err *err)
{
    char known[160] = "";
    for (int i = 0; theme_name_at(i); i++) {
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", theme_name_at(i));
    }
    return err_set(err, ERR_NOT_FOUND, "theme '%.40s' is not known (there are: %s; or a path with a /)", name, known);
}

static enum status load_styles(const char *name, struct theme_styles *styles, struct err *err)
{
    char path[512], text[THEME_FILE_MAX];
    if (strchr(name, '/'))
        snprintf(path, sizeof path, "%s", name);
    else if (!*name || strlen(name) >= THEME_NAME_SIZE)
        return refuse_unknown(name, err);
    else if (!find_file(name, path, sizeof path)) {
        const struct embedded *file = embedded_theme(name);
        return file ? theme_parse(file->text, file->name, styles, err) : refuse_unknown(name, err);
    }
    enum status status = read_file(path, text, sizeof text, err);
    return status == ERR_OK ? theme_parse(text, path, styles, err) : status;
}

static void swap(struct theme_style *a, struct theme_style *b)
{
    struct theme_style kept = *a;
    *a = *b;
    *b = kept;
}

/* A colour that this terminal has; bold stands in for "bright" where there are eight. */
static short fit_colour(int colour, bool foreground, attr_t *attributes)
{
    if (colour < 0 || colour < COLORS) return (short)colour;
    if (colour >= 16) colour = theme_nearest_16(colour);
    if (colour < COLORS) return (short)colour;
    if (foreground)
        *attributes |= A_BOLD;
    else if (colour == 8)
        *attributes |= A_REVERSE; /* black on black would not be seen */
    return (short)(colour - 8);
}

static attr_t curses_attributes(unsigned flags)
{
    attr_t attributes = A_NORMAL;
    if (flags & STYLE_BOLD) attributes |= A_BOLD;
    if (flags & STYLE_DIM) attributes |= A_DIM;
    if (flags & STYLE_REVERSE) attributes |= A_REVERSE;
    if (flags & STYLE_UNDERLINE) attributes |= A_UNDERLINE;
    return attributes;
}

static unsigned long make_pair(int pair, const struct theme_style *style, bool mono)
{
    attr_t attributes = curses_attributes(style->flags);
    if (!mono) {
        short foreground = fit_colour(style->foreground, true, &attributes);
        short background = fit_colour(style->background, false, &attributes);
        init_pair((short)pair, foreground, background);
        attributes |= (attr_t)COLOR_PAIR(pair);
    }
    return attributes;
}

/* What a role looks like in the cursor's row: on the cursor's background, and in its own foreground where the theme
 * gives the cursor none. */
static struct theme_style on_cursor(const struct theme_styles *styles, enum role role)
{
    const struct theme_style *cursor = &styles->role[ROLE_CURSOR], *own = &styles->role[role];
    struct theme_style style = *cursor;
    if (role == ROLE_CURSOR || own->background != styles->role[ROLE_TEXT].background || (own->flags & STYLE_REVERSE))
        return *own; /* a mark with its own ground stays one */
    if (cursor->foreground == styles->role[ROLE_TEXT].foreground && role != ROLE_DIM && role != ROLE_DISABLED)
        style.foreground = own->foreground;
    style.flags |= own->flags & (STYLE_BOLD | STYLE_UNDERLINE);
    return style;
}

/* The panes' frames take the colour of the mode's mark: its ground where it has one. */
static struct theme_style frame_style(const struct theme_styles *styles, enum role role, bool focused)
{
    struct theme_style style = styles->role[role];
    bool chip = style.background != styles->role[ROLE_TEXT].background;
    if (chip && !(style.flags & STYLE_REVERSE)) style.foreground = style.background;
    style.background = styles->role[ROLE_TEXT].background;
    style.flags = focused ? STYLE_BOLD : 0;
    return style;
}

static void apply(struct theme *theme, const struct theme_styles *styles)
{
    for (int role = 0; role < ROLE_COUNT; role++) {
        theme->attributes[role] = make_pair(THEME_PAIR(role), &styles->role[role], theme->mono);
        struct theme_style over = on_cursor(styles, (enum role)role);
        theme->cursor_attributes[role] = make_pair(THEME_CURSOR_PAIR(role), &over, theme->mono);
    }
    for (int mode = 0; mode < THEME_MODES; mode++) {
        for (int focused = 0; focused < 2; focused++) {
            struct theme_style style = frame_style(styles, (enum role)(ROLE_SIMULATION + mode), focused);
            theme->frame_attributes[mode][focused] = make_pair(THEME_FRAME_PAIR(mode), &style, theme->mono);
        }
    }
}

enum status theme_load(struct theme *theme, const char *name, bool up_is_green, bool ascii, struct err *err)
{
    struct theme_styles styles;
    memset(&styles, 0, sizeof styles);
    const char *no_color = getenv("NO_COLOR");
    bool plain = !has_colors() || (no_color && *no_color);
    enum status status = load_styles(plain ? "mono" : name, &styles, err);
    if (status != ERR_OK) return status;
    if (up_is_green) {
        swap(&styles.role[ROLE_UP], &styles.role[ROLE_DOWN]);
        swap(&styles.role[ROLE_PROFIT], &styles.role[ROLE_LOSS]);
    }
    memset(theme, 0, sizeof *theme);
    snprintf(theme->name, sizeof theme->name, "%.*s", (int)sizeof theme->name - 1, plain ? "mono" : name);
    theme->ascii = ascii;
    theme->mono = plain || theme_styles_mono(&styles);
    if (!plain) use_default_colors();
    apply(theme, &styles);
    return ERR_OK;
}
