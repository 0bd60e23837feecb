/* A form's values and refusals without a screen, so that what a key does to a value is tested without one. */
#include "tui/widgets/form_state.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"

static const char *const no_yes[] = {"no", "yes", NULL};

static void show_choice(struct form_field *field)
{
    text_copy(field->text, sizeof field->text, field->choices[field->choice]);
}

static bool has_choices(const struct form_field *field)
{
    return field->spec->type == FORM_CHOICE || field->spec->type == FORM_BOOL;
}

static int choice_count(const struct form_field *field)
{
    int count = 0;
    while (field->choices[count]) count++;
    return count;
}

void form_state_start(struct form_state *state, const struct form_spec *specs, int count)
{
    CHECK(count > 0 && count <= FORM_FIELDS_MAX);
    *state = (struct form_state){.count = count};
    for (int i = 0; i < count; i++) {
        struct form_field *field = &state->fields[i];
        field->spec = &specs[i];
        field->choices = specs[i].type == FORM_BOOL ? no_yes : specs[i].choices;
        if (has_choices(field)) show_choice(field);
    }
}

void form_state_wipe(struct form_state *state)
{
    for (int i = 0; i < state->count; i++) {
        if (state->fields[i].spec->type != FORM_SECRET) continue;
        explicit_bzero(state->fields[i].text, sizeof state->fields[i].text);
        state->fields[i].touched = false;
    }
}

int form_state_index(const struct form_state *state, const char *name)
{
    int i = 0;
    while (i < state->count && strcmp(state->fields[i].spec->name, name) != 0) i++;
    CHECK(i < state->count);
    return i;
}

static struct form_field *find(struct form_state *state, const char *name)
{
    return &state->fields[form_state_index(state, name)];
}

const char *form_state_text(const struct form_state *state, const char *name)
{
    return state->fields[form_state_index(state, name)].text;
}

int form_state_choice(const struct form_state *state, const char *name)
{
    return state->fields[form_state_index(state, name)].choice;
}

bool form_state_yes(const struct form_state *state, const char *name)
{
    return form_state_choice(state, name) == 1;
}

void form_state_put(struct form_state *state, const char *name, const char *text)
{
    struct form_field *field = find(state, name);
    text_copy(field->text, sizeof field->text, text);
}

void form_state_put_choice(struct form_state *state, const char *name, int choice)
{
    struct form_field *field = find(state, name);
    CHECK(has_choices(field) && choice >= 0 && choice < choice_count(field));
    field->choice = choice;
    show_choice(field);
}

void form_state_choices(struct form_state *state, const char *name, const char *const *choices)
{
    struct form_field *field = find(state, name);
    CHECK(field->spec->type == FORM_CHOICE && choices[0]);
    field->choices = choices;
    field->choice = 0;
    for (int i = 0; choices[i]; i++)
        if (strcmp(choices[i], field->text) == 0) field->choice = i;
    show_choice(field);
}

void form_state_disable(struct form_state *state, const char *name, const char *why)
{
    find(state, name)->disabled = why;
    if (state->fields[state->focus].disabled) form_state_move(state, 1);
}

bool form_state_type(struct form_state *state, int index, const char *text)
{
    struct form_field *field = &state->fields[index];
    if (strcmp(field->text, text) == 0) return false;
    text_copy(field->text, sizeof field->text, text);
    field->touched = true;
    return true;
}

bool form_state_cycle(struct form_state *state, int index, int step)
{
    struct form_field *field = &state->fields[index];
    int count = has_choices(field) ? choice_count(field) : 0;
    if (count < 2) return false;
    field->choice = (field->choice + step % count + count) % count;
    field->touched = true;
    show_choice(field);
    return true;
}

bool form_state_focus(struct form_state *state, int index)
{
    if (index < 0 || index >= state->count || state->fields[index].disabled || index == state->focus) return false;
    state->focus = index;
    return true;
}

bool form_state_move(struct form_state *state, int step)
{
    int index = state->focus;
    for (int tries = 0; tries < state->count; tries++) {
        index = (index + step + state->count) % state->count;
        if (!state->fields[index].disabled) return form_state_focus(state, index);
    }
    return false;
}

int form_state_next_number(const struct form_state *state)
{
    for (int i = state->focus + 1; i < state->count; i++) {
        const struct form_field *field = &state->fields[i];
        if (!field->disabled && (field->spec->type == FORM_NUMBER || field->spec->type == FORM_PRICE)) return i;
    }
    return -1;
}

