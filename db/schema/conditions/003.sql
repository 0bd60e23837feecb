-- What has not ended is found without reading what has; what happened lately without reading what happened long ago.
CREATE INDEX conditions_live ON conditions (id)
    WHERE state NOT IN ('CLOSED', 'REJECTED', 'CANCELLED', 'EXPIRED') OR entry_working = 1 OR exit_working = 1;
DROP INDEX signals_waiting;
CREATE INDEX signals_live ON signals (seq) WHERE acknowledged = 0;
CREATE INDEX signals_time ON signals (created_us);
CREATE INDEX risk_events_time ON risk_events (time_us);
