"""The German texts."""

TEXTS: dict[str, str] = {}
