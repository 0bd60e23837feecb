/* backtest: the strategy that trades live, on a virtual clock: reads the data, hands over each trade and each change of
 * session in time order, writes what was decided. */
#include "gateway/backtest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/check.h"
#include "core/clock.h"
#include "core/text.h"
#include "gateway/backtest_impl.h"

#define TIMER_US          CLOCK_SECOND_US
#define PROGRESS_STEPS    50
#define SYMBOLS_ASKED_MAX 1024

struct backtest_symbol *backtest_symbol(struct backtest *backtest, const char *symbol)
{
    for (uint32_t i = 0; i < market_file_symbol_count(backtest->data); i++)
        if (strcmp(backtest->symbols[i].contract.symbol, symbol) == 0) return &backtest->symbols[i];
    return NULL;
}

/* --- what the strategy says --------------------------------------------------------------------------------------- */

/* The decision alone: attempts after the first are about the same one. */
static void on_signal(struct backtest *backtest, const struct signal *signal)
{
    const struct order_request *order = &signal->order;
    if (order->attempt != 1) return;
    backtest->result->signals++;
    if (backtest->signals == NULL) return;
    const struct condition *condition = strategy_condition(backtest->strategy, order->condition_id);
    CHECK(condition != NULL);
    char price[PRICE_TEXT_SIZE];
    fprintf(backtest->signals, "%" PRIu64 ",%" PRId64 ",%s,%s,%" PRId32 ",%s\n", order->tick_seq, order->condition_id,
            leg_name(order->leg), side_name(order->side), condition->terms.quantity,
            price_format(order->decision_price, price, sizeof price));
}

static void on_transition(struct backtest *backtest, const struct transition *transition)
{
    const struct condition *condition = strategy_condition(backtest->strategy, transition->condition_id);
    CHECK(condition != NULL);
    const bool instant = backtest->options->fill == BACKTEST_INSTANT;
    if (instant && transition->from == CONDITION_ENTERING && transition->to == CONDITION_OPEN)
        backtest_fill(backtest, condition->id, transition->price, condition->filled_quantity, transition->market_us);
    if (instant && transition->from == CONDITION_EXITING && transition->to == CONDITION_CLOSED)
        backtest_fill(backtest, condition->id, transition->price, condition->exited_quantity, transition->market_us);
    if (transition->to == CONDITION_CLOSED) backtest_closed(backtest, condition, transition->market_us);
    if (transition->to == CONDITION_REJECTED) backtest->result->unfilled++;
}

static void on_published(struct backtest *backtest, const struct msg *msg)
{
    if (msg->id == MSG_TRANSITION) on_transition(backtest, &msg->transition);
}

static void on_output(void *context, enum port port, const struct msg *msg)
{
    struct backtest *backtest = context;
    if (port == PORT_PUBLISH) on_published(backtest, msg);
    if (port == PORT_SIGNAL) on_signal(backtest, &msg->signal);
    if (port == PORT_REPLY) backtest->reply = msg->reply;
    if (backtest->book != NULL) backtest_book_emit(backtest, port, msg);
}

/* --- set-up ------------------------------------------------------------------------------------------------------- */

static void note_damage(struct backtest *backtest)
{
    struct backtest_result *result = backtest->result;
    const struct market_damage *first = market_file_damage(backtest->data, 0);
    result->damaged_lines = market_file_damaged(backtest->data);
    if (first == NULL) return;
    result->damaged_line = first->line;
    (void)text_copy(result->damaged_reason, sizeof result->damaged_reason, first->reason);
}

