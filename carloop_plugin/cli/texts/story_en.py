"""The demo's story, en."""

TEXTS: dict[str, str] = {}
