"""Everything that goes wrong on request: which faults are armed, what each does, and the controls under /sandbox."""
