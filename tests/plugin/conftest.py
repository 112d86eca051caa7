"""What an advisor does is tested on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

ON_BOTH = frozenset({"test_booking", "test_changing", "test_leases", "test_step", "test_unknown"})


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run these modules on SQLite and on PostgreSQL."""
    module = metafunc.module.__name__.rpartition(".")[2]
    if module in ON_BOTH and "plugin_environment" in metafunc.fixturenames:
        metafunc.parametrize("plugin_environment", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def plugin_environment(
    request: pytest.FixtureRequest, plugin_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Records of the test's own, on the database that the test is run on."""
    if getattr(request, "param", "sqlite") == "postgres":
        monkeypatch.setenv("CARLOOP_STORE", request.getfixturevalue("postgres").new_database())
    return plugin_environment
