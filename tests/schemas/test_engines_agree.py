"""The two engines are compared on examples in which some places were changed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobility_schemas import explain
from tests.schemas.nearly_valid import EXAMPLES, NAMES, agreed, deterministic, mutated, slow


def place(path):
    """Write the path of an error as a pointer."""
    return "".join(f"/{step}" for step in path)


@pytest.mark.parametrize("name", NAMES)
def test_engines_agree(name):
    """On the verdict, and where both refuse on the place: the one that is pointed to, or the one above it."""

    @settings(deterministic, max_examples=10)
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
