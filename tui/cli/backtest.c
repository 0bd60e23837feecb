/* outcry backtest: options in, figures out; the work is gateway/backtest.c's. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gateway/backtest.h"
#include "tui/cli/json.h"
#include "tui/cli/command.h"

#define CURVE_ROWS 10

static bool choose(const struct cli *cli, const char *option, const char *first, const char *second, bool *is_second)
{
    const char *text = cli_value(cli, option);
    *is_second = text != NULL && strcmp(text, second) == 0;
    if (text != NULL && !*is_second && strcmp(text, first) != 0) {
        cli_say(CLI_USAGE, "%s: '%s' (allowed %s, %s)", option, text, first, second);
        return false;
    }
    return true;
}

static bool read_options(const struct cli *cli, struct backtest_options *options)
{
    bool planned = false;
    bool book = false;
    if (cli_value(cli, "--data") == NULL || cli_value(cli, "--conditions") == NULL) {
        cli_say(CLI_USAGE, "backtest: %s FILE is missing",
                cli_value(cli, "--data") == NULL ? "--data" : "--conditions");
        return false;
    }
    if (!choose(cli, "--basis", "fill", "planned", &planned) || !choose(cli, "--fill", "instant", "book", &book))
        return false;
    options->data_file = cli_value(cli, "--data");
    options->conditions_file = cli_value(cli, "--conditions");
    options->symbol = cli_value(cli, "--symbol");
    options->basis = planned ? BASIS_PLANNED : BASIS_FILL;
    options->fill = book ? BACKTEST_BOOK : BACKTEST_INSTANT;
    options->signals_file = cli_value(cli, "--signals");
    options->report_file = cli_value(cli, "--report");
    options->commission = settings_number(cli->settings, SET_COMMISSION);
    options->seed = (uint64_t)settings_number(cli->settings, SET_MARKET_SEED);
    options->progress = isatty(STDERR_FILENO) != 0 ? stderr : NULL;
    return true;
}

static void print_json(const struct backtest_result *result)
{
    json_t *object = json_object();
    (void)json_object_set_new(object, "ticks", json_integer(result->ticks));
    (void)json_object_set_new(object, "damaged_lines", json_integer(result->damaged_lines));
    (void)json_object_set_new(object, "first_damaged_line",
                              result->damaged_lines > 0 ? json_integer(result->damaged_line) : json_null());
    (void)json_object_set_new(object, "first_damage",
                              result->damaged_lines > 0 ? json_string(result->damaged_reason) : json_null());
    (void)json_object_set_new(object, "signals", json_integer(result->signals));
    (void)json_object_set_new(object, "trades", json_integer(result->trades));
    (void)json_object_set_new(object, "wins", json_integer(result->wins));
    (void)json_object_set_new(object, "losses", json_integer(result->losses));
    (void)json_object_set_new(object, "open", json_integer(result->open));
    (void)json_object_set_new(object, "unfilled", json_integer(result->unfilled));
    (void)json_object_set_new(object, "win_rate", json_real((double)result->win_rate_permille / 1000));
    (void)json_object_set_new(
        object, "profit_factor",
        result->profit_factor_permille < 0 ? json_null() : json_real((double)result->profit_factor_permille / 1000));
    (void)json_object_set_new(object, "net_points", json_decimal(result->net_points));
    (void)json_object_set_new(object, "net", json_decimal(result->net));
    (void)json_object_set_new(object, "gross_profit", json_decimal(result->gross_profit));
    (void)json_object_set_new(object, "gross_loss", json_decimal(result->gross_loss));
    (void)json_object_set_new(object, "fees", json_decimal(result->fees));
    (void)json_object_set_new(object, "tax", json_decimal(result->tax));
    (void)json_object_set_new(object, "max_drawdown", json_decimal(result->max_drawdown));
    (void)json_object_set_new(object, "average_trade_s", json_integer(result->average_trade_us / 1000000));
    (void)json_object_set_new(object, "longest_trade_s", json_integer(result->longest_trade_us / 1000000));
    (void)json_object_set_new(object, "elapsed_ms", json_integer(result->elapsed_us / 1000));
    (void)json_write_line(stdout, object);
    json_decref(object);
}

static void print_money(const char *name, money_t money)
{
    char text[PRICE_TEXT_SIZE];
    printf("%-16s %14s NT$\n", name, money_format(money, text, sizeof(text)));
}

static void print_duration(const char *name, int64_t us)
{
    int64_t seconds = us / 1000000;
    printf("%-16s %8lld:%02lld:%02lld\n", name, (long long)(seconds / 3600), (long long)(seconds / 60 % 60),
           (long long)(seconds % 60));
}

static void print_text(const struct backtest_result *result)
{
    char points[PRICE_TEXT_SIZE];
    printf("%-16s %14lld  in %lld ms\n", "ticks", (long long)result->ticks, (long long)(result->elapsed_us / 1000));
    if (result->damaged_lines > 0) {
        printf("%-16s %14lld  the first is line %lld: %s\n", "damaged lines", (long long)result->damaged_lines,
               (long long)result->damaged_line, result->damaged_reason);
    }
    printf("%-16s %14lld  %lld won, %lld lost; %lld open at the end, %lld entries unfilled\n", "trades",
           (long long)result->trades, (long long)result->wins, (long long)result->losses, (long long)result->open,
           (long long)result->unfilled);
    printf("%-16s %12lld.%lld %%\n", "win rate", (long long)(result->win_rate_permille / 10),
           (long long)(result->win_rate_permille % 10));
    if (result->profit_factor_permille < 0) {
        printf("%-16s %14s\n", "profit factor", "no loss");
    } else {
        printf("%-16s %10lld.%03lld\n", "profit factor", (long long)(result->profit_factor_permille / 1000),
               (long long)(result->profit_factor_permille % 1000));
    }
    printf("%-16s %14s points\n", "net before cost", price_format(result->net_points, points, sizeof(points)));
    print_money("net", result->net);
    print_money("gross profit", result->gross_profit);
    print_money("gross loss", result->gross_loss);
    print_money("fees", result->fees);
    print_money("tax", result->tax);
    print_money("max draw-down", result->max_drawdown);
    print_duration("average trade", result->average_trade_us);
    print_duration("longest trade", result->longest_trade_us);
}

static void draw(const struct cli *cli, const struct backtest_result *result)
{
    struct winsize size = {.ws_col = 80};
    if (isatty(STDOUT_FILENO) == 0 || result->equity_count == 0) return;
    (void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    fputc('\n', stdout);
    backtest_draw(result, stdout, size.ws_col > 20 ? size.ws_col - 1 : 79, CURVE_ROWS,
                  settings_number(cli->settings, SET_ASCII) != 0);
}

int cmd_backtest(struct cli *cli)
{
    struct backtest_options options = {.data_file = NULL};
    struct backtest_result result;
    struct err err;
    memset(&result, 0, sizeof(result));
    if (!read_options(cli, &options)) return CLI_USAGE;
    if (backtest_run(&options, &result, &err) != ERR_OK) {
        backtest_free(&result);
        return cli_say_err(&err);
    }
    if (cli->json) {
        print_json(&result);
    } else {
        print_text(&result);
        draw(cli, &result);
    }
    backtest_free(&result);
    return CLI_OK;
}
