"""Fixtures of the tests of the documentation: its files, and the code it describes."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root():
    """Return the project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def headings(root):
    """Return the headings of docs/reference, without their marks."""
    text = "\n".join(path.read_text("utf-8") for path in (root / "docs/reference").glob("*.md"))
    return set(re.findall(r"^#+ `?(.*?)`?$", text, re.MULTILINE))


@pytest.fixture(scope="session")
def generate_reference(root):
    """Load the program that writes the generated parts."""
    spec = importlib.util.spec_from_file_location("generate_reference", root / "docs/generate_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
