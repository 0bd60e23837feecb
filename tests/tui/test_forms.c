/* The real forms, typed into on a real pseudo terminal, at the smallest full size and at the largest. The system behind
 * them is recorded and has no agents: whatever is really sent says that there is no connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/tui/shown.h"

#define ENTER "\r"
#define TAB   "\t"
#define BACK  "\033[Z"
#define UP    "\033OA"
#define DOWN  "\033OB"
#define RIGHT "\033OC"
#define ESC   "\033"
#define SENT  "not connected" /* what a sent message meets */

static const struct size {
    int rows, columns;
} sizes[] = {{24, 80}, {45, 160}};
#define SIZES (sizeof sizes / sizeof *sizes)

static struct shown *shown;

static void open_at(struct size size)
{
    shown = shown_open(size.rows, size.columns, "mono", SHOWN_CLOCK);
}

static void show_and_fail(const char *text, const char *what)
{
    char *screen = shown_text(shown);
    fprintf(stderr, "%s '%s' on:\n%s\n", what, text, screen);
    free(screen);
    fail();
}

static void sees(const char *text)
{
    if (!shown_wait(shown, text)) show_and_fail(text, "never saw");
}

static void sees_no(const char *text)
{
    char *screen = shown_text(shown);
    bool there = strstr(screen, text) != NULL;
    free(screen);
    if (there) show_and_fail(text, "did not want");
}

static void gone(const char *text)
{
    if (!shown_wait_gone(shown, text)) show_and_fail(text, "still see");
}

static void type(const char *keys)
{
    shown_type(shown, keys);
}

/* New condition on MXFH1 with the trigger typed: the focus starts on the side. */
static void new_condition(const char *trigger)
{
    type("n");
    sees("New condition");
    type(TAB);
    type(trigger);
    sees(trigger);
}

/* 17410, turning 15, take profit 90, stop 30, one lot of 50 NT$ a point: the levels, and 4500 and 1500 less and plus
 * cost. */
static void preview_follows_every_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        open_at(sizes[i]);
        new_condition("17410");
        sees("17425"); /* order */
        sees("17515"); /* take profit */
        sees("17395"); /* stop */
        sees("Reward to risk");
        type(UP);
        sees("17411");
        sees("17426");
        type(DOWN DOWN);
        sees("17409");
        sees("17424");
        type(TAB TAB TAB "3"); /* turning, following, quantity */
        sees("BUY 3 MXFH1");
        shown_close(shown);
    }
}

static void bad_values_are_refused_in_words_and_nothing_is_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        open_at(sizes[i]);
        new_condition("99999");
        sees("beyond the price limit");
        type(ENTER);
        sees("Not sent:");
        type("NaN"); /* the submit put the focus on the trigger: the first letter replaces it */
        sees("'NaN' is not a number");
        type("\025"
             "17410" TAB TAB TAB "-5");
        sees("allowed 1 to 100");
        type(ENTER);
        sees("Quantity: ");
        sees("-5");
        type("2");
        sees("BUY 2 MXFH1");
        sees_no(SENT);
        type(ENTER); /* all is well now: it goes */
        sees(SENT);
        sees("17410"); /* and what was typed is still there */
        shown_close(shown);
    }
}

static void an_unknown_contract_cannot_be_chosen(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        open_at(sizes[i]);
        type("n");
        sees("New condition");
        type(BACK); /* to the contract */
        type("z");
        sees("nothing matches the filter");
        type(ENTER);
        sees("nothing matches the filter");
        type("\025"
             "txfi");
        sees("1 of 1");
        type(ENTER);
        gone("registered ones");
        sees("TXFI1");
        type(RIGHT); /* the next one, around the end */
        gone("Contract      TXFI1");
        shown_close(shown);
    }
}

