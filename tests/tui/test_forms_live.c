/* The forms with the whole system behind them: what is typed ends in the agents' databases, and what is refused does
 * not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "db/db.h"
#include "tests/tui/live.h"

#define ENTER "\r"
#define TAB   "\t"
#define BACK  "\033[Z"
#define UP    "\033OA"
#define DOWN  "\033OB"
#define ESC   "\033"

static struct live_home home;
static struct live *screen;

#define DEAF_MS 300

#define sees(text) assert_true(live_wait(screen, text))
#define gone(text) assert_true(live_wait_gone(screen, text))

static int start_system(void **state)
{
    (void)state;
    live_home(&home);
    screen = live_open(&home, 24, 80);
    return live_wait(screen, "Watchlist") && live_wait(screen, "MXF") ? 0 : -1;
}

static int stop_system(void **state)
{
    (void)state;
    live_close(screen);
    return live_stop(&home);
}

struct found {
    int count;
    struct msg last;
};

static bool keep(void *context, const struct msg *msg)
{
    struct found *found = context;
    found->count++;
    found->last = *msg;
    return true;
}

static struct found stored(enum db_file file, enum msg_id id)
{
    struct found found = {0};
    struct db *db = NULL;
    struct err err;
    const struct db_query query = {.id = id};
    assert_int_equal(db_open(&db, file, home.home, DB_READ, DB_NORMAL, &err), ERR_OK);
    assert_int_equal(db_each(db, &query, keep, &found, &err), ERR_OK);
    db_close(db);
    return found;
}

/* A notice may be followed by another at once; a row stays. */
static struct found wait_stored(enum db_file file, enum msg_id id, int count)
{
    struct found found = stored(file, id);
    for (int tries = 0; tries < 200 && found.count != count; tries++) {
        live_pause(screen, 100);
        found = stored(file, id);
    }
    assert_int_equal(found.count, count);
    return found;
}

/* The trigger starts at the last price: it is on the screen as soon as there is one. */
static void open_condition(void)
{
    live_type(screen, "n");
    sees("New condition");
    live_type(screen, TAB);
    for (int tries = 0; tries < 100 && !live_shows(screen, "take profit"); tries++) {
        live_type(screen, UP); /* does nothing before the first price */
        live_pause(screen, 100);
    }
    sees("take profit");
}

static void a_bad_condition_is_not_stored(void **state)
{
    (void)state;
    open_condition();
    live_type(screen, TAB TAB TAB "-5" ENTER);
    sees("Not sent: Quantity: allowed 1 to");
    live_type(screen, "\025"
                      "2" BACK BACK BACK "NaN" ENTER);
    sees("Not sent: Trigger: 'NaN' is not a number");
    live_type(screen, "9999999" ENTER);
    sees("Not sent: Trigger: 9999999 is beyond the price limit");
    live_type(screen, ESC);
    gone("New condition");
    assert_int_equal(stored(DB_CONDITIONS, MSG_CONDITION).count, 0);
}

static void a_condition_is_armed_from_the_form(void **state)
{
    (void)state;
    open_condition();
    live_type(screen, TAB "500" TAB " " TAB "2" TAB "120" TAB "40");
    sees("BUY 2 ");
    live_type(screen, ENTER);
    struct found found = wait_stored(DB_CONDITIONS, MSG_CONDITION, 1);
    gone("New condition");
    const struct condition_terms *terms = &found.last.condition.terms;
    assert_int_equal(terms->side, SIDE_BUY);
    assert_int_equal(terms->turning, PRICE_POINTS(500));
    assert_true(terms->following);
    assert_int_equal(terms->quantity, 2);
    assert_int_equal(terms->take_profit, PRICE_POINTS(120));
    assert_int_equal(terms->stop_loss, PRICE_POINTS(40));
    assert_int_equal(terms->basis, BASIS_FILL);
    assert_int_equal(terms->validity, VALID_SESSION);
}

static void its_history_comes_from_the_database(void **state)
{
    (void)state;
    live_type(screen, "2");
    sees("2 Conditions 1");
    live_type(screen, ENTER);
    sees("Condition history");
    sees("created");
    live_type(screen, ESC);
    gone("Condition history");
}

static void an_order_goes_after_its_question(void **state)
{
    (void)state;
    live_type(screen, "b");
    sees("Order ticket");
    live_type(screen, TAB "9999999" ENTER);
    sees("Not sent: Price: beyond the price limit");
    assert_int_equal(stored(DB_ORDERS, MSG_ORDER).count, 0);
    live_type(screen, BACK BACK BACK " ");
    sees("MKT market");
    live_type(screen, ENTER);
    sees("Send this order?");
    live_type(screen, ESC);
    gone("Send this order?");
    assert_int_equal(stored(DB_ORDERS, MSG_ORDER).count, 0);
    live_type(screen, ENTER);
    sees("Send this order?");
    live_pause(screen, DEAF_MS);
    live_type(screen, "y");
    struct found found = wait_stored(DB_ORDERS, MSG_ORDER, 1);
    assert_non_null(strstr(found.last.order.request.client_order_id, "-k"));
    assert_int_equal(found.last.order.request.type, ORDER_MARKET);
    gone("Order ticket"); /* it waits for its answer */
}

