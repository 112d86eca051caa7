"""A change is written down before it goes out, and asked for until its outcome is known, also across restarts."""

import threading
import uuid
from datetime import timedelta

import pytest

from planner_host import changes as module
from planner_host.planner import finding_out

from .conftest import HOOKS, MANUAL, PERIOD, Fake, problem

ALL = timedelta(0)


def booking(**fields):
    """Write a booking with an id of its own."""
    return {
        "change_id": str(uuid.uuid4()),
        "provider": "fake",
        "action": "book",
        "site": "main",
        "appointment_id": "T-1",
        "option_id": "V1",
        "period": PERIOD,
        "customer": MANUAL,
        **fields,
    }


def ask(planner, change, *, user="anna"):
    """Ask for a change; give the outcome's status and code."""
    outcome = planner.changes.ask(change, appointment_id="T-1", user=user, locale="de")
    return outcome["status"], outcome.get("problem", {}).get("code", "")


def told(planner):
    """Give what the audit says of the appointment's changes."""
    return [(deed.user, deed.action, deed.outcome, deed.code) for deed in planner.audit.of("T-1")]


def is_open(planner):
    """Tell whether a change of the appointment is open."""
    listed = planner.changes.appointments_with_open_changes(["T-1", "T-2"])
    assert bool(planner.changes.open_changes("T-1")) == (listed == {"T-1"})
    return bool(listed)


def test_what_is_done_is_over(desk, fake):
    """Asked once, written down once, with the rental; nothing stays open, and no payload."""
    change = booking()
    assert ask(desk, change) == ("done", "")
    (deed,) = desk.audit.of("T-1")
    assert ("anna", "book", "fake", "R-1", change["change_id"], "done", None) == (
        deed.user,
        deed.action,
        deed.provider,
        deed.rental_id,
        deed.change_id,
        deed.outcome,
        deed.settled_at,
    )
    assert ([change], False) == (fake.changes, is_open(desk))


def test_what_is_refused_is_over(desk, fake):
    """With its reason."""
    fake.outcomes = ["vehicle_unavailable"]
    assert ask(desk, booking()) == ("refused", "vehicle_unavailable")
    assert (told(desk), is_open(desk)) == ([("anna", "book", "refused", "vehicle_unavailable")], False)


def test_what_is_unknown_is_asked_for_again(desk, fake):
    """The very same change, until it is known; then the audit says when."""
    fake.outcomes = ["unknown", "unknown", "done"]
    change = booking()
    assert ask(desk, change) == ("unknown", "deadline_exceeded")
    assert is_open(desk)
    desk.changes.ask_again("T-1")
    assert told(desk) == [("anna", "book", "unknown", "deadline_exceeded")]
    desk.now.forward(60)
    desk.changes.ask_again("T-1")
    (deed,) = desk.audit.of("T-1")
    assert (("done", desk.now()), [change] * 3) == ((deed.outcome, deed.settled_at), fake.changes)
    assert not is_open(desk)


def test_what_is_unknown_may_turn_out_refused(desk, fake):
    """Finally, with its reason."""
    fake.outcomes = ["unknown", "given_up"]
    ask(desk, booking())
    desk.changes.ask_again("T-1")
    assert (told(desk), is_open(desk)) == ([("anna", "book", "refused", "given_up")], False)


@pytest.mark.parametrize("code", sorted(module.SAYS_NOTHING))
def test_what_says_nothing_leaves_it_open(desk, fake, code):
    """That nobody has time for the question does not answer it."""
    fake.outcomes = ["unknown", code]
    change = booking()
    ask(desk, change)
    desk.changes.ask_again("T-1")
    assert ask(desk, change) == ("refused", code)
    assert (told(desk), is_open(desk)) == ([("anna", "book", "unknown", "deadline_exceeded")], True)


@pytest.mark.parametrize("code", sorted(module.SAYS_NOTHING))
def test_what_never_went_out_is_over(desk, fake, code):
    """A first question that is turned away has done nothing."""
    fake.outcomes = [code]
    assert ask(desk, booking()) == ("refused", code)
    assert (told(desk), is_open(desk)) == ([("anna", "book", "refused", code)], False)