static void values_survive_every_size(void **state)
{
    (void)state;
    open_at(sizes[0]);
    new_condition("17410");
    type(BACK BACK BACK); /* around to the note */
    type("臺股 note");
    sees("臺股 note");
    shown_resize(shown, 10, 40);
    sees("臺股 note");
    shown_resize(shown, 45, 160);
    sees("臺股 note");
    sees("17410");
    sees("17515");
    shown_resize(shown, 5, 30);
    shown_resize(shown, 24, 80);
    sees("臺股 note");
    type("!");
    sees("臺股 note!");
    type("\177\177");
    gone("note!");
    sees("臺股 not");
    type("\177\177\177\177\177"); /* the last of them is two cells wide */
    gone("股");
    sees("Note         臺 ");
    type("期");
    sees("臺期");
    shown_close(shown);
}

static void escape_backs_out_one_step_at_a_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        open_at(sizes[i]);
        type("n");
        sees("New condition");
        type(BACK);
        type(" ");
        sees("registered ones");
        type(ESC);
        gone("registered ones");
        sees("New condition");
        type(ESC);
        gone("New condition");
        shown_close(shown);
    }
}

static void a_ticket_offers_only_what_the_exchange_takes(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        open_at(sizes[i]);
        type("b");
        sees("Order ticket");
        sees("ROD");
        type(BACK BACK " "); /* quantity, time in force, type: to MKT */
        sees("MKT market");
        gone("ROD");
        sees("IOC");
        sees("LMT only");
        type(" ");
        sees("MKP range");
        shown_close(shown);
    }
}

/* The best of the other side is offered, anew for the other side, and not once a price was typed. */
static void a_ticket_offers_the_price_that_would_trade(void **state)
{
    (void)state;
    open_at(sizes[0]);
    type("b");
    sees("Price          17432");
    type(BACK BACK BACK "s"); /* on the side a letter chooses */
    sees("SELL");
    sees("Price          17430");
    type("17440"); /* a figure goes to the number below: the quantity here */
    sees("allowed 1 to 100");
    type("\0251" TAB "17440" BACK BACK BACK BACK "b");
    sees("BUY");
    sees("Price          17440");
    shown_close(shown);
}

static void an_order_goes_only_after_a_second_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        open_at(sizes[i]);
        type("s");
        sees("Order ticket");
        type(TAB "99999");
        sees("beyond the price limit");
        type(ENTER);
        sees("Not sent:");
        sees_no("Send this order?");
        type("17430");
        type(ENTER);
        sees("Send this order?");
        sees("SELL 1 MXFH1 at 17430 (LMT ROD)");
        type(ENTER); /* the focus is on Cancel */
        gone("Send this order?");
        sees_no(SENT);
        type(ENTER);
        sees("Send this order?");
        type("y");
        sees(SENT);
        sees("17430");
        shown_close(shown);
    }
}

/* What the guard passes a closed exchange still refuses: said before the order goes, wherever its cost is shown. */
static void a_ticket_in_a_closed_market_says_so(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        shown = shown_open(sizes[i].rows, sizes[i].columns, "mono", SHOWN_CLOCK | SHOWN_CLOSED);
        type("b");
        sees("Order ticket");
        sees("The market is closed");
        sees_no("would let it pass");
        type(ENTER);
        sees("Send this order?");
        sees("The market is closed: the exchange will refuse it.");
        shown_close(shown);
    }
}

/* The guard's own rules, asked with what the screen knows: of what is held, by whom, and at the venue. */
static void a_ticket_knows_what_may_be_closed(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        open_at(sizes[i]);
        type("s");
        sees("Order ticket");
        type("1" BACK BACK BACK BACK BACK " "); /* reduce only */
        sees("◂ yes ▸");
        sees("+2 held, 2"); /* a sale of two works already */
        sees_no("at the venue");
        shown_close(shown);
    }
    for (size_t i = 0; i < SIZES; i++) {
        shown = shown_open(sizes[i].rows, sizes[i].columns, "mono", SHOWN_CLOCK | SHOWN_DIFFERS);
        type(ESC "1s"); /* from the question about the differences */
        sees("Order ticket");
        sees("at the venue");
        sees_no("would let it pass");
        shown_close(shown);
    }
}

