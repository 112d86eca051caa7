"""Erasure in the records: now where nothing needs the data, else in the transaction that settles the change."""

import random
import sys
import threading
import time
from dataclasses import replace

import pytest

from carloop_plugin.intents import Outcome, OutcomeStatus
from carloop_plugin.model import Action, AppointmentId, ChangeId
from carloop_plugin.store import connection
from carloop_plugin.store.copying import copy_records
from carloop_plugin.store.opening import source_of
from carloop_plugin.store.pool import SqliteFile
from carloop_plugin.store.rows import appointment_row, intent_row
from carloop_plugin.store.statements import insert

A1, C1, C2 = AppointmentId("A-1"), ChangeId("c-1"), ChangeId("c-2")
DONE = Outcome(C1, OutcomeStatus.DONE)
ANY = sys.maxsize


def test_what_nothing_needs_is_erased_at_once(store, make_appointment):
    """The count says how many; asking again erases nothing more."""
    store.save_appointment(make_appointment())
    assert store.forget_appointments([A1, AppointmentId("A-never")]) == 1
    assert store.appointment(A1) is None
    assert store.forget_appointments([A1]) == 0


def test_a_number_is_looked_up_and_not_searched_for(store, make_appointment, monkeypatch):
    """A workshop's records grow for ten years; erasing one customer reads that customer's rows."""
    db = store.database

    def fill():
        for number in range(2000):
            made = make_appointment(f"A-{number:04}", key=store.number_key, number=str(number))
            insert(db, "appointments", appointment_row(made))

    db.transact(fill)
    db.transact(lambda: db.execute("ANALYZE"))
    asked = []
    query = type(db).query

    def noted(self, sql, values=()):
        asked.append((sql, values))
        return query(self, sql, values)

    monkeypatch.setattr(type(db), "query", noted)
    assert store.appointments_numbered("815") == ["A-0815"]
    monkeypatch.undo()
    explain = "EXPLAIN " if db.IS_SERVER else "EXPLAIN QUERY PLAN "
    looks = [(sql, values) for sql, values in asked if "appointments" in sql]
    plan = str([db.query(explain + sql, values) for sql, values in looks])
    assert (len(looks), "appointments_by_number" in plan) == (1, True), plan


def test_numbers_are_found_in_copied_records(file, path, postgres, make_appointment):
    """The key goes with the digests, to the other database and back."""
    with file.open(deadline=time.monotonic() + 30) as store:
        store.save_appointment(make_appointment(key=store.number_key))
    address, back = postgres.new_database(), str(path.with_name("back.sqlite3"))
    for origin, target in ((str(path), address), (address, back)):
        assert copy_records(origin, target, deadline=time.monotonic() + 30).is_whole
        source = source_of(target)
        with source.open(deadline=time.monotonic() + 30) as store:
            assert store.appointments_numbered("4711") == [A1]
        source.close()


def test_each_records_have_a_key_of_their_own(tmp_path):
    """Digests of one workshop's records say nothing about another's."""
    keys = set()
    for name in ("one", "other"):
        file = SqliteFile(tmp_path / name)
        for _ in range(2):
            with file.open(deadline=time.monotonic() + 30) as store:
                keys.add(store.number_key)
        file.close()
    assert (len(keys), {len(each) for each in keys}) == (2, {32})


@pytest.mark.parametrize("way", ["settled", "given up", "forgotten"])
def test_what_a_change_needs_is_erased_when_it_ends(store, make_appointment, make_intent, way):
    """However the change ends, nobody has to ask for the erasure again."""
    store.save_appointment(make_appointment(key=store.number_key))
    store.record(make_intent())
    assert store.forget_appointments([A1]) == 0
    assert (store.appointments_numbered("4711")[0], store.unfinished_erasures()) == (A1, 0)
    match way:
        case "settled":
            store.settle(C1, DONE)
        case "given up":
            store.record(make_intent("c-2", action=Action.CANCEL, gives_up=C1, body=None))
            store.settle_given_up(
                replace(DONE, status=OutcomeStatus.REFUSED), Outcome(C2, OutcomeStatus.DONE)
            )
        case "forgotten":
            store.forget_intent(C1)
    assert (store.appointment(A1), store.unfinished_erasures()) == (None, 1)
    assert store.finish_erasures(largest=ANY)
    assert store.unfinished_erasures() == 0


