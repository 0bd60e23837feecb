/* The table of tables: where each stored message lives. Pure data; db/row.c and db/query.c read it. */
#include "db/table.h"

#include <stddef.h>

/* Word for word as in the partial index <table>_live of the schema: SQLite refuses the query otherwise. */
#define CONDITION_LIVE                                                                                                 \
    "state NOT IN ('CLOSED', 'REJECTED', 'CANCELLED', 'EXPIRED') OR entry_working = 1 OR exit_working = 1"
#define ORDER_LIVE "state NOT IN ('FILLED', 'CANCELLED', 'REJECTED', 'DENIED', 'EXPIRED')"

static const struct table tables[] = {
    /* file, id, name, kind, key, order, condition, seq, time, state, live, view */
    {DB_CONDITIONS, MSG_CONDITION, "conditions", TABLE_UPSERT, "id", "id", "id", NULL, "updated_us", "state",
     CONDITION_LIVE, "conditions_now"},
    {DB_CONDITIONS, MSG_TRANSITION, "transitions", TABLE_APPEND, "condition_id, serial", "rowid", "condition_id",
     "serial", "time_us", "to_state", NULL, NULL},
    {DB_CONDITIONS, MSG_SIGNAL, "signals", TABLE_UPSERT, "seq", "rowid", "condition_id", "seq", "created_us", NULL,
     "acknowledged = 0", NULL},
    {DB_CONDITIONS, MSG_CURSOR, "cursors", TABLE_UPSERT, "stream", "rowid", NULL, "seq", NULL, NULL, NULL, NULL},
    {DB_CONDITIONS, MSG_RISK_EVENT, "risk_events", TABLE_APPEND, NULL, "rowid", NULL, NULL, "time_us", NULL, NULL,
     NULL},
    {DB_CONDITIONS, MSG_ACTION, "actions", TABLE_APPEND, NULL, "rowid", "condition_id", NULL, "time_us", NULL, NULL,
     NULL},

    {DB_ORDERS, MSG_SIGNAL, "signals", TABLE_APPEND, "strategy, seq", "rowid", "condition_id", "seq", "created_us",
     NULL, NULL, NULL},
    {DB_ORDERS, MSG_SIGNAL_ACK, "signal_acks", TABLE_APPEND, "strategy, seq", "rowid", NULL, "seq", "time_us", NULL,
     NULL, NULL},
    {DB_ORDERS, MSG_ORDER, "orders", TABLE_UPSERT, "client_order_id", "rowid", "condition_id", NULL, "updated_us",
     "state", ORDER_LIVE, NULL},
    {DB_ORDERS, MSG_ORDER_EVENT, "order_events", TABLE_APPEND, "seq", "rowid", "condition_id", "seq", "time_us",
     "state", NULL, NULL},
    {DB_ORDERS, MSG_POSITION, "positions", TABLE_UPSERT, "account, symbol, trading_day", "rowid", NULL, NULL,
     "updated_us", NULL, NULL, NULL},
    {DB_ORDERS, MSG_CONDITION_LOTS, "condition_lots", TABLE_UPSERT, "account, symbol, condition_id", "rowid",
     "condition_id", NULL, "updated_us", NULL, "quantity <> 0", NULL},
    {DB_ORDERS, MSG_CURSOR, "cursors", TABLE_UPSERT, "stream", "rowid", NULL, "seq", NULL, NULL, NULL, NULL},
    {DB_ORDERS, MSG_RISK_EVENT, "risk_events", TABLE_APPEND, NULL, "rowid", NULL, NULL, "time_us", NULL, NULL, NULL},
    {DB_ORDERS, MSG_ACTION, "actions", TABLE_APPEND, NULL, "rowid", "condition_id", NULL, "time_us", NULL, NULL, NULL},

    {DB_GATEWAY, MSG_ORDER, "orders", TABLE_UPSERT, "client_order_id", "rowid", "condition_id", NULL, "updated_us",
     "state", ORDER_LIVE, NULL},
    {DB_GATEWAY, MSG_ORDER_EVENT, "order_events", TABLE_APPEND, "seq", "rowid", "condition_id", "seq", "time_us",
     "state", NULL, NULL},
    {DB_GATEWAY, MSG_POSITION, "positions", TABLE_UPSERT, "account, symbol, trading_day", "rowid", NULL, NULL,
     "updated_us", NULL, NULL, NULL},
    {DB_GATEWAY, MSG_CONDITION_LOTS, "condition_lots", TABLE_UPSERT, "account, symbol, condition_id", "rowid",
     "condition_id", NULL, "updated_us", NULL, "quantity <> 0", NULL},
    {DB_GATEWAY, MSG_GUARD_STATE, "guard_state", TABLE_UPSERT, "only", "rowid", NULL, NULL, "time_us", NULL, NULL,
     NULL},
    {DB_GATEWAY, MSG_GUARD_LIMITS, "guard_limits", TABLE_UPSERT, "only", "rowid", NULL, NULL, "time_us", NULL, NULL,
     NULL},
    {DB_GATEWAY, MSG_SESSION, "sessions", TABLE_UPSERT, "venue, venue_session, since_us", "rowid", NULL, NULL,
     "since_us", NULL, NULL, NULL},
    {DB_GATEWAY, MSG_CONTRACT, "contracts", TABLE_UPSERT, "symbol", "rowid", NULL, NULL, NULL, NULL, NULL, NULL},
    {DB_GATEWAY, MSG_CURSOR, "cursors", TABLE_UPSERT, "stream", "rowid", NULL, "seq", NULL, NULL, NULL, NULL},
    {DB_GATEWAY, MSG_RISK_EVENT, "risk_events", TABLE_APPEND, NULL, "rowid", NULL, NULL, "time_us", NULL, NULL, NULL},
    {DB_GATEWAY, MSG_ACTION, "actions", TABLE_APPEND, NULL, "rowid", "condition_id", NULL, "time_us", NULL, NULL, NULL},

    {DB_TICKS, MSG_TICK, "ticks", TABLE_APPEND, "symbol, time_us, epoch, sym_seq", "symbol, time_us, epoch, sym_seq",
     NULL, "sym_seq", "time_us", NULL, NULL, NULL},
    {DB_TICKS, MSG_BAR, "bars", TABLE_UPSERT, "symbol, start_us", "symbol, start_us", NULL, NULL, "start_us", NULL,
     NULL, NULL},

    {DB_EXCHANGE, MSG_ORDER, "orders", TABLE_UPSERT, "client_order_id, venue_order_id", "rowid", "condition_id", NULL,
     "updated_us", "state", ORDER_LIVE, NULL},
    {DB_EXCHANGE, MSG_VENUE_EXEC, "venue_execs", TABLE_APPEND, "account, seq, client_order_id", "seq", NULL, "seq",
     "market_us", NULL, NULL, NULL},
    {DB_EXCHANGE, MSG_POSITION, "positions", TABLE_UPSERT, "account, symbol, trading_day", "rowid", NULL, NULL,
     "updated_us", NULL, NULL, NULL},
    {DB_EXCHANGE, MSG_ACCOUNT, "accounts", TABLE_UPSERT, "account", "rowid", NULL, NULL, "updated_us", NULL, NULL,
     NULL},

    {DB_SUPERVISOR, MSG_ACTION, "actions", TABLE_APPEND, NULL, "rowid", "condition_id", NULL, "time_us", NULL, NULL,
     NULL},
};

#define TABLE_COUNT (sizeof(tables) / sizeof(tables[0]))

const struct table *table_find(enum db_file file, enum msg_id id)
{
    for (size_t i = 0; i < TABLE_COUNT; i++)
        if (tables[i].file == file && tables[i].id == id) return &tables[i];
    return NULL;
}

const struct table *table_at(size_t index)
{
    return index < TABLE_COUNT ? &tables[index] : NULL;
}

bool table_stores(const struct field *field)
{
    return field->type != FIELD_SECRET;
}
