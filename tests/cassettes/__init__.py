"""Conversations with Carloop: recorded against a live sandbox, replayed without a network."""

import pytest

# a scenario's failed assertion is to show its values, as a test's does
pytest.register_assert_rewrite("tests.cassettes.scenarios")
