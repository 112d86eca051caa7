"""A refusal holds nothing of the document but the place."""

import copy
import logging
import pickle
import traceback

import pytest

from mobility_schemas import InvalidDocument, explain, validate

CANARY = "Canary Mustermann"


def poisoned(document):
    """Return every variant of a document in which one place holds the canary, or a field is named by it."""
    yield from ({CANARY: document}, [CANARY], CANARY, {CANARY: {1}})
    if isinstance(document, dict):
        yield document | {CANARY: CANARY}
        for name, part in document.items():
            for inner in poisoned(part):
                yield document | {name: inner}
    elif isinstance(document, list):
        yield from ([inner, *document[1:]] for part in document[:1] for inner in poisoned(part))


def said(error):
    """Return all that a log or a page could show of an exception."""
    lines = traceback.TracebackException.from_exception(error, capture_locals=False)
    return " ".join(
        [str(error), repr(error), repr(error.args), error.message, error.in_language("de"), *lines.format()]
    )


def test_no_value_is_said(contract_files, document_name, caplog):
    """Neither text, repr nor arguments nor what led to the exception hold a value or an unknown name."""
    caplog.set_level(logging.DEBUG)
    refusals = []
    for example in contract_files[document_name]["examples"]:
        for document in poisoned(copy.deepcopy(example)):
            try:
                validate(document, document_name, closed=True)
            except InvalidDocument as error:
                refusals.append(error)
            for locale in ("de", "en"):
                for finding in explain(document, document_name, closed=True, locale=locale):
                    assert CANARY not in finding.message

    assert refusals
    for error in refusals:
        assert CANARY not in said(error)
        assert (error.__cause__, error.__context__) == (None, None)
    assert CANARY not in caplog.text


def test_unknown_field_is_pointed_at_but_not_said(example):
    """The pointer names it, the text does not, pickled or not; an odd name is not repeated at all."""
    with pytest.raises(InvalidDocument) as refusal:
        validate(example("rental_change") | {CANARY: 1}, "rental_change")
    for error in (refusal.value, pickle.loads(pickle.dumps(refusal.value))):  # noqa: S301 - our own
        assert error.pointer == f"/{CANARY}"
        assert str(error) == "rental_change at /…: This document has no such field."
    for name in ("x" * 101, "a\nb", "\x1b[31m", "\u202e"):
        findings = explain(example("customer") | {name: 1}, "customer", closed=True)
        assert [finding.pointer for finding in findings] == [""]
