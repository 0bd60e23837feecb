-- conditions.db: what the trader asked for, where each condition stands, and all that ever happened to it.
-- Written by outcry-strategy alone.
-- Prices are points x 10000, money NT$ x 10000, times microseconds since 1970 (UTC): market_us is the exchange's time, the
-- others the machine's. Columns are the fields of core/msg.h; days are yyyymmdd.

CREATE TABLE conditions (
    id              INTEGER NOT NULL PRIMARY KEY, -- 1.. in this install
    -- as typed
    account         TEXT NOT NULL,
    symbol          TEXT NOT NULL,
    side            TEXT NOT NULL, -- BUY SELL
    trigger_price   INTEGER NOT NULL,
    turning         INTEGER NOT NULL, -- distance from the trigger to the order level
    quantity        INTEGER NOT NULL,
    take_profit     INTEGER NOT NULL, -- distance
    stop_loss       INTEGER NOT NULL, -- distance
    following       INTEGER NOT NULL, -- 1 = the trigger follows the extreme
    basis           TEXT NOT NULL, -- exits from the fill or the planned price
    validity        TEXT NOT NULL, -- session day until gtc
    valid_until     INTEGER NOT NULL, -- trading day, validity "until" only
    entry           TEXT NOT NULL, -- market range_market limit
    entry_offset    INTEGER NOT NULL, -- entry "limit" only
    note            TEXT NOT NULL,
    -- where it stands
    state           TEXT NOT NULL, -- ARMED TRIGGERED ENTERING OPEN EXITING CLOSED REJECTED PAUSED CANCELLED EXPIRED
    paused_from     TEXT NOT NULL, -- PAUSED: the state to go back to
    trigger_now     INTEGER NOT NULL, -- now: trigger_price, or the extreme it followed to
    filled_quantity INTEGER NOT NULL, -- entry
    filled_value    INTEGER NOT NULL, -- sum of price x lots
    exited_quantity INTEGER NOT NULL,
    exited_value    INTEGER NOT NULL,
    exit_leg        TEXT NOT NULL, -- claimed: TAKE_PROFIT or STOP_LOSS, never both
    attempt         INTEGER NOT NULL, -- of the working leg
    serial          INTEGER NOT NULL, -- transitions so far
    entry_working   INTEGER NOT NULL, -- 1 = the entry's order has not ended
    exit_working    INTEGER NOT NULL, -- 1 = this attempt's exit order has not ended
    cancel_requested INTEGER NOT NULL,
    exit_step       INTEGER NOT NULL, -- how far the exit has escalated: 0 none, 1 market, 2 range market, 3 limit
    locked          INTEGER NOT NULL, -- 1 = the exit sits at the price limit
    suspended       INTEGER NOT NULL, -- 1 = its feed is stale
    expires_day     INTEGER NOT NULL, -- trading day it lives to, 0 = for ever
    expires_session TEXT NOT NULL, -- and session, validity "session" only
    created_us      INTEGER NOT NULL,
    updated_us      INTEGER NOT NULL,
    market_us       INTEGER NOT NULL, -- of the last transition
    tick_seq        INTEGER NOT NULL, -- of the last transition's tick
    reason          TEXT NOT NULL
) STRICT;
CREATE INDEX conditions_symbol ON conditions (symbol);
CREATE INDEX conditions_updated ON conditions (updated_us);
-- What a ratchet moves: the group that follows the same extreme, in one UPDATE.
CREATE INDEX conditions_following ON conditions (symbol, side, trigger_now) WHERE following = 1 AND state = 'TRIGGERED';

-- The history of every condition. Append only: nothing in here ever changes.
CREATE TABLE transitions (
    condition_id INTEGER NOT NULL,
    serial       INTEGER NOT NULL, -- 1.. within the condition
    symbol       TEXT NOT NULL,
    from_state   TEXT NOT NULL, -- - for a new condition
    to_state     TEXT NOT NULL,
    price        INTEGER NOT NULL, -- the tick's or the fill's; 0 for a command
    tick_seq     INTEGER NOT NULL,
    market_us    INTEGER NOT NULL,
    time_us      INTEGER NOT NULL,
    trading_day  INTEGER NOT NULL,
    actor        TEXT NOT NULL,
    reason       TEXT NOT NULL,
    UNIQUE (condition_id, serial)
) STRICT;
CREATE INDEX transitions_symbol ON transitions (symbol);
CREATE INDEX transitions_day ON transitions (trading_day);
CREATE INDEX transitions_time ON transitions (time_us);

-- The outbox: committed with the state that made it, sent again until the executor has acknowledged it.
CREATE TABLE signals (
    seq             INTEGER NOT NULL PRIMARY KEY, -- 1.. in the strategy's outbox, without holes
    strategy        TEXT NOT NULL, -- its install's short name
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
    acknowledged    INTEGER NOT NULL -- 1 = the executor has it
) STRICT;
CREATE INDEX signals_waiting ON signals (seq) WHERE acknowledged = 0;
CREATE INDEX signals_condition ON signals (condition_id);
CREATE INDEX signals_symbol ON signals (symbol);

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