static void a_ticket_without_an_executor_says_so(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        shown = shown_open(sizes[i].rows, sizes[i].columns, "mono", SHOWN_CLOCK | SHOWN_DOWN);
        type("b");
        sees("Order ticket");
        sees("The executor does not answer");
        sees_no("would let it pass");
        type(ENTER);
        sees("The executor does not answer: it cannot be sent.");
        shown_close(shown);
    }
}

static void a_limit_beyond_the_best_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        open_at(sizes[i]);
        type("b");
        sees("Order ticket");
        type(ENTER);
        sees("Send this order?");
        sees_no("the best ask");
        type(ESC TAB "17532" ENTER);
        sees("100 points above the best ask 17432: it trades at once.");
        type(ESC BACK BACK BACK BACK "s" BACK BACK BACK "17429" ENTER);
        sees("1 point below the best bid 17430");
        shown_close(shown);
    }
}

static void a_held_key_answers_nothing(void **state)
{
    (void)state;
    shown = shown_open(24, 80, "mono", 0); /* its clock stands still: every key comes at once */
    type("s");
    sees("Order ticket");
    type(TAB "17430");
    type(ENTER);
    sees("Send this order?");
    type("yyy");
    type(ENTER ENTER);
    sees("Send this order?");
    sees_no(SENT);
    type(ESC);
    gone("Send this order?");
    shown_close(shown);
}

static void a_password_is_never_on_the_screen(void **state)
{
    (void)state;
    size_t length = 0;
    open_at(sizes[0]);
    type("L");
    sees("Log in");
    type("hunter2"); /* the user is known: the focus is on the password */
    sees("•••••••");
    type(ENTER);
    sees(SENT);
    gone("•••••••"); /* wiped: it must be typed again */
    const char *bytes = shown_bytes(shown, &length);
    assert_null(memmem(bytes, length, "hunter", 6));
    shown_close(shown);
}

static void contracts_filter_as_one_types(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        open_at(sizes[i]);
        type("R");
        sees("Register a contract");
        type("mxf");
        sees("1 of 2");
        sees("registered");
        type(" 小");
        sees("1 of 2");
        type("\177\177\177\177\177");
        sees("1 of 6");
        shown_close(shown);
    }
}

static void the_command_line_completes_and_remembers(void **state)
{
    (void)state;
    open_at(sizes[0]);
    type(":");
    sees("Command");
    type("nonsense" ENTER);
    sees("no such command");
    type("\025"
         "condition-n");
    type(TAB);
    sees(":condition-new");
    type(ENTER);
    sees("New condition");
    type(ESC);
    gone("New condition");
    type(":");
    sees("Command");
    type(UP);
    sees(":condition-new");
    type(ESC);
    gone("Command");
    shown_close(shown);
}

static void a_seek_asks_where_something_is_held(void **state)
{
    (void)state;
    open_at(sizes[0]);
    type(":");
    sees("Command");
    type("market-seek 09:00" ENTER);
    sees("Move the market to 09:00?");
    sees("2 positions and 5 conditions");
    type(ENTER);
    gone("Move the market");
    sees_no(SENT);
    type(":");
    sees("Command");
    type("market-seek 09:00" ENTER);
    sees("Move the market to 09:00?");
    type("y");
    sees(SENT);
    shown_close(shown);
}

static void help_finds_a_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        open_at(sizes[i]);
        type("?");
        sees("every key and command");
        type("kill switch");
        sees("1 of 1");
        type(ENTER); /* nothing runs: it is written on the command line */
        sees(":guard");
        shown_close(shown);
    }
}

static void the_guard_changes_only_after_a_second_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        open_at(sizes[i]);
        type("K");
        sees("orders pass within the limits");
        type("A");
        sees("it is ACTIVE already");
        type("H");
        sees("Change the guard's mode?");
        type("H");
        sees("Change the guard's mode?");
        type(ENTER);
        gone("Change the guard's mode?");
        sees_no(SENT);
        type("R");
        sees("REDUCING: only orders that shrink");
        type("y");
        sees(SENT);
        shown_close(shown);
    }
}

