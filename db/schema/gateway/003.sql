-- What each condition holds of a position. What no condition holds is the operator's, or was made elsewhere.
CREATE TABLE condition_lots (
    account      TEXT NOT NULL,
    symbol       TEXT NOT NULL,
    condition_id INTEGER NOT NULL,
    quantity     INTEGER NOT NULL, -- lots, + long, - short; 0 = nothing any more
    updated_us   INTEGER NOT NULL,
    PRIMARY KEY (account, symbol, condition_id)
) STRICT;

-- What the fills so far make of it, where something is held now.
INSERT INTO condition_lots
SELECT account, symbol, condition_id,
       sum(CASE side WHEN 'BUY' THEN fill_quantity ELSE -fill_quantity END) AS lots, max(time_us)
FROM order_events AS e
WHERE kind = 'FILL' AND condition_id <> 0
  AND (SELECT p.quantity FROM positions AS p WHERE p.account = e.account AND p.symbol = e.symbol
       ORDER BY p.trading_day DESC LIMIT 1) <> 0
GROUP BY account, symbol, condition_id HAVING lots <> 0;
