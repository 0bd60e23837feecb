/*
 * settings: the table of everything that can be set, and the one place that decides whether a value is allowed.
 * The table is last in the file; everything above reads it.
 */
#include "core/settings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/order.h"
#include "core/price.h"
#include "core/text.h"

static const struct setting table[SETTING_COUNT];

const struct setting *setting_row(enum setting_id id)
{
    CHECK((unsigned)id < SETTING_COUNT);
    return &table[id];
}

const struct setting *setting_by_key(const char *key)
{
    for (size_t i = 0; i < SETTING_COUNT; i++)
        if (strcmp(table[i].key, key) == 0) return &table[i];
    return NULL;
}

const struct setting *setting_by_flag(const char *flag)
{
    for (size_t i = 0; i < SETTING_COUNT; i++)
        if (strcmp(table[i].flag, flag) == 0) return &table[i];
    return NULL;
}

static enum status parse_int(const struct setting *row, const char *text, int64_t *out, struct err *err)
{
    char *end = NULL;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    bool digits = text[0] == '-' || (text[0] >= '0' && text[0] <= '9');
    if (!digits || end == text || *end != '\0') {
        return err_set(err, ERR_INVALID, "%s: '%.60s' is not a whole number (allowed %" PRId64 " to %" PRId64 ")",
                       row->key, text, row->min, row->max);
    }
    if (errno == ERANGE || value < row->min || value > row->max) {
        return err_set(err, ERR_RANGE, "%s: %.60s is out of range (allowed %" PRId64 " to %" PRId64 ")", row->key, text,
                       row->min, row->max);
    }
    *out = value;
    return ERR_OK;
}

static enum status parse_money(const struct setting *row, const char *text, int64_t *out, struct err *err)
{
    price_t value = 0;
    if (price_parse(text, &value, NULL) != ERR_OK) {
        return err_set(err, ERR_INVALID, "%s: '%.60s' is not an amount of NT$ (allowed %" PRId64 " to %" PRId64 ")",
                       row->key, text, row->min, row->max);
    }
    if (value < row->min * PRICE_SCALE || value > row->max * PRICE_SCALE) {
        return err_set(err, ERR_RANGE, "%s: %.60s is out of range (allowed %" PRId64 " to %" PRId64 ")", row->key, text,
                       row->min, row->max);
    }
    *out = value;
    return ERR_OK;
}

static enum status parse_bool(const struct setting *row, const char *text, int64_t *out, struct err *err)
{
    static const char *const yes[] = {"yes", "true", "on", "1"};
    static const char *const no[] = {"no", "false", "off", "0"};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        if (strcmp(text, yes[i]) == 0) {
            *out = 1;
            return ERR_OK;
        }
        if (strcmp(text, no[i]) == 0) {
            *out = 0;
            return ERR_OK;
        }
    }
    return err_set(err, ERR_INVALID, "%s: '%.60s' is neither yes nor no", row->key, text);
}

static enum status parse_choice(const struct setting *row, const char *text, int64_t *out, struct err *err)
{
    size_t length = strlen(text);
    int64_t index = 0;
    for (const char *at = row->choices; length > 0; index++) {
        const char *bar = strchr(at, '|');
        size_t size = bar != NULL ? (size_t)(bar - at) : strlen(at);
        if (size == length && memcmp(at, text, size) == 0) {
            *out = index;
            return ERR_OK;
        }
        if (bar == NULL) break;
        at = bar + 1;
    }
    return err_set(err, ERR_INVALID, "%s: '%.60s' is not one of %s", row->key, text, row->choices);
}

static enum status check_text(const struct setting *row, const char *text, struct err *err)
{
    size_t length = strlen(text);
    size_t most = row->type == SETTING_TEXT && row->max > 0 ? (size_t)row->max : SETTING_TEXT_SIZE - 1;
    if (length > most)
        return err_set(err, ERR_RANGE, "%s: %zu bytes is too long (allowed %zu)", row->key, length, most);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return err_set(err, ERR_INVALID, "%s: a control character is not allowed", row->key);
    if (!text_valid(text, length)) return err_set(err, ERR_INVALID, "%s: not valid UTF-8", row->key);
    return ERR_OK;
}

