CREATE TABLE appointments (
  id TEXT PRIMARY KEY,
  revision INTEGER NOT NULL CHECK (revision >= 1),
  status TEXT NOT NULL CHECK (status IN ('scheduled', 'cancelled')),
  site TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  start_us INTEGER NOT NULL,
  end_us INTEGER NOT NULL CHECK (end_us > start_us),
  customer TEXT NOT NULL,
  vehicle TEXT NOT NULL,
  work TEXT NOT NULL,
  words TEXT NOT NULL,
  plate TEXT NOT NULL,
  saved_by TEXT NOT NULL,
  saved_us INTEGER NOT NULL
) STRICT;
CREATE INDEX appointments_by_start ON appointments (start_us);
CREATE TABLE open_changes (
  change_id TEXT PRIMARY KEY, appointment_id TEXT NOT NULL, document TEXT NOT NULL, asked_us INTEGER NOT NULL
) STRICT;
CREATE INDEX open_changes_by_appointment ON open_changes (appointment_id);
CREATE TABLE audit (
  number INTEGER PRIMARY KEY,
  at_us INTEGER NOT NULL,
  user TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  provider TEXT NOT NULL,
  rental_id TEXT NOT NULL,
  change_id TEXT UNIQUE,
  outcome TEXT NOT NULL,
  code TEXT NOT NULL,
  settled_us INTEGER
) STRICT;
CREATE INDEX audit_by_subject ON audit (subject);
CREATE TABLE hidden_proposals (
  appointment_id TEXT NOT NULL, proposal_id TEXT NOT NULL, PRIMARY KEY (appointment_id, proposal_id)
) STRICT, WITHOUT ROWID;
