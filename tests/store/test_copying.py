"""Records are copied whole, to an empty place, or not at all."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from carloop_plugin.domain.accounts import Contact, StoredSettings
from carloop_plugin.domain.changes import Outcome, OutcomeStatus
from carloop_plugin.domain.failures import RuleBroken, StoreFailed
from carloop_plugin.domain.rentals import UnreadableRental
from carloop_plugin.domain.values import AccountId, AppointmentId, ChangeId, Site
from carloop_plugin.store import copying
from carloop_plugin.store.copying import KEYS, copy_records
from carloop_plugin.store.records import source_of
from carloop_plugin.store.sqlite.installation import noted_installation
from tests.store.deadlines import soon

SETTINGS = StoredSettings("https://a.example", "hof")


def is_server(location):
    return location.startswith("postgresql://")


@contextmanager
def opened(location):
    """Open the store of a location, and close it afterwards."""
    source = source_of(location)
    try:
        with source.open(deadline=soon()) as store:
            yield store
    finally:
        source.close()


def dump(location):
    """Return every row of every table."""
    with opened(location) as store:
        return {
            table: store.database.query(f"SELECT * FROM {table} ORDER BY {', '.join(key)}")
            for table, key in KEYS.items()
        }


@pytest.fixture
def target(request, location, tmp_path):
    """Name an empty place of the other kind."""
    if is_server(location):
        return str(tmp_path / "other" / "carloop.sqlite3")
    postgres = request.getfixturevalue("postgres")
    return postgres.new_database()


@pytest.fixture
def filled(location, make_appointment, make_intent, make_rental, monkeypatch):
    """Records with something in every table, and more rentals than fit in two batches."""
    monkeypatch.setattr(copying, "BATCH", 10)
    with opened(location) as store:
        store.save_settings(Site("main"), SETTINGS)
        store.save_appointment(make_appointment(key=store.number_key))
        store.record(make_intent())
        store.settle(ChangeId("c-1"), Outcome(ChangeId("c-1"), OutcomeStatus.DONE), make_rental())
        store.record(make_intent("c-2", "A-2", body="Müller".encode()))
        store.mark_unknown(ChangeId("c-2"), "unreachable", counts=True)
        at = make_rental().updated_at
        store.note_contact(Contact(AccountId("acme"), at, timedelta(seconds=1.5)), position=None)
        store.note_unreadable(UnreadableRental(AccountId("acme"), "R-99", None, at))
        store.forget_appointments([AppointmentId("A-99")])
        rentals = [replace(make_rental(f"R-{n}", f"A-{n}"), updated_at=at) for n in range(2, 30)]
        store.database.transact(lambda: [store.keep_rental(each) for each in rentals])
    return location


@pytest.mark.parametrize("is_opened_before", [False, True])
def test_all_rows_are_copied(filled, target, is_opened_before):
    """In either direction; the installation's id, too, also where the empty place has drawn one of its own."""
    if is_opened_before:
        dump(target)
    seen = []
    copied = copy_records(
        filled, target, deadline=soon(), report=lambda done, total: seen.append((done, total))
    )
    assert dump(target) == dump(filled)
    assert copied.is_whole
    assert copied.counts["rentals"] == (29, 29)
    assert {copied.counts[table][1] for table in KEYS if table not in ("rentals", "intents")} == {1}
    total = sum(here for here, _ in copied.counts.values())
    assert seen[-1] == (total, total)
    assert seen == sorted(seen)
    (file,) = [each for each in (filled, target) if not is_server(each)]
    assert noted_installation(Path(file)) == dump(filled)["installation"][0]["id"]
    with opened(target) as store:
        assert store.appointments_numbered("4711") == ["A-1"]


def test_no_table_is_left_out(filled):
    """A new table fails here until it is copied, too."""
    named = "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, 7) != 'sqlite_'"
    if is_server(filled):
        named = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'carloop'"
    with opened(filled) as store:
        tables = {row["name"] for row in store.database.query(named)}
    assert set(KEYS) == tables - {"_sqlite_migrations", "migrations"}


def test_a_place_with_records_is_refused(filled, target):
    """Nothing is mixed and nothing replaced."""
    with opened(target) as store:
        store.save_settings(Site("north"), SETTINGS)
    before = dump(target)
    with pytest.raises(RuleBroken) as refused:
        copy_records(filled, target, deadline=soon())
    assert refused.value.reason.text == "store.copy_not_empty"
    assert dump(target) == before


