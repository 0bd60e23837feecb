/* The table of commands. Help, the manual page, completion of a wrong word and the dispatch all come from it. */
#include <string.h>

#include "tui/cli/command.h"

#define END                                                                                                            \
    {                                                                                                                  \
        NULL, NULL, NULL, NULL                                                                                         \
    }

/* Which rows of a stored list. */
#define FILTER_COMMON                                                                                                  \
    {"--symbol", "SYMBOL", "of this contract", NULL},                                                                  \
        {"--since", "TIME", "from HH:MM today, YYYY-MM-DD or \"YYYY-MM-DD HH:MM\"", NULL},                             \
        {"--until", "TIME", "before this time", NULL},                                                                 \
    {                                                                                                                  \
        "--limit", "N", "at most so many; 0 is all", NULL                                                              \
    }
#define FILTER_ACCOUNT                                                                                                 \
    {                                                                                                                  \
        "--account", "ACCOUNT", "of this account", NULL                                                                \
    }
#define FILTER_STATE                                                                                                   \
    {                                                                                                                  \
        "--state", "STATE", "in this state", NULL                                                                      \
    }
#define FILTER_DAY                                                                                                     \
    {                                                                                                                  \
        "--day", "DATE", "of this trading day", NULL                                                                   \
    }
#define FILTER_TEXT                                                                                                    \
    {                                                                                                                  \
        "--text", "TEXT", "with this in its reason or note", NULL                                                      \
    }
#define FILTER_ORDER                                                                                                   \
    {                                                                                                                  \
        "--order", "ID", "of this client order id", NULL                                                               \
    }
#define FILTER_CONDITION                                                                                               \
    {                                                                                                                  \
        "--condition", "ID", "of this condition", NULL                                                                 \
    }

/* What a condition is made of; the defaults are the form's. */
#define TERMS                                                                                                          \
    {"--symbol", "SYMBOL", "contract", "symbol"}, {"--side", "SIDE", "BUY at support, SELL at resistance", "side"},    \
        {"--trigger", "PRICE", "the line, in points", "trigger_price"},                                                \
        {"--turning", "POINTS", "back from the extreme to the order level (15)", "turning"},                           \
        {"--quantity", "LOTS", "lots (1)", "quantity"},                                                                \
        {"--take-profit", "POINTS", "leave with so much profit (90)", "take_profit"},                                  \
        {"--stop-loss", "POINTS", "leave with so much loss (30)", "stop_loss"},                                        \
        {"--following", "yes|no", "the trigger follows the extreme (no)", "following"},                                \
        {"--basis", "BASIS", "exits count from the fill or the planned level (fill)", "basis"},                        \
        {"--validity", "VALIDITY", "session, day, until or gtc (session)", "validity"},                                \
        {"--valid-until", "DATE", "last trading day, for --validity until", "valid_until"},                            \
        {"--entry", "ENTRY", "market, range_market or limit (market)", "entry"},                                       \
        {"--entry-offset", "POINTS", "limit entry: so far beyond the order level (0)", "entry_offset"},                \
        {"--note", "TEXT", "your own words", "note"},                                                                  \
    {                                                                                                                  \
        "--account", "ACCOUNT", "account (the selected one)", "account"                                                \
    }

static const struct cli_option no_options[] = {END};
static const struct cli_option reason_options[] = {{"--reason", "TEXT", "why, for the record", NULL}, END};
static const struct cli_option terms_options[] = {TERMS, END};
static const struct cli_option condition_filters[] = {FILTER_COMMON, FILTER_ACCOUNT, FILTER_STATE,
                                                      FILTER_DAY,    FILTER_TEXT,    END};
static const struct cli_option order_filters[] = {FILTER_COMMON,    FILTER_ACCOUNT, FILTER_STATE, FILTER_DAY,
                                                  FILTER_CONDITION, FILTER_TEXT,    END};
static const struct cli_option position_filters[] = {{"--symbol", "SYMBOL", "of this contract", NULL},
                                                     FILTER_ACCOUNT,
                                                     FILTER_DAY,
                                                     {"--all", NULL, "untouched and flat ones too", NULL},
                                                     END};
