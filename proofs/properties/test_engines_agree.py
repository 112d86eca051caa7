"""The two engines are compared on generated documents: valid ones, nearly valid ones, and wild ones."""

import json
from collections import Counter
from functools import cache
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobility_schemas import explain
from mobility_schemas.validators import bundle, document_names
from proofs.properties.nearly_valid import EXAMPLES, NAMES, WILD, agreed, deterministic, mutated, slow

OPENAPI = json.loads(files("mobility_schemas").joinpath("carloop/openapi.json").read_bytes())
CARLOOP = [name for name in document_names() if name.startswith("carloop/")]
WITH_CARLOOP = EXAMPLES | {
    f"carloop/{name}": schema["examples"]
    for name, schema in OPENAPI["components"]["schemas"].items()
    if "examples" in schema
}


def like(schema, schemas):
    """Return documents that mostly fit a schema: types, texts and fields do, rules between fields by chance."""
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


@cache
def whole_documents(name):
    schema = bundle(name, "open")
    return like({"$ref": schema["$ref"]}, schema["$defs"])


@st.composite
def cases(draw, names):
    """Return a name, whether the schema is closed, and a document for it."""
    name, closed = draw(st.sampled_from(names)), draw(st.booleans())
    whole = whole_documents(name)
    near = st.sampled_from(WITH_CARLOOP[name]) if name in WITH_CARLOOP else whole
    return name, closed, draw(near | mutated(near) | mutated(whole) | WILD)


@pytest.mark.parametrize("names", [NAMES, ["rental_change", "customer", "appointment"], CARLOOP])
def test_engines_agree(names):
    """Both engines agree on every generated document, and both results occur often."""
    verdicts = Counter()

    @settings(deterministic, max_examples=300)
    @given(cases(names))
    def compare(case):
        verdicts[agreed(*case)] += 1

    compare()
    assert min(verdicts[True], verdicts[False]) > 20


def place(path):
    """Write the path of an error as a pointer."""
    return "".join(f"/{step}" for step in path)


@pytest.mark.parametrize("name", NAMES)
def test_engines_point_to_the_same_place(name):
    """Where both refuse a document, both point to the same place, or to the one above it."""

    @settings(deterministic, max_examples=40)
    @given(mutated(st.sampled_from(EXAMPLES[name])))
    def compare(document):
        agreed(name, False, document)
        if agreed(name, True, document):
            return
        errors = list(slow(name, True).iter_errors(document))
        places = {place(each.absolute_path) for error in errors for each in (error, *error.context)}
        for finding in explain(document, name, closed=True):
            pointer = finding.pointer.replace("~1", "/").replace("~0", "~")
            assert any(pointer == each or pointer.startswith(f"{each}/") for each in places), finding

    compare()
