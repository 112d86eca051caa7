"""What is generated agrees with the schemas."""

import subprocess
import sys
import typing
from pathlib import Path

import pytest

from mobility_schemas import documents

SCHEMAS = Path(__file__).parents[2] / "schemas"


@pytest.mark.parametrize("script", ["generate_documents.py", "generate_bundles.py", "compare_releases.py"])
def test_no_drift(script):
    """The generator would write the file just as it is, and no released contract is broken."""
    run = subprocess.run(
        [sys.executable, SCHEMAS / script, "--check"], capture_output=True, text=True, check=False
    )

    assert (run.returncode, run.stderr) == (0, "")


def test_every_object_has_a_type(contract_files):
    """Each document that is an object has a type of its name in CamelCase, which requires what its schema requires."""
    objects = {
        name.title().replace("_", ""): schema
        for name, schema in contract_files.items()
        if schema["type"] == "object"
    }

    assert set(documents.__all__) == set(objects)
    for name, schema in objects.items():
        hints = typing.get_type_hints(getattr(documents, name), include_extras=True)
        optional = {field for field, hint in hints.items() if typing.get_origin(hint) is typing.NotRequired}
        assert list(hints) == list(schema["properties"])
        assert set(hints) - optional == set(schema["required"])
