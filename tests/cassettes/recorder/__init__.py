"""Record a scenario as a cassette, replay it, and read what is on it."""
