-- The sandbox's tables, and the triggers by which two rentals can never hold one vehicle.
--
-- Instants are microseconds since 1970 in UTC. A rental is active while it is reserved or picked up. The active
-- rentals of a vehicle never overlap; so the last one that starts before a period's end is the only one that can
-- reach into the period, and one index seek finds it, whatever the history.

CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE tokens (
  label TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, created_us INTEGER NOT NULL, last_used_us INTEGER
) STRICT;
CREATE TABLE stations (
  id TEXT PRIMARY KEY, position INTEGER NOT NULL, name TEXT NOT NULL, opening_hours TEXT NOT NULL
) STRICT;
CREATE TABLE vehicle_classes (id TEXT PRIMARY KEY, position INTEGER NOT NULL, name TEXT NOT NULL) STRICT;
CREATE TABLE vehicle_features (
  id TEXT PRIMARY KEY, position INTEGER NOT NULL, name TEXT NOT NULL, feature_group TEXT NOT NULL
) STRICT;
CREATE TABLE vehicles (
  id TEXT PRIMARY KEY,
  station TEXT NOT NULL REFERENCES stations,
  vehicle_class TEXT NOT NULL REFERENCES vehicle_classes,
  licence_plate TEXT NOT NULL UNIQUE,
  daily_rate_cents INTEGER NOT NULL CHECK (daily_rate_cents >= 0),
  turnaround_us INTEGER NOT NULL DEFAULT 0 CHECK (turnaround_us >= 0),
  document TEXT NOT NULL,
  due_back_us INTEGER
) STRICT;
CREATE UNIQUE INDEX vehicles_in_order ON vehicles (station, vehicle_class, licence_plate, id);
CREATE TABLE features_of_vehicles (
  vehicle_id TEXT NOT NULL REFERENCES vehicles, feature_id TEXT NOT NULL REFERENCES vehicle_features,
  PRIMARY KEY (vehicle_id, feature_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE rentals (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  external_reference TEXT UNIQUE,
  vehicle_id TEXT NOT NULL REFERENCES vehicles,
  start_us INTEGER NOT NULL,
  end_us INTEGER NOT NULL,
  planned_end_us INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('reserved', 'picked_up', 'returned', 'cancelled')),
  customer TEXT NOT NULL,
  note TEXT,
  cancel_reason TEXT,
  daily_rate_cents INTEGER NOT NULL,
  revision INTEGER NOT NULL DEFAULT 1 CHECK (revision >= 1),
  created_us INTEGER NOT NULL,
  updated_us INTEGER NOT NULL UNIQUE,
  decided_us INTEGER NOT NULL,
  CHECK (end_us > start_us)
) STRICT;
CREATE INDEX active_rentals ON rentals (vehicle_id, start_us, end_us, status) WHERE status IN ('reserved', 'picked_up');
CREATE INDEX picked_up_rentals ON rentals (vehicle_id, end_us) WHERE status = 'picked_up';
CREATE TABLE idempotency (
  scope TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, status INTEGER NOT NULL,
  headers TEXT NOT NULL, media_type TEXT NOT NULL, body BLOB NOT NULL, stored_us INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT;
CREATE INDEX idempotency_by_age ON idempotency (stored_us);

-- A vehicle that is out past its end is held until it is taken back.
CREATE TRIGGER no_overlap_on_insert BEFORE INSERT ON rentals WHEN NEW.status IN ('reserved', 'picked_up')
BEGIN
  SELECT RAISE(ABORT, 'vehicle_unavailable') WHERE EXISTS (
    SELECT 1 FROM rentals AS out
    WHERE out.vehicle_id = NEW.vehicle_id AND out.status = 'picked_up' AND out.id <> NEW.id
      AND out.end_us <= NEW.decided_us);
  SELECT RAISE(ABORT, 'vehicle_unavailable') WHERE EXISTS (
    SELECT 1 FROM vehicles AS v WHERE v.id = NEW.vehicle_id AND (
      SELECT r.end_us FROM rentals AS r
      WHERE r.vehicle_id = NEW.vehicle_id AND r.status IN ('reserved', 'picked_up') AND r.id <> NEW.id
        AND r.start_us < NEW.end_us + v.turnaround_us
      ORDER BY r.start_us DESC LIMIT 1
    ) + v.turnaround_us > NEW.start_us);
END;
CREATE TRIGGER no_overlap_on_swap BEFORE UPDATE ON rentals
WHEN NEW.status IN ('reserved', 'picked_up') AND (NEW.vehicle_id <> OLD.vehicle_id OR NOT OLD.status IN ('reserved', 'picked_up'))
BEGIN
  SELECT RAISE(ABORT, 'vehicle_unavailable') WHERE EXISTS (
    SELECT 1 FROM rentals AS out
    WHERE out.vehicle_id = NEW.vehicle_id AND out.status = 'picked_up' AND out.id <> NEW.id
      AND out.end_us <= NEW.decided_us);
END;
CREATE TRIGGER no_overlap_on_update BEFORE UPDATE ON rentals
WHEN NEW.status IN ('reserved', 'picked_up') AND (NEW.vehicle_id <> OLD.vehicle_id OR NEW.start_us <> OLD.start_us
  OR NEW.end_us <> OLD.end_us OR NOT OLD.status IN ('reserved', 'picked_up'))
BEGIN
  SELECT RAISE(ABORT, 'vehicle_unavailable') WHERE EXISTS (
    SELECT 1 FROM vehicles AS v WHERE v.id = NEW.vehicle_id AND (
      SELECT r.end_us FROM rentals AS r
      WHERE r.vehicle_id = NEW.vehicle_id AND r.status IN ('reserved', 'picked_up') AND r.id <> NEW.id
        AND r.start_us < NEW.end_us + v.turnaround_us
      ORDER BY r.start_us DESC LIMIT 1
    ) + v.turnaround_us > NEW.start_us);
END;
CREATE TRIGGER vehicle_out_on_insert AFTER INSERT ON rentals WHEN NEW.status = 'picked_up'
BEGIN
  UPDATE vehicles SET due_back_us = (
    SELECT min(r.end_us) FROM rentals AS r WHERE r.vehicle_id = vehicles.id AND r.status = 'picked_up')
  WHERE id = NEW.vehicle_id;
END;
CREATE TRIGGER vehicle_out_on_update AFTER UPDATE ON rentals
WHEN NEW.status = 'picked_up' OR OLD.status = 'picked_up'
BEGIN
  UPDATE vehicles SET due_back_us = (
    SELECT min(r.end_us) FROM rentals AS r WHERE r.vehicle_id = vehicles.id AND r.status = 'picked_up')
  WHERE id IN (NEW.vehicle_id, OLD.vehicle_id);
END;
CREATE TRIGGER vehicle_out_on_delete AFTER DELETE ON rentals WHEN OLD.status = 'picked_up'
BEGIN
  UPDATE vehicles SET due_back_us = (
    SELECT min(r.end_us) FROM rentals AS r WHERE r.vehicle_id = vehicles.id AND r.status = 'picked_up')
  WHERE id = OLD.vehicle_id;
END;
