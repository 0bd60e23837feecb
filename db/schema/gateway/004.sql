-- What has not ended is found without reading what has; what happened lately without reading what happened long ago.
CREATE INDEX orders_live ON orders (trading_day)
    WHERE state NOT IN ('FILLED', 'CANCELLED', 'REJECTED', 'DENIED', 'EXPIRED');
CREATE INDEX condition_lots_live ON condition_lots (condition_id) WHERE quantity <> 0;
CREATE INDEX risk_events_time ON risk_events (time_us);
