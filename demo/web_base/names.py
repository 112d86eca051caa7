"""What a customer is called on pages and paper."""

from collections.abc import Mapping
from typing import Final

_OF_COMPANIES: Final = frozenset({"firma", "company"})


def lines_of(customer: Mapping[str, object]) -> tuple[str, ...]:
    """Return what a customer is called, a line each: the company, then the person."""
    return tuple(line for line in (_text(customer, "company"), addressed(customer)) if line)


def addressed(customer: Mapping[str, object]) -> str:
    """Return the person with the salutation; the empty text where no person is named.

    A salutation alone names nobody, and `Firma` is a company's, not a person's.
    """
    names = [name for name in (_text(customer, "first_name"), _text(customer, "last_name")) if name]
    salutation = _text(customer, "salutation")
    if _text(customer, "company") and salutation.casefold() in _OF_COMPANIES:
        salutation = ""
    return " ".join([salutation, *names]).strip() if names else ""


def _text(customer: Mapping[str, object], name: str) -> str:
    return str(customer.get(name) or "")
