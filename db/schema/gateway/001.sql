-- gateway.db: the journal of all that goes to the venue and comes back. No credential is ever in it.
-- Written by outcry-gateway alone, one durable commit between an order's intent and its sending.
-- Prices are points x 10000, money NT$ x 10000, times microseconds since 1970 (UTC): market_us is the exchange's time, the
-- others the machine's. Columns are the fields of core/msg.h; days are yyyymmdd.

-- The journal: a row is here before its order leaves.
CREATE TABLE orders (
    client_order_id TEXT NOT NULL PRIMARY KEY, -- ours, deterministic, unique for ever
    account         TEXT NOT NULL,
    symbol          TEXT NOT NULL,
    side            TEXT NOT NULL, -- BUY SELL
    type            TEXT NOT NULL, -- MKT LMT MKP
    tif             TEXT NOT NULL, -- ROD IOC FOK
    quantity        INTEGER NOT NULL, -- lots
    limit_price     INTEGER NOT NULL, -- LMT only, else 0
    reduce_only     INTEGER NOT NULL, -- 1 = may only shrink a position
    condition_id    INTEGER NOT NULL, -- 0 = the operator's
    leg             TEXT NOT NULL, -- ENTRY TAKE_PROFIT STOP_LOSS FLATTEN, - for the operator's
    attempt         INTEGER NOT NULL, -- of the leg, 1..
    decision_price  INTEGER NOT NULL, -- of the tick that decided
    tick_seq        INTEGER NOT NULL, -- its number within the symbol, 0 = none
    created_us      INTEGER NOT NULL,
    expires_us      INTEGER NOT NULL, -- never executed after; 0 = no limit
    actor           TEXT NOT NULL, -- who asked
    state           TEXT NOT NULL, -- INTENT SENDING UNKNOWN NEW ... (core/order.h)
    venue_order_id  TEXT NOT NULL,
    filled_quantity INTEGER NOT NULL,
    filled_value    INTEGER NOT NULL, -- sum of price x lots
    reject          TEXT NOT NULL, -- code of the refusal
    reason          TEXT NOT NULL, -- in words
    trading_day     INTEGER NOT NULL,
    market_us       INTEGER NOT NULL, -- market time of the last change
    updated_us      INTEGER NOT NULL  -- process time of the last change
) STRICT;
CREATE INDEX orders_symbol ON orders (symbol);
CREATE INDEX orders_condition ON orders (condition_id);
CREATE INDEX orders_day ON orders (trading_day);
CREATE INDEX orders_updated ON orders (updated_us);

-- All that happened to orders, numbered without holes; other processes catch up from here. Append only.
CREATE TABLE order_events (
    seq             INTEGER NOT NULL PRIMARY KEY, -- without holes, 1.. in gateway.db
    kind            TEXT NOT NULL, -- SENDING NEW FILL ... (core/order.h)
    client_order_id TEXT NOT NULL, -- ours, deterministic, unique for ever
    account         TEXT NOT NULL,
    symbol          TEXT NOT NULL,
    side            TEXT NOT NULL, -- BUY SELL
    type            TEXT NOT NULL, -- MKT LMT MKP
    tif             TEXT NOT NULL, -- ROD IOC FOK
    quantity        INTEGER NOT NULL, -- lots
    limit_price     INTEGER NOT NULL, -- LMT only, else 0
    reduce_only     INTEGER NOT NULL, -- 1 = may only shrink a position
    condition_id    INTEGER NOT NULL, -- 0 = the operator's
    leg             TEXT NOT NULL, -- ENTRY TAKE_PROFIT STOP_LOSS FLATTEN, - for the operator's
    attempt         INTEGER NOT NULL, -- of the leg, 1..
    decision_price  INTEGER NOT NULL, -- of the tick that decided
    tick_seq        INTEGER NOT NULL, -- its number within the symbol, 0 = none
    created_us      INTEGER NOT NULL,
    expires_us      INTEGER NOT NULL, -- never executed after; 0 = no limit
    actor           TEXT NOT NULL, -- who asked
    venue_order_id  TEXT NOT NULL,
    exec_id         TEXT NOT NULL, -- a fill's number at the venue, else empty
    fill_price      INTEGER NOT NULL,
    fill_quantity   INTEGER NOT NULL,
    filled_quantity INTEGER NOT NULL, -- in all, after this event
    state           TEXT NOT NULL, -- after this event
    reject          TEXT NOT NULL,
    reason          TEXT NOT NULL,
    trading_day     INTEGER NOT NULL,
    market_us       INTEGER NOT NULL,
    time_us         INTEGER NOT NULL
) STRICT;
CREATE INDEX order_events_order ON order_events (client_order_id);
CREATE INDEX order_events_symbol ON order_events (symbol);
CREATE INDEX order_events_day ON order_events (trading_day);
CREATE INDEX order_events_time ON order_events (time_us);

-- Fills by themselves, for a person with the sqlite3 shell.
CREATE VIEW fills AS
    SELECT seq, trading_day, market_us, account, symbol, side, leg, condition_id, client_order_id, exec_id, fill_quantity,
           fill_price
    FROM order_events WHERE kind = 'FILL';

