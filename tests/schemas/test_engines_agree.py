"""The two engines are compared on generated documents: valid ones, nearly valid ones, and wild ones."""

import copy
import json
from collections import Counter
from functools import cache
from importlib.resources import files

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mobility_schemas import InvalidDocument, explain, validate
from mobility_schemas.bundle import bundle
from mobility_schemas.catalogue import definitions
from mobility_schemas.engines import decider, explainer

FOLDER = files("mobility_schemas") / "contract"
NAMES = sorted(path.name.removesuffix(".json") for path in FOLDER.iterdir())
CARLOOP = sorted(definitions("carloop/Health"))
EXAMPLES = {name: json.loads((FOLDER / f"{name}.json").read_bytes())["examples"] for name in NAMES}
EXAMPLES |= {
    name: schema["examples"] for name, schema in definitions("carloop/Health").items() if "examples" in schema
}

deterministic = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=300,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)

# fmt: off
NASTY = st.sampled_from([
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


def like(schema, schemas):
    """Give documents that mostly fit a schema: types, texts and fields do, rules between fields by chance."""
    if "$ref" in schema:
        return like(schemas[schema["$ref"].removeprefix("#/$defs/")], schemas)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema and "type" not in schema:
        return st.one_of([like(branch, schemas) for branch in schema["anyOf"]])
    kinds = schema.get("type", "null")
    return st.one_of(
        [_of_kind(kind, schema, schemas) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    )


def _of_kind(kind, schema, schemas):
    if kind == "object":
        fields = {name: like(part, schemas) for name, part in schema.get("properties", {}).items()}
        required = {name: fields.pop(name) for name in schema.get("required", ()) if name in fields}
        return st.fixed_dictionaries(required, optional=fields)
    if kind == "array":
        return st.lists(like(schema.get("items", {}), schemas), max_size=2)
    if kind == "string":
        return st.from_regex(schema["pattern"]) if "pattern" in schema else st.text(max_size=10)
    if kind == "integer":
        least = schema.get("minimum", -5)
        return st.integers(least, schema.get("maximum", least + 10))
    return {"boolean": st.booleans(), "number": st.floats(-1e9, 1e9), "null": st.none()}[kind]


@st.composite
def mutated(draw, documents):
    """Give a document in which up to three places are replaced, removed or added."""
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


def _change(draw, holder, step):
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
def whole_documents(name):
    schema = bundle(name, False)
    return like({"$ref": schema["$ref"]}, schema["$defs"])


@st.composite
def cases(draw, names):
    """Give a name, whether the schema is closed, and a document for it."""
    name, closed = draw(st.sampled_from(names)), draw(st.booleans())
    whole = whole_documents(name)
    near = st.sampled_from(EXAMPLES[name]) if name in EXAMPLES else whole
    return name, closed, draw(near | mutated(near) | mutated(whole) | WILD)


@cache
def slow(name, closed):
    return explainer(bundle(name, closed))


def agreed(name, closed, document):
    """Tell whether a document is valid when both engines and both functions say the same."""
    decided = decider(name, closed).is_valid(document)
    assert slow(name, closed).is_valid(document) == decided
    assert (explain(document, name, closed=closed) == ()) == decided
    if decided:
        validate(document, name, closed=closed)
    else:
        with pytest.raises(InvalidDocument):
            validate(document, name, closed=closed)
    return decided


@pytest.mark.parametrize("names", [NAMES, ["rental_change", "customer", "appointment"], CARLOOP])
def test_engines_agree(names):
    """Both engines give the same verdict on every generated document, and both verdicts occur often."""
    verdicts = Counter()

    @deterministic
    @given(cases(names))
    def compare(case):
        verdicts[agreed(*case)] += 1

    compare()
    assert min(verdicts[True], verdicts[False]) > 40


@pytest.mark.parametrize("name", NAMES)
def test_engines_agree_on_the_places(name):
    """Where both refuse, jsonschema sees the place that the refusal points to, or the one above it."""

    @settings(deterministic, max_examples=15)
    @given(mutated(st.sampled_from(EXAMPLES[name])))
    def compare(document):
        for finding in explain(document, name, closed=True):
            errors = list(slow(name, True).iter_errors(document))
            places = {"".join(f"/{step}" for step in error.absolute_path) for error in errors}
            places |= {
                "".join(f"/{step}" for step in inner.absolute_path)
                for error in errors
                for inner in error.context
            }
            pointer = finding.pointer.replace("~1", "/").replace("~0", "~")
            assert any(pointer == place or pointer.startswith(f"{place}/") for place in places), finding

    compare()
