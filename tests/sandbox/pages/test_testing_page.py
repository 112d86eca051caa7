"""The page for integrators: faults, the seeded fleet again, and what was asked."""

import pytest

PATH = "/administration/testing"


def test_a_fault_is_armed_and_met(clerk, planner):
    """Until it is disarmed; the list says what is left, and the log which request met it."""
    answer = clerk.send(PATH, action="arm", operation="account", fault="status", times="2", value="502")
    assert answer.headers["location"] == f"{PATH}?done=armed"
    assert planner.get("/account").status_code == 502
    words = clerk.words(PATH)
    assert "account → status 502 , noch einmal" in words
    assert "GET /api/planner/v1/account 502" in words
    clerk.send(PATH, action="disarm")
    assert planner.get("/account").status_code == 200
    assert "Kein Fehler ist scharf geschaltet." in clerk.words(PATH)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"action": "arm", "operation": "account", "fault": "status", "times": "x"}, 422),
        ({"action": "arm", "operation": "account", "fault": "delay", "times": "1", "value": "later"}, 422),
        ({"action": "arm", "operation": "moon", "fault": "delay", "times": "1"}, 422),
        ({"action": "launch"}, 400),
    ],
)
def test_a_fault_that_there_is_not_is_refused(clerk, sandbox, fields, status):
    """And none is armed."""
    assert clerk.send(PATH, **fields).status_code == status
    assert sandbox.service.faults.armed() == ()


def test_the_fleet_is_reset(clerk, planner, rental):
    """After a question."""
    assert 'popovertarget="ask-reset"' in clerk.look(PATH)
    assert clerk.send(PATH, action="reset").headers["location"] == f"{PATH}?done=reset"
    assert planner.get(f"/rentals/{rental['id']}").status_code == 404
    assert "V1001" in planner.free(planner.at(3), planner.at(5))


def test_without_the_option_nothing_is_armed_or_reset(visitor):
    """The page shows the log alone, and says why."""
    assert "--allow-faults" in visitor.words(PATH)
    assert visitor.send(PATH, action="reset").status_code == 400
