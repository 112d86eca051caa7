"""Rentals: book, change the end, cancel, and what the rental desk does. No HTTP and no faults in here."""
