"""The types are those that the schemas want."""

import subprocess
import sys
import typing
from pathlib import Path

import pytest

from mobility_schemas import documents

SCRIPT = Path(__file__).parents[2] / "schemas" / "generate_documents.py"


def test_no_drift():
    """The generator would write the file just as it is."""
    run = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False)

    assert (run.returncode, run.stderr) == (0, "")


def test_every_object_has_a_type(contract_files):
    """Each document that is an object has a type of its name in CamelCase, and there are no others."""
    objects = {name for name, schema in contract_files.items() if schema["type"] == "object"}

    assert set(documents.__all__) == {name.title().replace("_", "") for name in objects}


@pytest.mark.parametrize(
    "name", ["rental_change", "rental_outcome", "customer", "mobility_step", "provider_settings"]
)
def test_required_and_optional(contract_files, name):
    """A type requires what its schema requires."""
    schema = contract_files[name]
    kind = getattr(documents, name.title().replace("_", ""))
    hints = typing.get_type_hints(kind, include_extras=True)
    optional = {field for field, hint in hints.items() if typing.get_origin(hint) is typing.NotRequired}

    assert list(hints) == list(schema["properties"])
    assert set(hints) - optional == set(schema["required"])
