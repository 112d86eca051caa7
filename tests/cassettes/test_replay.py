"""Every scenario runs from its cassette: with no network at all, not even this machine's own."""

import socket

import httpx
import pytest
import vcr
from vcr.errors import CannotOverwriteExistingCassetteException

from tests.cassettes.recorder.carloop import END, START, Carloop, key
from tests.cassettes.recorder.cassette import cassette_of
from tests.cassettes.recorder.scenario import replay
from tests.cassettes.scenarios import SCENARIOS

pytestmark = pytest.mark.block_network(allowed_hosts=["nobody.invalid"])


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario_runs_from_its_cassette(name):
    """What came of it when it was recorded comes of it again."""
    replay(SCENARIOS[name], cassette_of(name))


def test_no_sandbox_can_be_reached():
    """A connection, even to this machine, is refused before it is made."""
    with socket.socket() as client, pytest.raises(RuntimeError, match="Network is disabled"):
        client.connect(("127.0.0.1", 9))


def test_wrong_assertion_in_a_scenario_fails_its_replay():
    """A scenario asserts on replay too, and the failure names what was recorded and not made so far."""

    def account(carloop):
        assert carloop.ask("GET", "/vehicle-classes").status_code == 404

    with pytest.raises(AssertionError, match="200 == 404") as caught:
        replay(account, cassette_of("interface_vehicle_classes"))
    (note,) = caught.value.__notes__
    assert note == "recorded, and not made so far: ['GET /api/planner/v1/vehicle-classes']"


def test_request_that_is_no_longer_made_is_noticed():
    """A scenario that asks less than its cassette holds fails: the cassette is out of date."""
    with pytest.raises(AssertionError, match="vehicle-classes'] no longer made: make cassettes"):
        replay(
            lambda carloop: carloop.ask("GET", "/vehicle-classes"), cassette_of("interface_vehicle_classes")
        )


def account(carloop, *, method="GET", path="/account"):
    """Ask as `interface_account` does."""
    return carloop.ask(method, path)


def find(carloop, *, limit=3):
    """Ask for the first page of `interface_search_pages`."""
    return carloop.ask("GET", "/vehicles", params={"start": START, "end": END, "limit": limit})


def extend(carloop, *, revision=1):
    """Extend the rental of `interface_change_end`."""
    return carloop.change_end({"id": "R100001", "revision": revision}, "2027-03-05T10:00:00Z")


RECORDED = {
    "method": ("interface_account", account, {"method": "POST"}),
    "path": ("interface_account", account, {"path": "/vehicle-classes"}),
    "query": ("interface_search_pages", find, {"limit": 4}),
    "body": ("interface_book", Carloop.book, {"vehicle_id": "V1002"}),
    "idempotency-key": ("interface_book", Carloop.book, {"change": key(7)}),
    "if-match": ("interface_change_end", extend, {"revision": 7}),
}
"""What decides: a cassette, a request that is on it, and the one difference of another that is not."""


@pytest.mark.parametrize("what", RECORDED)
def test_only_what_was_recorded_is_answered(what):
    """A request is answered; one that differs in one thing that decides finds nothing, and goes nowhere else."""
    name, request, difference = RECORDED[what]

    def ask_both(carloop):
        with pytest.raises(CannotOverwriteExistingCassetteException):
            request(carloop, **difference)
        assert request(carloop).is_success
        raise StopIteration

    with pytest.raises(StopIteration):
        replay(ask_both, cassette_of(name))


def test_cassettes_are_ordinary():
    """vcrpy as it comes plays them, for whatever address it is asked."""
    recorder = vcr.VCR(match_on=["method", "path", "query", "body"], record_mode="none")
    with recorder.use_cassette(str(cassette_of("interface_account"))):
        answer = httpx.get("http://127.0.0.1:1/api/planner/v1/account")
    assert answer.json()["id"] == "autohaus-beispiel"


def test_missing_cassette_says_what_to_do(tmp_path):
    """A scenario that was never recorded names the command."""
    with pytest.raises(FileNotFoundError, match="make cassettes"):
        replay(SCENARIOS["interface_health"], cassette_of("interface_health", folder=tmp_path))