def test_asked_again_by_a_person(desk, fake):
    """A reload of an unknown booking that is done now tells so, and stays the first person's."""
    fake.outcomes = ["unknown", "done"]
    change = booking()
    ask(desk, change)
    assert ask(desk, change, user="bert") == ("done", "")
    assert (told(desk), is_open(desk)) == ([("anna", "book", "done", "")], False)


def test_a_double_click_is_one_deed(desk, fake):
    """However often the same change is asked for."""
    change = booking()
    assert [ask(desk, change) for _ in range(3)] == [("done", "")] * 3
    assert (told(desk), is_open(desk)) == ([("anna", "book", "done", "")], False)


def test_a_refusal_that_kept_nothing_may_be_done_later(desk, fake):
    """The same id runs again once the provider can be reached."""
    fake.outcomes = ["unreachable", "done"]
    change = booking()
    assert [ask(desk, change), ask(desk, change)] == [("refused", "unreachable"), ("done", "")]
    assert (told(desk), is_open(desk)) == ([("anna", "book", "done", "")], False)


def test_an_id_that_stands_for_another_change(desk, fake):
    """The refusal is a deed of its own; what the id stands for is not touched."""
    fake.outcomes = ["unknown", "change_id_reused", "done"]
    change = booking()
    ask(desk, change)
    assert ask(desk, change | {"option_id": "V2"}, user="bert") == ("refused", "change_id_reused")
    expected = [
        ("anna", "book", "unknown", "deadline_exceeded"),
        ("bert", "book", "refused", "change_id_reused"),
    ]
    assert (told(desk), is_open(desk)) == (expected, True)
    desk.changes.ask_again("T-1")
    assert (("anna", "book", "done", ""), False, change) == (told(desk)[0], is_open(desk), fake.changes[-1])


def test_an_id_of_old_that_stands_for_another_change(desk, fake):
    """Nothing stays open of it either."""
    fake.outcomes = ["done", "change_id_reused"]
    change = booking()
    ask(desk, change)
    ask(desk, change | {"option_id": "V2"}, user="bert")
    expected = [("anna", "book", "done", ""), ("bert", "book", "refused", "change_id_reused")]
    assert (told(desk), is_open(desk)) == (expected, False)


def test_an_id_that_the_provider_knows_from_elsewhere(desk, fake):
    """It is refused like anything else, and over."""
    fake.outcomes = ["change_id_reused"]
    ask(desk, booking())
    assert (told(desk), is_open(desk)) == ([("anna", "book", "refused", "change_id_reused")], False)


def test_a_booking_is_given_up(desk, fake):
    """Two open changes, each with its own end."""
    fake.outcomes = ["unknown", "unknown", "given_up", "done"]
    change = booking()
    ask(desk, change)
    desk.now.forward(1)
    giving_up = {"change_id": str(uuid.uuid4()), "provider": "fake", "action": "cancel", "site": "main"}
    ask(desk, giving_up | {"book_change_id": change["change_id"]}, user="bert")
    assert [each.action for each in desk.changes.open_changes("T-1")] == ["book", "cancel"]
    desk.changes.ask_again("T-1")
    expected = [("anna", "book", "refused", "given_up"), ("bert", "give_up", "done", "")]
    assert (told(desk), is_open(desk)) == (expected, False)


def test_a_host_that_dies_before_the_answer_asks_again(workshop, fake):
    """Who asked is known all the same, and the change is sent again as it was."""

    class Killed(BaseException):
        """The end of a process."""

    planner = workshop.planner(fake.module(*HOOKS))
    change = booking()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planner.host, "change_rental", lambda *_, **__: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            ask(planner, change)

    planner = workshop.planner(fake.module(*HOOKS))
    assert (told(planner), is_open(planner)) == ([("anna", "book", "unknown", "")], True)
    workshop.clock.forward(60)
    planner.changes.ask_all_again(older_than=timedelta(seconds=30))
    assert ([("anna", "book", "done", "")], [change]) == (told(planner), fake.changes)