static const struct cli_option order_options[] = {
    {"--symbol", "SYMBOL", "contract", "symbol"},
    {"--side", "SIDE", "BUY or SELL", "side"},
    {"--quantity", "LOTS", "lots", "quantity"},
    {"--type", "TYPE", "MKT, LMT or MKP (LMT with a price, else MKT)", "type"},
    {"--tif", "TIF", "ROD, IOC or FOK (LMT: ROD, else IOC)", "tif"},
    {"--limit-price", "PRICE", "in points, for LMT", "limit_price"},
    {"--reduce-only", NULL, "may only shrink a position", NULL},
    {"--account", "ACCOUNT", "account (the selected one)", "account"},
    {"--no-wait", NULL, "answer when the executor has taken it, not when the venue has", NULL},
    {"--key", "NUMBER", "a number of your own for this order: the same one again is the same order, never a second",
     "key"},
    {"--id", "ID", "client order id of an earlier try: the same id is never executed twice", "client_order_id"},
    END,
};
static const struct cli_option watch_options[] = {
    {"--events", NULL, "conditions' transitions and order events too", NULL},
    {"--count", "N", "end after so many lines", NULL},
    {"--seconds", "N", "end after so many seconds", NULL},
    END,
};
static const struct cli_option limits_options[] = {
    {"--max-order-quantity", "LOTS", "of one order", "max_order_quantity"},
    {"--max-position", "LOTS", "held of one contract", "max_position"},
    {"--max-notional", "NT$", "value of one order", "max_notional"},
    {"--collar-bps", "N", "limit price this far from the last trade, in 1/100 %", "collar_bps"},
    {"--stale-tick-ms", "MS", "no order on a contract without a tick for so long", "stale_tick_ms"},
    {"--orders-per-second", "N", "in all", "orders_per_second"},
    {"--strategy-orders-per-second", "N", "of the strategy", "strategy_orders_per_second"},
    {"--duplicate-window-ms", "MS", "the same operator's order again within so long is refused", "duplicate_window_ms"},
    {"--daily-loss", "NT$", "loss of a day that ends it", "daily_loss"},
    END,
};
static const struct cli_option export_options[] = {
    {"--format", "FORMAT", "csv or jsonl (csv)", NULL},
    {"--output", "FILE", "where to (stdout)", NULL},
    {"--force", NULL, "replace the file if it is there", NULL},
    FILTER_COMMON,
    FILTER_ACCOUNT,
    FILTER_STATE,
    FILTER_DAY,
    FILTER_CONDITION,
    FILTER_ORDER,
    FILTER_TEXT,
    END,
};
static const struct cli_option audit_options[] = {
    FILTER_COMMON,
    FILTER_DAY,
    FILTER_CONDITION,
    FILTER_ORDER,
    {"--text", "TEXT", "with this in any of its words", NULL},
    END,
};
static const struct cli_option backtest_options[] = {
    {"--data", "FILE", "market data: the exchange's daily file (.zip, .csv, .rpt) or a plain CSV", NULL},
    {"--conditions", "FILE", "conditions, one a line (below)", NULL},
    {"--symbol", "SYMBOL", "only this contract (all that the conditions name)", NULL},
    {"--basis", "BASIS", "exits count from the fill or the planned level (fill)", NULL},
    {"--fill", "FILL", "instant: at the tick's price; book: through the simulated exchange (instant)", NULL},
    {"--signals", "FILE", "write each signal as CSV", NULL},
    {"--report", "FILE", "write the report as JSON, with the equity series", NULL},
    END,
};