@pytest.mark.parametrize("has_records", [True, False])
def test_a_copy_to_the_same_place_is_refused(request, location, tmp_path, has_records):
    """At once, by whatever name, and also where it is empty: the copy would wait for itself."""
    if has_records:
        request.getfixturevalue("filled")
    before, files, link = dump(location), set(tmp_path.iterdir()), tmp_path / "link.sqlite3"
    if is_server(location):
        other_name = location.replace("postgresql://", "postgres://") + "&application_name=other"
    else:
        link.symlink_to(location)
        other_name = str(link)
    for there in (location, other_name):
        with pytest.raises(RuleBroken) as refused:
            copy_records(location, there, deadline=soon(3))
        assert refused.value.reason.text == "store.copy_same"
    assert dump(location) == before
    assert {*tmp_path.iterdir()} - files <= {link}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"Termine;Kunde\n" * 500, "store.copy_no_database"),
        (b"SQLite format 3\0\x10\0\1\1\0\x40\x20\x20" + b"\xff" * 8000, "store.copy_damaged"),
    ],
    ids=["no database", "a damaged one"],
)
def test_a_file_that_is_no_database_is_refused(tmp_path, content, text):
    """As origin and as target, without the advice to rebuild CARLOOP_STORE; the file stays as it is."""
    bad, good = tmp_path / "bad.csv", tmp_path / "good.sqlite3"
    bad.write_bytes(content)
    dump(str(good))
    for origin, target in ((bad, tmp_path / "new.sqlite3"), (good, bad)):
        with pytest.raises(StoreFailed) as failed:
            copy_records(str(origin), str(target), deadline=soon())
        assert (failed.value.reason.text, dict(failed.value.reason.params)["path"]) == (text, str(bad))
    assert bad.read_bytes() == content
    assert not (tmp_path / "new.sqlite3").exists()


def test_an_origin_that_does_not_exist_is_refused(location, target):
    """A mistyped path is an error, and no empty records are left there."""
    with pytest.raises(RuleBroken) as refused:
        copy_records(location, target, deadline=soon())
    assert refused.value.reason.text == "store.copy_nothing"
    for each in (location, target):
        source = source_of(each)
        assert source.identity(deadline=soon()) is None
        source.close()


def test_an_interrupted_copy_leaves_nothing(filled, target):
    """Ctrl-C in the middle: the other place is as empty as before, and the copy can begin again."""

    def interrupt(done, _total):
        if done > 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_records(filled, target, deadline=soon(), report=interrupt)
    assert {len(rows) for table, rows in dump(target).items() if table != "installation"} == {0}
    assert copy_records(filled, target, deadline=soon()).is_whole


def test_nobody_can_write_during_a_copy(filled, target):
    """What was written after it was copied would be lost."""
    source, refused = source_of(filled), []

    def write(done, _total):
        if not refused:
            with pytest.raises(StoreFailed) as failed, source.open(deadline=soon(0.2)) as store:
                store.save_settings(Site("late"), StoredSettings("https://b.example"))
            refused.append(failed.value.reason.code)

    copy_records(filled, target, deadline=soon(), report=write)
    source.close()
    assert refused == ["busy"]


def test_records_in_use_are_refused(filled, target):
    """A change that another server is sending would be pending in one place and settled in the other."""
    with opened(filled) as store:
        assert store.lease(ChangeId("c-2")) is not None
        held = "UPDATE intents SET lease_holder = 'another-server/1/any' WHERE change_id = 'c-2'"
        store.database.transact(lambda: store.database.query(held))
    with pytest.raises(RuleBroken) as refused:
        copy_records(filled, target, deadline=soon())
    assert refused.value.reason.text == "store.copy_in_use"


def cut_off(postgres, database):
    """End all connections to a database, and allow no new ones."""
    postgres.do(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
    postgres.do(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")


@pytest.mark.parametrize("fails", ["origin", "target"])
def test_an_error_names_the_side_that_failed(postgres, monkeypatch, fails):
    """Although one transaction runs within the other."""
    monkeypatch.setattr(copying, "BATCH", 1)
    places = {"origin": postgres.new_database(), "target": postgres.new_database()}
    with opened(places["origin"]) as store:
        for site in ("main", "north"):
            store.save_settings(Site(site), SETTINGS)
    database = places[fails].partition("?")[0].rpartition("/")[2]
    with pytest.raises(StoreFailed) as failed:
        copy_records(
            *places.values(),
            deadline=soon(),
            report=lambda done, _total: done == 1 and cut_off(postgres, database),
        )
    assert dict(failed.value.reason.params)["path"] == f"postgresql:///{database}"
