"""Faults between the real plugin and the real sandbox: a proxy that makes them, and what is proved with it."""
