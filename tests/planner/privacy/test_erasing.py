"""A person is erased in the planner, its copy of the DMS and at every provider, at once or as soon as that can be."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest

from planner_host.dms import Dms
from planner_host.planner import go_on
from planner_host.privacy.erasing import RETRY_AFTER, months_before
from planner_host.privacy.people import find_people, subjects_of
from planner_host.storage.records import ErasedMeanwhile

from ..conftest import BAKER, HANS, HOOKS, MANUAL, PERIOD, Fake, failing

CANARY = HANS.document() | {"first_name": "Canarello"}


class Eraser(Fake):
    """A provider that erases what it is told to; `kept` is what it keeps, `failure` what it raises."""

    def __init__(self, *args):
        super().__init__(*args)
        self.told, self.kept, self.failure = [], [], None

    def erase(self, subjects):
        """Answer with a report."""
        if self.failure:
            failing(self.failure)()
        self.told.append(subjects)
        count = len(subjects["appointment_ids"])
        return {"provider": self.provider, "erased": count, "kept": self.kept, "remarks": ["Carloop bleibt."]}


@pytest.fixture
def dms(tmp_path):
    """A DMS of this test's own."""
    with closing(Dms(tmp_path / "own" / "dms.sqlite3")) as dms:
        dms.replace([HANS, BAKER])
        yield dms


@pytest.fixture
def fake():
    """A provider that can erase."""
    return Eraser()


@pytest.fixture
def planner(workshop, fake, other):
    """A planner with that provider, and one that cannot erase."""
    return workshop.planner(
        fake.module(*HOOKS, on_personal_data_erased=lambda subjects: fake.erase(subjects)),
        other.module("provide_mobility_states"),
    )


@pytest.fixture
def hans(planner, draft, visit):
    """An appointment of a customer of the DMS."""
    return planner.records.save(draft(visit=replace(visit, customer=CANARY))).appointment


def find(planner, words):
    """Find people."""
    return find_people(words, planner.erasing.stored, planner.dms)


def erase(planner, words):
    """Erase everybody who is found; return the receipt."""
    subjects = subjects_of(find(planner, words))
    return planner.erasing.stored.receipt(planner.erasing.erase(subjects, by="admin", locale="de"))


def place(receipt, name):
    """Return what one place said."""
    return next(each for each in receipt.report if each.id == name)


def test_a_person_is_found_wherever_it_is_stored(planner, draft, visit, hans):
    """By a beginning of the name, or the number; a namesake typed by hand is somebody else, twice the same is one."""
    for city in ("Bonn", "Bonn", "Ulm"):
        customer = {"source": "manual", "last_name": "Mueller", "first_name": "Hans", "city": city}
        planner.records.save(draft(visit=replace(visit, customer=customer)))
    theirs = planner.records.save(draft()).appointment
    planner.records.store_renter(theirs.id, CANARY, provider="fake", rental_id="R-1")
    found = find(planner, "müller h")
    assert sorted((each.number, len(each.appointments)) for each in found) == [("", 1), ("", 2), ("10001", 1)]
    (found,) = find(planner, "10001")
    assert (found.appointments, found.is_in_dms) == ([hans.id], True)
    assert found.rentals == [(theirs.id, "fake", "R-1")]
    assert [each.number for each in find(planner, "krüg")] == ["10002"]
    assert (find(planner, ""), find(planner, "köln")) == ([], [])


def test_nothing_of_a_person_is_left(planner, fake, hans, draft, tmp_path):
    """In no row and no file; the receipt and the audit log name nobody; a late save brings nothing back."""
    theirs = planner.records.save(draft()).appointment
    planner.records.store_renter(theirs.id, CANARY, provider="fake", rental_id="R-1")
    receipt = erase(planner, "10001")
    assert planner.records.appointment(hans.id) is None
    assert planner.records.renters(theirs.id)[("fake", "R-1")]["last_name"] == "–"
    assert (planner.dms.customer("10001"), planner.dms.search("müller")) == (None, ())
    assert fake.told == [{"customer_numbers": ["10001"], "appointment_ids": [hans.id]}]
    assert [(each.id, each.erased, each.code) for each in receipt.report] == [
        ("planner", 2, ""),
        ("dms", 1, ""),
        ("fake", 1, ""),
        ("other", 0, "not_supported"),
    ]
    assert (receipt.subjects, receipt.due_at) == (None, None)
    (entry,) = planner.audit.of(receipt.id)
    assert (entry.user, entry.action, entry.outcome) == ("admin", "erasure", "partial")
    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert [each.name for each in files if b"Canarello" in each.read_bytes()] == []
    assert isinstance(planner.records.save(hans), ErasedMeanwhile)
    assert planner.records.appointment(hans.id) is None


