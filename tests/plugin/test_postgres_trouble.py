"""Records on a server that fails: nothing is sent before they are written, and nothing that may be sent is refused."""

import pytest

from carloop_plugin import bootstrap
from carloop_plugin.messages import text

pytestmark = pytest.mark.block_network(allowed_hosts=[r".*/\.s\.PGSQL\.5432", "127.0.0.1", "localhost"])


@pytest.fixture
def plugin_environment(plugin_environment, line, monkeypatch):
    """Records in PostgreSQL, over a line that can be cut."""
    monkeypatch.setenv("CARLOOP_STORE", line.address)
    yield plugin_environment
    bootstrap.close()


def test_nothing_is_sent_while_the_records_cannot_be_reached(planner, line):
    """The same change works when the server is back."""
    planner.save()
    change = planner.booking()
    bootstrap.close()
    line.is_down = True
    outcome = planner.do(change)
    assert outcome["status"] == "refused"
    assert (outcome["problem"]["code"], outcome["problem"]["retryable"]) == ("storage_failed", True)
    assert planner.control.rentals(planner.id) == []
    line.is_down = False
    assert planner.do(change)["status"] == "done"


def test_an_intent_that_may_be_written_is_unknown(planner, line):
    """Recovery may send it, so it is no refusal; the same change again finds out."""
    planner.save()
    change = planner.booking()
    line.cut_at, line.goes_down = (b"INSERT INTO intents", b"COMMIT\x00"), True
    outcome = planner.do(change)
    assert (outcome["status"], outcome["problem"]["code"]) == ("unknown", "storage_failed")
    assert outcome["problem"]["detail"] == text("change.unknown", "de")
    assert planner.control.rentals(planner.id) == []
    line.is_down = False
    assert [each["status"] for each in planner.reconcile()["settled"]] == ["done"]
    assert planner.do(change)["status"] == "done"
    assert len(planner.control.rentals(planner.id)) == 1


def test_a_lost_commit_that_can_be_looked_up_is_not_noticed(planner, line):
    """The intent is found on the next connection, and the booking goes on."""
    planner.save()
    line.cut_at = (b"INSERT INTO intents", b"COMMIT\x00")
    assert planner.do(planner.booking())["status"] == "done"
    assert line.cut_at == ()
    assert len(planner.control.rentals(planner.id)) == 1


def test_an_answer_that_cannot_be_kept_is_unknown_and_settled_later(planner, line):
    """The rental is there; what could not be written down is found out again."""
    planner.save()
    change = planner.booking()
    line.cut_at, line.goes_down = (b"state = 'settled', body = NULL",), True
    assert planner.do(change)["status"] == "unknown"
    assert [each["status"] for each in planner.control.rentals(planner.id)] == ["reserved"]
    line.is_down = False
    assert [each["status"] for each in planner.reconcile()["settled"]] == ["done"]
    assert planner.state()["state"] == "booked"