def test_a_payload_alone_is_erased_when_its_change_ends(store, make_appointment, make_intent):
    """The appointment is another customer's by now: it stays, and the files are cleared all the same."""
    store.save_appointment(make_appointment())
    store.record(make_intent())
    store.forget_payloads([A1])
    assert store.unfinished_erasures() == 0
    store.settle(C1, DONE)
    assert (store.appointment(A1) is not None, store.unfinished_erasures()) == (True, 1)
    assert (store.finish_erasures(largest=ANY), store.unfinished_erasures()) == (True, 0)


@pytest.mark.parametrize("is_asked_first", [True, False])
def test_an_appointment_asked_for_goes_whoever_asks_first(
    store, make_appointment, make_intent, is_asked_first
):
    """That a payload alone was asked for as well takes nothing back."""
    store.save_appointment(make_appointment())
    store.record(make_intent())
    asked = [store.forget_appointments, store.forget_payloads]
    for ask in asked if is_asked_first else reversed(asked):
        ask([A1])
    store.settle(C1, DONE)
    assert store.appointment(A1) is None


def test_an_appointment_saved_anew_outlives_the_erasure_of_a_payload(store, make_appointment, make_intent):
    """An erasure of all of it was done, and only the files were still to be cleared."""
    store.forget_appointments([A1])
    store.save_appointment(make_appointment())
    store.record(make_intent())
    store.forget_payloads([A1])
    store.settle(C1, DONE)
    assert store.appointment(A1) is not None


def test_an_appointment_saved_after_its_erasure_stays(store, make_appointment, make_intent):
    """What is saved under the same id later is remembered, though the files may not be rewritten yet."""
    store.forget_appointments([A1])
    store.save_appointment(make_appointment())
    store.record(make_intent())
    store.settle(C1, DONE)
    assert store.appointment(A1) is not None


@pytest.mark.parametrize("round_", range(5))
def test_an_erasure_at_the_moment_its_change_settles_is_not_missed(
    source, make_appointment, make_intent, round_
):
    """Whichever of the two comes second erases."""
    numbers = range(20)
    with source.open(deadline=time.monotonic() + 30) as store:
        for n in numbers:
            store.save_appointment(make_appointment(f"A-{n}"))
            store.record(make_intent(f"c-{n}", f"A-{n}"))

    def settle(start, number):
        with source.open(deadline=time.monotonic() + 30) as store:
            start.wait()
            store.settle(ChangeId(f"c-{number}"), Outcome(ChangeId(f"c-{number}"), OutcomeStatus.DONE))

    def forget(start, number):
        with source.open(deadline=time.monotonic() + 30) as store:
            start.wait()
            store.forget_appointments([AppointmentId(f"A-{number}")])

    for number in numbers:
        start = threading.Barrier(2)
        works = [threading.Thread(target=work, args=(start, number)) for work in (settle, forget)]
        for work in works:
            work.start()
        for work in works:
            work.join()
        with source.open(deadline=time.monotonic() + 30) as store:
            assert store.appointment(AppointmentId(f"A-{number}")) is None


def test_what_was_missed_is_erased_by_finishing(store, make_appointment, make_intent):
    """Whatever came between, the next round of reconciling finds it."""
    store.save_appointment(make_appointment())
    store.record(make_intent())
    store.forget_appointments([A1])
    db = store.database
    db.transact(lambda: db.execute("DELETE FROM intents"))
    assert store.unfinished_erasures() == 1
    assert store.finish_erasures(largest=ANY)
    assert (store.appointment(A1), store.unfinished_erasures()) == (None, 0)


