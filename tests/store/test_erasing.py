"""Erasing from the records: at once where no change is pending, else in the transaction that settles the change."""

import random
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from carloop_plugin.domain.changes import Action, Outcome, OutcomeStatus
from carloop_plugin.domain.values import AppointmentId, ChangeId
from carloop_plugin.store.rows import insert, write_row
from carloop_plugin.store.sqlite import database
from carloop_plugin.store.sqlite import file as sqlite_file
from carloop_plugin.store.sqlite.file import SqliteFile
from tests.store.deadlines import soon

A1, C1, C2 = AppointmentId("A-1"), ChangeId("c-1"), ChangeId("c-2")
DONE = Outcome(C1, OutcomeStatus.DONE)
ANY = sys.maxsize


def test_an_appointment_without_pending_changes_is_erased_at_once(store, make_appointment):
    """The count says how many; asking again erases nothing more."""
    store.save_appointment(make_appointment())
    assert store.forget_appointments([A1, AppointmentId("A-never")]) == 1
    assert store.appointments([A1]).get(A1) is None
    assert store.forget_appointments([A1]) == 0


def test_a_former_customers_number_is_erased_as_a_payload_is(store, make_appointment):
    """Of an appointment that is of another customer by now; its present customer's stays."""
    appointments = [make_appointment(key, key=store.number_key) for key in ("A-1", "A-2")]
    former, other = map(store.save_appointment, appointments)
    present = make_appointment("A-1", 2, key=store.number_key, number="4712", last_name="Berg").after(former)
    store.save_appointment(present)
    store.forget_former_customers("4711")
    assert store.appointments([A1]).get(A1).customers == present.customers[1:]
    assert store.appointments([other.id]).get(other.id) == other
    assert store.backlog().unfinished_erasures == 1


def test_each_installation_has_a_key_of_its_own(tmp_path):
    """Digests in one workshop's records say nothing about another's."""
    keys = set()
    for name in ("one", "other"):
        for _ in range(2):
            file = SqliteFile(tmp_path / name)
            with file.open(deadline=soon()) as store:
                keys.add(store.number_key)
            file.close()
    assert (len(keys), {len(each) for each in keys}) == (2, {32})


@pytest.mark.parametrize("way", ["settled", "given up", "forgotten"])
def test_an_appointment_is_erased_when_its_change_ends(store, make_appointment, make_intent, way):
    """However the change ends, nobody has to ask for the erasure again."""
    store.save_appointment(make_appointment(key=store.number_key))
    store.record(make_intent())
    assert store.forget_appointments([A1]) == 0
    assert (store.appointments_numbered("4711")[0], store.backlog().unfinished_erasures) == (A1, 0)
    match way:
        case "settled":
            store.settle(C1, DONE)
        case "given up":
            store.record(make_intent("c-2", action=Action.CANCEL, gives_up=C1, body=None))
            store.settle(
                C2, Outcome(C2, OutcomeStatus.DONE), booking=replace(DONE, status=OutcomeStatus.REFUSED)
            )
        case "forgotten":
            store.forget_intent(C1)
    assert (store.appointments([A1]).get(A1), store.backlog().unfinished_erasures) == (None, 1)
    assert [store.finish_erasures(largest=ANY) for _ in range(2)] == [True, True]
    assert store.backlog().unfinished_erasures == 0


@pytest.mark.parametrize(
    ("asked_before", "asked", "is_kept"),
    [
        ([], ["forget_payloads"], True),
        ([], ["forget_appointments", "forget_payloads"], False),
        ([], ["forget_payloads", "forget_appointments"], False),
        (["forget_appointments"], [], True),
        (["forget_appointments"], ["forget_payloads"], True),
    ],
)
def test_an_appointment_saved_again_outlives_an_earlier_erasure(
    store, make_appointment, make_intent, asked_before, asked, is_kept
):
    """Asking for its payload alone neither erases it nor takes back that all was asked for; the files are cleared."""
    for each in asked_before:
        getattr(store, each)([A1])
    store.save_appointment(make_appointment())
    store.record(make_intent())
    for each in asked:
        getattr(store, each)([A1])
    store.settle(C1, DONE)
    assert (store.appointments([A1]).get(A1) is not None) == is_kept
    assert store.backlog().unfinished_erasures == 1
    assert (store.finish_erasures(largest=ANY), store.backlog().unfinished_erasures) == (True, 0)


def test_an_erasure_at_the_moment_its_change_settles_is_not_missed(source, make_appointment, make_intent):
    """Whichever of the two comes second erases."""
    with source.open(deadline=soon()) as store, ThreadPoolExecutor(2) as pool:
        for number in range(20):
            appointment, change = AppointmentId(f"A-{number}"), ChangeId(f"c-{number}")
            store.save_appointment(make_appointment(appointment))
            store.record(make_intent(change, appointment))
            start = threading.Barrier(2)

            def settle(start=start, change=change):
                with source.open(deadline=soon()) as store:
                    start.wait(20)
                    store.settle(change, Outcome(change, OutcomeStatus.DONE))

            def forget(start=start, appointment=appointment):
                with source.open(deadline=soon()) as store:
                    start.wait(20)
                    store.forget_appointments([appointment])

            for running in [pool.submit(settle), pool.submit(forget)]:
                running.result()
            assert store.appointments([appointment]).get(appointment) is None


