"""Erasure as a host asks for it: by number or appointment, now or as soon as the open change is settled."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from carloop_plugin import bootstrap
from carloop_plugin.domain.values import AppointmentId
from carloop_plugin.store.records import Records
from carloop_plugin.usecases import reconcile
from carloop_plugin.usecases.erase import preview_erasure
from mobility_hookspecs import CallContext

CUSTOMER = {
    "source": "dms",
    "number": "Kanarie-4711",
    "first_name": "Kanarie-Jörg",
    "last_name": "Kanarie-Müller",
    "email": "kanarie@example.org",
}

CANARIES = ("Kanarie-", "kanarie@")


@pytest.fixture
def planner(planner):
    """A planner whose appointment is that customer's."""
    planner.appointment["customer"] = CUSTOMER
    return planner


def ask(planner, numbers=(), appointment_ids=(), locale="en"):
    """Ask for an erasure, and return the report."""
    subjects = {"customer_numbers": [*numbers], "appointment_ids": [*appointment_ids]}
    gathered = planner.host.erase(subjects, locale=locale)
    assert gathered.failures == ()
    return gathered.answers["carloop"]


@pytest.fixture(params=["number", "appointment"])
def ask_again(request, planner):
    """Ask for the erasure of the planner's customer, or of its appointment, as often as it is called."""
    subjects = {"number": ([CUSTOMER["number"]], []), "appointment": ([], [planner.id])}[request.param]
    return lambda: ask(planner, *subjects)


def columns_with_a_canary(columns_with):
    """Return the columns that hold something of the customer."""
    return {where for each in CANARIES for where in columns_with(each)}


def files_with_a_canary(planner):
    """Return the files of the store's folder that hold something of the customer, journals and moved files too."""
    found = (path for path in planner.store.parent.rglob("*") if path.is_file())
    return [path.name for path in found if any(each.encode() in path.read_bytes() for each in CANARIES)]


def is_known(planner, records):
    """Return whether the records still have the appointment."""
    with records() as store:
        return store.appointments([planner.id]).get(planner.id) is not None


def count_unfinished(records):
    """Count the erasures that are not finished."""
    with records() as store:
        return store.backlog().unfinished_erasures


@pytest.mark.both_databases
def test_a_customer_is_erased(planner, columns_with, records, ask_again):
    """By number or by appointment: counted, and gone from every file; what others keep is said."""
    planner.save()
    rental = planner.book()
    planner.do(planner.cancellation(rental_id=rental["id"], reason="Kanarie-Grund"))
    report = ask_again()
    assert (report["erased"], report["kept"]) == (1, [])
    _, *server = report["remarks"]
    is_server = os.environ["CARLOOP_STORE"].startswith("postgresql")
    assert ["(WAL), copies and backups" in each for each in server] == [True] * is_server
    assert columns_with_a_canary(columns_with) == set()
    assert (files_with_a_canary(planner), is_known(planner, records)) == ([], False)
    assert ask_again()["erased"] == 0


@pytest.mark.both_databases
def test_an_open_change_is_kept_and_erased_on_settling(
    planner, lost_booking, columns_with, records, ask_again
):
    """It is reported with reason and date as long as it is open, and nobody has to ask again."""
    lost_booking(times=100)
    before = datetime.now(UTC)
    report = ask_again()
    (kept,) = report["kept"]
    assert (report["erased"], kept["appointment_id"]) == (0, planner.id)
    until = datetime.fromisoformat(kept["until"])
    assert before < until < datetime.now(UTC) + timedelta(minutes=2)
    assert ask_again()["kept"] == [kept]
    assert columns_with_a_canary(columns_with) == {"intents.body"}
    planner.control.reset_faults()
    assert [each["status"] for each in planner.reconcile()["settled"]] == ["done"]
    assert columns_with_a_canary(columns_with) == set()
    assert (files_with_a_canary(planner), is_known(planner, records)) == ([], False)
    assert (ask_again()["erased"], ask_again()["kept"]) == (0, [])
    assert planner.state()["state"] == "booked"


WORDS = {
    "en": (
        "A change is not settled yet; the data are erased as soon as it is.",
        "Please look it up in Carloop and settle it",
        "Carloop keeps customer data of its own; please erase them there separately.",
    ),
    "de": (
        "Eine Änderung ist noch nicht geklärt; die Daten werden gelöscht, sobald sie geklärt ist.",
        "Bitte prüfen und klären Sie sie in Carloop",
        "Carloop bewahrt eigene Kundendaten auf; bitte löschen Sie diese dort gesondert.",
    ),
}


