/* outcry config: every setting, where its value comes from, and what is allowed. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tui/cli/json.h"
#include "tui/cli/command.h"

static void limits_of(const struct setting *row, char *out, size_t size)
{
    out[0] = '\0';
    if (row->type == SETTING_INT || row->type == SETTING_MONEY)
        snprintf(out, size, "%lld to %lld", (long long)row->min, (long long)row->max);
    else if (row->choices != NULL)
        snprintf(out, size, "%s", row->choices);
    else if (row->max > 0)
        snprintf(out, size, "text of at most %lld bytes", (long long)row->max);
    else
        snprintf(out, size, "text");
}

static json_t *as_json(const struct settings *settings, const struct setting *row)
{
    char limits[96];
    const struct setting_value *value = &settings->values[row->id];
    json_t *object = json_object();
    limits_of(row, limits, sizeof(limits));
    (void)json_object_set_new(object, "key", json_string(row->key));
    (void)json_object_set_new(object, "value",
                              row->type == SETTING_INT    ? json_integer(value->number)
                              : row->type == SETTING_BOOL ? json_boolean(value->number != 0)
                                                          : json_string(value->text));
    (void)json_object_set_new(object, "source", json_string(setting_source_name(value->source)));
    (void)json_object_set_new(object, "default", json_string(row->fallback));
    (void)json_object_set_new(object, "allowed", json_string(limits));
    (void)json_object_set_new(object, "unit", json_string(row->unit));
    (void)json_object_set_new(object, "environment", json_string(row->environment));
    (void)json_object_set_new(object, "flag", json_string(row->flag));
    (void)json_object_set_new(object, "meaning", json_string(row->meaning));
    return object;
}

static void print_setting(const struct settings *settings, const struct setting *row)
{
    char limits[96];
    const struct setting_value *value = &settings->values[row->id];
    limits_of(row, limits, sizeof(limits));
    printf("%s = %s%s%s\n", row->key, value->text[0] != '\0' ? value->text : "(empty)", row->unit[0] != '\0' ? " " : "",
           row->unit);
    printf("    %s\n", row->meaning);
    printf("    from %s; allowed %s; default %s; %s, %s\n", setting_source_name(value->source), limits,
           row->fallback[0] != '\0' ? row->fallback : "empty", row->environment, row->flag);
}

int cmd_config(struct cli *cli)
{
    const struct setting *only = NULL;
    if (cli->word_count == 1) {
        struct suggestion suggestion = {.word = cli->words[0]};
        char words[CLI_SUGGESTION_SIZE + 32];
        only = setting_by_key(cli->words[0]);
        for (int i = 0; only == NULL && i < SETTING_COUNT; i++)
            suggestion_offer(&suggestion, setting_row((enum setting_id)i)->key);
        if (only == NULL) {
            return cli_say(CLI_USAGE, "no setting '%s'%s", cli->words[0],
                           suggestion_words(&suggestion, words, sizeof(words)));
        }
    }
    json_t *array = json_array();
    for (int i = 0; i < SETTING_COUNT; i++) {
        const struct setting *row = setting_row((enum setting_id)i);
        if (only != NULL && row != only) continue;
        if (cli->json)
            (void)json_array_append_new(array, as_json(cli->settings, row));
        else
            print_setting(cli->settings, row);
    }
    if (cli->json) {
        (void)json_dumpf(only != NULL ? json_array_get(array, 0) : array, stdout, JSON_INDENT(2));
        fputc('\n', stdout);
    }
    json_decref(array);
    return CLI_OK;
}
