-- What works is found without reading what has ended; reports by their number.
CREATE INDEX orders_live ON orders (trading_day)
    WHERE state NOT IN ('FILLED', 'CANCELLED', 'REJECTED', 'DENIED', 'EXPIRED');
CREATE INDEX venue_execs_seq ON venue_execs (seq);
