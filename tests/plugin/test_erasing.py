"""Erasure as a host asks for it: by number or appointment, now or as soon as the open change is settled."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from carloop_plugin import bootstrap, erase
from carloop_plugin.store import connection
from mobility_hookspecs import CallContext

if TYPE_CHECKING:
    from tests.support.planner import Planner
else:
    Planner = Any

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
    subjects = {
        "customer_numbers": [CUSTOMER["number"]] if way == "number" else [],
        "appointment_ids": [planner.id] if way == "appointment" else [],
    }
    gathered = planner.host.erase(subjects, locale=locale)
    assert gathered.failures == ()
    return gathered.answers["carloop"]


def columns_with_a_canary(columns_with):
    """Name the columns in which something of the customer stands."""
    return {where for each in CANARIES for where in columns_with(each)}


def files_with_a_canary(planner):
    """Name the files of the store's folder that hold a byte of the customer, journals and files moved aside too."""
    found = (path for path in planner.store.parent.rglob("*") if path.is_file())
    return [path.name for path in found if any(each.encode() in path.read_bytes() for each in CANARIES)]


def is_known(planner):
    """Tell whether the records still have the appointment."""
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as wired:
        return wired.call.store.appointment(planner.id) is not None


def unfinished():
    """Count the erasures that are not finished."""
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as wired:
        return wired.call.store.unfinished_erasures()


def leave_pending(planner, customer=CUSTOMER):
    """Book so that nobody knows what became of it, and give the change."""
    planner.save(customer=customer)
    change = planner.booking()
    planner.control.fault("book", "drop_after", times=100)
    assert planner.do(change)["status"] == "unknown"
    return change


@pytest.fixture(autouse=True)
def journal(request, monkeypatch):
    """Either of SQLite's journals, whatever version this machine has."""
    wanted = getattr(request.node, "callspec", None) and request.node.callspec.params.get(
        "plugin_environment"
    )
    if wanted in ("delete", "wal"):
        monkeypatch.setattr(connection, "wal_is_safe", lambda _: wanted == "wal")


on_files = pytest.mark.parametrize("plugin_environment", ["delete", "wal"], indirect=True)
everywhere = pytest.mark.parametrize("plugin_environment", ["delete", "wal", "postgres"], indirect=True)


@everywhere
@pytest.mark.parametrize("way", WAYS)
def test_a_customer_is_erased(planner, columns_with, way):
    """By number or by appointment: counted, gone from every file, and told that Carloop has a copy of its own."""
    planner.save(customer=CUSTOMER)
    rental = planner.book()
    planner.do(planner.cancellation(rental_id=rental["id"], reason="Kanarie-Grund"))
    report = ask(planner, way)
    assert (report["erased"], report["kept"]) == (1, [])
    assert (
        report["remarks"][0] == "Carloop keeps customer data of its own; please erase them there separately."
    )
    assert set() == columns_with_a_canary(columns_with)
    assert (files_with_a_canary(planner), is_known(planner)) == ([], False)
    assert ask(planner, way)["erased"] == 0


@everywhere
@pytest.mark.parametrize("way", WAYS)
def test_an_open_change_is_kept_and_erased_on_settling(planner, columns_with, way):
    """It is reported with reason and date, and nobody has to ask again."""
    leave_pending(planner)
    before = datetime.now(UTC)
    report = ask(planner, way)
    (kept,) = report["kept"]
    assert (0, planner.id) == (report["erased"], kept["appointment_id"])
    assert kept["reason"] == "A change is not settled yet; the data are erased as soon as it is."
    until = datetime.fromisoformat(kept["until"])
    assert before < until < datetime.now(UTC) + timedelta(minutes=2)
    assert columns_with_a_canary(columns_with) == {"intents.body"}
    planner.control.calm()
    assert [each["status"] for each in planner.reconcile()["settled"]] == ["done"]
    assert set() == columns_with_a_canary(columns_with)
    assert (files_with_a_canary(planner), is_known(planner)) == ([], False)
    assert (ask(planner, way)["erased"], ask(planner, way)["kept"]) == (0, [])
    assert planner.state()["state"] == "booked"


@pytest.mark.parametrize(
    ("plugin_environment", "is_said"),
    [("sqlite", False), ("postgres", True)],
    indirect=["plugin_environment"],
)
def test_what_a_server_keeps_is_said(planner, is_said):
    """Its log and its backups are not ours to erase from."""
    planner.save(customer=CUSTOMER)
    remarks = ask(planner, "number")["remarks"]
    assert any("(WAL), copies and backups" in each for each in remarks) == is_said
    assert len(remarks) == 1 + is_said


def test_it_is_reported_as_long_as_it_is_kept(planner):
    """Asked again, by the number, while the change is open: the answer is the same."""
    leave_pending(planner)
    first, second = ask(planner, "number"), ask(planner, "number")
    assert first["kept"] == second["kept"] != []


def test_the_reason_is_in_the_callers_language(planner):
    """What the planner shows its data protection officer."""
    leave_pending(planner)
    report = ask(planner, "appointment", "de")
    assert (
        (report["kept"][0]["reason"])
        == "Eine Änderung ist noch ungeklärt; die Daten werden gelöscht, sobald sie geklärt ist."
    )
    assert report["remarks"][0] == "Carloop bewahrt eigene Kundendaten auf; bitte dort gesondert löschen."


