"""A missing package is noticed at the first use, not by accepting what is wrong; importing is cheap."""

import subprocess
import sys

import pytest

import mobility_schemas as package

PERIOD = {"start": "2026-11-24T08:00:00Z", "end": "2026-11-25T08:00:00Z"}


def run(code):
    """Run some Python in a process of its own; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("package", ["rfc3339-validator", "jsonschema-rs"])
def test_missing_when_a_valid_document_comes(package):
    """A valid document is not accepted without the package; the error names it."""
    module = package.replace("-", "_")
    code = f"""
import sys
sys.modules[{module!r}] = None
import mobility_schemas
for _ in range(2):
    try:
        mobility_schemas.validate({PERIOD!r}, "period")
    except RuntimeError as error:
        print({package!r} in str(error))
"""

    assert run(code) == "True\nTrue\n"


@pytest.mark.parametrize("package", ["jsonschema", "rfc3339-validator"])
def test_missing_when_a_document_is_refused(package):
    """jsonschema proves itself when it first explains, even if it was imported too early."""
    module = package.replace("-", "_")
    hidden = f"sys.modules[{module!r}] = None"
    code = f"""
import sys
{hidden}
if {module!r} != "jsonschema":
    import jsonschema
    del sys.modules[{module!r}]
import mobility_schemas
try:
    mobility_schemas.validate({{}}, "period")
except RuntimeError as error:
    print({package!r} in str(error))
"""

    assert run(code) == "True\n"


def test_import_is_light():
    """No heavy module is imported; a valid document does not import jsonschema."""
    heavy = {
        "jsonschema",
        "jsonschema_rs",
        "json",
        "dataclasses",
        "importlib.resources",
        "referencing",
        "typing",
    }
    code = f"""
import sys
before = set(sys.modules)
import mobility_schemas
print(sorted({heavy!r} & (set(sys.modules) - before)))
print(sorted(name for name in set(sys.modules) - before if "mobility" in name))
mobility_schemas.validate({PERIOD!r}, "period")
print("jsonschema" in sys.modules, "jsonschema_rs" in sys.modules)
"""

    assert run(code) == "[]\n['mobility_schemas', 'mobility_schemas.refusal']\nFalse True\n"


def test_public_names():
    """What the package gives is what it says it gives."""
    assert sorted(package.__all__) == ["Finding", "InvalidDocument", "__version__", "explain", "validate"]
    assert all(hasattr(package, name) for name in package.__all__)
    assert not hasattr(package, "nothing")
