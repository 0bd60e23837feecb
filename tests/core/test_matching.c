/* test_matching: the simulated exchange's rules, one by one, without sockets or files. */
#include "tests/core/matching_scene.h"

/* --- continuous matching ------------------------------------------------------------------------------------------ */

static void test_market_order_walks_the_book(void **state)
{
    struct fixture *f = *state;
    open_book(f);
    send(f, "k-1", SIDE_BUY, ORDER_MARKET, TIF_IOC, 7, 0);
    assert_int_equal(exec(f, 0)->kind, EXEC_NEW);
    assert_fill(exec(f, 1), P(17401), 5);
    assert_fill(exec(f, 2), P(17402), 2);
    assert_null(said(f, MSG_VENUE_EXEC, 3));
    assert_int_equal(exec(f, 2)->filled_quantity, 7);
    assert_int_equal(find(f, "k-1")->state, ORDER_FILLED);
    assert_int_equal(order_average(find(f, "k-1")), (P(17401) * 5 + P(17402) * 2 + 3) / 7);
    const struct msg *tick = said(f, MSG_TICK, 1);
    assert_non_null(tick);
    assert_int_equal(tick->tick.price, P(17402));
    assert_int_equal(tick->tick.quantity, 2);
    assert_int_equal(tick->tick.volume, 7);
    assert_int_equal(tick->tick.ask, P(17402));
    assert_int_equal(tick->tick.ask_quantity, 3);
    assert_int_equal(tick->tick.bid, P(17399));
    assert_int_equal(tick->tick.reference, P(17400));
}

static void test_seq_has_no_holes_and_reports_are_stored_first(void **state)
{
    struct fixture *f = *state;
    open_book(f);
    f->count = 0;
    send(f, "k-1", SIDE_BUY, ORDER_MARKET, TIF_IOC, 7, 0);
    const uint64_t last = matching_exec_seq(f->matching, 0);
    assert_int_equal(last, 3);
    uint64_t stored = 0;
    for (size_t i = 0; i < f->count; i++) {
        if (f->said[i].msg.id != MSG_VENUE_EXEC) continue;
        const uint64_t seq = f->said[i].msg.venue_exec.seq;
        if (f->said[i].port == PORT_STORE)
            assert_int_equal(seq, ++stored);
        else
            assert_int_equal(seq, stored);
    }
    assert_int_equal(stored, last);
    assert_int_equal(matching_exec_seq(f->matching, 1), 0);
}

static void test_price_then_time(void **state)
{
    struct fixture *f = *state;
    go(f, 9, 0, 0);
    send(f, "first", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 2, P(17390));
    send(f, "second", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 2, P(17390));
    send(f, "better", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(17391));
    f->count = 0;
    matching_flow_take(f->matching, f->index, SIDE_SELL, P(17000), 4, &f->sink);
    assert_string_equal(exec(f, 0)->client_order_id, "better");
    assert_string_equal(exec(f, 1)->client_order_id, "first");
    assert_fill(exec(f, 1), P(17390), 2);
    assert_string_equal(exec(f, 2)->client_order_id, "second");
    assert_fill(exec(f, 2), P(17390), 1);
    assert_int_equal(find(f, "second")->state, ORDER_PARTIALLY_FILLED);
}

static void test_limit_rests_then_fills_and_shows_in_depth(void **state)
{
    struct fixture *f = *state;
    open_book(f);
    send(f, "k-1", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 8, P(17401));
    assert_fill(exec(f, 1), P(17401), 5);
    assert_int_equal(find(f, "k-1")->state, ORDER_PARTIALLY_FILLED);
    struct depth depth;
    assert_true(matching_depth_changed(f->matching, f->index));
    assert_false(matching_depth_changed(f->matching, f->index));
    matching_depth(f->matching, f->index, &depth);
    assert_int_equal(depth.bid_price[0], P(17401));
    assert_int_equal(depth.bid_quantity[0], 3);
    assert_int_equal(depth.bid_price[1], P(17399));
    assert_int_equal(depth.ask_price[0], P(17402));
    assert_int_equal(depth.ask_quantity[1], 0);
    f->count = 0;
    matching_flow_add(f->matching, f->index, SIDE_SELL, P(17400), 3, &f->sink);
    assert_fill(exec(f, 0), P(17401), 3);
    assert_int_equal(find(f, "k-1")->state, ORDER_FILLED);
}

