ALTER TABLE open_changes ADD COLUMN title TEXT NOT NULL DEFAULT '';
CREATE TABLE found_out (
  change_id TEXT PRIMARY KEY,
  appointment_id TEXT NOT NULL,
  action TEXT NOT NULL,
  title TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused')),
  code TEXT NOT NULL
) STRICT;
CREATE INDEX found_out_by_appointment ON found_out (appointment_id);
