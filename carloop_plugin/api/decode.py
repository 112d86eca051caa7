"""From an answer's bytes to a checked document: hold what hostile JSON costs, then hold it to the schema."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import cast

from carloop_plugin.api.call import DEADLINE
from carloop_plugin.api.trouble import Answer, Broken
from carloop_plugin.model import Reason

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
_CARRIED_ALONG = frozenset({"conflict", "errors", "rental"})

Document = Mapping[str, object]


def read_document(answer: Answer, name: str, *, deadline: float) -> Document:
    """Read an answer as the document `carloop/NAME`. Raise `Broken` where it is none, or comes too late to be read.

    Of a key that comes twice the last counts, for the schema and for us alike.
    """
    if _is_web_page(answer):
        raise Broken(Reason("invalid_answer", "api.web_page"))
    is_list = name.endswith("List")
    marks = _count_marks(answer.body, MOST_MARKS if is_list else _MOST_MARKS_OF_ONE)
    if time.monotonic() + marks * SECONDS_A_MARK > deadline:
        raise Broken(DEADLINE)
    document = _decode(answer.body)
    if is_list and _is_too_long(document):
        raise Broken(Reason("invalid_answer", "api.too_large"))
    _check(document, name, explained=deadline - time.monotonic() > LONGEST_EXPLANATION)
    return cast("Document", document)


def read_problem(answer: Answer) -> Document | None:
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


def _is_web_page(answer: Answer) -> bool:
    kind = answer.headers.get("content-type", "").lower()
    return kind.startswith(("text/html", "application/xhtml")) or answer.body[:100].lstrip()[:1] == b"<"


def _is_too_long(document: object) -> bool:
    items = document.get("items") if isinstance(document, dict) else None
    return isinstance(items, list) and len(items) > MOST_ITEMS


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
