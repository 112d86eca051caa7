"""Erasure as a host asks for it: by number or appointment, now or as soon as the open change is settled."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from carloop_plugin import bootstrap, erase
from mobility_hookspecs import CallContext

CUSTOMER = {
    "source": "dms",
    "number": "Kanarie-4711",
    "first_name": "Kanarie-Jörg",
    "last_name": "Kanarie-Müller",
    "email": "kanarie@example.org",
}

CANARIES = ("Kanarie-", "kanarie@")
WAYS = ["number", "appointment"]


def ask(planner, way, locale="en"):
    """Ask for the erasure of the planner's customer or appointment."""
    numbers = [CUSTOMER["number"]] if way == "number" else []
    return ask_for(planner, numbers, [planner.id] if way == "appointment" else [], locale)


def ask_for(planner, numbers, appointment_ids=(), locale="en"):
    """Ask for an erasure, and return the report."""
    subjects = {"customer_numbers": [*numbers], "appointment_ids": [*appointment_ids]}
    gathered = planner.host.erase(subjects, locale=locale)
    assert gathered.failures == ()
    return gathered.answers["carloop"]


def columns_with_a_canary(columns_with):
    """Return the columns that hold something of the customer."""
    return {where for each in CANARIES for where in columns_with(each)}


def files_with_a_canary(planner):
    """Return the files of the store's folder that hold something of the customer, journals and moved files too."""
    found = (path for path in planner.store.parent.rglob("*") if path.is_file())
    return [path.name for path in found if any(each.encode() in path.read_bytes() for each in CANARIES)]


def is_known(planner):
    """Return whether the records still have the appointment."""
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as wired:
        return wired.call.store.appointment(planner.id) is not None


def unfinished():
    """Count the erasures that are not finished."""
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as wired:
        return wired.call.store.unfinished_erasures()


def leave_pending(planner, customer=CUSTOMER):
    """Book so that the outcome is unknown, and return the change."""
    planner.save(customer=customer)
    change = planner.booking()
    planner.control.fault("book", "drop_after", times=100)
    assert planner.do(change)["status"] == "unknown"
    return change


@pytest.mark.both_databases
@pytest.mark.parametrize("way", WAYS)
def test_a_customer_is_erased(planner, columns_with, way):
    """By number or by appointment: counted, and gone from every file; what others keep is said."""
    planner.save(customer=CUSTOMER)
    rental = planner.book()
    planner.do(planner.cancellation(rental_id=rental["id"], reason="Kanarie-Grund"))
    report = ask(planner, way)
    assert (report["erased"], report["kept"]) == (1, [])
    carloop, *server = report["remarks"]
    assert carloop == "Carloop keeps customer data of its own; please erase them there separately."
    is_server = os.environ["CARLOOP_STORE"].startswith("postgresql")
    assert ["(WAL), copies and backups" in each for each in server] == [True] * is_server
    assert columns_with_a_canary(columns_with) == set()
    assert (files_with_a_canary(planner), is_known(planner)) == ([], False)
    assert ask(planner, way)["erased"] == 0


@pytest.mark.both_databases
@pytest.mark.parametrize("way", WAYS)
def test_an_open_change_is_kept_and_erased_on_settling(planner, columns_with, way):
    """It is reported with reason and date as long as it is open, and nobody has to ask again."""
    leave_pending(planner)
    before = datetime.now(UTC)
    report = ask(planner, way)
    (kept,) = report["kept"]
    assert (report["erased"], kept["appointment_id"]) == (0, planner.id)
    until = datetime.fromisoformat(kept["until"])
    assert before < until < datetime.now(UTC) + timedelta(minutes=2)
    assert ask(planner, way)["kept"] == [kept]
    assert columns_with_a_canary(columns_with) == {"intents.body"}
    planner.control.calm()
    assert [each["status"] for each in planner.reconcile()["settled"]] == ["done"]
    assert columns_with_a_canary(columns_with) == set()
    assert (files_with_a_canary(planner), is_known(planner)) == ([], False)
    assert (ask(planner, way)["erased"], ask(planner, way)["kept"]) == (0, [])
    assert planner.state()["state"] == "booked"


WORDS = {
    "en": (
        "A change is not settled yet; the data are erased as soon as it is.",
        "Somebody has to",
        "Carloop keeps customer data of its own; please erase them there separately.",
    ),
    "de": (
        "Eine Änderung ist noch ungeklärt; die Daten werden gelöscht, sobald sie geklärt ist.",
        "Es muss jemand",
        "Carloop bewahrt eigene Kundendaten auf; bitte dort gesondert löschen.",
    ),
}


