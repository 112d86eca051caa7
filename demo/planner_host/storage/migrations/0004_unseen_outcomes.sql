-- What became of a change stands in the audit log alone, with a mark until somebody has seen it.
ALTER TABLE audit ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN unseen INTEGER NOT NULL DEFAULT 0;
UPDATE audit SET title = (SELECT title FROM open_changes WHERE open_changes.change_id = audit.change_id)
  WHERE change_id IN (SELECT change_id FROM open_changes);
UPDATE audit SET title = (SELECT title FROM found_out WHERE found_out.change_id = audit.change_id), unseen = 1
  WHERE change_id IN (SELECT change_id FROM found_out);
UPDATE audit SET action = 'withdraw' WHERE action = 'give_up';
ALTER TABLE open_changes DROP COLUMN title;
DROP TABLE found_out;
