"""What goes wrong at Carloop."""

from typing import Any


def silence(control: Any, operation: str) -> None:
    """Have Carloop do it, and say nothing of it: nobody learns what became of it."""
    control.fault(operation, "drop_after", times=1_000)
    control.fault("read", "status", times=100_000, value=500)