static void test_ioc_and_fok(void **state)
{
    struct fixture *f = *state;
    open_book(f);
    send(f, "fok", SIDE_BUY, ORDER_LIMIT, TIF_FOK, 6, P(17401));
    assert_int_equal(exec(f, 0)->kind, EXEC_NEW);
    assert_int_equal(exec(f, 1)->kind, EXEC_CANCELLED);
    assert_int_equal(exec(f, 1)->reject, REJECT_VENUE_NO_LIQUIDITY);
    assert_int_equal(exec(f, 1)->filled_quantity, 0);
    send(f, "fok2", SIDE_BUY, ORDER_LIMIT, TIF_FOK, 6, P(17402));
    assert_int_equal(find(f, "fok2")->state, ORDER_FILLED);
    send(f, "ioc", SIDE_BUY, ORDER_LIMIT, TIF_IOC, 9, P(17402));
    assert_fill(exec(f, 1), P(17402), 4);
    assert_int_equal(exec(f, 2)->kind, EXEC_CANCELLED);
    assert_int_equal(find(f, "ioc")->state, ORDER_CANCELLED);
    assert_int_equal(find(f, "ioc")->filled_quantity, 4);
    send(f, "none", SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, 0);
    assert_int_equal(exec(f, 1)->kind, EXEC_CANCELLED);
    assert_int_equal(exec(f, 1)->reject, REJECT_VENUE_NO_LIQUIDITY);
}

static void test_range_market_stops_at_its_protection(void **state)
{
    struct fixture *f = *state;
    go(f, 9, 0, 0);
    matching_flow_add(f->matching, f->index, SIDE_SELL, P(17401), 1, &f->sink);
    send(f, "alone", SIDE_BUY, ORDER_RANGE_MARKET, TIF_IOC, 1, 0);
    assert_rejected(f, REJECT_VENUE_NO_LIQUIDITY);
    /* 17399 + 0.5 % of 17400 = 17486 */
    matching_flow_add(f->matching, f->index, SIDE_BUY, P(17399), 1, &f->sink);
    matching_flow_add(f->matching, f->index, SIDE_SELL, P(17486), 1, &f->sink);
    matching_flow_add(f->matching, f->index, SIDE_SELL, P(17487), 1, &f->sink);
    send(f, "mkp", SIDE_BUY, ORDER_RANGE_MARKET, TIF_IOC, 3, 0);
    assert_fill(exec(f, 1), P(17401), 1);
    assert_fill(exec(f, 2), P(17486), 1);
    assert_int_equal(exec(f, 3)->kind, EXEC_CANCELLED);
}

/* --- refusals ----------------------------------------------------------------------------------------------------- */

static void test_refusals_have_codes(void **state)
{
    struct fixture *f = *state;
    open_book(f);
    send(f, "up", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(19141));
    assert_rejected(f, REJECT_VENUE_PRICE_LIMIT);
    send(f, "down", SIDE_SELL, ORDER_LIMIT, TIF_ROD, 1, P(15659));
    assert_rejected(f, REJECT_VENUE_PRICE_LIMIT);
    send(f, "tick", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(17400) + 5000);
    assert_rejected(f, REJECT_VENUE_TICK_SIZE);
    send(f, "lots", SIDE_BUY, ORDER_MARKET, TIF_IOC, 11, 0);
    assert_rejected(f, REJECT_VENUE_QUANTITY);
    send(f, "rod", SIDE_BUY, ORDER_MARKET, TIF_ROD, 1, 0);
    assert_rejected(f, REJECT_VENUE_TYPE);
    send(f, "priced", SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, P(17000));
    assert_rejected(f, REJECT_VENUE_OTHER);
    struct order_request other = request("symbol", SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, 0);
    (void)text_copy(other.symbol, sizeof other.symbol, "TXFH1");
    f->count = 0;
    matching_order(f->matching, 0, &other, &f->sink);
    assert_rejected(f, REJECT_VENUE_UNKNOWN_SYMBOL);
    struct order_request stranger = request("account", SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, 0);
    f->count = 0;
    matching_order(f->matching, 1, &stranger, &f->sink);
    assert_rejected(f, REJECT_VENUE_ACCOUNT);
    assert_string_equal(exec(f, 0)->account, "B-1");
    /* The limits themselves are allowed. */
    send(f, "edge", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(15660));
    assert_int_equal(exec(f, 0)->kind, EXEC_NEW);
    assert_int_equal(find(f, "up")->state, ORDER_REJECTED);
}