def test_a_payload_of_a_former_customer_is_reported(planner):
    """The appointment has another customer by now; the pending change still carries the first one."""
    leave_pending(planner)
    planner.control.fault("read", "drop_before", times=100)
    planner.save(revision=2, customer={"source": "dms", "number": "4712", "last_name": "Other"})
    report = ask(planner, "number")
    assert (0, [planner.id]) == (report["erased"], [each["appointment_id"] for each in report["kept"]])
    assert is_known(planner)


FORMER = CUSTOMER | {"number": "Kanarie-Jo\u0308  1"}


def leave_former(planner):
    """Leave a change pending that carries a former customer, and give it."""
    change = leave_pending(planner, customer=FORMER)
    planner.control.fault("read", "drop_before", times=100)
    planner.save(revision=2, customer={"source": "dms", "number": "4712", "last_name": "Other"})
    return change


@pytest.mark.parametrize("number", ["Kanarie-Jo\u0308  1", "Kanarie-Jö 1", " Kanarie-Jö   1 "])
def test_a_payload_is_found_however_the_number_is_written(planner, number):
    """A payload has the number as it was typed; numbers are compared in their canonical form."""
    leave_former(planner)
    subjects = {"customer_numbers": [number, "4713"], "appointment_ids": []}
    report = planner.host.erase(subjects).answers["carloop"]
    assert [planner.id] == [each["appointment_id"] for each in report["kept"]]


def test_a_payload_without_a_number_is_nobodys(planner):
    """A customer typed by hand need not have one, and a number in another place is none of theirs."""
    customer = {"source": "manual", "last_name": "4713"}
    leave_pending(planner, customer=customer)
    subjects = {"customer_numbers": ["4713", "", " "], "appointment_ids": []}
    assert planner.host.erase(subjects).answers["carloop"]["kept"] == []


@everywhere
def test_a_payload_of_a_former_customer_is_cleared_on_settling(planner, columns_with):
    """The files are cleared of it without being asked for again, and the other customer's appointment stays."""
    leave_former(planner)
    ask_for = {"customer_numbers": [FORMER["number"]], "appointment_ids": []}
    assert len(planner.host.erase(ask_for).answers["carloop"]["kept"]) == 1
    planner.control.calm()
    assert [each["status"] for each in planner.reconcile()["settled"]] == ["done"]
    assert set() == columns_with_a_canary(columns_with)
    assert (files_with_a_canary(planner), is_known(planner)) == ([], True)
    assert (unfinished(), planner.host.erase(ask_for).answers["carloop"]["kept"]) == (0, [])


def test_one_that_is_erased_after_its_former_customer_goes_too(planner):
    """Whoever of the two asks first."""
    leave_former(planner)
    planner.host.erase({"customer_numbers": [FORMER["number"]], "appointment_ids": []})
    planner.host.erase({"customer_numbers": ["4712"], "appointment_ids": []})
    planner.host.erase({"customer_numbers": [FORMER["number"]], "appointment_ids": []})
    planner.control.calm()
    planner.reconcile()
    assert not is_known(planner)


def alter_intents(changes):
    """Alter what the records say of every change."""
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as wired:
        db = wired.call.store.database
        db.transact(lambda: db.execute(f"UPDATE intents SET {changes}"))


def test_what_is_kept_is_never_kept_until_the_past(planner):
    """Carloop was away for a day: the change is not settled before the next round of reconciling."""
    leave_pending(planner)
    planner.let_requests_age(86400)
    before = datetime.now(UTC)
    (kept,) = ask(planner, "number")["kept"]
    assert before + timedelta(seconds=59) <= datetime.fromisoformat(kept["until"])


@pytest.mark.parametrize(("locale", "words"), [("en", "Somebody has to"), ("de", "Es muss jemand")])
def test_what_is_set_aside_needs_a_person(planner, locale, words):
    """Recovery has tried it twenty times, so waiting for it is not what the report asks for."""
    leave_pending(planner)
    alter_intents("tries = 20")
    (kept,) = ask(planner, "number", locale)["kept"]
    assert words in kept["reason"]


@on_files
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
    monkeypatch.setattr(erase, "LARGEST_AT_ONCE", 2**20)
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as wired:
        assert wired.call.store.unfinished_erasures() == 1
        erase.finish_erasures(wired.call)
        assert wired.call.store.unfinished_erasures() == 0


def test_a_stranger_is_erased_of_nothing(planner):
    """An unknown number or appointment is no mistake; there is only nothing to erase."""
    planner.save(customer=CUSTOMER)
    subjects = {"customer_numbers": ["4712"], "appointment_ids": ["A-never-seen"]}
    report = planner.host.erase(subjects).answers["carloop"]
    assert (report["erased"], report["kept"], is_known(planner)) == (0, [], True)


def test_the_hook_needs_no_carloop(planner, monkeypatch, tmp_path):
    """Erasure is about our own records: it works with Carloop out of reach and without any settings."""
    planner.save(customer=CUSTOMER)
    for name in ("CARLOOP_BASE_URL", "CARLOOP_TOKEN"):
        monkeypatch.delenv(name)
    assert ask(planner, "number")["erased"] == 1
