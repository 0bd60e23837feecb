/* What keys do to a form's values, without a screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tui/widgets/form_state.h"

static const char *const sides[] = {"BUY", "SELL", NULL};
static const char *const all_tifs[] = {"ROD", "IOC", "FOK", NULL};
static const char *const market_tifs[] = {"IOC", "FOK", NULL};

static const struct form_spec specs[] = {
    {.name = "symbol", .label = "Contract", .type = FORM_PICK, .cells = 14},
    {.name = "side", .label = "Side", .type = FORM_CHOICE, .cells = 10, .choices = sides},
    {.name = "tif", .label = "Time in force", .type = FORM_CHOICE, .cells = 10, .choices = all_tifs},
    {.name = "price", .label = "Price", .type = FORM_PRICE, .cells = 10},
    {.name = "quantity", .label = "Quantity", .type = FORM_NUMBER, .cells = 6},
    {.name = "following", .label = "Following", .type = FORM_BOOL, .cells = 8},
    {.name = "secret", .label = "Password", .type = FORM_SECRET, .cells = 10},
    {.name = "note", .label = "Note", .type = FORM_TEXT, .cells = 10, .optional = true},
};
enum { SYMBOL, SIDE, TIF, PRICE, QUANTITY, FOLLOWING, SECRET, NOTE, COUNT };

static struct form_state form;

static int setup(void **state)
{
    (void)state;
    form_state_start(&form, specs, COUNT);
    return 0;
}

static const char *refusal(int index)
{
    return form.fields[index].refusal;
}

static void starts_with_first_choices_and_no_refusal(void **state)
{
    (void)state;
    assert_string_equal(form_state_text(&form, "side"), "BUY");
    assert_string_equal(form_state_text(&form, "following"), "no");
    assert_string_equal(form_state_text(&form, "price"), "");
    assert_int_equal(form_state_first_bad(&form), -1);
    assert_int_equal(form.focus, SYMBOL);
}

static void focus_goes_round_and_skips_what_is_disabled(void **state)
{
    (void)state;
    form_state_disable(&form, "price", "only with LMT");
    form.focus = TIF;
    assert_true(form_state_move(&form, 1));
    assert_int_equal(form.focus, QUANTITY);
    assert_true(form_state_move(&form, -1));
    assert_int_equal(form.focus, TIF);
    form.focus = SYMBOL;
    assert_true(form_state_move(&form, -1));
    assert_int_equal(form.focus, NOTE);
    assert_false(form_state_focus(&form, PRICE));
    form_state_disable(&form, "note", "not now"); /* the field under the focus */
    assert_int_not_equal(form.focus, NOTE);
}

static void the_next_number_is_below_the_focus(void **state)
{
    (void)state;
    form.focus = SIDE;
    assert_int_equal(form_state_next_number(&form), PRICE);
    form_state_disable(&form, "price", "only with LMT");
    assert_int_equal(form_state_next_number(&form), QUANTITY);
    form.focus = FOLLOWING;
    assert_int_equal(form_state_next_number(&form), -1);
}

static void choices_cycle_both_ways(void **state)
{
    (void)state;
    assert_true(form_state_cycle(&form, TIF, -1));
    assert_string_equal(form_state_text(&form, "tif"), "FOK");
    assert_true(form_state_cycle(&form, TIF, 1));
    assert_string_equal(form_state_text(&form, "tif"), "ROD");
    assert_true(form_state_cycle(&form, FOLLOWING, 1));
    assert_true(form_state_yes(&form, "following"));
    assert_false(form_state_cycle(&form, PRICE, 1));
}

static void a_choice_that_is_still_there_stays(void **state)
{
    (void)state;
    form_state_put_choice(&form, "tif", 2);
    form_state_choices(&form, "tif", market_tifs);
    assert_string_equal(form_state_text(&form, "tif"), "FOK");
    assert_int_equal(form_state_choice(&form, "tif"), 1);
    form_state_choices(&form, "tif", all_tifs);
    form_state_put_choice(&form, "tif", 0);
    form_state_choices(&form, "tif", market_tifs); /* ROD is not among them */
    assert_string_equal(form_state_text(&form, "tif"), "IOC");
}

static void a_price_steps_by_ticks_and_onto_the_grid(void **state)
{
    (void)state;
    const price_t tick = PRICE_POINTS(5);
    assert_false(form_state_nudge(&form, PRICE, 1, tick, 0)); /* nothing to start from */
    assert_true(form_state_nudge(&form, PRICE, 1, tick, PRICE_POINTS(17403)));
    assert_string_equal(form_state_text(&form, "price"), "17400"); /* the last price, on the grid */
    assert_true(form_state_nudge(&form, PRICE, 1, tick, 0));
    assert_string_equal(form_state_text(&form, "price"), "17405");
    assert_true(form_state_nudge(&form, PRICE, -1, tick, 0));
    assert_true(form_state_nudge(&form, PRICE, -1, tick, 0));
    assert_string_equal(form_state_text(&form, "price"), "17395");
    form_state_type(&form, PRICE, "17397.5");
    assert_true(form_state_nudge(&form, PRICE, 1, tick, 0));
    assert_string_equal(form_state_text(&form, "price"), "17400");
    assert_false(form_state_nudge(&form, QUANTITY, 1, tick, 0));
}

