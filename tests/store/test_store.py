"""The contract of every store: what it keeps, what it refuses, what it forgets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from carloop_plugin.domain.accounts import Contact, StoredSettings
from carloop_plugin.domain.changes import Action, IntentState, Outcome, OutcomeStatus
from carloop_plugin.domain.failures import Reason
from carloop_plugin.domain.figures import SettledChange
from carloop_plugin.domain.rentals import RentalStatus, UnreadableRental
from carloop_plugin.domain.values import AccountId, AppointmentId, ChangeId, RentalId, Site
from carloop_plugin.domain.vehicles import Alternative

A1 = AppointmentId("A-1")
C1, C2 = ChangeId("c-1"), ChangeId("c-2")
DONE = Outcome(C1, OutcomeStatus.DONE)
REFUSED = Outcome(C1, OutcomeStatus.REFUSED, reason=Reason("vehicle_unavailable", None, (("a", "b"),), "/p"))
ACME = AccountId("acme")


def test_an_older_or_equal_revision_changes_nothing(store, make_appointment):
    """Deliveries come twice and out of order; the newest appointment is kept, with every field."""
    newest = store.save_appointment(make_appointment(revision=3))
    assert store.save_appointment(make_appointment(revision=2)) == newest
    assert store.save_appointment(make_appointment(revision=3)) == newest
    assert store.appointments([A1]).get(A1) == newest


def test_appointments_are_found_by_the_customers_number(store, make_appointment):
    """The number itself is not stored; a digest of it is compared."""
    store.save_appointment(make_appointment("A-1", key=store.number_key))
    store.save_appointment(make_appointment("A-2", key=store.number_key, number="4712"))
    store.save_appointment(make_appointment("A-3", key=store.number_key, source="manual", number=""))
    assert (store.appointments_numbered(" 4711"), store.appointments_numbered("")) == ([A1], [])


def test_an_intent_is_given_back_as_it_was_recorded(store, make_intent):
    """Every field survives the store."""
    intent = make_intent(revision=7, rental_id=RentalId("R-1"), last_code="x", tries=2)
    assert store.record(intent) is None
    assert store.intent(C1) == intent
    assert store.pending_intents() == [intent]


def test_an_appointment_has_one_pending_change(store, make_intent):
    """The same change is recorded once, whatever it says now; any other one has to wait."""
    first = make_intent()
    store.record(first)
    assert store.record(make_intent(digest="other")) == first
    assert store.record(make_intent("c-2")) == first
    assert store.record(make_intent("c-3", action=Action.CANCEL)) == first
    assert store.record(make_intent("c-4", "A-2")) is None


def test_an_appointment_has_one_active_rental(store, make_intent, make_rental):
    """A second booking is answered with it; cancelled, returned and unlinked ones do not count."""
    store.keep_rental(make_rental("R-1", status=RentalStatus.CANCELLED))
    store.keep_rental(make_rental("R-2", status=RentalStatus.RETURNED))
    store.keep_rental(make_rental("R-3", linked=False))
    assert store.record(make_intent()) is None
    rental = make_rental("R-4", "A-2")
    store.keep_rental(rental)
    assert store.record(make_intent("c-2", "A-2")) == rental
    assert store.record(make_intent("c-2", "A-2", action=Action.CHANGE_END)) is None


def test_settling_keeps_the_outcome_and_the_rental_and_drops_the_payload(store, make_intent, make_rental):
    """One transaction: the intent is settled exactly when its rental is there. The first outcome holds."""
    store.record(make_intent())
    alternative = Alternative(make_rental().vehicle, make_rental().period, ("features",))
    customers = make_intent().customers
    outcome = replace(DONE, rental=make_rental(customers=customers), alternatives=(alternative,))
    assert store.settle(C1, outcome, make_rental()) == outcome
    settled = store.intent(C1)
    assert (settled.state, settled.body, settled.outcome) == (IntentState.SETTLED, None, outcome)
    assert settled.outcome.rental.customers is None
    assert store.rentals(appointment_ids=[A1]) == [make_rental()]
    assert store.pending_intents() == []
    assert store.settle(C1, REFUSED) == outcome
    assert store.record_settled(make_intent(), REFUSED) == outcome


def test_figures_name_how_changes_ended_and_how_long_they_took(store, make_intent, make_rental):
    """A change that was refused without a call took no time."""
    began = datetime.now(UTC) - timedelta(seconds=90)
    store.record(make_intent(recorded_at=began))
    store.mark_unknown(C1, "unreachable", counts=False)
    assert store.figures().oldest_unknown == began
    store.settle(C1, DONE, make_rental())
    store.record_settled(make_intent("c-2", action=Action.CANCEL), replace(REFUSED, change_id=C2))
    took, refused = sorted(store.figures().settled, key=lambda settled: -settled.seconds)
    assert (took.action, took.status, took.code) == (Action.BOOK, "done", None)
    assert 90 <= took.seconds < 120
    assert refused == SettledChange(Action.CANCEL, "refused", REFUSED.reason.code, 0.0)
    assert store.intent(C2).body is None
    assert store.figures().oldest_unknown is None


def test_an_intent_that_did_nothing_is_forgotten(store, make_intent):
    """Twice is as good as once, but not when it was sent again: the other request may have reached Carloop."""
    store.record(make_intent())
    assert (store.forget_intent(C1), store.forget_intent(C1)) == (True, True)
    assert store.intent(C1) is None
    store.record(make_intent())
    assert store.claim(make_intent()) is not None
    assert not store.forget_intent(C1)
    sent = store.intent(C1)
    assert (sent.state, sent.sends) == (IntentState.SENT, 2)


@pytest.mark.parametrize(
    ("code", "counts", "times"), [("unreachable", False, 30), ("invalid_answer", True, 20)]
)
def test_an_intent_is_set_aside_after_twenty_answers_that_count(store, make_intent, code, counts, times):
    """An outage counts for nothing, however long it is."""
    store.record(make_intent())
    for _ in range(times - 1):
        store.mark_unknown(C1, code, counts=counts)
    assert store.figures().set_aside == ()
    store.mark_unknown(C1, code, counts=counts)
    figures = store.figures()
    assert (figures.pending, figures.unknown, figures.set_aside) == (1, 1, (C1,) * counts)


def test_recovery_takes_an_accounts_own_intents_least_tried_first(store, make_intent):
    """Intents of another account take no place from these, however many there are."""
    for number in range(5):
        store.record(make_intent(f"o-{number}", f"O-{number}", account=AccountId("gone")))
    mine = [make_intent(f"m-{number}", f"M-{number}", account=AccountId("ours")) for number in range(3)]
    for intent in mine:
        store.record(intent)
    store.mark_unknown(mine[0].change_id, "invalid_answer", counts=True)
    due = store.pending_intents(AccountId("ours"))
    assert [intent.change_id for intent in due] == ["m-1", "m-2", "m-0"]
    assert len(store.pending_intents()) == 8


def test_what_was_set_aside_is_recovered_last(store, make_intent):
    """Of those first the one that was not tried for longest; one that somebody takes up comes with the others."""

    def due():
        return [intent.change_id for intent in store.pending_intents(AccountId("ours"))]

    for number in range(3):
        store.record(make_intent(f"c-{number}", f"A-{number}", account=AccountId("ours")))
    for change_id in ("c-1", "c-0"):
        for _ in range(20):
            store.mark_unknown(ChangeId(change_id), "invalid_answer", counts=True)
    assert due() == ["c-2", "c-1", "c-0"]
    store.mark_unknown(ChangeId("c-1"), "unreachable", counts=False)
    assert due() == ["c-2", "c-0", "c-1"]
    store.take_up_set_aside()
    assert store.figures().set_aside == ()
    store.mark_unknown(ChangeId("c-0"), "invalid_answer", counts=True)
    assert store.figures().set_aside == (ChangeId("c-0"),)


def test_a_booking_being_given_up_settles_with_what_gives_it_up(store, make_intent, make_rental):
    """It is not settled as done before, for its rental has to be cancelled; a second giving-up waits for the first."""
    store.record(make_intent())
    giving_up = make_intent("c-2", action=Action.CANCEL, gives_up=C1, body=None)
    assert store.record(giving_up) is None
    assert store.record(replace(giving_up, change_id=ChangeId("c-3"))) == giving_up
    assert store.settle(C1, DONE) is None
    assert not store.forget_intent(C1)
    assert store.pending_of([A1]).get(A1).change_id == C2
    done = Outcome(C2, OutcomeStatus.DONE)
    assert store.settle(C2, done, make_rental(status=RentalStatus.CANCELLED), booking=REFUSED) == done
    assert store.pending_intents() == []
    assert store.intent(C1).outcome == REFUSED


def test_an_older_sight_of_a_rental_is_no_news(store, make_rental):
    """Answers overtake each other; the higher revision stays."""
    assert store.keep_rental(make_rental(revision=3))
    assert not store.keep_rental(make_rental(revision=3))
    assert not store.keep_rental(make_rental(revision=2, status=RentalStatus.PICKED_UP))
    assert store.keep_rental(make_rental(revision=4, status=RentalStatus.PICKED_UP))
    assert [each.status for each in store.rentals(rental_id=RentalId("R-1"))] == [RentalStatus.PICKED_UP]


def test_a_rentals_id_is_unique_in_a_site_only(store, make_rental):
    """Two sites may each have a rental of one id."""
    store.keep_rental(make_rental(appointment_id="A-1"))
    store.keep_rental(make_rental(appointment_id="A-2", site=Site("north"), account=AccountId("north")))
    assert len(store.rentals(rental_id=RentalId("R-1"))) == 2
    assert len(store.rentals(rental_id=RentalId("R-1"), site=Site("north"))) == 1


def test_a_rental_that_cannot_be_read_is_noted_once(store):
    """Ours come first, then the one that was not seen for longest; an account gets its own."""
    at = datetime(2027, 1, 1, tzinfo=UTC)
    stranger, ours = UnreadableRental(ACME, "R-1", None, at), UnreadableRental(ACME, "R-2", "i/m/A/c", at)
    other = UnreadableRental(AccountId("other"), "R-1", None, at)
    again = replace(stranger, seen_at=at + timedelta(hours=1))
    for rental in (stranger, other, ours, again):
        store.note_unreadable(rental)
    assert store.unreadable() == [ours, other, again]
    store.forget_unreadable(ours)
    assert store.unreadable(ACME) == [again]
    store.note_contact(Contact(ACME, at, timedelta(), "invalid_answer"), position=None, time_zone=None)
    assert store.figures().contacts[0].trouble == "invalid_answer"
    assert store.figures().unreadable == (other, again)


def test_settings_are_kept_for_each_site(store):
    """Saving again replaces."""
    store.save_settings(Site("main"), StoredSettings("https://a.example"))
    store.save_settings(Site("main"), StoredSettings("https://b.example", "hof"))
    assert store.stored_settings(Site("main")) == StoredSettings("https://b.example", "hof")
    assert store.stored_settings(Site("north")) is None
    assert store.sites() == [Site("main")]


def test_the_feed_continues_from_its_position(store, make_rental):
    """Without one, or when Carloop's clock was set back, it begins at the account's oldest rental."""
    at = make_rental().updated_at
    later = at + timedelta(hours=1)
    assert store.feed_position(ACME, now=later) is None
    store.keep_rental(make_rental())
    assert store.feed_position(ACME, now=later) == at
    store.note_contact(Contact(ACME, at, timedelta(seconds=3)), position=later, time_zone=None)
    assert store.feed_position(ACME, now=later) == later
    assert store.feed_position(ACME, now=later - timedelta(seconds=1)) == at
    assert store.feed_position(AccountId("other"), now=later) is None
