-- What operators asked of this process, each with its answer, and what it did by itself that no other table says.
-- Append only.
CREATE TABLE actions (
    time_us         INTEGER NOT NULL, -- when it was asked
    market_us       INTEGER NOT NULL,
    trading_day     INTEGER NOT NULL, -- 0 = not known then
    component       TEXT NOT NULL, -- who was asked
    kind            TEXT NOT NULL, -- operator; session, process: done by itself
    actor           TEXT NOT NULL, -- who asked
    action          TEXT NOT NULL, -- what for
    symbol          TEXT NOT NULL,
    condition_id    INTEGER NOT NULL, -- 0 = none
    client_order_id TEXT NOT NULL,
    request         TEXT NOT NULL, -- in words; what is typed as hidden is never in it
    status          TEXT NOT NULL, -- ok, or what kind of failure
    answer          TEXT NOT NULL
) STRICT;
CREATE INDEX actions_time ON actions (time_us);