/* Every symbol that a condition names, each once; a NULL ends the list. */
static enum status open_data(struct backtest *backtest, struct err *err)
{
    const char *symbols[SYMBOLS_ASKED_MAX + 1] = {NULL};
    uint32_t count = 0;
    for (int32_t row = 0; row < backtest->conditions.count; row++) {
        const char *symbol = backtest->conditions.rows[row].symbol;
        uint32_t at = 0;
        while (at < count && strcmp(symbols[at], symbol) != 0) at++;
        if (at < count) continue;
        if (count == SYMBOLS_ASKED_MAX) {
            return err_set(err, ERR_FULL, "%s:%d: symbol: more than %d of them", backtest->conditions.file,
                           backtest->conditions.lines[row], SYMBOLS_ASKED_MAX);
        }
        symbols[count++] = symbol;
    }
    const enum status status = market_file_open(backtest->options->data_file, symbols, &backtest->data, err);
    if (status != ERR_OK) return status;
    note_damage(backtest);
    backtest->symbols = calloc((size_t)market_file_symbol_count(backtest->data) + 1, sizeof *backtest->symbols);
    backtest->trades = calloc((size_t)backtest->conditions.count, sizeof *backtest->trades);
    if (backtest->symbols == NULL || backtest->trades == NULL)
        return err_set(err, ERR_FULL, "no memory for the backtest");
    if (market_file_count(backtest->data) > 0) return ERR_OK;
    err_set(err, ERR_NOT_FOUND, "%s: no trade of %s%s in it", backtest->options->data_file, symbols[0],
            count > 1 ? " and the others" : "");
    const struct backtest_result *result = backtest->result;
    if (result->damaged_lines == 0) return ERR_NOT_FOUND;
    const struct err without = *err;
    return err_set(err, ERR_NOT_FOUND, "%.150s (%" PRId64 " damaged lines, the first is %" PRId64 ": %s)", without.text,
                   result->damaged_lines, result->damaged_line, result->damaged_reason);
}

static enum status make_contracts(struct backtest *backtest, int32_t trading_day, struct err *err)
{
    for (uint32_t i = 0; i < market_file_symbol_count(backtest->data); i++) {
        struct contract *contract = &backtest->symbols[i].contract;
        const char *symbol = market_file_symbol(backtest->data, i);
        (void)text_copy(contract->symbol, sizeof contract->symbol, symbol);
    }
    for (int32_t row = 0; row < backtest->conditions.count; row++) {
        const char *name = backtest->conditions.rows[row].symbol;
        struct backtest_symbol *symbol = backtest_symbol(backtest, name);
        const char *file = backtest->conditions.file;
        const int32_t line = backtest->conditions.lines[row];
        if (symbol == NULL) {
            return err_set(err, ERR_NOT_FOUND, "%s:%d: symbol: no trade of %s in %s", file, line, name,
                           market_file_name(backtest->data));
        }
        if (!symbol->wanted) {
            const enum status status = contract_make(name, trading_day, 0, &symbol->contract, err);
            if (status != ERR_OK) return err_prefix(err, "%s:%d: symbol", file, line);
            /* As the exchange does in a replay; without a venue there are no limits. */
            if (backtest->options->fill == BACKTEST_BOOK)
                contract_set_reference(&symbol->contract,
                                       market_file_first_price(backtest->data, (uint32_t)(symbol - backtest->symbols)),
                                       true);
            symbol->contract.flags |= CONTRACT_REGISTERED;
            symbol->wanted = true;
        }
        const enum status status =
            backtest_conditions_check(&backtest->conditions, row, &symbol->contract, trading_day, err);
        if (status != ERR_OK) return status;
    }
    return ERR_OK;
}

static void enter_session(struct backtest *backtest, int64_t market_us)
{
    session_at(market_us, 0, &backtest->session);
    backtest->market_us = market_us;
    struct market market = {.market_us = market_us,
                            .trading_day = backtest->session.trading_day,
                            .session = (int32_t)backtest->session.kind,
                            .session_state = (int32_t)backtest->session.state,
                            .next_change_us = backtest->session.next_change_us,
                            .simulated = true};
    (void)text_copy(market.venue, sizeof market.venue, "BACKTEST");
    (void)text_copy(market.source, sizeof market.source, market_file_name(backtest->data));
    if (backtest->book != NULL) backtest_book_time(backtest, &market);
    strategy_on_market(backtest->strategy, &market, market_us, &backtest->sink);
    strategy_on_caught_up(backtest->strategy); /* nothing is on its way here */
}

