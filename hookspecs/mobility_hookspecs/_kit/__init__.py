"""How the host kit loads, isolates, bounds and validates: private to `mobility_hookspecs`."""
