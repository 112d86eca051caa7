"""A change is noted before it is sent, and asked for until its outcome is known, also across restarts."""

import threading
import uuid
from datetime import timedelta

import pytest

from planner_host.planner import retrying_open_changes
from planner_host.providers import open_changes as module

from ..conftest import HOOKS, MANUAL, PERIOD, Fake, at_once, problem

ALL = timedelta(0)
DONE = ("anna", "book", "done", "")
UNKNOWN = ("anna", "book", "unknown", "deadline_exceeded")


@pytest.fixture
def change():
    """A booking with an id of its own."""
    return booking()


def booking(**fields):
    """Write a booking with an id of its own."""
    named = {"change_id": str(uuid.uuid4()), "provider": "fake", "action": "book", "site": "main"}
    named |= {"appointment_id": "T-1", "option_id": "V1", "period": PERIOD, "customer": MANUAL}
    return named | fields


def ask(planner, change, *, user="anna"):
    """Ask for a change; return the outcome's status and code."""
    outcome = planner.changes.ask(change, appointment_id="T-1", user=user, locale="de")
    return outcome["status"], outcome.get("problem", {}).get("code", "")


def noted(planner):
    """Return what the audit log says of the appointment's changes, and whether one is open."""
    listed = planner.changes.all_open()
    assert listed.get("T-1", []) == planner.changes.open_changes("T-1")
    entries = [(entry.user, entry.action, entry.outcome, entry.code) for entry in planner.audit.of("T-1")]
    return entries, bool(listed)


def unseen(planner):
    """Return the outcomes that nobody has seen."""
    return [(each.action, each.title, each.outcome, each.code) for each in planner.audit.unseen("T-1")]


def test_a_change_that_is_done_is_noted_with_its_rental(planner, fake, change):
    """However often it is asked for, it is one entry."""
    assert [ask(planner, change) for _ in range(3)] == [("done", "")] * 3
    (entry,) = planner.audit.of("T-1")
    assert (entry.provider, entry.rental_id, entry.change_id) == ("fake", "R-1", change["change_id"])
    assert (entry.settled_at, noted(planner), fake.changes[0]) == (None, ([DONE], False), change)


# The first outcome, what the person is told, and whether the change stays open.
FIRST = {
    "refused": ("vehicle_unavailable", ("refused", "vehicle_unavailable"), False),
    "refused without a reason": ({"status": "refused"}, ("refused", ""), False),
    "id known from elsewhere": ("change_id_reused", ("refused", "change_id_reused"), False),
    # a first question that is turned away has done nothing
    **{code: (code, ("refused", code), False) for code in sorted(module.INCONCLUSIVE_CODES)},
    "unknown": ("unknown", ("unknown", "deadline_exceeded"), True),
    # whatever it does instead of answering, it may have booked
    "raises": (lambda _: 1 / 0, ("unknown", "provider_failed"), True),
    "raises a problem": (lambda _: _raise(problem("unreachable")), ("unknown", "provider_failed"), True),
    "invalid": (lambda _: {"status": "perhaps"}, ("unknown", "invalid_answer"), True),
}


def _raise(error):
    raise error


@pytest.mark.parametrize(("outcome", "told", "is_open"), FIRST.values(), ids=FIRST.keys())
def test_only_a_change_without_an_answer_stays_open(planner, fake, change, outcome, told, is_open):
    """A refusal is noted with its reason."""
    fake.outcomes = [outcome]
    assert ask(planner, change) == told
    assert noted(planner) == ([("anna", "book", *told)], is_open)


def test_an_unknown_change_is_asked_for_until_it_is_known(planner, fake, change):
    """The very same change; then the audit log says when it became known, and whoever asks again has seen it."""
    fake.outcomes = ["unknown", "unknown", "done"]
    ask(planner, change)
    planner.changes.retry("T-1")
    assert noted(planner) == ([UNKNOWN], True)
    planner.now.forward(60)
    planner.changes.retry("T-1")
    assert (noted(planner), fake.changes) == (([DONE], False), [change] * 3)
    assert planner.audit.of("T-1")[0].settled_at == planner.now()
    assert unseen(planner) == [("book", "", "done", "")]
    ask(planner, change)
    assert unseen(planner) == []


# The answer to a repeated question, and whether the change stays open; nobody having time does not answer it.
AGAIN = {"given_up": False, **dict.fromkeys(sorted(module.INCONCLUSIVE_CODES), True)}


@pytest.mark.parametrize(("code", "is_open"), AGAIN.items())
def test_an_unknown_change_is_refused_when_its_outcome_is(planner, fake, change, code, is_open):
    """Not when the question is. Whoever withdraws a booking need not be told that it is refused."""
    fake.outcomes = ["unknown", code]
    ask(planner, change)
    planner.changes.retry("T-1")
    assert noted(planner) == ([UNKNOWN if is_open else ("anna", "book", "refused", code)], is_open)
    assert unseen(planner) == []
    assert ask(planner, change) == ("refused", code)
    assert noted(planner)[1] == is_open


@pytest.mark.parametrize("first", ["unknown", "unreachable"])
def test_the_same_change_may_be_done_when_it_is_asked_for_again(planner, fake, change, first):
    """It stays the first person's."""
    fake.outcomes = [first, "done"]
    ask(planner, change)
    assert ask(planner, change, user="bert") == ("done", "")
    assert noted(planner) == ([DONE], False)


