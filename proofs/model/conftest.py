"""Logging for the tests of this folder."""

import logging

import pytest


@pytest.fixture(autouse=True)
def no_log_events(caplog):
    """Silence log events: a counterexample is read from its trace."""
    caplog.set_level(logging.CRITICAL, logger="carloop_plugin.events")