static void test_margin(void **state)
{
    struct fixture *f = *state;
    struct contract contract = *matching_contract_at(f->matching, f->index);
    open_book(f);
    /* B-1 has NT$ 100,000: two lots of margin at most. */
    const int32_t most = (int32_t)(P(100000) / contract.initial_margin);
    assert_true(most >= 1);
    struct order_request made = request("big", SIDE_BUY, ORDER_LIMIT, TIF_ROD, most + 1, P(17300));
    (void)text_copy(made.account, sizeof made.account, "B-1");
    f->count = 0;
    matching_order(f->matching, 1, &made, &f->sink);
    assert_rejected(f, REJECT_VENUE_MARGIN);
    made.quantity = most;
    f->count = 0;
    matching_order(f->matching, 1, &made, &f->sink);
    assert_int_equal(exec(f, 0)->kind, EXEC_NEW);
    /* The other side does not add to the worst case, one more lot does. */
    made.side = SIDE_SELL;
    made.limit_price = P(17500);
    f->count = 0;
    matching_order(f->matching, 1, &made, &f->sink);
    assert_int_equal(exec(f, 0)->kind, EXEC_NEW);
    made.quantity = 1;
    f->count = 0;
    matching_order(f->matching, 1, &made, &f->sink);
    assert_rejected(f, REJECT_VENUE_MARGIN);
}

static void test_closed_and_pre_open(void **state)
{
    struct fixture *f = *state;
    go(f, 8, 0, 0);
    send(f, "closed", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(17400));
    assert_rejected(f, REJECT_VENUE_SESSION);
    go(f, 8, 30, 0);
    send(f, "fok", SIDE_BUY, ORDER_LIMIT, TIF_FOK, 1, P(17400));
    assert_rejected(f, REJECT_VENUE_SESSION);
    send(f, "mkp", SIDE_BUY, ORDER_RANGE_MARKET, TIF_IOC, 1, 0);
    assert_rejected(f, REJECT_VENUE_SESSION);
    send(f, "lmt", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(17400));
    assert_int_equal(exec(f, 0)->kind, EXEC_NEW);
    send(f, "mkt", SIDE_SELL, ORDER_MARKET, TIF_IOC, 1, 0);
    assert_int_equal(exec(f, 0)->kind, EXEC_NEW);
    assert_null(said(f, MSG_VENUE_EXEC, 1)); /* collected, not matched */
    go(f, 13, 45, 0);
    send(f, "late", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(17400));
    assert_rejected(f, REJECT_VENUE_SESSION);
}

static void test_night_takes_fewer_market_lots(void **state)
{
    struct fixture *f = *state;
    go(f, 15, 0, 0);
    send(f, "six", SIDE_BUY, ORDER_MARKET, TIF_IOC, 6, 0);
    assert_rejected(f, REJECT_VENUE_QUANTITY);
    send(f, "five", SIDE_BUY, ORDER_MARKET, TIF_IOC, 5, 0);
    assert_int_equal(exec(f, 0)->kind, EXEC_NEW);
}

/* --- auction and sessions ----------------------------------------------------------------------------------------- */

static void test_auction(void **state)
{
    struct fixture *f = *state;
    go(f, 8, 40, 0);
    matching_flow_add(f->matching, f->index, SIDE_BUY, P(17405), 3, &f->sink);
    matching_flow_add(f->matching, f->index, SIDE_BUY, P(17400), 4, &f->sink);
    matching_flow_add(f->matching, f->index, SIDE_SELL, P(17398), 5, &f->sink);
    matching_flow_add(f->matching, f->index, SIDE_SELL, P(17403), 9, &f->sink);
    send(f, "mkt", SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, 0);
    send(f, "ioc", SIDE_BUY, ORDER_LIMIT, TIF_IOC, 1, P(17390));
    send(f, "rod", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(17391));
    f->count = 0;
    matching_flow_trial(f->matching, f->index, &f->sink);
    const struct msg *trial = said(f, MSG_TICK, 0);
    assert_non_null(trial);
    assert_int_equal(trial->tick.flags, TICK_TRIAL);
    assert_int_equal(trial->tick.volume, 0);
    assert_int_equal(trial->tick.price, P(17400));
    f->count = 0;
    go(f, 8, 45, 0);
    /* buys reaching 17400: 1 + 3 + 4 = 8, sells: 5; at 17403: buys 4, sells 14. 17400: five lots. */
    const struct msg *tick = said(f, MSG_TICK, 0);
    assert_non_null(tick);
    assert_int_equal(tick->tick.price, P(17400));
    assert_int_equal(tick->tick.quantity, 5);
    assert_int_equal(tick->tick.flags, TICK_AUCTION);
    assert_fill(exec(f, 0), P(17400), 1); /* the market order first */
    assert_string_equal(exec(f, 0)->client_order_id, "mkt");
    assert_int_equal(find(f, "ioc")->state, ORDER_CANCELLED);
    assert_int_equal(find(f, "rod")->state, ORDER_NEW);
    assert_int_equal(matching_lots_at(f->matching, f->index, SIDE_BUY, P(17400)), 3);
    assert_int_equal(matching_best(f->matching, f->index, SIDE_SELL), P(17403));
}