def test_one_that_is_asked_for_again_meanwhile_stays_noted(store, make_appointment, monkeypatch):
    """Another server erases under the same id while the files are cleared: its traces may still be there."""
    store.forget_appointments([A1])
    scrub = type(store.database).scrub

    def meanwhile(db, *, largest):
        is_done = scrub(db, largest=largest)
        store.save_appointment(make_appointment())
        store.forget_appointments([A1])
        return is_done

    monkeypatch.setattr(type(store.database), "scrub", meanwhile)
    assert store.finish_erasures(largest=ANY)
    assert store.unfinished_erasures() == 1


def test_a_large_file_is_not_rewritten_beside_the_work(file):
    """Nobody can write meanwhile; that it is left to do is remembered."""
    with file.open(deadline=time.monotonic() + 30) as store:
        store.forget_appointments([A1])
        assert (store.finish_erasures(largest=1), store.unfinished_erasures()) == (False, 1)


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_no_byte_of_what_was_erased_is_in_any_file(path, make_intent, monkeypatch, journal):
    """SQLite leaves copies where it moves rows between pages, and in the write-ahead log: after erasing, nowhere."""
    monkeypatch.setattr(connection, "wal_is_safe", lambda _: journal == "wal")
    chance = random.Random(1)
    file, other = SqliteFile(path), SqliteFile(path)
    with file.open(deadline=time.monotonic() + 60) as store, other.open(deadline=time.monotonic() + 60):
        assert store.figures().journal == journal
        for _ in range(10):
            fill_and_settle(store, make_intent, chance)
        store.forget_appointments([A1])
        assert store.finish_erasures(largest=ANY)
        # Looked at while both are open: nothing waits for the last one to close.
        files = {each.name: each.read_bytes().count(b"Canary") for each in path.parent.iterdir()}
    file.close()
    other.close()
    assert {"carloop.sqlite3": 0, "carloop.sqlite3.installation": 0}.items() <= files.items()
    assert sum(files.values()) == 0


def fill_and_settle(store, make_intent, chance):
    """Record a thousand changes with payloads of any length and settle them in any order."""
    ids = [f"{chance.getrandbits(128):032x}" for _ in range(1000)]
    db = store.database

    def fill():
        for each in ids:
            body = b"Canary " * chance.choice([1, 3, 20, 200])
            insert(db, "intents", intent_row(make_intent(each, f"A-{each}", body=body)))

    def settle():
        for each in ids:
            outcome = Outcome(
                ChangeId(each), OutcomeStatus.DONE, rental={"id": "R" * chance.choice([1, 400])}
            )
            store.settle(ChangeId(each), outcome)

    db.transact(fill)
    chance.shuffle(ids)
    db.transact(settle)


def test_others_at_work_put_it_off(path, file, monkeypatch):
    """A reader keeps the write-ahead log from being emptied: that is said, and done as soon as it has gone."""
    monkeypatch.setattr(connection, "wal_is_safe", lambda _: True)
    monkeypatch.setattr(connection, "LONGEST_WAIT", 0.05)
    reader = SqliteFile(path)
    with (
        file.open(deadline=time.monotonic() + 30) as store,
        reader.lend(deadline=time.monotonic() + 30) as other,
    ):
        other.execute("BEGIN")
        assert other.execute("SELECT count(*) FROM intents").fetchone() == (0,)
        store.forget_appointments([A1])
        assert (store.finish_erasures(largest=ANY), store.unfinished_erasures()) == (False, 1)
        other.execute("ROLLBACK")
        assert (store.finish_erasures(largest=ANY), store.unfinished_erasures()) == (True, 0)
    reader.close()


def test_the_deadline_puts_it_off(path, make_intent, monkeypatch):
    """Rewriting ends at the call's deadline, whatever is left to do."""
    monkeypatch.setattr(connection, "_STEPS_BETWEEN_LOOKS", 1)
    file = SqliteFile(path)
    with file.open(deadline=time.monotonic() + 60) as store:
        fill_and_settle(store, make_intent, random.Random(1))
        store.forget_appointments([A1])
    with file.open(deadline=time.monotonic()) as store:
        assert not store.finish_erasures(largest=ANY)
    with file.open(deadline=time.monotonic() + 60) as store:
        assert store.unfinished_erasures() == 1
    file.close()