static enum status create_conditions(struct backtest *backtest, struct err *err)
{
    for (uint32_t i = 0; i < market_file_symbol_count(backtest->data); i++)
        if (backtest->symbols[i].wanted) strategy_on_contract(backtest->strategy, &backtest->symbols[i].contract);
    for (int32_t row = 0; row < backtest->conditions.count; row++) {
        struct condition_command command = {.action = CONDITION_CREATE, .terms = backtest->conditions.rows[row]};
        (void)text_copy(command.actor, sizeof command.actor, "backtest");
        strategy_on_command(backtest->strategy, &command, backtest->market_us, &backtest->sink);
        if (backtest->reply.status != ERR_OK) {
            return err_set(err, (enum status)backtest->reply.status, "%s:%d: %s", backtest->conditions.file,
                           backtest->conditions.lines[row], backtest->reply.text);
        }
        CHECK(backtest->reply.number == row + 1);
    }
    return ERR_OK;
}

/* --- the run ------------------------------------------------------------------------------------------------------ */

static void instant_trade(struct backtest *backtest, const struct market_trade *trade)
{
    struct backtest_symbol *symbol = &backtest->symbols[trade->symbol_index];
    struct tick tick = {.epoch = 1,
                        .sym_seq = (uint64_t)symbol->ticks,
                        .time_us = trade->market_us,
                        .price = trade->price,
                        .quantity = trade->quantity,
                        .trading_day = backtest->session.trading_day};
    memcpy(tick.symbol, symbol->contract.symbol, sizeof tick.symbol);
    strategy_on_tick(backtest->strategy, &tick, trade->market_us, &backtest->sink);
}

/* Sessions between two trades happen one by one, each at its time. */
static void advance(struct backtest *backtest, int64_t market_us)
{
    while (backtest->session.next_change_us <= market_us && backtest->session.next_change_us > backtest->market_us)
        enter_session(backtest, backtest->session.next_change_us);
    backtest->market_us = market_us;
    if (market_us - backtest->timer_us < TIMER_US) return;
    backtest->timer_us = market_us;
    strategy_on_timer(backtest->strategy, market_us, &backtest->sink);
    if (backtest->book != NULL) backtest_book_timer(backtest);
}

static void show_progress(FILE *out, int64_t done, int64_t count)
{
    char bar[PROGRESS_STEPS + 1];
    const int64_t filled = done * PROGRESS_STEPS / count;
    for (int64_t i = 0; i < PROGRESS_STEPS; i++) bar[i] = i < filled ? '#' : '.';
    bar[PROGRESS_STEPS] = '\0';
    fprintf(out, "\r[%s] %3" PRId64 "%%", bar, done * 100 / count);
    if (done == count) fputs("\r\033[K", out);
    fflush(out);
}

static void run_trades(struct backtest *backtest)
{
    const int64_t count = market_file_count(backtest->data);
    const int64_t each = count / 100 + 1;
    struct market_trade trade;
    for (int64_t done = 0; market_file_next(backtest->data, &trade) && !backtest->failed; done++) {
        if (backtest->options->progress != NULL && done % each == 0)
            show_progress(backtest->options->progress, done, count);
        advance(backtest, trade.market_us);
        backtest->symbols[trade.symbol_index].ticks++;
        backtest->result->ticks++;
        if (backtest->book != NULL)
            backtest_book_trade(backtest, &trade);
        else
            instant_trade(backtest, &trade);
    }
    if (backtest->options->progress != NULL) show_progress(backtest->options->progress, count, count);
}

static bool same_file(const char *a, const char *b)
{
    struct stat first, second;
    if (a == NULL || b == NULL || stat(a, &first) != 0 || stat(b, &second) != 0) return false;
    return S_ISREG(first.st_mode) && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* Nothing that is read may be written over. */
static enum status check_options(const struct backtest_options *options, struct err *err)
{
    if (options->data_file == NULL) return err_set(err, ERR_INVALID, "no data file (--data FILE)");
    if (options->conditions_file == NULL)
        return err_set(err, ERR_INVALID, "no conditions file (--conditions FILE.csv)");
    const char *outputs[] = {options->signals_file, options->report_file};
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++)
        if (same_file(outputs[i], options->data_file) || same_file(outputs[i], options->conditions_file))
            return err_set(err, ERR_INVALID, "%s: would be written over, but it is read", outputs[i]);
    const bool both = options->signals_file != NULL && options->report_file != NULL;
    if ((both && strcmp(options->signals_file, options->report_file) == 0) ||
        same_file(options->signals_file, options->report_file))
        return err_set(err, ERR_INVALID, "%s: signals and report cannot be one file", options->report_file);
    return ERR_OK;
}