def test_finishing_erases_what_was_missed(store, make_appointment, make_intent):
    """Whatever happened in between, the next round of reconciling finds it."""
    store.save_appointment(make_appointment())
    store.record(make_intent())
    store.forget_appointments([A1])
    db = store.database
    db.transact(lambda: db.query("DELETE FROM intents"))
    assert store.backlog().unfinished_erasures == 1
    assert store.finish_erasures(largest=ANY)
    assert (store.appointments([A1]).get(A1), store.backlog().unfinished_erasures) == (None, 0)


def test_an_erasure_asked_for_again_during_clearing_stays_noted(store, make_appointment, monkeypatch):
    """Another server erases under the same id: its bytes may still be in the files."""
    store.forget_appointments([A1])
    scrub = type(store.database).scrub

    def meanwhile(db, *, largest):
        is_done = scrub(db, largest=largest)
        store.save_appointment(make_appointment())
        store.forget_appointments([A1])
        return is_done

    monkeypatch.setattr(type(store.database), "scrub", meanwhile)
    assert store.finish_erasures(largest=ANY)
    assert store.backlog().unfinished_erasures == 1


def fill_and_settle(store, make_intent, make_rental, chance):
    """Record a thousand changes with payloads of any length and settle them in any order."""
    ids = [f"{chance.getrandbits(128):032x}" for _ in range(1000)]
    db = store.database

    def fill():
        for each in ids:
            body = b"Canary " * chance.choice([1, 3, 20, 200])
            insert(db, "intents", write_row(make_intent(each, f"A-{each}", body=body)))

    def settle():
        for each in ids:
            rental = make_rental("R" * chance.choice([1, 400]))
            store.settle(ChangeId(each), Outcome(ChangeId(each), OutcomeStatus.DONE, rental=rental))

    db.transact(fill)
    chance.shuffle(ids)
    db.transact(settle)


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_no_byte_of_what_was_erased_is_in_any_file(path, make_intent, make_rental, monkeypatch, journal):
    """SQLite leaves copies where it moves rows between pages, and in the write-ahead log: after erasing, nowhere."""
    monkeypatch.setattr(database, "JOURNAL", journal)
    chance = random.Random(1)
    file, other = SqliteFile(path), SqliteFile(path)

    def found():
        return {each.name: each.read_bytes().count(b"Canary") for each in path.parent.iterdir()}

    with file.open(deadline=soon(60)) as store, other.open(deadline=soon(60)):
        assert store.figures().journal == journal
        # fewer leave none, whether they are cleared or not
        for _ in range(3):
            fill_and_settle(store, make_intent, make_rental, chance)
        store.forget_appointments([A1])
        assert sum(found().values()) > 0
        assert store.finish_erasures(largest=ANY)
        # Looked at while both are open: nothing waits for the last one to close.
        files = found()
    file.close()
    other.close()
    assert files.keys() >= {"carloop.sqlite3", "carloop.sqlite3.installation"}
    assert set(files.values()) == {0}


def test_a_reader_postpones_clearing(path, file, monkeypatch):
    """It keeps the write-ahead log from being emptied, which is done as soon as it has gone."""
    monkeypatch.setattr(database, "JOURNAL", "wal")
    monkeypatch.setattr(sqlite_file, "LONGEST_WAIT", 0.05)
    reader = SqliteFile(path)
    with file.open(deadline=soon()) as store, reader.lend(deadline=soon()) as lent:
        other = lent.db
        other.execute("BEGIN")
        assert other.execute("SELECT count(*) FROM intents").fetchone()[0] == 0
        store.forget_appointments([A1])
        assert (store.finish_erasures(largest=ANY), store.backlog().unfinished_erasures) == (False, 1)
        other.execute("ROLLBACK")
        assert (store.finish_erasures(largest=ANY), store.backlog().unfinished_erasures) == (True, 0)
    reader.close()


def test_the_deadline_ends_clearing(path, file, make_intent, make_rental, monkeypatch):
    """Whatever is left to do is still noted afterwards."""
    monkeypatch.setattr(database, "_STEPS_BETWEEN_LOOKS", 1)
    with file.open(deadline=soon(60)) as store:
        fill_and_settle(store, make_intent, make_rental, random.Random(1))
        store.forget_appointments([A1])
    with file.open(deadline=soon(0)) as store:
        assert not store.finish_erasures(largest=ANY)
    with file.open(deadline=soon()) as store:
        assert store.backlog().unfinished_erasures == 1