static void test_auction_alone_cancels_market_orders(void **state)
{
    struct fixture *f = *state;
    go(f, 8, 40, 0);
    send(f, "mkt", SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, 0);
    go(f, 8, 45, 0);
    assert_int_equal(find(f, "mkt")->state, ORDER_CANCELLED);
    assert_int_equal(matching_best(f->matching, f->index, SIDE_BUY), 0);
}

static void test_rod_expires_with_its_session_and_the_day_rolls(void **state)
{
    struct fixture *f = *state;
    open_book(f);
    send(f, "trade", SIDE_BUY, ORDER_MARKET, TIF_IOC, 2, 0);
    send(f, "rod", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(17300));
    f->count = 0;
    go(f, 13, 45, 0);
    assert_int_equal(exec(f, 0)->kind, EXEC_EXPIRED);
    assert_string_equal(exec(f, 0)->client_order_id, "rod");
    assert_int_equal(matching_best(f->matching, f->index, SIDE_BUY), 0);
    const struct msg *contract = said(f, MSG_CONTRACT, 0);
    assert_non_null(contract);
    assert_int_equal(contract->contract.trading_day, 20210727);
    assert_int_equal(contract->contract.reference, P(17401));
    assert_int_equal(contract->contract.limit_up, P(19141));
    struct matching_stats stats;
    matching_stats(f->matching, f->index, &stats);
    assert_int_equal(stats.volume, 0);
    assert_int_equal(stats.last, P(17401));
}

static void test_last_trading_day_ends_at_half_past_one(void **state)
{
    struct fixture *f = *state;
    matching_on_time(f->matching, calendar_taipei_us(20210818, 13 * 3600), ++f->now_us, &f->sink);
    assert_int_equal(matching_session(f->matching, f->index)->state, SESSION_OPEN);
    matching_on_time(f->matching, calendar_taipei_us(20210818, 13 * 3600 + 1800), ++f->now_us, &f->sink);
    assert_int_equal(matching_session(f->matching, f->index)->state, SESSION_CLOSED);
    matching_on_time(f->matching, calendar_taipei_us(20210818, 16 * 3600), ++f->now_us, &f->sink);
    send(f, "gone", SIDE_BUY, ORDER_MARKET, TIF_IOC, 1, 0);
    assert_rejected(f, REJECT_VENUE_SESSION);
}

/* --- cancelling, copies, accounts --------------------------------------------------------------------------------- */

static void test_cancel(void **state)
{
    struct fixture *f = *state;
    open_book(f);
    send(f, "rod", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(17300));
    cancel(f, 1, "rod"); /* not his */
    assert_int_equal(exec(f, 0)->kind, EXEC_CANCEL_REJECTED);
    assert_int_equal(find(f, "rod")->state, ORDER_NEW);
    cancel(f, 0, "rod");
    assert_int_equal(exec(f, 0)->kind, EXEC_CANCELLED);
    assert_int_equal(exec(f, 0)->reject, REJECT_NONE);
    cancel(f, 0, "rod");
    assert_int_equal(exec(f, 0)->kind, EXEC_CANCEL_REJECTED);
    assert_int_equal(exec(f, 0)->reject, REJECT_VENUE_NO_ORDER);
    assert_int_equal(find(f, "rod")->state, ORDER_CANCELLED);
    cancel(f, 0, "never");
    assert_int_equal(exec(f, 0)->kind, EXEC_CANCEL_REJECTED);
}