static enum status parse(const struct setting *row, const char *text, int64_t *number, struct err *err)
{
    enum status status = check_text(row, text, err);
    if (status != ERR_OK) return status;
    switch (row->type) {
    case SETTING_INT:
        return parse_int(row, text, number, err);
    case SETTING_BOOL:
        return parse_bool(row, text, number, err);
    case SETTING_CHOICE:
        return parse_choice(row, text, number, err);
    case SETTING_MONEY:
        return parse_money(row, text, number, err);
    case SETTING_TEXT:
        return ERR_OK;
    }
    CHECK(!"a setting's type");
    return ERR_INVALID;
}

static void put(struct setting_value *value, const char *text, int64_t number, enum setting_source source)
{
    value->source = source;
    value->number = number;
    size_t length = strlen(text);
    CHECK(length < sizeof value->text);
    memcpy(value->text, text, length + 1);
}

enum status settings_set(struct settings *settings, const struct setting *row, const char *text,
                         enum setting_source source, struct err *err)
{
    int64_t number = 0;
    enum status status = parse(row, text, &number, err);
    if (status != ERR_OK) return status;
    put(&settings->values[row->id], text, number, source);
    /* --replay FILE is the whole wish: the source follows the file when the file comes from the command line. */
    if (row->id == SET_MARKET_FILE && source == SOURCE_FLAG && text[0] != '\0')
        put(&settings->values[SET_MARKET_SOURCE], "replay", 1, source);
    return ERR_OK;
}

void settings_defaults(struct settings *settings)
{
    memset(settings, 0, sizeof *settings);
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        struct err err;
        CHECK(table[i].id == (enum setting_id)i);
        CHECK(settings_set(settings, &table[i], table[i].fallback, SOURCE_DEFAULT, &err) == ERR_OK);
    }
}

int64_t settings_number(const struct settings *settings, enum setting_id id)
{
    CHECK((unsigned)id < SETTING_COUNT && table[id].type != SETTING_TEXT);
    return settings->values[id].number;
}

const char *settings_text(const struct settings *settings, enum setting_id id)
{
    CHECK((unsigned)id < SETTING_COUNT);
    return settings->values[id].text;
}

const char *setting_source_name(enum setting_source source)
{
    static const char *const names[] = {"default", "file", "environment", "flag"};
    return (unsigned)source < sizeof names / sizeof names[0] ? names[source] : "?";
}

#define PORT_RANGE 1, 65535, NULL, ""
#define BOOL_ROW   0, 1, "no|yes", ""
#define TEXT_ROW   0, 0, NULL, ""
#define NAME_ROW   0, NAME_SIZE - 1, NULL, ""