bool form_state_nudge(struct form_state *state, int index, int step, price_t tick, price_t start)
{
    struct form_field *field = &state->fields[index];
    price_t price;
    char text[PRICE_TEXT_SIZE];
    if (field->spec->type != FORM_PRICE || tick <= 0) return false;
    if (price_parse(field->text, &price, NULL) != ERR_OK) {
        if (start == 0) return false;
        price = price_floor(start, tick);
    } else if (!price_on_tick(price, tick)) { /* off the grid: the first step puts it on */
        price = step > 0 ? price_ceil(price, tick) : price_floor(price, tick);
    } else if (!price_add(price, step * tick, &price) || price > PRICE_MAX || price < -PRICE_MAX) {
        return false;
    }
    return form_state_type(state, index, price_format(price, text, sizeof text));
}

void form_state_accept_all(struct form_state *state)
{
    for (int i = 0; i < state->count; i++) state->fields[i].refusal[0] = '\0';
}

/* "trigger_price: 5 is ..." beside the field "Trigger" is "5 is ...". */
static const char *without_prefix(const char *words, const char *prefix)
{
    size_t length = strlen(prefix);
    if (strncasecmp(words, prefix, length) != 0 || words[length] != ':') return words;
    words += length + 1;
    return words + strspn(words, " ");
}

void form_state_refuse(struct form_state *state, const char *name, const char *format, ...)
{
    struct form_field *field = find(state, name);
    if (field->refusal[0] || field->disabled) return;
    char words[ERR_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    const char *bare = without_prefix(without_prefix(words, name), field->spec->label);
    text_copy(field->refusal, sizeof field->refusal, bare[0] ? bare : "refused");
}

int form_state_first_bad(const struct form_state *state)
{
    for (int i = 0; i < state->count; i++)
        if (state->fields[i].refusal[0]) return i;
    return -1;
}

const char *form_state_shown(const struct form_state *state, int index)
{
    const struct form_field *field = &state->fields[index];
    if (!field->refusal[0]) return NULL;
    return field->touched || state->submitted || field->text[0] ? field->refusal : NULL;
}

/* Left out, or not to be read: true when the caller has nothing to parse. */
static bool absent(struct form_state *state, struct form_field *field, bool *accepted)
{
    *accepted = field->disabled || (field->text[0] == '\0' && field->spec->optional);
    if (*accepted) return true;
    if (field->text[0] == '\0') form_state_refuse(state, field->spec->name, "required");
    return field->text[0] == '\0';
}

bool form_state_number(struct form_state *state, const char *name, int64_t low, int64_t high, int64_t *out)
{
    struct form_field *field = find(state, name);
    bool accepted;
    if (absent(state, field, &accepted)) {
        if (accepted) *out = 0;
        return accepted;
    }
    char *end;
    errno = 0;
    long long value = strtoll(field->text, &end, 10);
    if (end == field->text || *end != '\0' || field->text[0] == ' ') {
        form_state_refuse(state, name, "'%.24s' is not a whole number (%lld to %lld)", field->text, (long long)low,
                          (long long)high);
        return false;
    }
    if (errno == ERANGE || value < low || value > high) {
        form_state_refuse(state, name, "allowed %lld to %lld", (long long)low, (long long)high);
        return false;
    }
    *out = value;
    return true;
}

bool form_state_price(struct form_state *state, const char *name, price_t *out)
{
    struct form_field *field = find(state, name);
    bool accepted;
    if (absent(state, field, &accepted)) {
        if (accepted) *out = 0;
        return accepted;
    }
    struct err err;
    if (price_parse(field->text, out, &err) == ERR_OK) return true;
    form_state_refuse(state, name, "%s", err.text);
    return false;
}

bool form_state_money(struct form_state *state, const char *name, int64_t low, int64_t high, money_t *out)
{
    struct form_field *field = find(state, name);
    char plain[FORM_TEXT_SIZE], kept[FORM_TEXT_SIZE];
    size_t length = 0;
    for (const char *c = field->text; *c; c++)
        if (*c != ',') plain[length++] = *c;
    plain[length] = '\0';
    memcpy(kept, field->text, sizeof kept);
    memcpy(field->text, plain, length + 1);
    int64_t value = 0;
    bool ok = form_state_number(state, name, low, high, &value);
    memcpy(field->text, kept, sizeof kept);
    if (ok) *out = value * PRICE_SCALE;
    return ok;
}
