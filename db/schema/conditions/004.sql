-- What a new extreme moves is written down once, and not in the row of each condition that follows: a thousand of them cost
-- what one costs. A condition's trigger is the best of what its row says and of the ratchets since its row was written.
CREATE TABLE ratchets (
    number INTEGER NOT NULL PRIMARY KEY, -- grows for ever
    symbol TEXT NOT NULL,
    side   TEXT NOT NULL, -- of the conditions: BUY SELL
    price  INTEGER NOT NULL
) STRICT;
CREATE INDEX ratchets_price ON ratchets (symbol, side, price);

-- The newest ratchet when the row was written.
ALTER TABLE conditions ADD COLUMN ratchets INTEGER NOT NULL DEFAULT 0;
DROP INDEX conditions_following;
CREATE INDEX conditions_following ON conditions (ratchets) WHERE following = 1 AND state = 'TRIGGERED';

CREATE TRIGGER conditions_made AFTER INSERT ON conditions WHEN new.following = 1 AND new.state = 'TRIGGERED' BEGIN
    UPDATE conditions SET ratchets = coalesce((SELECT max(number) FROM ratchets), 0) WHERE id = new.id;
END;
CREATE TRIGGER conditions_changed AFTER UPDATE OF state ON conditions WHEN new.following = 1 AND new.state = 'TRIGGERED' BEGIN
    UPDATE conditions SET ratchets = coalesce((SELECT max(number) FROM ratchets), 0) WHERE id = new.id;
END;

-- What a later one passes says nothing any more, nor what is older than every condition that follows.
CREATE TRIGGER ratchets_passed_buy AFTER INSERT ON ratchets WHEN new.side = 'BUY' BEGIN
    DELETE FROM ratchets WHERE symbol = new.symbol AND side = 'BUY' AND price >= new.price AND number < new.number;
END;
CREATE TRIGGER ratchets_passed_sell AFTER INSERT ON ratchets WHEN new.side = 'SELL' BEGIN
    DELETE FROM ratchets WHERE symbol = new.symbol AND side = 'SELL' AND price <= new.price AND number < new.number;
END;
CREATE TRIGGER ratchets_old AFTER INSERT ON ratchets BEGIN
    DELETE FROM ratchets WHERE number < new.number
        AND number <= (SELECT min(ratchets) FROM conditions WHERE following = 1 AND state = 'TRIGGERED');
END;

-- Each condition as it stands: this is what is read.
CREATE VIEW conditions_now AS
    SELECT
        id, account, symbol, side, trigger_price, turning, quantity, take_profit, stop_loss, following, basis,
        validity, valid_until, entry, entry_offset, note, state, paused_from,
        CASE WHEN following = 1 AND state = 'TRIGGERED' AND side = 'BUY' THEN
            min(trigger_now, coalesce((SELECT min(r.price) FROM ratchets AS r WHERE r.symbol = c.symbol AND r.side = 'BUY'
                                       AND r.number > c.ratchets), trigger_now))
        WHEN following = 1 AND state = 'TRIGGERED' THEN
            max(trigger_now, coalesce((SELECT max(r.price) FROM ratchets AS r WHERE r.symbol = c.symbol AND r.side = 'SELL'
                                       AND r.number > c.ratchets), trigger_now))
        ELSE trigger_now END AS trigger_now,
        filled_quantity, filled_value, exited_quantity, exited_value, exit_leg, attempt, serial, entry_working,
        exit_working, cancel_requested, exit_step, locked, suspended, expires_day, expires_session, created_us,
        updated_us, market_us, tick_seq, reason
    FROM conditions AS c;