-- What the guard counts with: one row a trading day.
CREATE TABLE positions (
    account     TEXT NOT NULL,
    symbol      TEXT NOT NULL,
    trading_day INTEGER NOT NULL,
    quantity    INTEGER NOT NULL, -- lots, + long, - short
    open_value  INTEGER NOT NULL, -- sum of entry price x lots still open, signed as quantity
    bought      INTEGER NOT NULL, -- lots this trading day
    sold        INTEGER NOT NULL,
    realized    INTEGER NOT NULL, -- NT$ x 10000 this trading day, before cost
    cost        INTEGER NOT NULL, -- fees, tax and commission this trading day
    mark        INTEGER NOT NULL, -- last price known
    updated_us  INTEGER NOT NULL,
    PRIMARY KEY (account, symbol, trading_day)
) STRICT;
CREATE INDEX positions_day ON positions (trading_day);

-- The guard's state: one row.
CREATE TABLE guard_state (
    mode        TEXT NOT NULL, -- ACTIVE REDUCING HALTED
    actor       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    time_us     INTEGER NOT NULL,
    orders_sent INTEGER NOT NULL, -- to the venue, ever
    intents     INTEGER NOT NULL, -- journalled, ever: orders_sent <= intents
    day_pnl     INTEGER NOT NULL, -- after cost
    only        INTEGER NOT NULL DEFAULT 1 UNIQUE CHECK (only = 1)
) STRICT;

-- The guard's limits: one row; 0 = no limit.
CREATE TABLE guard_limits (
    max_order_quantity         INTEGER NOT NULL,
    max_position               INTEGER NOT NULL, -- lots a symbol
    max_notional               INTEGER NOT NULL, -- NT$ x 10000 of one order
    collar_bps                 INTEGER NOT NULL, -- 1/100 % from the last tick
    stale_tick_ms              INTEGER NOT NULL,
    orders_per_second          INTEGER NOT NULL,
    strategy_orders_per_second INTEGER NOT NULL,
    duplicate_window_ms        INTEGER NOT NULL,
    daily_loss                 INTEGER NOT NULL,
    actor                      TEXT NOT NULL,
    time_us                    INTEGER NOT NULL,
    only                       INTEGER NOT NULL DEFAULT 1 UNIQUE CHECK (only = 1)
) STRICT;

-- Every venue session there was, and the account that was selected in it.
CREATE TABLE sessions (
    logged_in     INTEGER NOT NULL,
    user          TEXT NOT NULL,
    venue         TEXT NOT NULL,
    venue_session INTEGER NOT NULL, -- new at each logon
    account       TEXT NOT NULL, -- selected
    since_us      INTEGER NOT NULL,
    text          TEXT NOT NULL, -- the venue's last answer
    UNIQUE (venue, venue_session, since_us)
) STRICT;

-- Contracts the trader registered, with their facts as last known.
CREATE TABLE contracts (
    symbol             TEXT NOT NULL PRIMARY KEY,
    product            TEXT NOT NULL,
    name               TEXT NOT NULL,
    delivery_month     INTEGER NOT NULL, -- yyyymm
    last_trading_day   INTEGER NOT NULL,
    trading_day        INTEGER NOT NULL, -- the day these facts are for
    multiplier         INTEGER NOT NULL, -- NT$ a point
    tick               INTEGER NOT NULL,
    decimals           INTEGER NOT NULL,
    reference          INTEGER NOT NULL, -- last settlement, 0 = not known
    limit_down         INTEGER NOT NULL,
    limit_up           INTEGER NOT NULL,
    initial_margin     INTEGER NOT NULL,
    maintenance_margin INTEGER NOT NULL,
    fee                INTEGER NOT NULL, -- a lot a side
    tax_per_billion    INTEGER NOT NULL,
    max_market_lots    INTEGER NOT NULL,
    max_limit_lots     INTEGER NOT NULL,
    flags              INTEGER NOT NULL -- CONTRACT_*
) STRICT;

-- How far this file's owner has applied each stream it reads.
CREATE TABLE cursors (
    stream TEXT NOT NULL PRIMARY KEY, -- "events", "venue", or a symbol for ticks
    epoch  INTEGER NOT NULL, -- run of the feed
    seq    INTEGER NOT NULL  -- last one applied
) STRICT;

-- What was refused by us, and every change of the guard's state and limits. Append only.
CREATE TABLE risk_events (
    time_us         INTEGER NOT NULL,
    market_us       INTEGER NOT NULL,
    trading_day     INTEGER NOT NULL,
    component       TEXT NOT NULL, -- who refused or changed
    actor           TEXT NOT NULL, -- on whose behalf
    reject          TEXT NOT NULL, -- why; empty or its zero name for a change that refuses nothing
    client_order_id TEXT NOT NULL,
    symbol          TEXT NOT NULL,
    text            TEXT NOT NULL
) STRICT;
CREATE INDEX risk_events_day ON risk_events (trading_day);

-- Small facts: "install" (this install's short name), "session" (counts runs).
CREATE TABLE meta (
    key  TEXT NOT NULL PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;
