"""Records on a server that fails: nothing is sent before they are written, and nothing that may be sent is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.postgres_line import PostgresLine
from carloop_plugin import bootstrap
from carloop_plugin.messages import text

if TYPE_CHECKING:
    from conftest import Planner
else:
    Planner = Any

pytestmark = pytest.mark.block_network(allowed_hosts=[r".*/\.s\.PGSQL\.5432", "127.0.0.1", "localhost"])


@pytest.fixture
def plugin_environment(
    plugin_environment: Path, line: PostgresLine, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Records in PostgreSQL, over a line that can be cut."""
    monkeypatch.setenv("CARLOOP_STORE", line.address)
    yield plugin_environment
    bootstrap.close()


def test_nothing_is_sent_while_the_records_cannot_be_reached(planner: Planner, line: PostgresLine) -> None:
    """The same change works when the server is back."""
    planner.save()
    change = planner.booking()
    bootstrap.close()
    line.is_down = True
    outcome = planner.do(change)
    assert ("refused", "storage_failed", True) == (
        outcome["status"],
        outcome["problem"]["code"],
        outcome["problem"]["retryable"],
    )
    assert [] == planner.control.rentals(planner.id)
    line.is_down = False
    assert "done" == planner.do(change)["status"]


def test_an_intent_that_may_be_written_is_unknown(planner: Planner, line: PostgresLine) -> None:
    """Recovery may send it, so it is no refusal; the same change again finds out."""
    planner.save()
    change = planner.booking()
    line.cut_at, line.goes_down = (b"INSERT INTO intents", b"COMMIT\x00"), True
    outcome = planner.do(change)
    assert ("unknown", "storage_failed") == (outcome["status"], outcome["problem"]["code"])
    assert text("change.unknown", "de") == outcome["problem"]["detail"]
    assert [] == planner.control.rentals(planner.id)
    line.is_down = False
    assert ["done"] == [each["status"] for each in planner.reconcile()["settled"]]
    assert "done" == planner.do(change)["status"]
    assert 1 == len(planner.control.rentals(planner.id))


def test_a_lost_commit_that_can_be_looked_up_is_not_noticed(planner: Planner, line: PostgresLine) -> None:
    """The intent is found on the next connection, and the booking goes on."""
    planner.save()
    line.cut_at = (b"INSERT INTO intents", b"COMMIT\x00")
    assert "done" == planner.do(planner.booking())["status"]
    assert () == line.cut_at
    assert 1 == len(planner.control.rentals(planner.id))


def test_an_answer_that_cannot_be_kept_is_unknown_and_settled_later(
    planner: Planner, line: PostgresLine
) -> None:
    """The rental is there; what could not be written down is found out again."""
    planner.save()
    change = planner.booking()
    line.cut_at, line.goes_down = (b"state = 'settled', body = NULL",), True
    assert "unknown" == planner.do(change)["status"]
    assert ["reserved"] == [each["status"] for each in planner.control.rentals(planner.id)]
    line.is_down = False
    assert ["done"] == [each["status"] for each in planner.reconcile()["settled"]]
    assert "booked" == planner.state()["state"]