static void a_read_only_guard_may_only_halt(void **state)
{
    (void)state;
    open_at(sizes[0]);
    type(":");
    sees("Command");
    type("read-only" ENTER);
    sees("READ-ONLY");
    type("K");
    sees("orders pass within the limits");
    type("R");
    sees("read-only: it sends nothing but HALT");
    sees_no("Change the guard's mode?");
    type("E");
    sees_no("The guard's limits");
    type("H");
    sees("Change the guard's mode?");
    shown_close(shown);
}

static void limits_are_checked_by_the_message_table(void **state)
{
    (void)state;
    open_at(sizes[0]);
    type("K");
    sees("Guard");
    type("E");
    sees("The guard's limits");
    type("-1");
    sees("allowed 0 to");
    type(ENTER);
    sees("Not sent:");
    type("7");
    type(ENTER);
    sees("Lots of one order: ");
    sees("to 7");
    type("y");
    sees(SENT);
    shown_close(shown);
}

static void start_up_check_says_what_is_missing(void **state)
{
    (void)state;
    shown = shown_open(24, 80, "mono", SHOWN_NOTHING | SHOWN_CLOCK);
    type("S");
    sees("Start-up check");
    sees("not running");
    sees("not known: the gateway is silent");
    sees("Not ready");
    sees("not running: what ends stays ended");
    type("s");
    sees("starting outcryd");
    type("l");
    sees("Log in");
    type(ESC);
    gone("Password");
    sees("Start-up check");
    type("X");
    sees("Stop all components?");
    type(ESC);
    gone("Stop all components?");
    shown_close(shown);
}

static void the_start_up_check_names_each_contract_that_differs(void **state)
{
    (void)state;
    shown = shown_open(24, 80, "mono", SHOWN_DIFFERS | SHOWN_CLOCK);
    type("S");
    sees("6 differences: MXFH1, TXFH1");
    shown_close(shown);
}

static void a_theme_is_tried_and_left(void **state)
{
    (void)state;
    open_at(sizes[0]);
    type("T");
    sees("Themes");
    sees("mono  (was in use)");
    char *mono = shown_look(shown);
    type(UP);
    type(UP);
    char *other = shown_look(shown);
    assert_string_not_equal(mono, other);
    type(ESC);
    gone("Themes");
    type("T");
    sees("mono  (was in use)");
    free(mono);
    free(other);
    shown_close(shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(preview_follows_every_key),
        cmocka_unit_test(bad_values_are_refused_in_words_and_nothing_is_sent),
        cmocka_unit_test(an_unknown_contract_cannot_be_chosen),
        cmocka_unit_test(values_survive_every_size),
        cmocka_unit_test(escape_backs_out_one_step_at_a_time),
        cmocka_unit_test(a_ticket_offers_only_what_the_exchange_takes),
        cmocka_unit_test(a_ticket_offers_the_price_that_would_trade),
        cmocka_unit_test(an_order_goes_only_after_a_second_key),
        cmocka_unit_test(a_ticket_in_a_closed_market_says_so),
        cmocka_unit_test(a_ticket_knows_what_may_be_closed),
        cmocka_unit_test(a_ticket_without_an_executor_says_so),
        cmocka_unit_test(a_limit_beyond_the_best_is_said),
        cmocka_unit_test(a_held_key_answers_nothing),
        cmocka_unit_test(a_password_is_never_on_the_screen),
        cmocka_unit_test(contracts_filter_as_one_types),
        cmocka_unit_test(the_command_line_completes_and_remembers),
        cmocka_unit_test(a_seek_asks_where_something_is_held),
        cmocka_unit_test(help_finds_a_key),
        cmocka_unit_test(the_guard_changes_only_after_a_second_key),
        cmocka_unit_test(a_read_only_guard_may_only_halt),
        cmocka_unit_test(limits_are_checked_by_the_message_table),
        cmocka_unit_test(start_up_check_says_what_is_missing),
        cmocka_unit_test(the_start_up_check_names_each_contract_that_differs),
        cmocka_unit_test(a_theme_is_tried_and_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
