"""Validate periods of time by the sandbox's clock."""

from typing import Final

from carloop_sandbox.refusals import CallRefused, FieldError
from carloop_sandbox.units import DAY

MAX_RENTAL_DAYS: Final = 730


def check_period(start: int, end: int, *, now: int, place: str = "body") -> None:
    """Refuse a period that has begun, that ends before it begins, or that is too long."""
    if start <= now:
        raise _refused("period_in_past", "/start", "The start must lie in the future.", place)
    check_length(start, end, place=place)


def check_end(start: int, end: int, *, now: int, place: str = "body") -> None:
    """Refuse a new end that has passed or lies before the start; the start may have passed."""
    if end <= now:
        raise _refused("period_in_past", "/end", "The new end must lie in the future.", place)
    check_length(start, end, place=place)


def check_length(start: int, end: int, *, place: str = "body") -> None:
    """Refuse a period that ends before it begins, or that is too long."""
    if end <= start:
        raise _refused("period_invalid", "/end", "The end must lie after the start.", place)
    if end - start > MAX_RENTAL_DAYS * DAY:
        raise _refused("period_invalid", "/end", f"A rental lasts at most {MAX_RENTAL_DAYS} days.", place)


def _refused(code: str, pointer: str, message: str, place: str) -> CallRefused:
    return CallRefused(code, message, errors=[FieldError(pointer, message, place)])
