"""What every store keeps, refuses and forgets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from carloop_plugin.intents import (
    AlreadyBooked,
    IntentState,
    OtherPending,
    Outcome,
    OutcomeStatus,
    Recorded,
    SameChange,
)
from carloop_plugin.model import (
    AccountId,
    Action,
    AppointmentId,
    ChangeId,
    Reason,
    RentalId,
    RentalStatus,
    SettledChange,
    Site,
    StoredSettings,
    UnreadableRental,
)

A1 = AppointmentId("A-1")
C1, C2 = ChangeId("c-1"), ChangeId("c-2")
REFUSED = Outcome(C1, OutcomeStatus.REFUSED, reason=Reason("vehicle_unavailable", None, (("a", "b"),), "/p"))


def test_an_appointment_is_given_back_as_it_was_kept(store, make_appointment):
    """Every field survives the store."""
    saved = store.save_appointment(make_appointment())
    assert saved == store.appointment(A1)


def test_an_older_or_equal_revision_changes_nothing(store, make_appointment):
    """Deliveries come twice and out of order; the newest one said stays."""
    newest = store.save_appointment(make_appointment(revision=3))
    assert newest == store.save_appointment(make_appointment(revision=2))
    assert newest == store.save_appointment(make_appointment(revision=3))
    assert newest == store.appointment(A1)


def test_appointments_are_found_by_the_customers_number(store, make_appointment):
    """The number itself is not kept, and can be recognised all the same."""
    store.save_appointment(make_appointment("A-1", key=store.number_key))
    store.save_appointment(make_appointment("A-2", key=store.number_key, number="4712"))
    store.save_appointment(make_appointment("A-3", key=store.number_key, source="manual", number=""))
    assert (store.appointments_numbered(" 4711"), store.appointments_numbered("")) == ([A1], [])
    assert store.forget_appointments([A1, AppointmentId("never")]) == 1
    assert store.appointment(A1) is None


def test_an_intent_is_given_back_as_it_was_recorded(store, make_intent):
    """Every field survives the store."""
    intent = make_intent(revision=7, rental_id=RentalId("R-1"), last_code="x", tries=2)
    assert Recorded() == store.record(intent)
    assert intent == store.intent(C1)
    assert store.pending_intents() == [intent]


def test_the_same_change_is_recorded_once(store, make_intent):
    """The second to come is shown the first."""
    first = make_intent()
    store.record(first)
    assert SameChange(first) == store.record(make_intent(digest="other"))


def test_an_appointment_has_one_pending_change(store, make_intent):
    """Whatever the other change is, it has to wait."""
    first = make_intent()
    store.record(first)
    assert OtherPending(first) == store.record(make_intent("c-2"))
    assert OtherPending(first) == store.record(make_intent("c-3", action=Action.CANCEL))
    assert Recorded() == store.record(make_intent("c-4", "A-2"))


def test_an_appointment_has_one_active_rental(store, make_intent, make_rental):
    """A second booking is shown the rental; changing it is fine."""
    rental = make_rental()
    store.keep_rental(rental)
    assert AlreadyBooked(rental) == store.record(make_intent())
    assert Recorded() == store.record(make_intent(action=Action.CHANGE_END))


def test_a_closed_or_unlinked_rental_is_in_nobodys_way(store, make_intent, make_rental):
    """Cancelled, returned and astray rentals do not count."""
    store.keep_rental(make_rental("R-1", status=RentalStatus.CANCELLED))
    store.keep_rental(make_rental("R-2", status=RentalStatus.RETURNED))
    store.keep_rental(make_rental("R-3", linked=False))
    assert Recorded() == store.record(make_intent())


def test_settling_keeps_the_outcome_and_the_rental_and_drops_the_payload(store, make_intent, make_rental):
    """One transaction: the intent is settled exactly when its rental is there."""
    store.record(make_intent())
    outcome = Outcome(C1, OutcomeStatus.DONE, rental={"id": "R-1"})
    assert outcome == store.settle(C1, outcome, make_rental())
    settled = store.intent(C1)
    assert settled is not None
    assert (IntentState.SETTLED, None, outcome) == (settled.state, settled.body, settled.outcome)
    assert store.rentals_of([A1]) == {A1: [make_rental()]}
    assert store.pending_intents() == []


def test_the_first_outcome_holds(store, make_intent):
    """Whoever settles second is told what was settled first."""
    store.record(make_intent())
    store.settle(C1, REFUSED)
    assert store.settle(C1, Outcome(C1, OutcomeStatus.DONE)) == REFUSED
    assert store.record_settled(make_intent(), Outcome(C1, OutcomeStatus.DONE)) == REFUSED


def test_how_a_change_ended_and_how_long_it_took_is_told(store, make_intent, make_rental):
    """The newest first; one that was refused without a call took no time."""
    began = datetime.now(UTC) - timedelta(seconds=90)
    store.record(make_intent(recorded_at=began))
    store.mark_unknown(C1, "unreachable", counts=False)
    assert began == store.figures().oldest_unknown
    store.settle(C1, Outcome(C1, OutcomeStatus.DONE), make_rental())
    store.record_settled(make_intent("c-2", action=Action.CANCEL), replace(REFUSED, change_id=C2))
    took, refused = sorted(store.figures().settled, key=lambda settled: -settled.seconds)
    assert (took.action, took.status, took.code) == (Action.BOOK, "done", None)
    assert 90 <= took.seconds < 100
    assert REFUSED.reason is not None
    assert SettledChange(Action.CANCEL, "refused", REFUSED.reason.code, 0.0) == refused
    assert store.figures().oldest_unknown is None


def test_a_refusal_without_a_call_is_kept(store, make_intent):
    """It is final, so the same change gets it again."""
    assert store.record_settled(make_intent(), REFUSED) == REFUSED
    kept = store.intent(C1)
    assert kept is not None
    assert (kept.outcome, kept.body) == (REFUSED, None)


def test_an_intent_that_did_nothing_is_forgotten(store, make_intent):
    """The same id may then be asked again."""
    store.record(make_intent())
    assert store.forget_intent(C1)
    assert store.intent(C1) is None


def test_an_intent_sent_again_is_not_forgotten(store, make_intent):
    """Another sending may have got through, whatever the first one's answer was."""
    store.record(make_intent())
    assert store.claim(make_intent()) is not None
    assert not store.forget_intent(C1)
    sent = store.intent(C1)
    assert sent is not None
    assert (sent.state, sent.sends) == (IntentState.SENT, 2)


