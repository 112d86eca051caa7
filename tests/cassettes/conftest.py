"""The scenes, importable for the tests of this folder, and what their cassettes hold."""

import pytest
from carloop_scenes.exchanges import exchanges_of
from carloop_scenes.tape import FOLDER


@pytest.fixture(scope="session")
def exchanges():
    """Every request and answer on every cassette."""
    return tuple(each for path in sorted(FOLDER.glob("*.yaml")) for each in exchanges_of(path))
