"""One rule for times, whatever each engine thinks by itself."""

import pytest

from mobility_schemas import explain
from mobility_schemas.validators import bundle, explainer, validator

VALID = [
    "2026-11-24T08:00:00+01:00",
    "2026-11-24T08:00:00Z",
    "2026-11-24T08:00:00-00:00",
    "2026-11-24T08:00:00.1Z",
    "2026-11-24T08:00:00.123456789+14:00",
    "2028-02-29T00:00:00Z",
    "1000-01-01T00:00:00Z",
    "9899-12-31T23:59:59-23:59",
]
INVALID = [
    "",
    "2026-11-24",
    "2026-11-24T08:00:00",  # no offset
    "2026-11-24T08:00Z",
    "2026-11-24T08:00:00+0100",
    "2026-11-24T08:00:00+24:00",
    "2026-11-24T08:00:00.1234567890Z",
    "2026-11-24t08:00:00z",
    "2026-11-24 08:00:00Z",
    "2026-11-24T24:00:00Z",
    "2026-12-31T23:59:60Z",  # a leap second: jsonschema-rs by itself accepts it
    "2026-02-29T08:00:00Z",
    "2026-13-01T08:00:00Z",
    "0001-01-01T00:00:00+01:00",  # before the first instant that datetime has in UTC
    "9999-12-31T23:59:59-01:00",  # after the last one
    "2026-11-24T08:00:00Z\n",  # Python's `$` accepts it
    "٢٠٢٦-11-24T08:00:00Z",  # Arabic digits, which `\d` accepts
    "2026-W48-2T08:00:00Z",
]


@pytest.mark.parametrize(
    ("text", "valid"), [*((text, True) for text in VALID), *((text, False) for text in INVALID)]
)
def test_times(text, valid):
    """Both engines and the public function say the same."""
    assert validator("time", "open").is_valid(text) is valid
    assert explainer(bundle("time", "open")).is_valid(text) is valid
    assert (explain(text, "time") == ()) is valid