def test_only_answers_that_settle_nothing_count_towards_setting_aside(store, make_intent):
    """An outage of any length sets nothing aside."""
    store.record(make_intent())
    for _ in range(30):
        store.mark_unknown(C1, "unreachable", counts=False)
    intent = store.intent(C1)
    assert intent is not None
    assert not intent.is_set_aside
    for _ in range(20):
        store.mark_unknown(C1, "invalid_answer", counts=True)
    intent = store.intent(C1)
    assert intent is not None
    assert intent.is_set_aside
    assert (store.figures().pending, store.figures().unknown, store.figures().set_aside) == (1, 1, (C1,))


def test_what_is_recovered_is_an_accounts_own_and_first_what_was_tried_least(store, make_intent):
    """However many another account left behind: they take no place from these."""
    for number in range(5):
        store.record(make_intent(f"o-{number}", f"O-{number}", account=AccountId("gone")))
    mine = [make_intent(f"m-{number}", f"M-{number}", account=AccountId("ours")) for number in range(3)]
    for intent in mine:
        store.record(intent)
    store.mark_unknown(mine[0].change_id, "invalid_answer", counts=True)
    due = store.intents_to_recover(AccountId("ours"), limit=2)
    assert [intent.change_id for intent in due] == ["m-1", "m-2"]
    assert len(store.pending_intents()) == 8


def test_what_was_set_aside_is_recovered_last(store, make_intent):
    """Of those the one first that was not tried for longest; one that somebody takes up comes with the others."""

    def due():
        return [intent.change_id for intent in store.intents_to_recover(AccountId("ours"))]

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


def test_a_booking_being_given_up_is_not_settled_as_done(store, make_intent):
    """Its rental has to be cancelled first."""
    store.record(make_intent())
    giving_up = make_intent("c-2", action=Action.CANCEL, gives_up=C1, body=None)
    assert Recorded() == store.record(giving_up)
    assert store.settle(C1, Outcome(C1, OutcomeStatus.DONE)) is None
    assert not store.forget_intent(C1)
    pending = store.pending_change(A1)
    assert pending is not None
    assert pending.change_id == C2