def test_an_open_change_outlives_a_restart(workshop, fake):
    """It is in the file, and goes out as it was."""
    fake.outcomes = ["unknown", "done"]
    change = booking()
    ask(workshop.planner(fake.module(*HOOKS)), change)
    planner = workshop.planner(fake.module(*HOOKS))
    assert is_open(planner)
    planner.changes.ask_all_again(older_than=ALL)
    assert ([change, change], False) == (fake.changes, is_open(planner))


def test_a_provider_that_is_not_there_any_more_answers_nothing(workshop, fake):
    """Left out at a restart, it may still have booked: that stays unknown, for who reloads the page too."""
    fake.outcomes = ["unknown", "done"]
    change = booking()
    ask(workshop.planner(fake.module(*HOOKS)), change)
    planner = workshop.planner(Fake("other").module(*HOOKS))
    planner.changes.ask_all_again(older_than=ALL)
    assert ask(planner, change) == ("refused", "not_supported")
    assert (told(planner), is_open(planner)) == ([("anna", "book", "unknown", "deadline_exceeded")], True)
    planner = workshop.planner(fake.module(*HOOKS))
    planner.changes.ask_all_again(older_than=ALL)
    assert (told(planner), is_open(planner)) == ([("anna", "book", "done", "")], False)


def test_a_provider_that_was_never_there_has_done_nothing(desk):
    """A form that names another one is refused."""
    assert ask(desk, booking(provider="other")) == ("refused", "not_supported")
    assert not is_open(desk)


def test_a_change_that_is_none_is_refused(desk, fake):
    """It reaches no provider, and nothing stays open."""
    assert ask(desk, booking(change_id="no id")) == ("refused", "invalid_document")
    assert (fake.changes, is_open(desk)) == ([], False)


def test_a_provider_that_hangs_leaves_it_open(workshop, fake, release, monkeypatch):
    """Who waits is told in time that it is unknown; once it answers, it is known."""
    monkeypatch.setattr(module, "TIMEOUT", 0.2)
    fake.outcomes = [lambda _: release.wait(10) and {"status": "refused"}, "done"]
    planner = workshop.planner(fake.module(*HOOKS))
    assert ask(planner, booking()) == ("unknown", "deadline_exceeded")
    assert is_open(planner)
    release.set()
    planner.changes.ask_again("T-1")
    assert (told(planner), is_open(planner)) == ([("anna", "book", "done", "")], False)


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        (lambda _: (_ for _ in ()).throw(ValueError), "provider_failed"),
        (lambda _: (_ for _ in ()).throw(problem("unreachable")), "provider_failed"),
        (lambda _: {"status": "perhaps"}, "invalid_answer"),
    ],
    ids=["raises", "raises a problem", "talks nonsense"],
)
def test_a_provider_that_does_not_say_leaves_it_open(desk, fake, answers, code):
    """Whatever it does instead of answering, it may have booked."""
    fake.outcomes = [answers]
    assert ask(desk, booking()) == ("unknown", code)
    assert is_open(desk)


def test_a_refusal_without_a_reason(desk, fake):
    """The contract lets a provider say no more than no."""
    fake.outcomes = [{"status": "refused"}]
    assert ask(desk, booking()) == ("refused", "")
    assert (told(desk), is_open(desk)) == ([("anna", "book", "refused", "")], False)


def test_many_at_once_are_one_change(desk, fake):
    """Eight clicks at the same moment: the provider sees one id, the audit one deed, nothing stays open."""
    change = booking()
    together = threading.Barrier(8)

    def click():
        together.wait()
        ask(desk, change)

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (told(desk), is_open(desk)) == ([("anna", "book", "done", "")], False)
    assert {change["change_id"]} == {each["change_id"] for each in fake.changes}