static enum status open_signals(struct backtest *backtest, struct err *err)
{
    const char *path = backtest->options->signals_file;
    if (path == NULL) return ERR_OK;
    backtest->signals = fopen(path, "we");
    if (backtest->signals == NULL) return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    fputs("tick,condition,leg,side,quantity,price\n", backtest->signals);
    return ERR_OK;
}

static enum status close_signals(struct backtest *backtest, struct err *err)
{
    if (backtest->signals == NULL) return ERR_OK;
    const bool bad = ferror(backtest->signals) != 0;
    const bool closed = fclose(backtest->signals) == 0;
    backtest->signals = NULL;
    if (!bad && closed) return ERR_OK;
    return err_set(err, errno == ENOSPC ? ERR_FULL : ERR_IO, "%s: %s", backtest->options->signals_file,
                   strerror(errno));
}

static enum status prepare(struct backtest *backtest, struct err *err)
{
    const struct backtest_options *options = backtest->options;
    enum status status =
        backtest_conditions_read(options->conditions_file, options->symbol, options->basis, &backtest->conditions, err);
    if (status == ERR_OK) status = open_data(backtest, err);
    if (status != ERR_OK) return status;
    struct market_trade first;
    market_file_at(backtest->data, 0, &first);
    status = make_contracts(backtest, session_trading_day(first.market_us), err);
    if (status != ERR_OK) return status;
    const struct strategy_config config = {.install = BACKTEST_INSTALL,
                                           .resend_us = INT64_MAX,
                                           .max_conditions = BACKTEST_CONDITIONS_MAX,
                                           .instant_fill = options->fill == BACKTEST_INSTANT};
    backtest->strategy = strategy_new(&config);
    if (backtest->strategy == NULL) return err_set(err, ERR_FULL, "no memory for the strategy");
    backtest->sink = (struct sink){.context = backtest, .emit = on_output};
    if (options->fill == BACKTEST_BOOK) status = backtest_book_open(backtest, err);
    if (status != ERR_OK) return status;
    enter_session(backtest, first.market_us);
    backtest->timer_us = first.market_us;
    status = create_conditions(backtest, err);
    if (status == ERR_OK) status = open_signals(backtest, err);
    return status;
}

enum status backtest_run(const struct backtest_options *options, struct backtest_result *result, struct err *err)
{
    *result = (struct backtest_result){0};
    struct err why = {0};
    if (err == NULL) err = &why;
    enum status status = check_options(options, err);
    if (status != ERR_OK) return status;
    const int64_t started_us = clock_monotonic_us();
    struct backtest backtest = {.options = options, .result = result};
    status = prepare(&backtest, err);
    if (status == ERR_OK) {
        run_trades(&backtest);
        if (backtest.failed) status = err_set(err, ERR_FULL, "no memory for the equity series");
    }
    if (status == ERR_OK) {
        backtest_finish(&backtest);
        result->elapsed_us = clock_monotonic_us() - started_us;
        status = close_signals(&backtest, err);
    }
    if (status == ERR_OK) status = backtest_write_report(&backtest, err);
    if (backtest.signals != NULL) (void)fclose(backtest.signals);
    backtest_book_close(backtest.book);
    strategy_free(backtest.strategy);
    market_file_close(backtest.data);
    backtest_conditions_free(&backtest.conditions);
    free(backtest.symbols);
    free(backtest.trades);
    if (status != ERR_OK) backtest_free(result);
    return status;
}

void backtest_free(struct backtest_result *result)
{
    free(result->equity);
    *result = (struct backtest_result){0};
}
