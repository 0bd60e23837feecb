-- exchange.db: the simulated exchange's own books. Nothing of outcry's other files is known here.
-- Written by outcry-exchange alone.
-- Prices are points x 10000, money NT$ x 10000, times microseconds since 1970 (UTC): market_us is the exchange's time, the
-- others the machine's. Columns are the fields of core/msg.h; days are yyyymmdd.

-- Orders as the exchange holds them. It does not deduplicate: one client order id may stand here twice.
CREATE TABLE orders (
    client_order_id TEXT NOT NULL, -- the member's own
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
    updated_us      INTEGER NOT NULL, -- process time of the last change
    UNIQUE (client_order_id, venue_order_id)
) STRICT;
CREATE INDEX orders_symbol ON orders (symbol);
CREATE INDEX orders_condition ON orders (condition_id);
CREATE INDEX orders_day ON orders (trading_day);
CREATE INDEX orders_updated ON orders (updated_us);

-- Execution reports as sent to members, each login's numbered without holes. Append only.
CREATE TABLE venue_execs (
    seq             INTEGER NOT NULL, -- of the login, from 1
    kind            TEXT NOT NULL, -- NEW FILL CANCELLED CANCEL_REJECTED REJECTED EXPIRED
    client_order_id TEXT NOT NULL,
    venue_order_id  TEXT NOT NULL,
    exec_id         TEXT NOT NULL,
    account         TEXT NOT NULL,
    symbol          TEXT NOT NULL,
    side            TEXT NOT NULL,
    quantity        INTEGER NOT NULL,
    fill_price      INTEGER NOT NULL,
    fill_quantity   INTEGER NOT NULL,
    filled_quantity INTEGER NOT NULL,
    reject          TEXT NOT NULL,
    reason          TEXT NOT NULL,
    trading_day     INTEGER NOT NULL,
    market_us       INTEGER NOT NULL,
    UNIQUE (account, seq, client_order_id)
) STRICT;
CREATE INDEX venue_execs_order ON venue_execs (client_order_id);

-- What each account holds, one row a trading day.
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

CREATE TABLE accounts (
    account     TEXT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL, -- holder
    selected    INTEGER NOT NULL,
    equity      INTEGER NOT NULL,
    margin_used INTEGER NOT NULL,
    margin_free INTEGER NOT NULL,
    updated_us  INTEGER NOT NULL
) STRICT;

-- Small facts: "install" (this install's short name), "session" (counts runs).
CREATE TABLE meta (
    key  TEXT NOT NULL PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;
