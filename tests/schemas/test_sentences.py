"""Each refusal is put into words, in both languages."""

import string

import pytest

from mobility_schemas import explain
from mobility_schemas.sentences import SENTENCES, TYPES
from mobility_schemas.validators import bundle, document_names

BY_OTHER_KEYS = {"pattern", "format", "const", "dependentRequired", "additionalProperties"}
STRUCTURE = {
    *(
        "$schema",
        "$id",
        "$ref",
        "$defs",
        "title",
        "description",
        "examples",
        "default",
        "properties",
        "items",
    ),
    *("allOf", "if", "then", "else", "dependentSchemas", "x-personal-data"),
}


def keywords(schema):
    """Yield every keyword of a schema and of those inside it."""
    for word, value in schema.items():
        yield word
        inner = value.values() if word in ("properties", "$defs", "dependentSchemas") else [value]
        inner = value if word in ("allOf", "anyOf", "oneOf") else inner
        if word not in ("examples", "default", "enum", "const"):
            for part in inner:
                yield from keywords(part) if isinstance(part, dict) else ()


def test_both_languages_say_the_same_things():
    """The catalogues have the same keys, and a sentence the same gaps in both."""
    gaps = {
        language: {
            key: {gap for _, gap, _, _ in string.Formatter().parse(text) if gap}
            for key, text in texts.items()
        }
        for language, texts in SENTENCES.items()
    }

    assert gaps["de"] == gaps["en"]
    assert TYPES["de"].keys() == TYPES["en"].keys()


@pytest.mark.parametrize(
    "name", ["mobility_step", "reconcile_report", *(name for name in document_names() if "/" in name)]
)
def test_every_keyword_has_a_sentence(name):
    """A keyword that some schema uses has a sentence of its own, or another keyword's."""
    used = set(keywords(bundle(name, "closed")))

    assert used - STRUCTURE - BY_OTHER_KEYS - SENTENCES["en"].keys() == set()


SAID = [
    ({"limit": 0}, "/limit", "This is too small: at least 1.", "Das ist zu klein: mindestens 1."),
    (
        {"colour": 1},
        "/colour",
        "This document has no such field.",
        "Dieses Feld gibt es in diesem Dokument nicht.",
    ),
    (
        {"period": {"start": "today", "end": "2026-11-25T17:00:00+01:00"}},
        "/period/start",
        "This does not have the expected form, for example: 2026-11-24T08:00:00+01:00",
        "Das hat nicht die erwartete Form, zum Beispiel: 2026-11-24T08:00:00+01:00",
    ),
]


@pytest.mark.parametrize(("change", "pointer", "english", "german"), SAID)
def test_what_is_said(example, change, pointer, english, german):
    """A sentence that a person understands, in German for German locales, else in English."""
    document = example("mobility_request") | change
    for locale, words in (("en", english), ("fr", english), ("de", german), ("de-AT", german)):
        findings = explain(document, "mobility_request", locale=locale)
        assert [(finding.pointer, finding.message) for finding in findings] == [(pointer, words)]
