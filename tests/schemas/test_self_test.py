"""A missing package is noticed at the first use, not by accepting what is wrong; importing is cheap."""

import subprocess
import sys

import pytest

PERIOD = {"start": "2026-11-24T08:00:00Z", "end": "2026-11-25T08:00:00Z"}


def run(code):
    """Run some Python in a process of its own; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


MISSING = """
import sys
if {early}:
    import jsonschema
sys.modules[{module!r}] = None
import mobility_schemas
for _ in range(2):
    try:
        mobility_schemas.validate({document!r}, "period")
    except RuntimeError as error:
        print({package!r} in str(error))
"""


@pytest.mark.parametrize(
    ("package", "document"),
    [("rfc3339-validator", PERIOD), ("jsonschema-rs", PERIOD), ("rfc3339-validator", {}), ("jsonschema", {})],
)
def test_missing_package(package, document):
    """Nothing is decided or explained without it, even if jsonschema was imported before; the error names it."""
    module = package.replace("-", "_")
    early = (module, document) == ("rfc3339_validator", {})
    code = MISSING.format(early=early, module=module, document=document, package=package)

    assert run(code) == "True\nTrue\n"


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
