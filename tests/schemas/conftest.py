"""The contract's files and their examples, for every test of the schemas."""

import copy
import json
from importlib.resources import files

import pytest

CONTRACT = files("mobility_schemas") / "contract"
FILES = {path.name.removesuffix(".json"): json.loads(path.read_bytes()) for path in CONTRACT.iterdir()}


def pytest_generate_tests(metafunc):
    """Run a test that takes `document_name` once for every document of the contract."""
    if "document_name" in metafunc.fixturenames:
        metafunc.parametrize("document_name", sorted(FILES))


@pytest.fixture(scope="session")
def contract_files():
    """Every schema of the contract as its file holds it, by name."""
    return FILES


@pytest.fixture
def example():
    """Return a fresh copy of an example of a document; the first, unless told which."""
    return lambda name, number=0: copy.deepcopy(FILES[name]["examples"][number])
