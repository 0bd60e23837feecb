/* The table of actions: every key is one, means one thing in a place, and can be found by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <curses.h>
#include <string.h>

#include "tui/keymap.h"

/* Some key of some terminal is what the name says. */
static bool is_a_key(const char *name)
{
    for (int key = 1; key <= KEY_MAX; key++)
        if (key_matches(name, key, false) || key_matches(name, key, true)) return true;
    return false;
}

static void test_table(void **state)
{
    (void)state;
    assert_true(action_count() > 30);
    for (const struct action *a = actions; a->name; a++) {
        assert_non_null(a->run);
        assert_true(a->scopes != 0);
        assert_true(strlen(a->summary) > 5 && a->summary[strlen(a->summary) - 1] == '.');
        assert_true(strlen(a->label) <= 16);
        assert_true(!a->footer || a->keys[0]);
        assert_ptr_equal(action_by_name(a->name), a); /* so names are unique too */
        for (int i = 0; i < KEYS_MAX && a->keys[i]; i++)
            if (!is_a_key(a->keys[i])) fail_msg("%s: '%s' is no key", a->name, a->keys[i]);
    }
    assert_null(action_by_name("no-such"));
}

static void test_one_meaning_in_a_place(void **state)
{
    (void)state;
    for (const struct action *a = actions; a->name; a++) {
        for (const struct action *b = a + 1; b->name; b++) {
            for (int i = 0; i < KEYS_MAX && a->keys[i]; i++) {
                for (int j = 0; j < KEYS_MAX && b->keys[j]; j++)
                    if ((a->scopes & b->scopes) && !strcmp(a->keys[i], b->keys[j]))
                        fail_msg("%s means %s and %s", a->keys[i], a->name, b->name);
            }
        }
    }
}

static void test_keys(void **state)
{
    (void)state;
    assert_true(key_matches("Ctrl-L", 12, false));
    assert_false(key_matches("Ctrl-L", 'l', false));
    assert_true(key_matches("Enter", '\r', false));
    assert_true(key_matches("Enter", KEY_ENTER, true));
    assert_true(key_matches("F1", KEY_F(1), true));
    assert_false(key_matches("F1", KEY_F(11), true));
    assert_true(key_matches("F12", KEY_F(12), true));
    assert_true(key_matches("Shift-Tab", KEY_BTAB, true));
    assert_true(key_matches("?", '?', false));
    assert_false(key_matches("j", KEY_DOWN, true));
    assert_false(is_a_key("Hyper-x"));
    assert_false(is_a_key(""));
    assert_string_equal(key_label("Ctrl-L"), "^L");
    assert_string_equal(key_label("Enter"), "Enter");
}

static void test_scope(void **state)
{
    (void)state;
    assert_string_equal(action_for_key('x', false, SCOPE_CONDITIONS)->name, "condition-cancel");
    assert_string_equal(action_for_key('x', false, SCOPE_ORDERS)->name, "order-cancel");
    assert_string_equal(action_for_key('x', false, SCOPE_WATCHLIST)->name, "unregister");
    assert_null(action_for_key('x', false, SCOPE_LOG));
    assert_string_equal(action_for_key('n', false, SCOPE_LOG)->name, "condition-new");
    assert_string_equal(action_for_key('K', false, SCOPE_ORDERS)->name, "guard");
    assert_null(action_for_key(KEY_F(9), true, SCOPE_LOG));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table), cmocka_unit_test(test_one_meaning_in_a_place),
                                       cmocka_unit_test(test_keys), cmocka_unit_test(test_scope)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
