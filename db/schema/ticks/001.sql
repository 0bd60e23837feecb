-- ticks.db: recorded trades and one-minute bars.
-- Written by the gateway's recorder thread alone.
-- Prices are points x 10000, money NT$ x 10000, times microseconds since 1970 (UTC): market_us is the exchange's time, the
-- others the machine's. Columns are the fields of core/msg.h; days are yyyymmdd.

CREATE TABLE ticks (
    symbol       TEXT NOT NULL,
    epoch        INTEGER NOT NULL, -- run of the feed
    seq          INTEGER NOT NULL, -- in the run
    sym_seq      INTEGER NOT NULL, -- of the symbol in the run
    time_us      INTEGER NOT NULL, -- market time
    recv_us      INTEGER NOT NULL,
    price        INTEGER NOT NULL,
    quantity     INTEGER NOT NULL,
    bid          INTEGER NOT NULL,
    bid_quantity INTEGER NOT NULL, -- 0 = no bid
    ask          INTEGER NOT NULL,
    ask_quantity INTEGER NOT NULL,
    volume       INTEGER NOT NULL, -- lots so far this trading day
    open         INTEGER NOT NULL,
    high         INTEGER NOT NULL,
    low          INTEGER NOT NULL,
    reference    INTEGER NOT NULL, -- last settlement, 0 = not known
    trading_day  INTEGER NOT NULL,
    flags        INTEGER NOT NULL, -- TICK_*
    PRIMARY KEY (symbol, time_us, epoch, sym_seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE bars (
    symbol      TEXT NOT NULL,
    trading_day INTEGER NOT NULL,
    start_us    INTEGER NOT NULL, -- market time
    open        INTEGER NOT NULL,
    high        INTEGER NOT NULL,
    low         INTEGER NOT NULL,
    close       INTEGER NOT NULL,
    volume      INTEGER NOT NULL,
    trades      INTEGER NOT NULL,
    PRIMARY KEY (symbol, start_us)
) STRICT, WITHOUT ROWID;

-- Small facts: "install" (this install's short name), "session" (counts runs).
CREATE TABLE meta (
    key  TEXT NOT NULL PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;
