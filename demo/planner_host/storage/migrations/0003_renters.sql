CREATE TABLE renters (
  appointment_id TEXT NOT NULL REFERENCES appointments (id) ON DELETE CASCADE,
  provider TEXT NOT NULL,
  rental_id TEXT NOT NULL,
  customer TEXT NOT NULL,
  PRIMARY KEY (appointment_id, provider, rental_id)
) STRICT, WITHOUT ROWID;