static void test_the_venue_does_not_deduplicate(void **state)
{
    struct fixture *f = *state;
    open_book(f);
    send(f, "same", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(17300));
    send(f, "same", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(17300));
    int32_t copies;
    assert_non_null(matching_find(f->matching, 0, "same", &copies));
    assert_int_equal(copies, 2);
    assert_int_equal(matching_lots_at(f->matching, f->index, SIDE_BUY, P(17300)), 2);
    assert_null(matching_find(f->matching, 1, "same", &copies));
    cancel(f, 0, "same");
    assert_int_equal(exec(f, 1)->kind, EXEC_CANCELLED);
    assert_string_not_equal(exec(f, 0)->venue_order_id, exec(f, 1)->venue_order_id);
}

static void test_ended_orders_are_forgotten_for_new_ones(void **state)
{
    struct fixture *f = *state;
    char id[16];
    open_book(f);
    send(f, "rod", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(17300));
    for (int i = 0; i < 200; i++) {
        (void)snprintf(id, sizeof id, "x-%d", i);
        send(f, id, SIDE_BUY, ORDER_MARKET, TIF_ROD, 1, 0);
        assert_rejected(f, REJECT_VENUE_TYPE);
    }
    int32_t copies;
    assert_null(matching_find(f->matching, 0, "x-0", &copies));
    assert_non_null(matching_find(f->matching, 0, "x-199", &copies));
    assert_int_equal(find(f, "rod")->state, ORDER_NEW);
    for (int i = 0; i < 63; i++) {
        (void)snprintf(id, sizeof id, "r-%d", i);
        send(f, id, SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(17000));
        assert_int_equal(exec(f, 0)->kind, EXEC_NEW);
    }
    send(f, "full", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(17000));
    assert_rejected(f, REJECT_VENUE_OTHER);
}

static void first_account(void *context, const struct account *account)
{
    *(struct account *)context = *account;
}

static void first_position(void *context, const struct position *position)
{
    *(struct position *)context = *position;
}

static void test_positions_and_equity(void **state)
{
    struct fixture *f = *state;
    const struct contract contract = *matching_contract_at(f->matching, f->index);
    open_book(f);
    send(f, "in", SIDE_BUY, ORDER_MARKET, TIF_IOC, 2, 0);
    matching_flow_take(f->matching, f->index, SIDE_SELL, P(17399), 1, &f->sink);
    struct position position = {0};
    matching_each_position(f->matching, 0, first_position, &position);
    assert_int_equal(position.quantity, 2);
    assert_int_equal(position.bought, 2);
    assert_int_equal(position.open_value, 2 * P(17401));
    struct account account = {0};
    matching_each_account(f->matching, 0, first_account, &account);
    const money_t cost = contract_cost(&contract, P(17401), 2, 0);
    assert_int_equal(account.equity, P(10000000) - cost - 2 * P(2) * 50); /* two points down, two lots, NT$ 50 */
    assert_int_equal(account.margin_used, 2 * contract.initial_margin);
    assert_int_equal(account.margin_free, account.equity - account.margin_used);
}

/* --- restart
 * -------------------------------------------------------------------------------------------------------------------
 */

static void restart(struct fixture *f, const struct said *said, size_t count, int hour, bool same_market)
{
    matching_free(f->matching);
    make(f, false, P(17400));
    go(f, hour, 0, 0);
    for (size_t i = 0; i < count; i++) {
        /* Only the newest row of an order, a position or an account is stored; feeding all of them in order ends the
         * same for the latter two, for orders it does not. */
        if (said[i].port != PORT_STORE) continue;
        bool newest = true;
        for (size_t k = i + 1; k < count && newest; k++)
            newest = said[k].port != PORT_STORE || said[i].msg.id != MSG_ORDER || said[k].msg.id != MSG_ORDER ||
                     strcmp(said[k].msg.order.venue_order_id, said[i].msg.order.venue_order_id) != 0;
        if (newest) assert_int_equal(matching_restore(f->matching, &said[i].msg, NULL), ERR_OK);
    }
    matching_resume(f->matching, same_market, &f->sink);
}