@pytest.mark.parametrize("locale", WORDS)
def test_the_reason_why_data_are_kept(planner, locale):
    """In the caller's language: an open change, or one that recovery has left to a person."""
    waits, set_aside, carloop = WORDS[locale]
    leave_pending(planner)
    report = ask(planner, "appointment", locale)
    assert (report["kept"][0]["reason"], report["remarks"][0]) == (waits, carloop)
    alter_intents("tries = 20")
    assert set_aside in ask(planner, "number", locale)["kept"][0]["reason"]


def alter_intents(changes):
    """Alter what the records say of every change."""
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as wired:
        db = wired.call.store.database
        db.transact(lambda: db.execute(f"UPDATE intents SET {changes}"))


FORMER = CUSTOMER | {"number": "Kanarie-Jo\u0308  1"}


def leave_former(planner):
    """Leave a change pending whose payload carries a former customer of the appointment."""
    leave_pending(planner, customer=FORMER)
    planner.control.fault("read", "drop_before", times=100)
    planner.save(revision=2, customer={"source": "dms", "number": "4712", "last_name": "Other"})


@pytest.mark.parametrize("number", ["Kanarie-Jo\u0308  1", "Kanarie-Jö 1", " Kanarie-Jö   1 "])
def test_a_payload_of_a_former_customer_is_kept(planner, number):
    """It is found however the number is written, and the other customer's appointment stays."""
    leave_former(planner)
    report = ask_for(planner, [number, "4713"])
    assert [each["appointment_id"] for each in report["kept"]] == [planner.id]
    assert (report["erased"], is_known(planner)) == (0, True)


def test_a_payload_without_a_number_is_nobodys(planner):
    """A customer typed by hand need not have one, and a number in another field is not theirs."""
    leave_pending(planner, customer={"source": "manual", "last_name": "4713"})
    assert ask_for(planner, ["4713", "", " "])["kept"] == []


@pytest.mark.both_databases
def test_a_payload_of_a_former_customer_is_cleared_on_settling(planner, columns_with):
    """The files are cleared of it without being asked for again, and the other customer's appointment stays."""
    leave_former(planner)
    assert len(ask_for(planner, [FORMER["number"]])["kept"]) == 1
    planner.control.calm()
    assert [each["status"] for each in planner.reconcile()["settled"]] == ["done"]
    assert columns_with_a_canary(columns_with) == set()
    assert (files_with_a_canary(planner), is_known(planner)) == ([], True)
    assert (unfinished(), ask_for(planner, [FORMER["number"]])["kept"]) == (0, [])


def test_an_appointment_erased_after_its_former_customer_goes_too(planner):
    """Whichever of the two asks first."""
    leave_former(planner)
    for number in (FORMER["number"], "4712", FORMER["number"]):
        ask_for(planner, [number])
    planner.control.calm()
    planner.reconcile()
    assert not is_known(planner)


@pytest.mark.parametrize("seconds", [90, 86400])
def test_data_are_kept_until_the_next_reconciling_at_least(planner, seconds):
    """However long ago the change was sent: it is not settled before the next round."""
    leave_pending(planner)
    planner.let_requests_age(seconds)
    before = datetime.now(UTC)
    (kept,) = ask(planner, "number")["kept"]
    assert datetime.fromisoformat(kept["until"]) >= before + timedelta(seconds=59)


def test_files_moved_aside_are_erased(planner):
    """A store that was damaged with a pending change in it still holds the customer, wherever it was moved."""
    leave_pending(planner)
    planner.damage()
    aside, _ = bootstrap.rebuild_store(deadline=CallContext.within(10).deadline)
    assert aside is not None
    assert any(aside.name in name for name in files_with_a_canary(planner))
    planner.save()
    ask(planner, "number")
    planner.reconcile()
    assert files_with_a_canary(planner) == []


def test_large_records_are_rewritten_later(planner, monkeypatch):
    """What the file may still hold is said, the next reconcile that can finishes it, and the count is right."""
    monkeypatch.setattr(erase, "LARGEST_AT_ONCE", 1)
    planner.save(customer=CUSTOMER)
    report = ask(planner, "number")
    assert (report["erased"], len(report["remarks"])) == (1, 2)
    planner.reconcile()
    assert unfinished() == 1
    monkeypatch.setattr(erase, "LARGEST_AT_ONCE", 2**20)
    planner.reconcile()
    assert unfinished() == 0


def test_an_unknown_customer(planner):
    """An unknown number or appointment is no mistake; there is only nothing to erase."""
    planner.save(customer=CUSTOMER)
    report = ask_for(planner, ["4712"], ["A-never-seen"])
    assert (report["erased"], report["kept"], is_known(planner)) == (0, [], True)


def test_the_hook_needs_no_carloop(planner, monkeypatch):
    """Erasure is about our own records: it works with Carloop out of reach and without any settings."""
    planner.save(customer=CUSTOMER)
    for name in ("CARLOOP_BASE_URL", "CARLOOP_TOKEN"):
        monkeypatch.delenv(name)
    assert ask(planner, "number")["erased"] == 1
