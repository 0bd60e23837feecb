/*
 * settings: one table of everything that can be set: default < outcry.ini < environment < flag.
 *
 * Each row has a key ("market.speed"), a type, limits, a default, a unit, the environment's name and the flag's, and
 * one sentence of meaning. The table prints `outcry config`, the manual page's section and every refusal.
 *
 * It parses and checks values and remembers where each came from; it does not read files or the environment
 * (gateway/config.c does). Errors: one line with key, value and what is allowed; nothing has changed then. Owner: the
 * caller. Thread: written at start, then read-only.
 */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

#define SETTING_TEXT_SIZE 256

enum setting_type { SETTING_INT = 1, SETTING_BOOL, SETTING_TEXT, SETTING_CHOICE, SETTING_MONEY };
enum setting_source { SOURCE_DEFAULT = 0, SOURCE_FILE, SOURCE_ENVIRONMENT, SOURCE_FLAG };

enum setting_id {
    SET_HOME,            /* --home: data directory (databases, outcry.ini) */
    SET_RUNTIME,         /* --runtime: sockets and locks, 0700 */
    SET_MARKET_SOURCE,   /* synthetic | replay */
    SET_MARKET_FILE,     /* --replay FILE: sets source to replay too */
    SET_MARKET_SPEED,    /* --speed: 0 = unlimited */
    SET_MARKET_SEED,     /* --seed */
    SET_MARKET_SEEK,     /* --seek: start of the replay, "HH:MM[:SS]" or "YYYY-MM-DD HH:MM" */
    SET_TRANSPORT,       /* ipc | tcp */
    SET_ZMQ_HOST,        /* ZMQ_HOST */
    SET_TICK_PORT,       /* ZMQ_TICK_PORT 5555 */
    SET_SIGNAL_PORT,     /* ZMQ_SIGNAL_PORT 5556 */
    SET_GATEWAY_HOST,    /* DLL_GATEWAY_HOST */
    SET_GATEWAY_PORT,    /* DLL_GATEWAY_PORT 5557 */
    SET_REQUEST_TIMEOUT, /* DLL_GATEWAY_REQUEST_TIMEOUT_MS 5000 */
    SET_RETRY_COUNT,     /* DLL_GATEWAY_RETRY_COUNT 3 */
    SET_ADAPTER,         /* venue adapter by name: "sim" */
    SET_AUTO_LOGIN,      /* user logged in at start on the simulated exchange ("demo"; empty = none) */
    SET_SIGNAL_TTL,      /* ms */
    SET_COMMISSION,      /* NT$ a lot a side */
    SET_DURABILITY,      /* normal | full: upstream databases */
    SET_RECORD_TICKS,    /* bool */
    SET_KEEP_TICKS,      /* days, 0 = for ever */
    SET_THEME,           /* --theme */
    SET_ASCII,           /* --ascii: lines and arrows in ASCII */
    SET_UP_COLOUR,       /* red | green */
    SET_READ_ONLY,       /* --read-only: this screen sends nothing */
    SET_BELL,            /* none | alarms | fills */
    SET_GUARD_MAX_ORDER_QUANTITY,
    SET_GUARD_MAX_POSITION,
    SET_GUARD_MAX_NOTIONAL,
    SET_GUARD_COLLAR_BPS,
    SET_GUARD_STALE_TICK,
    SET_GUARD_ORDERS_PER_SECOND,
    SET_GUARD_STRATEGY_ORDERS_PER_SECOND,
    SET_GUARD_DUPLICATE_WINDOW,
    SET_GUARD_DAILY_LOSS,
    SETTING_COUNT
};

struct setting {
    enum setting_id id;
    const char *key; /* "market.speed" = [market] speed in outcry.ini */
    enum setting_type type;
    const char *fallback;    /* default, as text */
    int64_t min, max;        /* INT, MONEY (whole NT$); TEXT: most bytes, 0 = SETTING_TEXT_SIZE - 1 */
    const char *choices;     /* CHOICE: "synthetic|replay" */
    const char *unit;        /* "" or "ms", "NT$" ... */
    const char *environment; /* "ZMQ_HOST" */
    const char *flag;        /* "--speed" */
    const char *meaning;
};

struct setting_value {
    enum setting_source source;
    int64_t number; /* INT, BOOL, MONEY (money_t), CHOICE (index) */
    char text[SETTING_TEXT_SIZE];
};

struct settings {
    struct setting_value values[SETTING_COUNT];
};

const struct setting *setting_row(enum setting_id id);
const struct setting *setting_by_key(const char *key);
const struct setting *setting_by_flag(const char *flag);

void settings_defaults(struct settings *settings);
/* ERR_INVALID / ERR_RANGE: "market.speed: 'fast' is not a number (allowed 0 to 100000)"; unchanged then. */
enum status settings_set(struct settings *settings, const struct setting *row, const char *text,
                         enum setting_source source, struct err *err);
int64_t settings_number(const struct settings *settings, enum setting_id id);
const char *settings_text(const struct settings *settings, enum setting_id id);
const char *setting_source_name(enum setting_source source);

#endif