@pytest.mark.parametrize("why", ["rental", "pending"])
def test_what_is_still_needed_is_erased_later(planner, fake, hans, workshop, why):
    """While a car is out, or an outcome is not known; the provider is not asked for the number before."""
    if why == "rental":
        fake.book(hans.id, status="picked_up")
    else:
        fake.outcomes = ["unknown"]
        change = {"change_id": "6b6e2d5e-64a8-4f2a-9d20-0a1c3fbb8f11", "provider": "fake", "action": "book"}
        change |= {"site": "main", "appointment_id": hans.id, "option_id": "V1", "period": PERIOD}
        change["customer"] = CANARY
        planner.changes.ask(change, appointment_id=hans.id, user="anna", locale="de")
    receipt = erase(planner, "10001")
    assert [(each.appointment_id, each.reason) for each in place(receipt, "planner").kept] == [(hans.id, why)]
    assert planner.records.appointment(hans.id) == hans
    assert (fake.told, place(receipt, "fake").code) == ([], "waits")

    fake.outcomes = ["done"]
    planner.changes.retry(hans.id)
    fake.book(hans.id, status="returned")
    workshop.clock.forward(3600)
    planner.erasing.repeat_due()
    receipt = planner.erasing.stored.receipt(receipt.id)
    assert planner.records.appointment(hans.id) is None
    assert fake.told[-1] == {"customer_numbers": ["10001"], "appointment_ids": [hans.id]}
    assert (place(receipt, "planner").erased, receipt.subjects) == (1, None)
    (entry,) = planner.audit.of(receipt.id)
    assert (entry.outcome, entry.settled_at) == ("partial", workshop.clock())


def test_a_provider_that_does_not_answer_is_asked_again(planner, fake, hans, workshop):
    """Also one that keeps something until later; what was erased is counted once."""
    fake.failure = "unreachable"
    receipt = erase(planner, "10001")
    assert (place(receipt, "fake").code, receipt.due_at) == ("unreachable", workshop.clock() + RETRY_AFTER)
    fake.failure = None
    until = workshop.clock() + timedelta(hours=5)
    fake.kept = [{"appointment_id": hans.id, "reason": "Noch offen.", "until": until.isoformat()}]
    workshop.clock.forward(RETRY_AFTER.total_seconds())
    go_on(planner, erases_overdue=False)
    receipt = planner.erasing.stored.receipt(receipt.id)
    assert (place(receipt, "fake").kept[0].reason, receipt.due_at) == ("Noch offen.", until)
    assert (place(receipt, "planner").erased, planner.audit.of(receipt.id)[0].outcome) == (1, "open")
    fake.kept = []
    workshop.clock.forward(5 * 3600)
    go_on(planner, erases_overdue=False)
    assert planner.erasing.stored.receipt(receipt.id).subjects is None
    assert [each["appointment_ids"] for each in fake.told] == [[hans.id]] * 2


def test_a_provider_that_has_not_loaded_is_asked_once_it_has(workshop, fake, draft):
    """Under its own id, which need not be the name it is installed by."""
    planner = workshop.planner(("installed", ModuleType("broken")))
    gone = planner.records.save(draft()).appointment
    receipt = erase(planner, "sommer")
    assert (place(receipt, "installed").code, receipt.subjects is None) == ("not_loaded", False)
    planner = workshop.planner(fake.module(on_personal_data_erased=lambda subjects: fake.erase(subjects)))
    workshop.clock.forward(RETRY_AFTER.total_seconds())
    planner.erasing.repeat_due()
    receipt = planner.erasing.stored.receipt(receipt.id)
    assert [each.id for each in receipt.report] == ["planner", "dms", "fake"]
    assert (fake.told[0]["appointment_ids"], receipt.subjects) == ([gone.id], None)


def test_appointments_are_erased_when_they_are_old_enough(planner, fake, hans, draft, workshop):
    """Only where that is set, and not while the car is out; by the planner itself, without a customer's number."""
    out = planner.records.save(draft()).appointment
    fake.book(out.id, status="picked_up")
    workshop.clock.now = datetime(2027, 5, 25, 15, tzinfo=UTC)
    for months in (0, 6):
        planner.erasing.stored.keep_months(months)
        go_on(planner, erases_overdue=True)
    assert planner.records.appointment(hans.id) == hans
    workshop.clock.forward(9 * 3600)
    for _ in range(2):
        go_on(planner, erases_overdue=True)
    assert [planner.records.appointment(each.id) for each in (hans, out)] == [None, out]
    assert fake.told == [{"customer_numbers": [], "appointment_ids": [hans.id]}]
    (receipt,) = planner.erasing.stored.latest(9)
    assert (receipt.asked_by, receipt.due_at) == ("planner-host", None)
    assert planner.dms.customer("10001") == HANS


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [((2026, 3, 31), 1, (2026, 2, 28)), ((2026, 1, 15), 1, (2025, 12, 15)), ((2026, 5, 1), 24, (2024, 5, 1))],
)
def test_months_are_those_of_the_calendar(day, months, before):
    """The last day of a month that is shorter."""
    assert months_before(datetime(*day, tzinfo=UTC), months) == datetime(*before, tzinfo=UTC)


def test_another_persons_appointment_is_left_alone(planner, fake, draft, hans):
    """Though the car is rented by the person who is erased."""
    theirs = planner.records.save(draft()).appointment
    planner.records.store_renter(theirs.id, CANARY, provider="fake", rental_id="R-1")
    erase(planner, "10001")
    assert planner.records.appointment(theirs.id).visit.customer == MANUAL
    assert fake.told[0]["appointment_ids"] == [hans.id]
