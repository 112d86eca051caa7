"""The model, importable for the tests of this folder."""

import logging
import sys
from pathlib import Path

import pytest

# the command is run by its path and finds it the same way
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def only_the_story(caplog):
    """A counterexample is told by its story; hundreds of events would bury it."""
    caplog.set_level(logging.CRITICAL, logger="carloop_plugin.events")
