"""Records on a server that fails: nothing is sent before they are written, and nothing that may be sent is refused."""

import pytest

from carloop_plugin import bootstrap
from carloop_plugin.messages import text

pytestmark = pytest.mark.block_network(allowed_hosts=[r".*/\.s\.PGSQL\.5432", "127.0.0.1", "localhost"])


@pytest.fixture
def plugin_environment(plugin_environment, postgres_proxy, monkeypatch):
    """Records in PostgreSQL, behind a proxy that can cut connections."""
    monkeypatch.setenv("CARLOOP_STORE", postgres_proxy.address)
    yield plugin_environment
    bootstrap.close()


def test_nothing_is_sent_while_the_records_cannot_be_reached(planner, booking, postgres_proxy):
    """The same change works when the server is back."""
    bootstrap.close()
    postgres_proxy.is_down = True
    outcome = planner.do(booking)
    assert outcome["status"] == "refused"
    assert (outcome["problem"]["code"], outcome["problem"]["retryable"]) == ("storage_failed", True)
    assert planner.control.rentals(planner.id) == []
    postgres_proxy.is_down = False
    assert planner.do(booking)["status"] == "done"


@pytest.mark.parametrize(
    ("cut_at", "at_carloop"),
    [((b"INSERT INTO intents", b"COMMIT\x00"), []), ((b"state = 'settled', body = NULL",), ["reserved"])],
    ids=["the intent", "the outcome"],
)
def test_what_may_not_be_written_is_unknown_and_settled_later(
    planner, booking, postgres_proxy, cut_at, at_carloop
):
    """Recovery may send the intent, so it is no refusal; a rental that could not be written down is found again."""
    postgres_proxy.cut_at, postgres_proxy.goes_down = cut_at, True
    outcome = planner.do(booking)
    assert (outcome["status"], outcome["problem"]["code"]) == ("unknown", "storage_failed")
    assert outcome["problem"]["detail"] == text("change.unknown", "de")
    assert [each["status"] for each in planner.control.rentals(planner.id)] == at_carloop
    postgres_proxy.is_down = False
    assert [each["status"] for each in planner.reconcile()["settled"]] == ["done"]
    assert planner.do(booking)["status"] == "done"
    assert len(planner.control.rentals(planner.id)) == 1