static void test_restart_leaves_out_what_has_no_account(void **state)
{
    struct fixture *f = *state;
    struct msg msg;
    struct err err = {ERR_OK, ""};
    static const struct {
        enum msg_id id;
        const char *words;
    } rows[] = {{MSG_ACCOUNT, "stored account GONE"},
                {MSG_POSITION, "stored position: there is no account GONE"},
                {MSG_ORDER, "stored order : there is no account GONE"},
                {MSG_VENUE_EXEC, "stored report: there is no account GONE"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        msg_init(&msg, rows[i].id);
        assert_int_equal(msg_set_text(&msg, msg_field(rows[i].id, "account"), "GONE", 4, NULL), ERR_OK);
        assert_int_equal(matching_restore(f->matching, &msg, &err), ERR_NOT_FOUND);
        assert_non_null(strstr(err.text, rows[i].words));
    }
    msg_init(&msg, MSG_TICK);
    assert_int_equal(matching_restore(f->matching, &msg, &err), ERR_INVALID);
}

static void test_restart_keeps_orders_positions_and_numbers(void **state)
{
    struct fixture *f = *state;
    static struct said kept[SAID_MAX];
    open_book(f);
    const struct order_request one = request("one", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 3, P(17390));
    const struct order_request two = request("two", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 3, P(17390));
    const struct order_request in = request("in", SIDE_BUY, ORDER_MARKET, TIF_IOC, 2, 0);
    f->count = 0;
    matching_order(f->matching, 0, &one, &f->sink);
    matching_order(f->matching, 0, &two, &f->sink);
    matching_order(f->matching, 0, &in, &f->sink);
    const uint64_t seq = matching_exec_seq(f->matching, 0);
    struct account before = {0}, after = {0};
    matching_each_account(f->matching, 0, first_account, &before);
    const size_t count = f->count;
    memcpy(kept, f->said, count * sizeof *kept);
    restart(f, kept, count, 10, true);
    assert_int_equal(matching_exec_seq(f->matching, 0), seq);
    assert_int_equal(matching_lots_at(f->matching, f->index, SIDE_BUY, P(17390)), 6);
    matching_each_account(f->matching, 0, first_account, &after);
    assert_int_equal(after.equity, before.equity);
    assert_int_equal(after.margin_used, before.margin_used);
    f->count = 0;
    matching_flow_take(f->matching, f->index, SIDE_SELL, P(17000), 4, &f->sink);
    assert_string_equal(exec(f, 0)->client_order_id, "one"); /* time priority survives */
    assert_int_equal(exec(f, 0)->seq, seq + 1);
    assert_string_equal(exec(f, 0)->exec_id, "test-1-5"); /* as its seq: never again the same */
    send(f, "three", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 1, P(17390));
    assert_string_equal(exec(f, 0)->venue_order_id, "test-O4");

    memcpy(kept, f->said, f->count * sizeof *kept);
    restart(f, kept, f->count, 16, true); /* the next session */
    assert_int_equal(exec(f, 0)->kind, EXEC_EXPIRED);
}

static void test_another_market_expires_working_orders(void **state)
{
    struct fixture *f = *state;
    static struct said kept[SAID_MAX];
    open_book(f);
    send(f, "one", SIDE_BUY, ORDER_LIMIT, TIF_ROD, 3, P(17390));
    memcpy(kept, f->said, f->count * sizeof *kept);
    restart(f, kept, f->count, 10, false);
    assert_int_equal(exec(f, 0)->kind, EXEC_EXPIRED);
    assert_int_equal(find(f, "one")->state, ORDER_EXPIRED);
    assert_int_equal(matching_best(f->matching, f->index, SIDE_BUY), 0);
}

int main(void)
{
#define FLOW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        FLOW(test_market_order_walks_the_book),
        FLOW(test_seq_has_no_holes_and_reports_are_stored_first),
        FLOW(test_price_then_time),
        FLOW(test_limit_rests_then_fills_and_shows_in_depth),
        FLOW(test_ioc_and_fok),
        FLOW(test_range_market_stops_at_its_protection),
        FLOW(test_refusals_have_codes),
        FLOW(test_margin),
        FLOW(test_closed_and_pre_open),
        FLOW(test_night_takes_fewer_market_lots),
        FLOW(test_auction),
        FLOW(test_auction_alone_cancels_market_orders),
        FLOW(test_rod_expires_with_its_session_and_the_day_rolls),
        FLOW(test_last_trading_day_ends_at_half_past_one),
        FLOW(test_cancel),
        FLOW(test_the_venue_does_not_deduplicate),
        FLOW(test_ended_orders_are_forgotten_for_new_ones),
        FLOW(test_positions_and_equity),
        FLOW(test_restart_leaves_out_what_has_no_account),
        FLOW(test_restart_keeps_orders_positions_and_numbers),
        FLOW(test_another_market_expires_working_orders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
