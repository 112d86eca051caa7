"""What the cassettes hold."""

import pytest

from tests.cassettes.recorder.cassette import FOLDER
from tests.cassettes.recorder.exchanges import exchanges_of


@pytest.fixture(scope="session")
def exchanges():
    """Every request and answer on every cassette."""
    return tuple(each for path in sorted(FOLDER.glob("*.yaml")) for each in exchanges_of(path))