def test_a_booking_is_given_up_once(store, make_intent):
    """A second giving up has to wait for the first."""
    store.record(make_intent())
    first = make_intent("c-2", action=Action.CANCEL, gives_up=C1, body=None)
    store.record(first)
    assert OtherPending(first) == store.record(replace(first, change_id=ChangeId("c-3")))


def test_a_given_up_booking_settles_with_what_gave_it_up(store, make_intent, make_rental):
    """Both in one transaction, with the cancelled rental."""
    store.record(make_intent())
    store.record(make_intent("c-2", action=Action.CANCEL, gives_up=C1, body=None))
    done = Outcome(C2, OutcomeStatus.DONE)
    assert done == store.settle_given_up(REFUSED, done, make_rental(status=RentalStatus.CANCELLED))
    assert store.pending_intents() == []
    booking = store.intent(C1)
    assert booking is not None
    assert booking.outcome == REFUSED


def test_an_older_sight_of_a_rental_is_no_news(store, make_rental):
    """Answers overtake each other; the higher revision stays."""
    assert store.keep_rental(make_rental(revision=3))
    assert not store.keep_rental(make_rental(revision=3))
    assert not store.keep_rental(make_rental(revision=2, status=RentalStatus.PICKED_UP))
    assert store.keep_rental(make_rental(revision=4, status=RentalStatus.PICKED_UP))
    assert [each.status for each in store.rentals_named(RentalId("R-1"))] == [RentalStatus.PICKED_UP]


def test_a_second_active_rental_is_kept_unlinked(store, make_rental):
    """However it came to be, the appointment has one rental and the other one is shown."""
    store.keep_rental(make_rental("R-1"))
    store.keep_rental(make_rental("R-2"))
    assert {each.id: each.linked for each in store.all_rentals()} == {"R-1": True, "R-2": False}


def test_rentals_of_one_id_at_two_sites_are_two(store, make_rental):
    """An id is unique in a site only."""
    store.keep_rental(make_rental(appointment_id="A-1"))
    store.keep_rental(make_rental(appointment_id="A-2", site=Site("north"), account=AccountId("north")))
    assert len(store.rentals_named(RentalId("R-1"))) == 2
    assert len(store.rentals_named(RentalId("R-1"), Site("north"))) == 1


def test_what_cannot_be_read_is_noted_once(store):
    """Ours come first, then the one that was not seen for longest; an account sees its own."""
    acme, at = AccountId("acme"), datetime(2027, 1, 1, tzinfo=UTC)
    stranger, ours = UnreadableRental(acme, "R-1", None, at), UnreadableRental(acme, "R-2", "i/m/A/c", at)
    other, again = (
        UnreadableRental(AccountId("other"), "R-1", None, at),
        replace(stranger, seen_at=at + timedelta(hours=1)),
    )
    for rental in (stranger, other, ours, again):
        store.note_unreadable(rental)
    assert store.unreadable() == [ours, other, again]
    store.forget_unreadable(ours)
    assert store.unreadable(acme) == [again]
    store.note_contact(acme, at=at, skew=timedelta(), position=None, trouble="invalid_answer")
    assert ("invalid_answer", (other, again)) == (
        store.figures().contacts[0].trouble,
        store.figures().unreadable,
    )


def test_settings_are_kept_for_each_site(store):
    """Saving again replaces."""
    store.save_settings(Site("main"), StoredSettings("https://a.example"))
    store.save_settings(Site("main"), StoredSettings("https://b.example", "hof"))
    assert StoredSettings("https://b.example", "hof") == store.stored_settings(Site("main"))
    assert store.stored_settings(Site("north")) is None
    assert store.sites() == [Site("main")]


def test_the_feed_goes_on_where_it_was(store, make_rental):
    """Without a position, or when Carloop's clock was set back, the account's oldest rental says where to begin."""
    acme, at = AccountId("acme"), make_rental().updated_at
    later = at + timedelta(hours=1)
    assert store.feed_position(acme, now=later) is None
    store.keep_rental(make_rental())
    assert at == store.feed_position(acme, now=later)
    store.note_contact(acme, at=at, skew=timedelta(seconds=3), position=later)
    assert later == store.feed_position(acme, now=later)
    assert at == store.feed_position(acme, now=later - timedelta(seconds=1))
    assert store.feed_position(AccountId("other"), now=later) is None
