CREATE INDEX appointments_by_end ON appointments (end_us, id);
CREATE INDEX audit_unseen ON audit (subject) WHERE unseen;
CREATE TABLE needs_no_car (
  appointment_id TEXT PRIMARY KEY REFERENCES appointments (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