@pytest.mark.parametrize("locale", WORDS)
def test_why_and_how_long_data_are_kept(planner, lost_booking, records, locale):
    """In the caller's language: an open change, until the next round at least, or one set aside."""
    waits, set_aside, carloop = WORDS[locale]
    lost_booking(times=100)
    report = ask(planner, appointment_ids=[planner.id], locale=locale)
    assert (report["kept"][0]["reason"], report["remarks"][0]) == (waits, carloop)
    # long ago, and by a clock that was set back since
    for seconds in (90, 86400, -200_000):
        planner.let_requests_age(seconds)
        before = datetime.now(UTC)
        (kept,) = ask(planner, [CUSTOMER["number"]])["kept"]
        waits_for = datetime.fromisoformat(kept["until"]) - before
        assert timedelta(seconds=59) <= waits_for < timedelta(minutes=2)
    with records() as store:
        store.database.transact(lambda: store.database.query("UPDATE intents SET tries = 20"))
    assert set_aside in ask(planner, [CUSTOMER["number"]], locale=locale)["kept"][0]["reason"]


FORMER = CUSTOMER | {"number": "Kanarie-Jo\u0308  1"}


@pytest.fixture
def former(planner, lost_booking):
    """A change is pending whose payload carries a former customer of the appointment."""
    planner.appointment["customer"] = FORMER
    lost_booking(times=100)
    planner.control.fault("read", "drop_before", times=100)
    planner.save(revision=2, customer={"source": "dms", "number": "4712", "last_name": "Other"})


@pytest.mark.both_databases
@pytest.mark.parametrize("number", [FORMER["number"], "Kanarie-Jö 1", " Kanarie-Jö   1 "])
def test_payload_of_a_former_customer_is_cleared_on_settling(planner, former, columns_with, records, number):
    """It is found however the number is written; the other customer's appointment stays."""
    report = ask(planner, [number, "4713"])
    assert [each["appointment_id"] for each in report["kept"]] == [planner.id]
    assert (report["erased"], is_known(planner, records)) == (0, True)
    planner.control.reset_faults()
    assert [each["status"] for each in planner.reconcile()["settled"]] == ["done"]
    assert columns_with_a_canary(columns_with) == set()
    assert (files_with_a_canary(planner), is_known(planner, records)) == ([], True)
    assert (count_unfinished(records), ask(planner, [FORMER["number"]])["kept"]) == (0, [])


def test_a_payload_without_a_number_is_nobodys(planner, lost_booking):
    """A customer typed by hand need not have one, and a number in another field is not theirs."""
    planner.appointment["customer"] = {"source": "manual", "last_name": "4713"}
    lost_booking(times=100)
    assert ask(planner, ["4713", "", " "])["kept"] == []


def test_an_appointment_erased_after_its_former_customer_goes_too(planner, former, records):
    """Whichever of the two asks first."""
    for number in (FORMER["number"], "4712", FORMER["number"]):
        ask(planner, [number])
    planner.control.reset_faults()
    planner.reconcile()
    assert not is_known(planner, records)


def test_large_records_are_rewritten_later(planner, records, caplog, monkeypatch):
    """What the file may still hold is said, also in the log, and the next reconcile that can finishes it."""
    monkeypatch.setattr(reconcile, "LARGEST_AT_ONCE", 1)
    monkeypatch.setattr(Records, "is_on_server", True)  # which is said too
    planner.save()
    report = ask(planner, [CUSTOMER["number"]])
    assert (report["erased"], len(report["remarks"])) == (1, 3)
    assert "erasure.put_off {}" in caplog.text
    planner.reconcile()
    assert count_unfinished(records) == 1
    monkeypatch.setattr(reconcile, "LARGEST_AT_ONCE", 2**20)
    planner.reconcile()
    assert count_unfinished(records) == 0


def test_erasing_needs_no_carloop(planner, monkeypatch):
    """It works without any settings; of an unknown number or appointment there is nothing to erase."""
    planner.save()
    for name in ("CARLOOP_BASE_URL", "CARLOOP_TOKEN"):
        monkeypatch.delenv(name)
    report = ask(planner, ["4712"], ["A-never-seen"])
    assert (report["erased"], report["kept"]) == (0, [])
    assert ask(planner, [CUSTOMER["number"]])["erased"] == 1


def test_a_preview_shows_what_an_erasure_does(planner, lost_booking, records):
    """What is erased now, and what waits for a pending change; nothing is changed by looking."""
    planner.save()
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as services:
        context = services.context
        found = preview_erasure([CUSTOMER["number"]], [AppointmentId("A-unknown")], context)
        assert (found.appointments, found.kept, found.files) == ((planner.id,), (), ())
        assert preview_erasure([], [planner.id], context) == found
    assert is_known(planner, records)
    lost_booking()
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as services:
        found = preview_erasure([CUSTOMER["number"]], [], services.context)
    (kept,) = found.kept
    assert (found.appointments, kept.appointment_id, kept.is_set_aside) == ((), planner.id, False)
    assert kept.until > bootstrap.CLOCK.now()


def test_a_preview_shows_what_a_former_customer_waits_for(planner, former):
    """The payload names them, though the appointment is another customer's by now."""
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as services:
        found = preview_erasure([FORMER["number"]], [], services.context)
    assert (found.appointments, [each.appointment_id for each in found.kept]) == ((), [planner.id])