@pytest.mark.parametrize(("first", "is_open"), [(UNKNOWN, True), (DONE, False)], ids=["unknown", "done"])
def test_an_id_that_stands_for_another_change_is_refused(planner, fake, change, first, is_open):
    """The refusal is a entry of its own; the other change is not touched, and is still asked for."""
    fake.outcomes = [first[2], "change_id_reused", "done"]
    ask(planner, change)
    assert ask(planner, change | {"option_id": "V2"}, user="bert") == ("refused", "change_id_reused")
    refused = ("bert", "book", "refused", "change_id_reused")
    assert noted(planner) == ([first, refused], is_open)
    planner.changes.retry("T-1")
    assert noted(planner) == ([DONE, refused], False)
    assert not is_open or fake.changes[-1] == change


def test_a_booking_and_its_withdrawal_are_both_open(planner, fake, change):
    """Each has its own outcome."""
    fake.outcomes = ["unknown", "unknown", "given_up", "done"]
    ask(planner, change)
    planner.now.forward(1)
    withdrawal = {"change_id": str(uuid.uuid4()), "provider": "fake", "action": "cancel", "site": "main"}
    ask(planner, withdrawal | {"book_change_id": change["change_id"]}, user="bert")
    assert [each.action for each in planner.changes.open_changes("T-1")] == ["book", "cancel"]
    planner.changes.retry("T-1")
    settled = [("anna", "book", "refused", "given_up"), ("bert", "withdraw", "done", "")]
    assert noted(planner) == (settled, False)


def test_a_planner_that_dies_before_the_answer_asks_again(workshop, fake, change, monkeypatch):
    """Who asked is known, and the change is sent as it was; a younger one may still be waited for by a person."""
    planner = workshop.planner(fake.module(*HOOKS))
    monkeypatch.setattr(planner.host, "change_rental", lambda *_, **__: _raise(SystemExit))
    with pytest.raises(SystemExit):
        ask(planner, change)

    planner = workshop.planner(fake.module(*HOOKS))
    assert noted(planner) == ([("anna", "book", "unknown", "")], True)
    for seconds, sent in ((29, []), (1, [change])):
        workshop.clock.forward(seconds)
        planner.changes.retry_all(older_than=timedelta(seconds=30))
        assert fake.changes == sent
    assert noted(planner) == ([DONE], False)


def test_a_provider_that_is_gone_after_a_restart_answers_nothing(workshop, fake, change):
    """It may have booked, so the change stays unknown until it is there again."""
    fake.outcomes = ["unknown", "done"]
    ask(workshop.planner(fake.module(*HOOKS)), change)
    planner = workshop.planner(Fake("other").module(*HOOKS))
    planner.changes.retry_all(older_than=ALL)
    assert ask(planner, change) == ("refused", "not_supported")
    assert noted(planner) == ([UNKNOWN], True)
    planner = workshop.planner(fake.module(*HOOKS))
    planner.changes.retry_all(older_than=ALL)
    assert noted(planner) == ([DONE], False)


def test_a_provider_that_hangs_leaves_the_change_open(workshop, fake, release, change, monkeypatch):
    """Whoever waits is told in time that it is unknown; once the provider answers, it is known."""
    monkeypatch.setattr(module, "TIMEOUT", 0.2)
    fake.outcomes = [lambda _: release.wait(30) and {"status": "refused"}, "done"]
    planner = workshop.planner(fake.module(*HOOKS))
    assert ask(planner, change) == ("unknown", "deadline_exceeded")
    release.set()
    planner.changes.retry("T-1")
    assert noted(planner) == ([DONE], False)


def test_the_same_change_from_eight_threads_is_one(planner, fake, change):
    """The provider sees one id, the audit log one entry, nothing stays open."""
    at_once(8, lambda _: ask(planner, change))
    assert noted(planner) == ([DONE], False)
    assert {each["change_id"] for each in fake.changes} == {change["change_id"]}


def test_the_program_asks_again_by_itself(workshop, fake, change, monkeypatch):
    """On a thread of its own, which an error does not end."""
    fake.outcomes = ["unknown", "done"]
    planner = workshop.planner(fake.module(*HOOKS))
    ask(planner, change)
    workshop.clock.forward(60)
    asked, again = threading.Event(), planner.changes.retry_all
    failing = [OSError("locked")]

    def retry_all(_, **more):
        if failing:
            raise failing.pop()
        again(**more)
        asked.set()

    monkeypatch.setattr(module.Changes, "retry_all", retry_all)
    with retrying_open_changes(planner, every=0.01):
        assert asked.wait(30)
    assert noted(planner) == ([DONE], False)
    assert not [thread for thread in threading.enumerate() if thread.name == "planner-retries"]


def test_a_customer_is_in_the_file_while_the_outcome_is_unknown(workshop, fake):
    """Not a moment longer."""
    fake.outcomes = ["unknown", "done"]
    planner = workshop.planner(fake.module(*HOOKS))
    ask(planner, booking(customer=MANUAL | {"last_name": "Canary-Sommer"}))

    def holds():
        return any(b"Canary-Sommer" in path.read_bytes() for path in workshop.folder.glob("planner.sqlite3*"))

    assert holds()
    planner.changes.retry("T-1")
    workshop.stop()
    assert not holds()


def test_an_outcome_that_became_known_later_is_kept_until_it_is_seen(planner, fake, change):
    """With the car, and why; nothing is kept of what a person is told at once."""
    fake.outcomes = ["unknown", "vehicle_unavailable", "done"]
    planner.changes.ask(change, appointment_id="T-1", user="anna", locale="de", title="VW Golf")
    assert [each.title for each in planner.changes.open_changes("T-1")] == ["VW Golf"]
    planner.changes.retry("T-1")
    assert unseen(planner) == [("book", "VW Golf", "refused", "vehicle_unavailable")]
    assert list(planner.audit.all_unseen()) == ["T-1"]
    ask(planner, booking())
    assert len(unseen(planner)) == 1
    planner.audit.mark_seen([change["change_id"]])
    assert unseen(planner) == []