static void the_order_s_history_tells_how_it_was_filled(void **state)
{
    (void)state;
    live_type(screen, "4" ENTER);
    sees("Order history");
    sees("SENDING");
    sees("FILLED, filled 1 of 1");
    live_type(screen, "nothing such");
    gone("SENDING");
    live_type(screen, ESC);
    gone("Order history");
}

static void a_contract_is_registered_and_taken_back(void **state)
{
    (void)state;
    live_type(screen, "R");
    sees("Register a contract");
    sees("3 registered");
    live_type(screen, DOWN ENTER); /* the mini's next month */
    sees("1 Watchlist 4");
    live_type(screen, ENTER);
    sees("1 Watchlist 3");
    live_type(screen, UP ENTER);
    sees("stays registered");
    live_type(screen, ESC);
    gone("Register a contract");
}

static void an_account_is_selected(void **state)
{
    (void)state;
    live_type(screen, "A");
    sees("Select the account");
    live_type(screen, DOWN ENTER);
    gone("Select the account");
    sees("DEMO-2");
    live_type(screen, "A");
    sees("Select the account");
    live_type(screen, UP ENTER);
    gone("Select the account");
    sees("DEMO-1");
}

static void a_wrong_password_is_refused_in_the_form(void **state)
{
    (void)state;
    live_type(screen, "L");
    sees("Log in");
    live_type(screen, "wrong" ENTER);
    sees("refused");
    sees("Password");
    live_type(screen, ESC);
    gone("Password");
}

static void the_guard_answers_in_its_panel(void **state)
{
    (void)state;
    live_type(screen, "K");
    sees("orders pass within the limits");
    live_type(screen, "E");
    sees("The guard's limits");
    live_type(screen, "7" ENTER);
    sees("to 7");
    live_pause(screen, DEAF_MS);
    live_type(screen, "y");
    sees("7 lots");
    live_type(screen, ESC);
}

/* Stopped elsewhere: this screen says so, and starts it all again, outcryd first. */
static void what_was_stopped_is_started_from_here(void **state)
{
    (void)state;
    struct live *other = live_open(&home, 24, 80);
    assert_true(live_wait(other, "MXF"));
    live_type(other, ":");
    assert_true(live_wait(other, "Command"));
    live_type(other, "stop-all" ENTER);
    assert_true(live_wait(other, "Stop every background process?"));
    live_pause(other, DEAF_MS);
    live_type(other, "y");
    sees("ALL STOPPED");
    live_type(screen, "S");
    sees("not running: what ends stays ended");
    live_type(screen, "s");
    sees("Ready to trade.");
    live_type(screen, ESC);
    gone("Ready to trade.");
    live_close(other);
}

static void what_was_typed_is_there_after_reopening(void **state)
{
    (void)state;
    live_close(screen);
    screen = live_open(&home, 45, 160);
    sees("2 Conditions 1");
    sees("manual");
}

/* What the mouse lets go of must not make the screen wait for a key: another screen halts, and this one says so. */
static void the_screen_goes_on_after_a_click(void **state)
{
    (void)state;
    struct live *other = live_open(&home, 24, 80);
    assert_true(live_wait(other, "MXF"));
    sees("MXF");
    live_type(screen, "\033[M \045\046"); /* a row: pressed */
    live_pause(screen, DEAF_MS);
    live_type(screen, "\033[M#\045\046"); /* and let go */
    live_type(other, ":");
    assert_true(live_wait(other, "Command"));
    live_type(other, "halt" ENTER);
    sees("HALTED");
    live_type(screen, "\033[Ma\045\046"); /* the wheel */
    assert_true(live_wait_gone(other, "Command"));
    live_type(other, ":");
    assert_true(live_wait(other, "Command"));
    live_type(other, "resume" ENTER);
    assert_true(live_wait(other, "Let orders pass again"));
    live_pause(other, DEAF_MS);
    live_type(other, "y");
    gone("HALTED");
    live_close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_condition_is_not_stored),
        cmocka_unit_test(a_condition_is_armed_from_the_form),
        cmocka_unit_test(its_history_comes_from_the_database),
        cmocka_unit_test(an_order_goes_after_its_question),
        cmocka_unit_test(the_order_s_history_tells_how_it_was_filled),
        cmocka_unit_test(a_contract_is_registered_and_taken_back),
        cmocka_unit_test(an_account_is_selected),
        cmocka_unit_test(a_wrong_password_is_refused_in_the_form),
        cmocka_unit_test(the_guard_answers_in_its_panel),
        cmocka_unit_test(the_screen_goes_on_after_a_click),
        cmocka_unit_test(what_was_stopped_is_started_from_here),
        cmocka_unit_test(what_was_typed_is_there_after_reopening),
    };
    return cmocka_run_group_tests(tests, start_system, stop_system);
}
