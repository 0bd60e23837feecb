/* Command lines into options and words, and texts into fields. Every refusal names the option and what is allowed. */
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "tui/cli/command.h"

#define DISTANCE_MAX 32 /* longest name that is compared */

/* Levenshtein's distance with a swap of neighbours counted once; long words are "far". */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][DISTANCE_MAX + 1];
    size_t a_length = strlen(a);
    size_t b_length = strlen(b);
    if (a_length > DISTANCE_MAX || b_length > DISTANCE_MAX) return DISTANCE_MAX;
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b_length; j++) {
        last[j] = j;
        before[j] = j;
    }
    for (size_t i = 1; i <= a_length; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t best = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
        size_t *oldest = before;
        before = last;
        last = now;
        now = oldest;
    }
    return last[b_length];
}

void suggestion_offer(struct suggestion *suggestion, const char *name)
{
    size_t length = strlen(suggestion->word);
    size_t steps = distance(suggestion->word, name);
    /* The beginning of a name is near however much is missing. */
    if (length >= 2 && strncmp(suggestion->word, name, length) == 0) steps = 1;
    size_t allowed = length <= 4 ? 2 : length / 3 + 1;
    if (steps <= allowed && steps < length && (suggestion->text[0] == '\0' || steps < suggestion->best)) {
        suggestion->best = steps;
        snprintf(suggestion->text, sizeof(suggestion->text), "%s", name);
    }
}

const char *suggestion_words(const struct suggestion *suggestion, char *buf, size_t size)
{
    buf[0] = '\0';
    if (suggestion->text[0] != '\0') snprintf(buf, size, "; did you mean '%s'?", suggestion->text);
    return buf;
}

static int unknown_option(const struct cli_command *command, const char *given, size_t length)
{
    char name[DISTANCE_MAX + 1];
    char words[CLI_SUGGESTION_SIZE + 32];
    snprintf(name, sizeof(name), "%.*s", (int)length, given);
    struct suggestion suggestion = {.word = name};
    for (const struct cli_option *option = command->options; option->name != NULL; option++)
        suggestion_offer(&suggestion, option->name);
    suggestion_offer(&suggestion, "--json");
    suggestion_offer(&suggestion, "--help");
    for (int i = 0; i < SETTING_COUNT; i++) suggestion_offer(&suggestion, setting_row((enum setting_id)i)->flag);
    return cli_say(CLI_USAGE, "%s: no option '%s'%s", command->name, name,
                   suggestion_words(&suggestion, words, sizeof(words)));
}

/* argv[at] begins with "--". Returns how many of argv it took, 0 when it was refused (said). */
static int take_option(struct cli *cli, int argc, char **argv, int at, int *code)
{
    const char *given = argv[at];
    const char *equals = strchr(given, '=');
    size_t length = equals != NULL ? (size_t)(equals - given) : strlen(given);
    if (length == strlen("--json") && strncmp(given, "--json", length) == 0) {
        if (equals != NULL) {
            *code = cli_say(CLI_USAGE, "--json: takes no value");
            return 0;
        }
        cli->json = true;
        return 1;
    }
    for (size_t i = 0; cli->command->options[i].name != NULL; i++) {
        const struct cli_option *option = &cli->command->options[i];
        if (strlen(option->name) != length || strncmp(option->name, given, length) != 0) continue;
        if (cli->values[i] != NULL) {
            *code = cli_say(CLI_USAGE, "%s: given twice", option->name);
            return 0;
        }
        if (option->argument == NULL) {
            if (equals != NULL) {
                *code = cli_say(CLI_USAGE, "%s: takes no value", option->name);
                return 0;
            }
            cli->values[i] = "yes";
            return 1;
        }
        if (equals == NULL && at + 1 >= argc) {
            *code =
                cli_say(CLI_USAGE, "%s: a value is missing (%s: %s)", option->name, option->argument, option->meaning);
            return 0;
        }
        cli->values[i] = equals != NULL ? equals + 1 : argv[at + 1];
        return equals != NULL ? 1 : 2;
    }
    *code = unknown_option(cli->command, given, length);
    return 0;
}

int cli_parse(struct cli *cli, int argc, char **argv)
{
    int code = CLI_OK;
    bool options = true;
    for (int at = 0; at < argc;) {
        if (options && strcmp(argv[at], "--") == 0) {
            options = false;
            at++;
        } else if (options && strncmp(argv[at], "--", 2) == 0) {
            int taken = take_option(cli, argc, argv, at, &code);
            if (taken == 0) return code;
            at += taken;
        } else if (cli->word_count >= cli->command->max_words || cli->word_count >= CLI_WORDS_MAX) {
            return cli_say(CLI_USAGE, "%s: '%s' is one word too many (usage: outcry %s%s%s)", cli->command->name,
                           argv[at], cli->command->name, *cli->command->words ? " " : "", cli->command->words);
        } else if (argv[at][0] == '\0' && cli->word_count == 0) {
            return cli_say(CLI_USAGE, "%s: an empty word (usage: outcry %s %s)", cli->command->name, cli->command->name,
                           cli->command->words);
        } else {
            cli->words[cli->word_count++] = argv[at++];
        }
    }
    if (cli->word_count < cli->command->min_words) {
        return cli_say(CLI_USAGE, "%s: something is missing (usage: outcry %s %s)", cli->command->name,
                       cli->command->name, cli->command->words);
    }
    return CLI_OK;
}