static void bad_numbers_are_refused_in_words_and_kept(void **state)
{
    (void)state;
    static const char *const bad[] = {"-5", "0", "101", "99999999999999999999", "1.5", "NaN", "two", "5 lots", "0x10"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t value = 77;
        form_state_accept_all(&form);
        form_state_type(&form, QUANTITY, bad[i]);
        assert_false(form_state_number(&form, "quantity", 1, 100, &value));
        assert_int_equal(value, 77);
        assert_non_null(strstr(refusal(QUANTITY), "100"));
        assert_string_equal(form_state_text(&form, "quantity"), bad[i]);
        assert_int_equal(form_state_first_bad(&form), QUANTITY);
    }
    int64_t value = 0;
    form_state_accept_all(&form);
    form_state_type(&form, QUANTITY, "100");
    assert_true(form_state_number(&form, "quantity", 1, 100, &value));
    assert_int_equal(value, 100);
}

static void bad_prices_are_refused_in_words(void **state)
{
    (void)state;
    static const char *const bad[] = {"NaN", "inf", "1e5", "17410.00001", "17,410", "-", "99999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        price_t price = 77;
        form_state_accept_all(&form);
        form_state_type(&form, PRICE, bad[i]);
        assert_false(form_state_price(&form, "price", &price));
        assert_int_equal(price, 77);
        assert_true(refusal(PRICE)[0] != '\0');
    }
}

static void an_untouched_field_is_refused_quietly_until_a_try(void **state)
{
    (void)state;
    price_t price;
    assert_false(form_state_price(&form, "price", &price));
    assert_string_equal(refusal(PRICE), "required");
    assert_null(form_state_shown(&form, PRICE));
    form.submitted = true;
    assert_string_equal(form_state_shown(&form, PRICE), "required");
}

static void what_is_optional_or_disabled_is_never_required(void **state)
{
    (void)state;
    int64_t value = 5;
    price_t price = 5;
    assert_true(form_state_number(&form, "note", 1, 2, &value)); /* optional and empty */
    assert_int_equal(value, 0);
    form_state_type(&form, PRICE, "NaN");
    form_state_disable(&form, "price", "only with LMT");
    assert_true(form_state_price(&form, "price", &price));
    assert_int_equal(price, 0);
    form_state_refuse(&form, "price", "anything");
    assert_int_equal(form_state_first_bad(&form), -1);
}

static void the_first_refusal_stays_and_loses_its_name(void **state)
{
    (void)state;
    form_state_refuse(&form, "price", "price: 5 is beyond the limit");
    form_state_refuse(&form, "price", "something else");
    assert_string_equal(refusal(PRICE), "5 is beyond the limit");
    form_state_refuse(&form, "quantity", "Quantity: too many");
    assert_string_equal(refusal(QUANTITY), "too many");
}

static void money_takes_its_commas(void **state)
{
    (void)state;
    money_t money = 0;
    form_state_type(&form, QUANTITY, "1,250,000");
    assert_true(form_state_money(&form, "quantity", 0, 10000000, &money));
    assert_int_equal(money, 1250000 * PRICE_SCALE);
    assert_string_equal(form_state_text(&form, "quantity"), "1,250,000");
}

static void a_secret_is_wiped(void **state)
{
    (void)state;
    form_state_type(&form, SECRET, "hunter2");
    form_state_wipe(&form);
    for (size_t i = 0; i < sizeof form.fields[SECRET].text; i++) assert_int_equal(form.fields[SECRET].text[i], 0);
    assert_false(form.fields[SECRET].touched);
}

static void a_long_text_is_cut_between_characters(void **state)
{
    (void)state;
    char text[FORM_TEXT_SIZE * 2];
    for (size_t i = 0; i + 3 < sizeof text; i += 3) memcpy(text + i, "臺", 4);
    form_state_put(&form, "note", text);
    assert_int_equal(strlen(form_state_text(&form, "note")) % 3, 0);
    assert_true(strlen(form_state_text(&form, "note")) < FORM_TEXT_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(starts_with_first_choices_and_no_refusal, setup),
        cmocka_unit_test_setup(focus_goes_round_and_skips_what_is_disabled, setup),
        cmocka_unit_test_setup(the_next_number_is_below_the_focus, setup),
        cmocka_unit_test_setup(choices_cycle_both_ways, setup),
        cmocka_unit_test_setup(a_choice_that_is_still_there_stays, setup),
        cmocka_unit_test_setup(a_price_steps_by_ticks_and_onto_the_grid, setup),
        cmocka_unit_test_setup(bad_numbers_are_refused_in_words_and_kept, setup),
        cmocka_unit_test_setup(bad_prices_are_refused_in_words, setup),
        cmocka_unit_test_setup(an_untouched_field_is_refused_quietly_until_a_try, setup),
        cmocka_unit_test_setup(what_is_optional_or_disabled_is_never_required, setup),
        cmocka_unit_test_setup(the_first_refusal_stays_and_loses_its_name, setup),
        cmocka_unit_test_setup(money_takes_its_commas, setup),
        cmocka_unit_test_setup(a_secret_is_wiped, setup),
        cmocka_unit_test_setup(a_long_text_is_cut_between_characters, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
