"""The workshop's appointments: the values, their form (steps 1 to 3), and the wall clock that people type."""