static const struct setting table[SETTING_COUNT] = {
    {SET_HOME, "home.directory", SETTING_TEXT, "", TEXT_ROW, "OUTCRY_HOME", "--home",
     "Data directory: databases, log, outcry.ini. Empty: $XDG_DATA_HOME/outcry or ~/.local/share/outcry."},
    {SET_RUNTIME, "home.runtime", SETTING_TEXT, "", TEXT_ROW, "OUTCRY_RUNTIME", "--runtime",
     "Directory of sockets and locks, ours alone (0700). Empty: $XDG_RUNTIME_DIR/outcry or /tmp/outcry-UID."},
    {SET_MARKET_SOURCE, "market.source", SETTING_CHOICE, "synthetic", 0, 0, "synthetic|replay", "",
     "OUTCRY_MARKET_SOURCE", "--market", "What the simulated exchange trades: a made-up market, or a recorded file."},
    {SET_MARKET_FILE, "market.file", SETTING_TEXT, "", TEXT_ROW, "OUTCRY_MARKET_FILE", "--replay",
     "File to replay: the exchange's daily file (.zip, .csv, .rpt) or a plain CSV. As a flag it chooses market.source "
     "replay."},
    {SET_MARKET_SPEED, "market.speed", SETTING_INT, "1", 0, 100000, NULL, "x", "OUTCRY_MARKET_SPEED", "--speed",
     "Market seconds a second; 0 is as fast as possible."},
    {SET_MARKET_SEED, "market.seed", SETTING_INT, "1", 0, INT64_MAX, NULL, "", "OUTCRY_MARKET_SEED", "--seed",
     "Seed of the synthetic market: the same seed makes the same market."},
    {SET_MARKET_SEEK, "market.seek", SETTING_TEXT, "", TEXT_ROW, "OUTCRY_MARKET_SEEK", "--seek",
     "Where the replay starts: HH:MM[:SS] or YYYY-MM-DD HH:MM, Taipei time. Empty: at the file's beginning."},
    {SET_TRANSPORT, "link.transport", SETTING_CHOICE, "ipc", 0, 0, "ipc|tcp", "", "OUTCRY_TRANSPORT", "--transport",
     "How ticks, signals and orders travel: sockets in the runtime directory, or TCP ports. Control never leaves the "
     "machine."},
    {SET_ZMQ_HOST, "link.host", SETTING_TEXT, "127.0.0.1", TEXT_ROW, "ZMQ_HOST", "--zmq-host",
     "TCP: the address of ticks and signals."},
    {SET_TICK_PORT, "link.tick_port", SETTING_INT, "5555", PORT_RANGE, "ZMQ_TICK_PORT", "--tick-port",
     "TCP: the port of ticks."},
    {SET_SIGNAL_PORT, "link.signal_port", SETTING_INT, "5556", PORT_RANGE, "ZMQ_SIGNAL_PORT", "--signal-port",
     "TCP: the port of signals."},
    {SET_GATEWAY_HOST, "link.gateway_host", SETTING_TEXT, "127.0.0.1", TEXT_ROW, "DLL_GATEWAY_HOST", "--gateway-host",
     "TCP: the address of orders."},
    {SET_GATEWAY_PORT, "link.gateway_port", SETTING_INT, "5557", PORT_RANGE, "DLL_GATEWAY_PORT", "--gateway-port",
     "TCP: the port of orders."},
    {SET_REQUEST_TIMEOUT, "link.request_timeout", SETTING_INT, "5000", 100, 600000, NULL, "ms",
     "DLL_GATEWAY_REQUEST_TIMEOUT_MS", "--request-timeout",
     "How long a request waits for its answer before it is said to have none."},
    {SET_RETRY_COUNT, "link.retry_count", SETTING_INT, "3", 0, 100, NULL, "times", "DLL_GATEWAY_RETRY_COUNT",
     "--retry-count", "How often a new condition whose answer was lost is asked for again (never an order)."},
    {SET_ADAPTER, "venue.adapter", SETTING_TEXT, "sim", NAME_ROW, "OUTCRY_ADAPTER", "--adapter",
     "Which venue the gateway trades on, by its adapter's name."},
    {SET_AUTO_LOGIN, "venue.auto_login", SETTING_TEXT, "demo", NAME_ROW, "OUTCRY_AUTO_LOGIN", "--auto-login",
     "User logged in at start on the simulated exchange. Empty: nobody."},
    {SET_SIGNAL_TTL, "strategy.signal_ttl", SETTING_INT, "5000", 100, 3600000, NULL, "ms", "OUTCRY_SIGNAL_TTL",
     "--signal-ttl", "Time to live of a signal: later than this it expires and is never executed."},
    {SET_COMMISSION, "account.commission", SETTING_MONEY, "20", 0, 100000, NULL, "NT$", "OUTCRY_COMMISSION",
     "--commission", "The broker's commission, a lot a side."},
    {SET_DURABILITY, "store.durability", SETTING_CHOICE, "normal", 0, 0, "normal|full", "", "OUTCRY_DURABILITY",
     "--durability",
     "conditions.db and orders.db: normal survives kill -9, full survives a power cut too. The order journal is always "
     "full."},
    {SET_RECORD_TICKS, "store.record_ticks", SETTING_BOOL, "yes", BOOL_ROW, "OUTCRY_RECORD_TICKS", "--record-ticks",
     "Record ticks and one-minute bars of registered contracts into ticks.db."},
    {SET_KEEP_TICKS, "store.keep_ticks", SETTING_INT, "90", 0, 36500, NULL, "days", "OUTCRY_KEEP_TICKS", "--keep-ticks",
     "How long recorded ticks are kept after they were recorded (bars stay); 0 is for ever."},
    {SET_THEME, "screen.theme", SETTING_TEXT, "dark", TEXT_ROW, "OUTCRY_THEME", "--theme", "Colour theme by name."},
    {SET_ASCII, "screen.ascii", SETTING_BOOL, "no", BOOL_ROW, "OUTCRY_ASCII", "--ascii", "Lines and arrows in ASCII."},
    {SET_UP_COLOUR, "screen.up_colour", SETTING_CHOICE, "red", 0, 0, "red|green", "", "OUTCRY_UP_COLOUR", "--up-colour",
     "Colour of a rising price: red as in Taiwan, or green."},
    {SET_READ_ONLY, "screen.read_only", SETTING_BOOL, "no", BOOL_ROW, "OUTCRY_READ_ONLY", "--read-only",
     "The screen opens read-only: it sends nothing but HALT until :read-only ends it."},
    {SET_BELL, "screen.bell", SETTING_CHOICE, "none", 0, 0, "none|alarms|fills", "", "OUTCRY_BELL", "--bell",
     "When the terminal's bell rings: never; at alarms (refused or unknown orders, HALTED); at fills too."},
    {SET_GUARD_MAX_ORDER_QUANTITY, "guard.max_order_quantity", SETTING_INT, "50", 0, 100000, NULL, "lots",
     "OUTCRY_GUARD_MAX_ORDER_QUANTITY", "--guard-max-order-quantity", "Most lots in one order; 0 is no limit."},
    {SET_GUARD_MAX_POSITION, "guard.max_position", SETTING_INT, "200", 0, 1000000, NULL, "lots",
     "OUTCRY_GUARD_MAX_POSITION", "--guard-max-position", "Most lots held of one contract; 0 is no limit."},
    {SET_GUARD_MAX_NOTIONAL, "guard.max_notional", SETTING_MONEY, "500000000", 0, 100000000000, NULL, "NT$",
     "OUTCRY_GUARD_MAX_NOTIONAL", "--guard-max-notional", "Largest value of one order; 0 is no limit."},
    {SET_GUARD_COLLAR_BPS, "guard.collar", SETTING_INT, "300", 0, 10000, NULL, "1/100 %", "OUTCRY_GUARD_COLLAR",
     "--guard-collar", "How far from the last tick a limit price may be; 0 is no limit."},
    {SET_GUARD_STALE_TICK, "guard.stale_tick", SETTING_INT, "10000", 0, 3600000, NULL, "ms", "OUTCRY_GUARD_STALE_TICK",
     "--guard-stale-tick", "No order on a contract without a tick for so long; 0 is no limit."},
    {SET_GUARD_ORDERS_PER_SECOND, "guard.orders_per_second", SETTING_INT, "50", 0, 100000, NULL, "a second",
     "OUTCRY_GUARD_ORDERS_PER_SECOND", "--guard-orders-per-second", "Most orders a second in all; 0 is no limit."},
    {SET_GUARD_STRATEGY_ORDERS_PER_SECOND, "guard.strategy_orders_per_second", SETTING_INT, "30", 0, 100000, NULL,
     "a second", "OUTCRY_GUARD_STRATEGY_ORDERS_PER_SECOND", "--guard-strategy-orders-per-second",
     "Most orders a second of one strategy; 0 is no limit."},
    {SET_GUARD_DUPLICATE_WINDOW, "guard.duplicate_window", SETTING_INT, "500", 0, 600000, NULL, "ms",
     "OUTCRY_GUARD_DUPLICATE_WINDOW", "--guard-duplicate-window",
     "A second order of an operator with the same contract, side, quantity and price within this time is refused; 0 is "
     "none."},
    {SET_GUARD_DAILY_LOSS, "guard.daily_loss", SETTING_MONEY, "1000000", 0, 100000000000, NULL, "NT$",
     "OUTCRY_GUARD_DAILY_LOSS", "--guard-daily-loss",
     "Loss of a trading day, after cost, at which only reducing orders pass; 0 is no limit."},
};
