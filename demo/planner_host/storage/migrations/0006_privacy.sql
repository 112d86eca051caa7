-- Receipts name nobody. `subjects` says whom to ask about again at `due_us`; both are empty once all is erased.
CREATE TABLE erasures (
  id TEXT PRIMARY KEY,
  asked_us INTEGER NOT NULL,
  asked_by TEXT NOT NULL,
  report TEXT NOT NULL,
  subjects TEXT,
  due_us INTEGER
) STRICT;
CREATE INDEX erasures_due ON erasures (due_us) WHERE due_us IS NOT NULL;
CREATE TABLE retention (months INTEGER NOT NULL CHECK (months > 0)) STRICT;