const char *cli_value(const struct cli *cli, const char *option)
{
    for (size_t i = 0; cli->command->options[i].name != NULL; i++)
        if (strcmp(cli->command->options[i].name, option) == 0) return cli->values[i];
    return NULL;
}

bool cli_given(const struct cli *cli, const char *option)
{
    return cli_value(cli, option) != NULL;
}

/* Too many digits are a number too: the nearest there is, which no limit allows. */
static bool parse_number(const char *text, int64_t *out)
{
    char *end = NULL;
    long long number = strtoll(text, &end, 10);
    bool digits = text[0] == '-' || (text[0] >= '0' && text[0] <= '9');
    *out = number;
    return digits && end != text && *end == '\0';
}

bool cli_number(const struct cli *cli, const char *option, int64_t min, int64_t max, int64_t *out)
{
    const char *text = cli_value(cli, option);
    int64_t number = 0;
    if (text == NULL) return true;
    if (!parse_number(text, &number) || number < min || number > max) {
        cli_say(CLI_USAGE, "%s: '%s' (allowed %lld to %lld)", option, text, (long long)min, (long long)max);
        return false;
    }
    *out = number;
    return true;
}

static enum status bad_enum(const struct field *field, const char *text, struct err *err)
{
    char names[160] = "";
    size_t length = 0;
    for (int64_t value = field->min; value <= field->max && length < sizeof(names) - 1; value++) {
        const char *name = field->enum_name((int)value);
        if (name != NULL && strcmp(name, "-") != 0) {
            int added = snprintf(names + length, sizeof(names) - length, "%s%s", length == 0 ? "" : ", ", name);
            length += added > 0 ? (size_t)added : 0;
        }
    }
    return err_set(err, ERR_INVALID, "'%.40s' (allowed %s)", text, names);
}

static enum status parse_field(const struct field *field, const char *text, int64_t *number, struct err *err)
{
    int32_t date = 0;
    switch (field->type) {
    case FIELD_PRICE:
    case FIELD_MONEY:
        return price_parse(text, number, err);
    case FIELD_DATE:
        if (calendar_parse_date(text, &date, err) != ERR_OK) return err != NULL ? err->status : ERR_INVALID;
        *number = date;
        return ERR_OK;
    case FIELD_ENUM:
        *number = msg_enum_value(field, text);
        return *number != 0 ? ERR_OK : bad_enum(field, text, err);
    case FIELD_BOOL:
        if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
            return err_set(err, ERR_INVALID, "'%.40s' (allowed yes, no)", text);
        *number = text[0] == 'y' ? 1 : 0;
        return ERR_OK;
    case FIELD_I32:
    case FIELD_U32:
    case FIELD_I64:
    case FIELD_U64:
    case FIELD_TIME:
    case FIELD_TEXT:
    case FIELD_SECRET:
        break;
    }
    return parse_number(text, number) ? ERR_OK : err_set(err, ERR_INVALID, "'%.40s' is not a whole number", text);
}

enum status cli_set_field(struct msg *msg, const struct field *field, const char *text, struct err *err)
{
    struct err words = {.status = ERR_OK};
    int64_t number = 0;
    enum status status = ERR_OK;
    if (field->type == FIELD_TEXT) {
        status = msg_set_text(msg, field, text, strlen(text), &words);
    } else {
        status = parse_field(field, text, &number, &words);
        if (status == ERR_OK) status = msg_set_number(msg, field, 0, number, &words);
    }
    if (status == ERR_OK) return ERR_OK;
    /* The table says "order_command.quantity: -5 (allowed 1 to 100)"; whoever typed knows it by the option's name. */
    const char *dot = strstr(words.text, field->name);
    const char *rest = dot != NULL && dot > words.text && dot[-1] == '.' ? strstr(dot, ": ") : NULL;
    return err_set(err, status, "%s", rest != NULL ? rest + 2 : words.text);
}

bool cli_fill(const struct cli *cli, struct msg *msg)
{
    for (size_t i = 0; cli->command->options[i].name != NULL; i++) {
        const struct cli_option *option = &cli->command->options[i];
        const struct field *field = option->field != NULL ? msg_field(msg->id, option->field) : NULL;
        struct err err;
        if (field == NULL || cli->values[i] == NULL) continue;
        if (cli_set_field(msg, field, cli->values[i], &err) != ERR_OK) {
            cli_say(CLI_USAGE, "%s: %s", option->name, err.text);
            return false;
        }
    }
    return true;
}

enum status cli_parse_moment(const char *text, int32_t today, int64_t *out, struct err *err)
{
    char date_text[16];
    int32_t date = today;
    int32_t seconds = 0;
    const char *space = strchr(text, ' ');
    const char *clock = space != NULL ? space + 1 : strchr(text, ':') != NULL ? text : NULL;
    if (clock != text) {
        size_t length = space != NULL ? (size_t)(space - text) : strlen(text);
        if (length >= sizeof(date_text))
            return err_set(err, ERR_INVALID, "'%.40s' (allowed HH:MM, YYYY-MM-DD, \"YYYY-MM-DD HH:MM:SS\")", text);
        memcpy(date_text, text, length);
        date_text[length] = '\0';
        enum status status = calendar_parse_date(date_text, &date, err);
        if (status != ERR_OK) return status;
    }
    if (clock != NULL) {
        enum status status = calendar_parse_time(clock, &seconds, err);
        if (status != ERR_OK) return status;
    }
    *out = calendar_taipei_us(date, seconds);
    return ERR_OK;
}
