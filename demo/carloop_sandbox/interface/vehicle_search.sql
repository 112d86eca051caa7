-- A page of the free vehicles that match, and the totals. Empty filters match every vehicle.
--
-- `last_end` is the one seek: active rentals of a vehicle never overlap, so of those that start before the period
-- ends the last one also ends last. A vehicle that is out past its end is held until it is taken back.
-- `next_free` looks at busy vehicles alone: the first gap, from the rental in the way on, that is long enough.
WITH matching AS MATERIALIZED (
  SELECT v.rowid AS vehicle, v.id, v.station, v.vehicle_class, v.licence_plate, v.turnaround_us AS pause,
    v.due_back_us,
    (SELECT r.end_us FROM rentals AS r
     WHERE r.vehicle_id = v.id AND r.status IN ('reserved', 'picked_up') AND r.start_us < :end + v.turnaround_us
     ORDER BY r.start_us DESC LIMIT 1) AS last_end
  FROM vehicles AS v
  WHERE (:station IS NULL OR v.station = :station)
    AND (:vehicle_class = '[]' OR v.vehicle_class IN (SELECT value FROM json_each(:vehicle_class)))
    AND (:vehicle_feature = '[]' OR json_array_length(:vehicle_feature) = (
      SELECT count(*) FROM features_of_vehicles AS f
      WHERE f.vehicle_id = v.id AND f.feature_id IN (SELECT value FROM json_each(:vehicle_feature))))
), judged AS MATERIALIZED (
  SELECT *, coalesce(due_back_us <= :now, FALSE) AS overdue,
    coalesce(due_back_us <= :now, FALSE) OR coalesce(last_end + pause > :start, FALSE) AS busy
  FROM matching
), totals AS (
  SELECT count(*) AS matching, coalesce(sum(busy), 0) AS busy, (
    SELECT min((
      SELECT r.end_us + b.pause FROM rentals AS r
      WHERE r.vehicle_id = b.id AND r.status IN ('reserved', 'picked_up')
        AND r.start_us >= (
          SELECT l.start_us FROM rentals AS l
          WHERE l.vehicle_id = b.id AND l.status IN ('reserved', 'picked_up') AND l.start_us < :end + b.pause
          ORDER BY l.start_us DESC LIMIT 1)
        AND NOT EXISTS (
          SELECT 1 FROM rentals AS n
          WHERE n.vehicle_id = b.id AND n.status IN ('reserved', 'picked_up')
            AND n.start_us > r.start_us AND n.start_us < r.end_us + b.pause + :end - :start + b.pause)
      ORDER BY r.start_us LIMIT 1
    )) FROM judged AS b WHERE b.busy AND NOT b.overdue
  ) AS next_free FROM judged
), page AS (
  SELECT vehicle, id, station, vehicle_class, licence_plate FROM judged
  WHERE NOT busy AND (station, vehicle_class, licence_plate, id) > (:p_station, :p_vehicle_class, :p_licence_plate, :p_id)
  ORDER BY station, vehicle_class, licence_plate, id LIMIT :rows
)
SELECT t.matching, t.busy, t.next_free, p.id, p.station, p.vehicle_class, p.licence_plate, v.document
FROM totals AS t LEFT JOIN page AS p ON TRUE LEFT JOIN vehicles AS v ON v.rowid = p.vehicle
ORDER BY p.station, p.vehicle_class, p.licence_plate, p.id
