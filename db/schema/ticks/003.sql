-- Which days there are ticks of, and when they were recorded last (a replay records a day of long ago today): what is
-- older than it is to be kept is found here.
CREATE TABLE recorded (
    symbol      TEXT NOT NULL,
    trading_day INTEGER NOT NULL,
    first_us    INTEGER NOT NULL, -- market time of its first tick
    last_us     INTEGER NOT NULL, -- and of its last
    recorded_us INTEGER NOT NULL, -- process time
    PRIMARY KEY (symbol, trading_day)
) STRICT, WITHOUT ROWID;
INSERT INTO recorded
SELECT symbol, trading_day, min(start_us), max(start_us) + 59999999, CAST(strftime('%s', 'now') AS INTEGER) * 1000000
FROM bars GROUP BY symbol, trading_day;
