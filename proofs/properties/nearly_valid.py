"""Documents that are nearly valid, and the comparison of the two engines on them."""

import copy
import json
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from mobility_schemas import InvalidDocument, explain, validate
from mobility_schemas.validators import bundle, explainer, validator

FOLDER = files("mobility_schemas") / "contract"
EXAMPLES = {
    path.name.removesuffix(".json"): json.loads(path.read_bytes())["examples"] for path in FOLDER.iterdir()
}
NAMES = sorted(EXAMPLES)

deterministic = settings(
    derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)

# fmt: off
NASTY: st.SearchStrategy[Any] = st.sampled_from([
    None, True, False, 0, 1, -1, 1.0, 200.0, 0.5, -0.0, 10001, 2**53, 1e300, [], {}, [[]], [None], {"": 1},
    "", " ", "\n", "a", "a\n", "A-1", "\x00", "ä", "\u00a0", "\u2028", "\ufeff", "\x85", "\x1c", "\U0001f600",
    "null", "x" * 300, "https://a", "https://a\n", "http://a", "EUR", "EUR\n", "49.90", "49.90\n", "4.", "/a", "/a~2",
    "dms", "manual", "book", "cancel", "scheduled", "2026-12-31T23:59:60Z", "2026-11-24T08:00:00Z\n",
    "2026-02-30T08:00:00Z", "2026-11-24t08:00:00z", "0000-01-01T00:00:00Z",
    "0b9f5d1e-5a53-4c86-9a44-0d9b0f6f3a51\n", "{0b9f5d1e-5a53-4c86-9a44-0d9b0f6f3a51}",
])
# fmt: on
WILD = st.recursive(
    NASTY
    | st.text(max_size=20)
    | st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
).map(copy.deepcopy)  # or a mutation of a document would change the sample itself


@st.composite
def mutated(draw: st.DrawFn, documents: st.SearchStrategy[Any]) -> Any:
    """Draw a document in which up to three places are replaced, removed or added."""
    document = json.loads(json.dumps(draw(documents)))
    for _ in range(draw(st.integers(0, 3))):
        holder = document
        while isinstance(holder, (dict, list)) and holder:
            step = draw(
                st.sampled_from(sorted(holder))
                if isinstance(holder, dict)
                else st.integers(0, len(holder) - 1)
            )
            if not isinstance(holder[step], (dict, list)) or draw(st.booleans()):
                break
            holder = holder[step]
        if not isinstance(holder, (dict, list)) or not holder:
            return draw(WILD)
        _change(draw, holder, step)
    return document


def _change(draw: st.DrawFn, holder: Any, step: Any) -> None:
    action = draw(st.sampled_from(["replace", "replace", "remove", "add"]))
    if action == "replace":
        holder[step] = draw(WILD)
    elif action == "remove":
        del holder[step]
    elif isinstance(holder, dict):
        holder[draw(st.text(max_size=5) | st.sampled_from(["end", "customer", "number", "rental_id"]))] = (
            draw(WILD)
        )
    else:
        holder.append(draw(WILD))


@cache
def slow(name: str, closed: bool) -> Any:
    """Build the engine that explains, once a document."""
    return explainer(bundle(name, "closed" if closed else "open"))


def agreed(name: str, closed: bool, document: Any) -> bool:
    """Return whether a document is valid, and check that both engines and both functions agree."""
    decided = validator(name, "closed" if closed else "open").is_valid(document)
    assert slow(name, closed).is_valid(document) == decided
    assert (explain(document, name, closed=closed) == ()) == decided
    if decided:
        validate(document, name, closed=closed)
    else:
        with pytest.raises(InvalidDocument):
            validate(document, name, closed=closed)
    return decided