def test_one_that_a_person_waits_for_is_theirs(desk, fake):
    """What was asked a moment ago is not asked again behind their back."""
    fake.outcomes = ["unknown", "done"]
    ask(desk, booking())
    desk.now.forward(29)
    desk.changes.ask_all_again(older_than=timedelta(seconds=30))
    assert is_open(desk)
    desk.now.forward(1)
    desk.changes.ask_all_again(older_than=timedelta(seconds=30))
    assert not is_open(desk)


def test_the_program_finds_out_by_itself(workshop, fake):
    """On a thread of its own, which a file that cannot be read for once does not end."""
    fake.outcomes = ["unknown", "done"]
    planner = workshop.planner(fake.module(*HOOKS))
    ask(planner, booking())
    workshop.clock.forward(60)
    asked, again = threading.Event(), planner.changes.ask_all_again
    failing = [OSError("locked")]

    def ask_all_again(**more):
        if failing:
            raise failing.pop()
        again(**more)
        asked.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module.Changes, "ask_all_again", lambda _, **more: ask_all_again(**more))
        with finding_out(planner, every=0.01):
            assert asked.wait(10)
    assert (told(planner), is_open(planner)) == ([("anna", "book", "done", "")], False)
    assert not [thread for thread in threading.enumerate() if thread.name == "planner-asking-again"]


def test_no_payload_stays_in_the_file(workshop, fake):
    """A customer is in the file for as long as the outcome is open, and not a moment longer."""
    fake.outcomes = ["unknown", "done"]
    planner = workshop.planner(fake.module(*HOOKS))
    ask(planner, booking(customer=MANUAL | {"last_name": "Canary-Sommer"}))

    def holds():
        return any(b"Canary-Sommer" in path.read_bytes() for path in workshop.folder.glob("planner.sqlite3*"))

    assert holds()
    planner.changes.ask_again("T-1")
    workshop.stop()
    assert not holds()


def unseen(desk):
    """Give what was found out and nobody has seen."""
    return [(each.action, each.title, each.outcome, each.code) for each in desk.changes.unseen.of("T-1")]


def test_what_was_found_out_is_kept_until_it_is_seen(desk, fake):
    """With the car, and why; nothing is kept of what a person is told at once."""
    fake.outcomes = ["unknown", "vehicle_unavailable", "done"]
    change = booking()
    desk.changes.ask(change, appointment_id="T-1", user="anna", locale="de", title="VW Golf")
    assert [each.title for each in desk.changes.open_changes("T-1")] == ["VW Golf"]
    desk.changes.ask_again("T-1")
    assert unseen(desk) == [("book", "VW Golf", "refused", "vehicle_unavailable")]
    assert desk.changes.unseen.appointments(["T-1", "T-2"]) == {"T-1"}
    ask(desk, booking())
    assert len(unseen(desk)) == 1
    desk.changes.unseen.forget([change["change_id"]])
    assert unseen(desk) == []


def test_who_asks_again_is_told_and_nobody_else_need_be(desk, fake):
    """Whatever the planner has found out a moment before."""
    fake.outcomes = ["unknown", "done"]
    change = booking()
    ask(desk, change)
    desk.changes.ask_again("T-1")
    assert unseen(desk) == [("book", "", "done", "")]
    ask(desk, change)
    assert unseen(desk) == []


def test_a_booking_that_is_refused_as_given_up_is_no_news(desk, fake):
    """Who gave it up knows."""
    fake.outcomes = ["unknown", "given_up"]
    ask(desk, booking())
    desk.changes.ask_again("T-1")
    assert unseen(desk) == []


def test_what_a_person_waits_for_is_not_noted_once_they_have_it(desk, fake):
    """A page that asked at the same moment learns it late: the change is not open any more."""
    change = booking()
    fake.outcomes = ["unknown", "done"]
    ask(desk, change)
    answer = desk.host.change_rental

    def meanwhile(asked, **more):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(desk.host, "change_rental", answer)
            ask(desk, change)
        return answer(asked, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.host, "change_rental", meanwhile)
        desk.changes.ask_again("T-1")
    assert unseen(desk) == []
