"""From an answer's bytes to a checked document: hold what hostile JSON costs, then hold it to the schema."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from carloop_plugin.api.call import DEADLINE
from carloop_plugin.api.failures import Broken, RawAnswer
from carloop_plugin.domain.failures import Reason
from carloop_plugin.domain.rentals import Unreadable

# brackets, braces and commas: a thousand vehicles have 25,000; 16 MiB of "[]," would grow to 430 MiB of lists
MOST_MARKS = 200_000
_MARKS = b"[{,"
# an account or a rental has a hundred; looking through more than it can have takes time from its deadline
_MOST_MARKS_OF_ONE = 20_000
# what a page holds at most (openapi.json); a longer one would cost 50 ms and more to be refused by its schema
MOST_ITEMS = 1_000
# what decoding, judging and converting take at most, here and now 0.35 µs; none of them can be interrupted
SECONDS_A_MARK = 0.5e-6
# to find out where a document is wrong takes a tenth of a second the first time
LONGEST_EXPLANATION = 0.25
_LONGEST_POINTER = 200
_PROBLEM_TYPE = "application/problem+json"
# the `Identifier` of openapi.json: what of a broken item may stand in a log
_IDENTIFIER = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,79}")
_LONGEST_REFERENCE = 255
_CARRIED_ALONG = frozenset({"conflict", "errors", "rental"})

Document = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list: its own fields, the items of their schema, and the others."""

    frame: Document
    items: list[Document]
    unreadable: tuple[Unreadable, ...] = ()


def read_document(answer: RawAnswer, name: str, *, deadline: float) -> Document:
    """Read an answer as the document `carloop/NAME`. Raise `Broken` where it is none, or comes too late to be read.

    Of a key that comes twice the last counts, for the schema and for us alike.
    """
    document = _read(answer, most_marks=_MOST_MARKS_OF_ONE, deadline=deadline)
    _check(document, name, explained=deadline - time.monotonic() > LONGEST_EXPLANATION)
    return cast("Document", document)


def read_list(answer: RawAnswer, name: str, *, deadline: float) -> Listing:
    """Read an answer as the list `carloop/NAMEList`, item by item where not all are a `carloop/NAME`.

    Raise `Broken` where it is no list at all, or comes too late to be read.
    """
    document = _read(answer, most_marks=MOST_MARKS, deadline=deadline)
    items = document.get("items") if isinstance(document, dict) else None
    if isinstance(items, list) and len(items) > MOST_ITEMS:
        raise Broken(Reason("invalid_answer", "api.too_large"))
    # one decision for the whole page is twenty times as fast as one for each item
    if _is_valid(document, f"{name}List"):
        return Listing(cast("Document", document), cast("list[Document]", items))
    frame = {**document, "items": []} if isinstance(document, dict) and isinstance(items, list) else document
    _check(frame, f"{name}List", explained=deadline - time.monotonic() > LONGEST_EXPLANATION)
    return _sift(cast("Document", frame), cast("list[object]", items), name, deadline=deadline)


def unreadable(item: object) -> Unreadable:
    """Return what names an item that cannot be read."""
    known = item if isinstance(item, dict) else {}
    named, reference = known.get("id"), known.get("external_reference")
    return Unreadable(
        named if isinstance(named, str) and _IDENTIFIER.fullmatch(named) else None,
        reference if isinstance(reference, str) and len(reference) <= _LONGEST_REFERENCE else None,
    )


def _sift(frame: Document, items: list[object], name: str, *, deadline: float) -> Listing:
    readable: list[Document] = []
    others: list[Unreadable] = []
    for item in items:
        if time.monotonic() > deadline:
            raise Broken(DEADLINE)
        if _is_valid(item, name):
            readable.append(cast("Document", item))
        else:
            others.append(unreadable(item))
    return Listing(frame, readable, tuple(others))


def read_problem(answer: RawAnswer) -> Document | None:
    """Read an answer as Carloop's problem document; None where it is none, or one of another status.

    What a problem carries along beside its code must not cost us the code.
    """
    if not answer.headers.get("content-type", "").lower().startswith(_PROBLEM_TYPE):
        return None
    try:
        _count_marks(answer.body, _MOST_MARKS_OF_ONE)
        document = _decode(answer.body)
        if isinstance(document, dict) and not _is_valid(document, "Problem"):
            document = {name: document[name] for name in document if name not in _CARRIED_ALONG}
        _check(document, "Problem", explained=False)
    except Broken:
        return None
    problem = cast("Document", document)
    return problem if problem["status"] == answer.status else None


def _is_web_page(answer: RawAnswer) -> bool:
    kind = answer.headers.get("content-type", "").lower()
    return kind.startswith(("text/html", "application/xhtml")) or answer.body[:100].lstrip()[:1] == b"<"


def _read(answer: RawAnswer, *, most_marks: int, deadline: float) -> object:
    if _is_web_page(answer):
        raise Broken(Reason("invalid_answer", "api.web_page"))
    if time.monotonic() + _count_marks(answer.body, most_marks) * SECONDS_A_MARK > deadline:
        raise Broken(DEADLINE)
    return _decode(answer.body)


def _count_marks(body: bytes, most: int) -> int:
    marks = len(body) - len(body.translate(None, _MARKS))
    if marks > most:
        raise Broken(Reason("invalid_answer", "api.too_large"))
    return marks


def _decode(body: bytes) -> object:
    import msgspec

    try:
        return msgspec.json.decode(body)
    # UTF-8 that is none and numbers out of range are ValueErrors; depth is bounded by the recursion limit
    except (ValueError, RecursionError):
        raise Broken(Reason("invalid_answer", "api.not_json")) from None


def _is_valid(document: object, name: str) -> bool:
    try:
        _check(document, name, explained=False)
    except Broken:
        return False
    return True


def _check(document: object, name: str, *, explained: bool) -> None:
    from mobility_schemas import InvalidDocument, validate

    try:
        validate(document, f"carloop/{name}", explained=explained)
    except InvalidDocument as invalid:
        pointer = (invalid.pointer or "/")[:_LONGEST_POINTER]
        raise Broken(Reason("invalid_answer", "api.not_of_schema", (("pointer", pointer),))) from None
