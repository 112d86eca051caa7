"""What `change_rental` says of a change: done, refused or unknown."""

import threading

import pytest

from mobility_hookspecs import MobilityProblem, make_problem
from mobility_schemas import validate


def _exit():
    raise SystemExit


def _refuse():
    raise MobilityProblem(make_problem("vehicle_unavailable"))


CALLED = {
    "raises": (lambda _: lambda: 1 / 0, "provider_failed"),
    "exits": (lambda _: _exit, "provider_failed"),
    "raises a problem": (lambda _: _refuse, "provider_failed"),
    "gives nothing": (lambda _: None, "invalid_answer"),
    "gives an invalid outcome": (lambda p: p.outcome(status="perhaps"), "invalid_answer"),
    "gives another's outcome": (lambda p: p.outcome("other"), "invalid_answer"),
    "gives nobody's outcome": (lambda p: p.outcome() | {"provider": None}, "invalid_answer"),
    "gives another's rental": (lambda p: p.outcome(rental=p.rental("other")), "invalid_answer"),
    "gives another change's": (
        lambda p: p.outcome(change_id="00000000-0000-4000-8000-000000000000"),
        "invalid_answer",
    ),
    "gives no change's": (lambda p: p.outcome(change_id=None), "invalid_answer"),
}


@pytest.mark.parametrize("case", CALLED)
def test_once_called_what_is_no_answer_is_unknown(case, make_host, make_provider, documents):
    """The rental may or may not exist; nobody says that it failed."""
    hook, code = CALLED[case]
    host = make_host(make_provider(on_rental_change=hook(documents)))
    outcome = host.change_rental(documents.change(), locale="en")
    validate(outcome, "rental_outcome")
    assert (outcome["change_id"], outcome["provider"]) == (documents.change_id, "taxi")
    assert (outcome["status"], outcome["problem"]["code"]) == ("unknown", code)


def test_a_change_reaches_its_own_provider_alone(make_host, make_provider, documents):
    """The others do not hear of it; one without the hook, not loaded or unknown is refused: not_supported."""
    called = threading.Event()
    others = [make_provider(name, on_rental_change=lambda: called.set()) for name in ("a", "c")]
    unable = [make_provider("plain"), make_provider("late", info={"contract": ">=2"})]
    host = make_host(*others, *unable, make_provider("b", on_rental_change=documents.outcome("b")))
    assert host.change_rental(documents.change("b")) == documents.outcome("b")
    for provider in ("plain", "late", "nobody"):
        outcome = host.change_rental(documents.change(provider))
        validate(outcome, "rental_outcome")
        assert (outcome["provider"], outcome["change_id"]) == (provider, documents.change_id)
        assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "not_supported")
    assert called.is_set() is False


BROKEN = {
    "a field is wrong": ({"period": {"start": "x", "end": "y"}}, "taxi", True),
    "a field too many": ({"extra": 1}, "taxi", True),
    "the provider is no id": ({"provider": "no id"}, None, True),
    "the change has no id": ({"change_id": "no id"}, "taxi", False),
    "neither can be read": ({"change_id": 5, "provider": None}, None, False),
    "no document": (None, None, False),
}


@pytest.mark.parametrize("case", BROKEN)
def test_an_invalid_change_reaches_nobody(case, make_host, make_provider, documents):
    """Refused, invalid_document, with what of its identity can be read."""
    called = threading.Event()
    host = make_host(make_provider(on_rental_change=lambda: called.set()))
    fields, provider, has_change_id = BROKEN[case]
    outcome = host.change_rental(None if fields is None else documents.change(**fields))
    validate(outcome, "rental_outcome")
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "invalid_document")
    change_id = documents.change_id if has_change_id else None
    assert (outcome["provider"], outcome["change_id"]) == (provider, change_id)
    assert called.is_set() is False


def test_what_the_provider_says_is_passed_on(make_host, make_provider, documents):
    """A refusal with its alternatives, and an unknown of its own; a change id in capitals is the same change's."""
    alternatives = [documents.option(match="alternative")]
    problem = make_problem("vehicle_unavailable")
    refused = documents.outcome(status="refused", problem=problem, alternatives=alternatives)
    unknown = {"change_id": documents.change_id, "provider": "taxi", "status": "unknown"}
    for said in (refused, unknown):
        host = make_host(make_provider(on_rental_change=said))
        for written in (documents.change_id, documents.change_id.upper()):
            outcome = host.change_rental(documents.change(change_id=written))
            assert outcome == said | {"change_id": written}


def test_a_change_with_no_time_at_all_is_refused(make_host, make_provider, documents):
    """No time, no call: nothing can have happened."""
    called = threading.Event()
    host = make_host(make_provider(on_rental_change=lambda: called.set()))
    for timeout in (0, -1, float("nan")):
        outcome = host.change_rental(documents.change(), timeout=timeout)
        assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "busy")
    assert called.is_set() is False


RENTALS = {"change_end": ("r-1", "r-2"), "cancel": ("r-1", "r-2"), "rebook": ("r-2", "r-1")}


@pytest.mark.parametrize("action", RENTALS)
def test_a_done_change_carries_its_own_rental(action, make_host, make_provider, documents):
    """The one that was changed, of a rebook the new one; with another the outcome is unknown. None is no lie."""
    right, wrong = (documents.outcome(rental=documents.rental(id=name)) for name in RENTALS[action])
    in_the_way = wrong | {"status": "refused", "problem": make_problem("already_booked")}
    nothing = {name: part for name, part in right.items() if name != "rental"}
    change = documents.change(action=action, rental_id="r-1", end="2027-03-05T12:00:00Z")
    for said, status in ((right, "done"), (wrong, "unknown"), (in_the_way, "refused"), (nothing, "done")):
        host = make_host(make_provider(info={"capabilities": ["rebook"]}, on_rental_change=said))
        assert host.change_rental(change)["status"] == status
