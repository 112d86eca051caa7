"""Decide whether a document is valid, and have it explained when it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mobility_schemas.catalogue import REQUESTS
from mobility_schemas.engines import decider, voucher
from mobility_schemas.plain import is_plain
from mobility_schemas.refusal import InvalidDocument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mobility_schemas.finding import Finding, Reason

MOST_FINDINGS = 20

_LONG_LISTS = {"mobility_offer": "options", "carloop/VehicleList": "items"}
"""Documents of thousands of parts and the field that holds them: looking at each part in Python would cost more than
the decision itself."""


def check(document: object, name: str, *, closed: bool | None, explained: bool) -> None:
    """Raise `InvalidDocument` unless the document is valid (see `mobility_schemas.validate`)."""
    found = _reasons(document, name, closed, most=1 if explained else 0)
    if found:
        raise InvalidDocument(name, found[0])


def findings(document: object, name: str, *, closed: bool | None, locale: str) -> tuple[Finding, ...]:
    """List what is wrong with a document (see `mobility_schemas.explain`)."""
    found = _reasons(document, name, closed, most=MOST_FINDINGS)
    if not found:
        return ()
    from mobility_schemas.finding import Finding
    from mobility_schemas.sentences import sentence

    return tuple(Finding(reason.pointer, sentence(reason, locale)) for reason in found)


def _reasons(document: object, name: str, closed: bool | None, *, most: int) -> Sequence[Reason]:
    """Give the reasons to refuse a document, none when it is valid; with `most` 0, one that explains nothing."""
    if not isinstance(name, str):
        raise LookupError("a document is named by text")  # noqa: TRY004 - as for every name there is none of
    strict = name in REQUESTS if closed is None else closed
    if name in _LONG_LISTS and _passes_at_once(document, name):
        return ()
    plain = is_plain(document)
    if plain and _passes(document, name, strict):
        return ()
    if most == 0:
        from mobility_schemas.finding import Reason

        return (Reason("", "", "form"),)
    from mobility_schemas.explaining import foreign_reason, reasons

    return reasons(document, name, strict, most=most) if plain else (foreign_reason(document, name),)


def _passes(document: object, name: str, closed: bool) -> bool:
    engine = decider(name, closed)
    try:
        return engine.is_valid(document)
    except Exception:  # noqa: BLE001 - whatever a foreign object makes the engine raise, the document is not valid
        return False


def _passes_at_once(document: object, name: str) -> bool:
    """Tell whether a document can be accepted without looking at each part of its long list."""
    vouches = voucher(name)
    try:
        if not isinstance(document, dict) or not vouches.is_valid(document):
            return False
        return is_plain({field: part for field, part in document.items() if field != _LONG_LISTS[name]})
    except Exception:  # noqa: BLE001 - what the engine or a foreign object raises here says no more than "look closer"
        return False
