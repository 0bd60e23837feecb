-- Reports say the order's type too, so that one who finds an order here can show it as it is.
CREATE TABLE venue_execs_new (
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
    type            TEXT NOT NULL, -- of the order: MKT LMT MKP, - where it is not known
    tif             TEXT NOT NULL, -- ROD IOC FOK, -
    limit_price     INTEGER NOT NULL,
    UNIQUE (account, seq, client_order_id)
) STRICT;
INSERT INTO venue_execs_new
SELECT seq, kind, client_order_id, venue_order_id, exec_id, account, symbol, side, quantity, fill_price,
       fill_quantity, filled_quantity, reject, reason, trading_day, market_us,
       '-', '-', 0
FROM venue_execs ORDER BY rowid;
DROP TABLE venue_execs;
ALTER TABLE venue_execs_new RENAME TO venue_execs;
CREATE INDEX venue_execs_order ON venue_execs (client_order_id);
