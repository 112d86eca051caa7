"""The demo's story, de."""

TEXTS: dict[str, str] = {}
