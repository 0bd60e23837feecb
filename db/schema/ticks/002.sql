-- A day's bars, for the chart after a restart.
CREATE INDEX bars_day ON bars (trading_day);
