"""The planner's own records in one SQLite file: appointments, rentals booked here, open changes, the audit log."""
