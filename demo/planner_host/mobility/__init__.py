"""Step 4 as values: what the providers say of an appointment, the offers of a search, the form that books one."""
