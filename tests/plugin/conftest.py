"""What an advisor does is tested on both databases."""

import pytest

from carloop_plugin import bootstrap
from mobility_hookspecs import CallContext

ON_BOTH = frozenset(
    {
        "test_bad_input",
        "test_booking",
        "test_changing",
        "test_forks",
        "test_leases",
        "test_other_customer",
        "test_on_the_way",
        "test_personal_data",
        "test_sending",
        "test_step",
        "test_unknown",
    }
)


def pytest_generate_tests(metafunc):
    """Run these modules on SQLite and on PostgreSQL."""
    module = metafunc.module.__name__.rpartition(".")[2]
    if module in ON_BOTH and "plugin_environment" in metafunc.fixturenames:
        metafunc.parametrize("plugin_environment", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def plugin_environment(request, plugin_environment, monkeypatch):
    """Records of the test's own, on the database that the test is run on."""
    if getattr(request, "param", "sqlite") == "postgres":
        monkeypatch.setenv("CARLOOP_STORE", request.getfixturevalue("postgres").new_database())
    return plugin_environment


@pytest.fixture
def columns(plugin_environment):
    """Lists every column of the real tables as `table.column`."""

    def look():
        with bootstrap.opened(deadline=CallContext.within(5).deadline) as wired:
            return _columns(wired.call.store.database)

    return look


@pytest.fixture
def columns_with(plugin_environment):
    """Names the columns in which a word stands, in any row, whatever the column's type."""

    def look(word):
        with bootstrap.opened(deadline=CallContext.within(5).deadline) as wired:
            db = wired.call.store.database
            return {
                where for where in _columns(db) if any(word.encode() in each for each in _values(db, where))
            }

    return look


def _columns(db):
    every = {
        "SQLite": "SELECT t.name AS t, c.name AS c FROM sqlite_schema AS t, pragma_table_info(t.name) AS c"
        " WHERE t.type = 'table' AND substr(t.name, 1, 7) != 'sqlite_'",
        "PostgreSQL": "SELECT table_name AS t, column_name AS c FROM information_schema.columns"
        " WHERE table_schema = 'carloop'",
    }
    return {f"{row['t']}.{row['c']}" for row in db.query(every[db.engine.split()[0]])}


def _values(db, where):
    table, column = where.split(".")
    for row in db.query(f'SELECT "{column}" AS value FROM {table}'):
        value = row["value"]
        yield value if isinstance(value, bytes) else str(value).encode()
