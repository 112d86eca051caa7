-- How many rentals each appointment of a planner had after each transaction: so it can be proven that a rental which
-- replaces another leaves no moment with two of them or with none. Names are by language now, in fleet.toml.

CREATE TABLE history (
  transaction_number INTEGER NOT NULL, appointment TEXT NOT NULL, change INTEGER NOT NULL
) STRICT;
CREATE VIEW active_after AS
SELECT appointment, transaction_number,
  sum(sum(change)) OVER (PARTITION BY appointment ORDER BY transaction_number) AS active
FROM history GROUP BY appointment, transaction_number;

ALTER TABLE vehicle_classes DROP COLUMN name;
ALTER TABLE vehicle_features DROP COLUMN name;
UPDATE vehicle_features SET feature_group = lower(feature_group);
