-- An account can be disabled; failed tries are counted in memory now.
ALTER TABLE accounts ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
DROP TABLE failures;
