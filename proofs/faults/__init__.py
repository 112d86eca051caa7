"""Faults between the real plugin and the real sandbox, made by a proxy or by the sandbox."""