static const struct cli_command commands[] = {
    {"status", "", 0, 0, "Show every process, the market, the session, the guard and what is open", NULL, no_options,
     cmd_status},
    {"start", "[COMPONENT|all]", 0, 1, "Start outcryd and all components, or one of them",
     "Components: exchange, gateway, strategy, executor. Answers when the market is there.", no_options, cmd_start},
    {"stop", "[COMPONENT|all]", 0, 1, "Stop all of it, outcryd too; or one component, or all but outcryd",
     "Conditions and orders stay as they are, in the databases and at the exchange.", no_options, cmd_stop},
    {"restart", "COMPONENT", 1, 1, "Stop a component and start it with the present settings", NULL, no_options,
     cmd_restart},
    {"set", "KEY VALUE", 2, 2, "Change a setting of the running outcryd, for what it starts from now on",
     "'outcry config' lists the keys. The file outcry.ini is not changed.", no_options, cmd_set},
    {"adopt", "[JOURNAL]", 0, 1, "Take another gateway.db for the right one, when that is lost for good",
     "Nothing may run. JOURNAL is its name, which the command without it shows. orders.db and conditions.db are put "
     "aside: at the next start positions and orders come from the exchange, and no lot is protected until conditions "
     "are entered anew. Where the right file can be put back, do that instead.",
     no_options, cmd_adopt},
    {"halt", "", 0, 0, "Stop new orders at the last hop: the kill switch",
     "Cancels and protective exits still pass. The state is kept on disk until 'outcry resume'.", reason_options,
     cmd_halt},
    {"reduce", "", 0, 0, "Let only orders through that reduce a position", NULL, reason_options, cmd_reduce},
    {"resume", "", 0, 0, "Trade again after halt or reduce", "Refused while what halted still holds.", reason_options,
     cmd_resume},
    {"limits", "", 0, 0, "Show the guard's limits, or change the ones given", "0 is no limit.", limits_options,
     cmd_limits},
    {"login", "USER", 1, 8, "Log in at the venue",
     "The password is asked for without echo, or read from stdin when that is no terminal; never given as a word.",
     no_options, cmd_login},
    {"logout", "", 0, 0, "Log out of the venue", NULL, no_options, cmd_logout},
    {"account", "[NAME]", 0, 1, "Select the account that orders go to, or list the accounts", NULL, no_options,
     cmd_account},
    {"contracts", "[FILTER]", 0, 1, "List the venue's contracts",
     "FILTER is a part of the symbol or the name. A reference with ~ is estimated from trades: a replayed file has no\n"
     "settlement prices.",
     no_options, cmd_contracts},
    {"register", "SYMBOL", 1, 1, "Register a contract: its ticks are subscribed to, and it may be traded", NULL,
     no_options, cmd_register},
    {"unregister", "SYMBOL", 1, 1, "Take a contract's registration back", NULL, no_options, cmd_unregister},
    {"watch", "[SYMBOL ...]", 0, 16, "Print ticks as they come, one a line", "With --json one object a line.",
     watch_options, cmd_watch},
    {"market", "pause|play|speed N|seek TIME", 1, 2, "Steer the simulated exchange's replay",
     "speed 0 is as fast as possible. TIME: HH:MM[:SS] of the market's day, or \"YYYY-MM-DD HH:MM\".", no_options,
     cmd_market},
    {"conditions list", "", 0, 0, "List stored conditions, newest first",
     "Works when nothing runs. 200 rows unless --limit says.", condition_filters, cmd_conditions_list},
    {"conditions show", "ID", 1, 1, "Show one condition: why it fired or why it has not, and its whole history",
     "Works when nothing runs.", no_options, cmd_conditions_show},
    {"conditions add", "", 0, 0, "Add a condition", "--symbol, --side and --trigger are needed; the rest has defaults.",
     terms_options, cmd_conditions_add},
    {"conditions edit", "ID", 1, 1, "Change a condition that has not entered yet", "What is not given stays.",
     terms_options, cmd_conditions_edit},
    {"conditions pause", "ID", 1, 1, "Pause a condition", NULL, no_options, cmd_conditions_change},
    {"conditions resume", "ID", 1, 1, "Resume a paused condition", NULL, no_options, cmd_conditions_change},
    {"conditions cancel", "ID", 1, 1, "Cancel a condition", NULL, no_options, cmd_conditions_change},
    {"orders list", "", 0, 0, "List stored orders, newest first",
     "Works when nothing runs. 200 rows unless --limit says.", order_filters, cmd_orders_list},
    {"orders show", "ID", 1, 1, "Show one order and all that happened to it", "Works when nothing runs.", no_options,
     cmd_orders_show},
    {"orders place", "", 0, 0, "Place an order",
     "--symbol, --side and --quantity are needed. Answers with what became of it: 0 when it works or has filled, 1 "
     "when it was\n"
     "refused or ended unfilled, 4 when that is not known. Without an answer it is asked again, as the same order; "
     "the\n"
     "words then name its id and the '--key' with which you can ask too. A key that was used for another order is "
     "refused.",
     order_options, cmd_orders_place},
    {"orders cancel", "ID", 1, 1, "Cancel a working order by its client order id", NULL, reason_options,
     cmd_orders_cancel},
    {"orders resolve", "ID STATE|ask", 2, 2, "Decide an order of unknown outcome, or ask the venue again",
     "CANCELLED: it ended there. REJECTED, EXPIRED: it never got there. Only after you have asked the venue yourself:\n"
     "outcry never guesses. ask: it may work or be filled there; what the venue says is adopted.",
     no_options, cmd_orders_resolve},
    {"flatten", "SYMBOL|all", 1, 1, "Cancel what works and close the position",
     "Never reverses a position; nothing opens on the symbol until it has ended.", no_options, cmd_flatten},
    {"positions", "", 0, 0, "Show positions and what they have made, after cost",
     "COST is what was paid and what closing at MARK would cost: UNREALIZED, REALIZED and COST make NET. In JSON they "
     "are cost and exit_cost, without a sign. Works when nothing runs: marks are the last stored prices.",
     position_filters, cmd_positions},
    {"differences list", "", 0, 0, "List what differs from the venue's books",
     "Ours, the venue's, and what accepting does. They are accepted one by one; RESUME waits for those that halt.",
     no_options, cmd_differences_list},
    {"differences accept", "NAME SEEN", 2, 2, "Accept what differs from the venue's books",
     "'outcry differences' lists it. NAME is a symbol and SEEN the venue's lots: what is missing is counted at the "
     "last "
     "price, without a cost. Or NAME is an order and SEEN its kind: missing (it ends here as CANCELLED), unknown (the "
     "same, but the venue is asked first, and what it says is adopted), alive (it ended here and works there: it is "
     "cancelled at the venue), behind (it has ended or filled more there: the venue's word is taken), elsewhere "
     "(noted: "
     "it counts and is never touched). What has changed since is refused. RESUME waits for positions, and for missing, "
     "alive and behind orders.",
     no_options, cmd_differences_accept},
    {"audit", "", 0, 0, "List every decision, newest first: who, when, on which tick, and why",
     "What operators asked for and were answered, each condition's transitions, signals, orders' events, what the "
     "guard\n"
     "refused or changed, the venue session, processes. Works when nothing runs. 200 rows unless --limit says;\n"
     "'outcry export audit' writes them all, oldest first.",
     audit_options, cmd_audit},
    {"export", "KIND", 1, 1, "Write stored records as CSV or JSON lines, oldest first",
     "KIND: orders, fills, events, conditions, transitions, signals, positions, risk, sessions, ticks, bars,\n"
     "audit (every decision of all of them, merged by time).",
     export_options, cmd_export},
    {"backtest", "", 0, 0, "Run conditions over recorded market data, with the live system's own core",
     "Conditions file: symbol,side,trigger_price,turning_point,quantity,take_profit_point,stop_loss_point,following\n"
     "with BUY or SELL and yes or no, after a line with these names.\n"
     "Signals file: tick,condition,leg,side,quantity,price.",
     backtest_options, cmd_backtest},
    {"config", "[KEY]", 0, 1, "Show each setting: value, source, what is allowed, unit and meaning", NULL, no_options,
     cmd_config},
    {"manual", "[PROGRAM]", 0, 1, "Print the manual page of outcry or outcryd, as roff", NULL, no_options, cmd_manual},
    {"version", "", 0, 0, "Show the version", NULL, no_options, cmd_version},
    {"help", "[COMMAND]", 0, 2, "Show what there is, or how a command is used", NULL, no_options, cmd_help},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

const struct cli_command *cli_command_at(size_t index)
{
    return index < COMMANDS ? &commands[index] : NULL;
}

bool cli_is_group(const char *word)
{
    size_t length = strlen(word);
    for (size_t i = 0; length > 0 && i < COMMANDS; i++) {
        const char *name = commands[i].name;
        if (strncmp(name, word, length) == 0 && (name[length] == '\0' || name[length] == ' ')) return true;
    }
    return false;
}

static const struct cli_command *by_name(const char *first, const char *second)
{
    char name[CLI_SUGGESTION_SIZE];
    int length = snprintf(name, sizeof(name), "%s%s%s", first, second != NULL ? " " : "", second != NULL ? second : "");
    for (size_t i = 0; length > 0 && (size_t)length < sizeof(name) && i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0) return &commands[i];
    return NULL;
}

/* "orders" alone, or followed by an option, is "orders list". */
const struct cli_command *cli_command_find(int argc, char **argv, int *taken)
{
    const struct cli_command *command = argc > 2 ? by_name(argv[1], argv[2]) : NULL;
    *taken = 2;
    if (command == NULL) {
        command = by_name(argv[1], NULL);
        *taken = 1;
    }
    if (command == NULL && (argc <= 2 || argv[2][0] == '-')) command = by_name(argv[1], "list");
    return command;
}
