/* What happened, newest at the bottom. */
#include <stdio.h>

#include "core/calendar.h"
#include "tui/format.h"
#include "tui/keymap.h"
#include "tui/panes/pane.h"

enum { TIME, WHO, LEVEL, WORDS, COLUMNS };

static const struct log_entry *at(const void *context, size_t row)
{
    return &((const struct app *)context)->model->log[row];
}

static size_t count_rows(const void *context)
{
    return ((const struct app *)context)->model->log_count;
}

static void row_key(const void *context, size_t row, char *key, size_t size)
{
    const struct model *model = ((const struct app *)context)->model;
    snprintf(key, size, "%llu", (unsigned long long)(model->log_first + row));
}

static enum role level_role(enum log_level level)
{
    static const enum role roles[] = {
        [LEVEL_DEBUG] = ROLE_DIM, [LEVEL_INFO] = ROLE_TEXT, [LEVEL_WARNING] = ROLE_WARNING, [LEVEL_ERROR] = ROLE_ALARM};
    return level >= LEVEL_DEBUG && level <= LEVEL_ERROR ? roles[level] : ROLE_TEXT;
}

/* By the clock of the status line: the market's when it is simulated, so that a line and the price it speaks of meet.
 * 0: before anything was heard of the market. */
static int64_t entry_us(const struct app *app, const struct log_entry *entry)
{
    return app->model->market.simulated ? entry->market_us : entry->line.time_us;
}

static void row_cell(const void *context, size_t row, int column, struct list_cell *cell)
{
    const struct log_entry *entry = at(context, row);
    const struct log_line *line = &entry->line;
    char stamp[CALENDAR_TEXT_SIZE];
    if (column == TIME) {
        int64_t time_us = entry_us(context, entry);
        if (time_us) snprintf(cell->text, sizeof cell->text, "%s", calendar_format_time(time_us, stamp, sizeof stamp));
        cell->role = ROLE_DIM;
    } else if (column == WHO) {
        snprintf(cell->text, sizeof cell->text, "%s",
                 line->component == COMPONENT_OPERATOR ? "you" : component_name(line->component));
        cell->role = ROLE_DIM;
    } else if (column == LEVEL) {
        snprintf(cell->text, sizeof cell->text, "%s",
                 line->level >= LEVEL_ERROR     ? "!!"
                 : line->level == LEVEL_WARNING ? "!"
                                                : "");
        cell->role = level_role(line->level);
    } else {
        snprintf(cell->text, sizeof cell->text, "%s", line->text);
        cell->role = line->level >= LEVEL_ERROR ? ROLE_WARNING : level_role(line->level); /* the mark is loud enough */
    }
}

static size_t count_none(const struct app *app)
{
    (void)app;
    return 0;
}

static const char *empty_words(const struct app *app)
{
    (void)app;
    return "Nothing has happened yet.";
}

static void detail(const struct app *app, size_t row, char *text, size_t size, enum role *role)
{
    const struct log_line *line = &app->model->log[row].line;
    char stamp[CALENDAR_TEXT_SIZE];
    snprintf(text, size, "%s%s%s%s", line->text, app->model->market.simulated ? " (written " : "",
             app->model->market.simulated ? calendar_format_time(line->time_us, stamp, sizeof stamp) : "",
             app->model->market.simulated ? ")" : "");
    *role = ROLE_TEXT;
}

static const struct list_column columns[COLUMNS] = {
    [TIME] = {"Time", LIST_LEFT, 8, 0, 2},
    [WHO] = {"From", LIST_LEFT, 8, 2, 1},
    [LEVEL] = {"", LIST_LEFT, 2, 0, 0},
    [WORDS] = {"What", LIST_LEFT, 16, 200, 0},
};

static const struct list_source source = {
    .columns = columns,
    .column_count = COLUMNS,
    .follow = LIST_FOLLOW_BOTTOM,
    .count = count_rows,
    .key = row_key,
    .cell = row_cell,
};

const struct pane_ops log_pane = {
    .id = PANE_LOG,
    .title = "Log",
    .short_title = "Log",
    .scope = SCOPE_LOG,
    .dirty = DIRTY_LOG,
    .source = &source,
    .count = count_none,
    .empty = empty_words,
    .detail = detail,
};
