/* test_settings: the table itself, and every kind of value with what is refused of it, in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/price.h"
#include "core/settings.h"

static struct settings settings;

static int set_up(void **state)
{
    (void)state;
    settings_defaults(&settings);
    return 0;
}

static void taken(enum setting_id id, const char *text, int64_t number)
{
    struct err err = {ERR_OK, ""};
    if (settings_set(&settings, setting_row(id), text, SOURCE_FILE, &err) != ERR_OK) fail_msg("%s", err.text);
    assert_string_equal(settings_text(&settings, id), text);
    assert_int_equal(settings.values[id].source, SOURCE_FILE);
    if (setting_row(id)->type != SETTING_TEXT) assert_int_equal(settings_number(&settings, id), number);
}

static void refused(enum setting_id id, const char *text, enum status status, const char *words)
{
    const struct setting_value before = settings.values[id];
    struct err err = {ERR_OK, ""};
    assert_int_equal(settings_set(&settings, setting_row(id), text, SOURCE_FLAG, &err), status);
    assert_int_equal(strncmp(err.text, setting_row(id)->key, strlen(setting_row(id)->key)), 0);
    if (strstr(err.text, words) == NULL) fail_msg("'%s' does not say '%s'", err.text, words);
    assert_string_equal(settings.values[id].text, before.text);
    assert_int_equal(settings.values[id].number, before.number);
    assert_int_equal(settings.values[id].source, before.source);
}

static void test_the_table(void **state)
{
    (void)state;
    for (int id = 0; id < SETTING_COUNT; id++) {
        const struct setting *row = setting_row((enum setting_id)id);
        assert_int_equal(row->id, id);
        assert_ptr_equal(setting_by_key(row->key), row);
        assert_ptr_equal(setting_by_flag(row->flag), row);
        assert_non_null(strchr(row->key, '.'));
        assert_int_equal(strncmp(row->flag, "--", 2), 0);
        assert_true(strlen(row->meaning) > 0 && strlen(row->environment) > 0);
        assert_int_equal(settings.values[id].source, SOURCE_DEFAULT);
        assert_string_equal(settings_text(&settings, (enum setting_id)id), row->fallback);
    }
    assert_null(setting_by_key("market.weather"));
    assert_null(setting_by_flag("--weather"));
    assert_string_equal(setting_source_name(SOURCE_ENVIRONMENT), "environment");
    assert_string_equal(setting_source_name((enum setting_source)9), "?");
}

static void test_whole_numbers(void **state)
{
    (void)state;
    taken(SET_MARKET_SPEED, "60", 60);
    taken(SET_MARKET_SPEED, "0", 0);
    taken(SET_MARKET_SPEED, "100000", 100000);
    refused(SET_MARKET_SPEED, "100001", ERR_RANGE, "allowed 0 to 100000");
    refused(SET_MARKET_SPEED, "-1", ERR_RANGE, "allowed 0 to 100000");
    refused(SET_MARKET_SPEED, "99999999999999999999", ERR_RANGE, "out of range");
    refused(SET_MARKET_SPEED, "fast", ERR_INVALID, "not a whole number");
    refused(SET_MARKET_SPEED, "6x", ERR_INVALID, "not a whole number");
    refused(SET_MARKET_SPEED, " 6", ERR_INVALID, "not a whole number");
    refused(SET_MARKET_SPEED, "", ERR_INVALID, "not a whole number");
}

static void test_yes_and_no(void **state)
{
    static const char *const yes[] = {"yes", "true", "on", "1"}, *const no[] = {"no", "false", "off", "0"};
    (void)state;
    for (int i = 0; i < 4; i++) {
        taken(SET_ASCII, yes[i], 1);
        taken(SET_ASCII, no[i], 0);
    }
    refused(SET_ASCII, "maybe", ERR_INVALID, "neither yes nor no");
    refused(SET_ASCII, "", ERR_INVALID, "neither yes nor no");
}

static void test_choices(void **state)
{
    (void)state;
    taken(SET_MARKET_SOURCE, "replay", 1);
    taken(SET_MARKET_SOURCE, "synthetic", 0);
    refused(SET_MARKET_SOURCE, "synth", ERR_INVALID, "synthetic|replay");
    refused(SET_MARKET_SOURCE, "synthetic|replay", ERR_INVALID, "is not one of");
    refused(SET_MARKET_SOURCE, "", ERR_INVALID, "is not one of");
}

static void test_money(void **state)
{
    (void)state;
    taken(SET_COMMISSION, "12.5", PRICE_SCALE * 25 / 2);
    refused(SET_COMMISSION, "free", ERR_INVALID, "not an amount of NT$");
    refused(SET_COMMISSION, "-1", ERR_RANGE, "out of range");
}

static void test_texts(void **state)
{
    char long_text[SETTING_TEXT_SIZE + 1];
    (void)state;
    taken(SET_HOME, "/tmp/臺指", 0);
    refused(SET_HOME, "a\nb", ERR_INVALID, "control character");
    refused(SET_HOME, "\x7f", ERR_INVALID, "control character");
    refused(SET_HOME, "\xff", ERR_INVALID, "not valid UTF-8");
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    refused(SET_HOME, long_text, ERR_RANGE, "too long");
}

/* A file named on the command line is the whole wish; in outcry.ini it is a file and no more. */
static void test_a_replay_by_flag_chooses_the_source(void **state)
{
    (void)state;
    taken(SET_MARKET_FILE, "day.zip", 0);
    assert_string_equal(settings_text(&settings, SET_MARKET_SOURCE), "synthetic");
    assert_int_equal(settings_set(&settings, setting_row(SET_MARKET_FILE), "day.zip", SOURCE_FLAG, NULL), ERR_OK);
    assert_string_equal(settings_text(&settings, SET_MARKET_SOURCE), "replay");
    assert_int_equal(settings_number(&settings, SET_MARKET_SOURCE), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_the_table, set_up),
        cmocka_unit_test_setup(test_whole_numbers, set_up),
        cmocka_unit_test_setup(test_yes_and_no, set_up),
        cmocka_unit_test_setup(test_choices, set_up),
        cmocka_unit_test_setup(test_money, set_up),
        cmocka_unit_test_setup(test_texts, set_up),
        cmocka_unit_test_setup(test_a_replay_by_flag_chooses_the_source, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
