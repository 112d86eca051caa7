"""The model, importable for the tests of this folder."""

import logging

import pytest


@pytest.fixture(autouse=True)
def only_the_story(caplog):
    """A counterexample is told by its story; hundreds of events would bury it."""
    caplog.set_level(logging.CRITICAL, logger="carloop_plugin.events")
