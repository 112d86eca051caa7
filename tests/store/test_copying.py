"""Records are copied whole, to an empty place, or not at all."""

import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from carloop_plugin.intents import Outcome, OutcomeStatus
from carloop_plugin.model import (
    AccountId,
    AppointmentId,
    ChangeId,
    Refused,
    Site,
    StoredSettings,
    StoreFailed,
    UnreadableRental,
)
from carloop_plugin.store import copying, postgres_connection
from carloop_plugin.store.copying import KEYS, copy_records
from carloop_plugin.store.damaged import noted_installation
from carloop_plugin.store.opening import source_of


def soon(seconds=30):
    return time.monotonic() + seconds


@pytest.fixture
def target(request, location, tmp_path):
    """Name an empty place of the other kind."""
    if location.startswith("postgresql://"):
        return str(tmp_path / "other" / "carloop.sqlite3")
    postgres = request.getfixturevalue("postgres")
    return postgres.new_database()


@pytest.fixture
def filled(location, make_appointment, make_intent, make_rental, monkeypatch):
    """Records with something in every table, and more rentals than fit in two batches."""
    monkeypatch.setattr(copying, "BATCH", 10)
    source = source_of(location)
    with source.open(deadline=soon()) as store:
        store.save_settings(Site("main"), StoredSettings("https://a.example", "hof"))
        store.save_appointment(make_appointment())
        store.record(make_intent())
        store.settle(ChangeId("c-1"), Outcome(ChangeId("c-1"), OutcomeStatus.DONE), make_rental())
        store.record(make_intent("c-2", "A-2", body="Müller".encode()))
        store.mark_unknown(ChangeId("c-2"), "unreachable", counts=True)
        at = make_rental().updated_at
        store.note_contact(AccountId("acme"), at=at, skew=timedelta(seconds=1.5), position=None)
        store.note_unreadable(UnreadableRental(AccountId("acme"), "R-99", None, at))
        store.forget_appointments([AppointmentId("A-99")])
        rentals = [replace(make_rental(f"R-{n}", f"A-{n}"), updated_at=at) for n in range(2, 30)]
        store.database.transact(lambda: [store.keep_rental(each) for each in rentals])
    source.close()
    return location


def dump(location):
    """Give every row of every table."""
    source = source_of(location)
    with source.open(deadline=soon()) as store:
        rows = {
            table: store.database.query(f"SELECT * FROM {table} ORDER BY {', '.join(key)}")
            for table, key in KEYS.items()
        }
    source.close()
    return rows


def test_all_of_it_arrives(filled, target):
    """Row by row, in either direction, and both sides are counted afterwards."""
    seen = []
    copied = copy_records(
        filled, target, deadline=soon(), tell=lambda done, total: seen.append((done, total))
    )
    assert dump(filled) == dump(target)
    assert copied.is_whole
    assert copied.counts["rentals"] == (29, 29)
    assert {copied.counts[table][1] for table in KEYS if table not in ("rentals", "intents")} == {1}
    total = sum(here for here, _ in copied.counts.values())
    assert seen[-1] == (total, total)
    assert sorted(seen) == seen


def test_no_table_is_left_out(filled):
    """A new table fails here until it is copied, too."""
    source = source_of(filled)
    with source.open(deadline=soon()) as store:
        named = {
            "SQLite": "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, 7) != 'sqlite_'",
            "PostgreSQL": "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'carloop'",
        }[store.database.engine.split()[0]]
        tables = {row["name"] for row in store.database.query(named)}
    source.close()
    assert set(KEYS) == tables - {"_sqlite_migrations", "migrations"}


def test_it_is_the_same_installation(filled, target):
    """Else its references at Carloop would not be ours any more."""
    copy_records(filled, target, deadline=soon())
    ids = [dump(each)["installation"][0]["id"] for each in (filled, target)]
    assert ids[0] == ids[1]
    for location in (filled, target):
        if not location.startswith("postgresql://"):
            assert ids[0] == noted_installation(Path(location))


def test_a_place_that_was_only_looked_at_is_empty(filled, target):
    """The doctor may have been there first, and drawn an installation's id."""
    first = dump(target)["installation"]
    copy_records(filled, target, deadline=soon())
    assert dump(filled) == dump(target)
    assert first != dump(target)["installation"]
    if not target.startswith("postgresql://"):
        assert dump(target)["installation"][0]["id"] == noted_installation(Path(target))


def test_a_place_with_records_is_refused(filled, target):
    """Nothing is mixed and nothing replaced."""
    source = source_of(target)
    with source.open(deadline=soon()) as store:
        store.save_settings(Site("north"), StoredSettings("https://b.example"))
    source.close()
    before = dump(target)
    with pytest.raises(Refused) as refused:
        copy_records(filled, target, deadline=soon())
    assert refused.value.reason.text == "store.copy_not_empty"
    assert dump(target) == before


def other_name(location, folder):
    """Name the same place in another way."""
    if location.startswith("postgresql://"):
        return location.replace("postgresql://", "postgres://") + "&application_name=other"
    link = folder / "link.sqlite3"
    link.symlink_to(location)
    return str(link)


@pytest.mark.parametrize("has_records", [True, False])
def test_one_and_the_same_place_is_refused(request, location, tmp_path, has_records):
    """At once, by whatever name, and although there may be nothing in it: it would wait for itself."""
    if has_records:
        request.getfixturevalue("filled")
    before, files = dump(location), sorted(tmp_path.iterdir())
    for there in (location, other_name(location, tmp_path)):
        with pytest.raises(Refused) as refused:
            copy_records(location, there, deadline=soon(3))
        assert refused.value.reason.text == "store.copy_same"
    assert dump(location) == before
    assert {"link.sqlite3"} >= {each.name for each in tmp_path.iterdir() if each not in files}


def test_two_databases_of_one_server_are_two(postgres):
    """Neither their names nor their servers tell them apart, but what they are."""
    origin, target = postgres.new_database(), postgres.new_database()
    dump(origin)
    assert copy_records(origin, target, deadline=soon()).is_whole


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"Termine;Kunde\n" * 500, "store.copy_no_database"),
        (b"SQLite format 3\0\x10\0\1\1\0\x40\x20\x20" + b"\xff" * 8000, "store.copy_damaged"),
    ],
)
def test_a_file_that_is_no_database_is_called_so(tmp_path, content, text):
    """From there or to there; to rebuild CARLOOP_STORE would not mend it, and the file stays as it is."""
    bad, good = tmp_path / "bad.csv", tmp_path / "good.sqlite3"
    bad.write_bytes(content)
    dump(str(good))
    for origin, target in ((bad, tmp_path / "new.sqlite3"), (good, bad)):
        with pytest.raises(StoreFailed) as failed:
            copy_records(str(origin), str(target), deadline=soon())
        assert (text, str(bad)) == (failed.value.reason.text, dict(failed.value.reason.params)["path"])
    assert bad.read_bytes() == content
    assert not (tmp_path / "new.sqlite3").exists()


def test_where_nothing_is_nothing_is_made(location, target):
    """A mistyped path is told, and no empty records are left there."""
    with pytest.raises(Refused) as refused:
        copy_records(location, target, deadline=soon())
    assert refused.value.reason.text == "store.copy_nothing"
    for each in (location, target):
        source = source_of(each)
        assert not source.exists(deadline=soon())
        source.close()


def test_a_copy_that_breaks_off_leaves_nothing(filled, target):
    """Ctrl-C in the middle: the other place is as empty as before, and the copy can begin again."""

    def interrupt(done, _total):
        if done > 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_records(filled, target, deadline=soon(), tell=interrupt)
    assert {len(rows) for table, rows in dump(target).items() if table != "installation"} == {0}
    assert copy_records(filled, target, deadline=soon()).is_whole


def test_nobody_writes_meanwhile(filled, target):
    """What was written after it was copied would be lost."""
    source, refused = source_of(filled), []

    def write(done, _total):
        if not refused:
            with source.open(deadline=soon(0.2)) as store, pytest.raises(StoreFailed) as failed:
                store.save_settings(Site("late"), StoredSettings("https://b.example"))
            refused.append(failed.value.reason.code)

    copy_records(filled, target, deadline=soon(), tell=write)
    source.close()
    assert refused == ["busy"]


def test_records_in_use_are_refused(filled, target):
    """A change on its way would be pending in one place and settled in the other."""
    hold = """
import sys, time
from carloop_plugin.store.opening import source_of
source = source_of(sys.argv[1])
with source.open(deadline=time.monotonic() + 30) as store:
    print(store.lease("c-2") is not None, flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", hold, filled], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as planner:
        assert planner.stdout is not None
        assert planner.stdout.readline() == "True\n"
        with pytest.raises(Refused) as refused:
            copy_records(filled, target, deadline=soon())
        planner.kill()
    assert refused.value.reason.text == "store.copy_in_use"
    assert copy_records(filled, target, deadline=soon()).is_whole


def cut_off(postgres, database):
    """End whoever is connected to a database, and let nobody in any more."""
    postgres.do(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
    postgres.do(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")


@pytest.mark.parametrize("fails", ["origin", "target"])
def test_what_fails_is_told_of_the_side_that_failed(postgres, monkeypatch, fails):
    """Whoever reads it looks at the right server, though one transaction runs within the other."""
    monkeypatch.setattr(copying, "BATCH", 1)
    places = {"origin": postgres.new_database(), "target": postgres.new_database()}
    source = source_of(places["origin"])
    with source.open(deadline=soon()) as store:
        for site in ("main", "north"):
            store.save_settings(Site(site), StoredSettings("https://a.example"))
    source.close()
    database = places[fails].partition("?")[0].rpartition("/")[2]
    with pytest.raises(StoreFailed) as failed:
        copy_records(
            *places.values(),
            deadline=soon(),
            tell=lambda done, _total: done == 1 and cut_off(postgres, database),
        )
    assert dict(failed.value.reason.params)["path"] == f"postgresql:///{database}"


def test_a_damaged_origin_is_not_taken_for_the_target(tmp_path, monkeypatch):
    """Of two files, too, where the damage lies on a page that is read last."""
    origin, target = tmp_path / "origin.sqlite3", tmp_path / "target.sqlite3"
    monkeypatch.setattr(copying, "BATCH", 1)
    source = source_of(str(origin))
    with source.open(deadline=soon()) as store:
        for number in range(300):
            store.save_settings(Site(f"s{number}"), StoredSettings("https://a.example/" + "x" * 200))
    source.close()
    with origin.open("r+b") as file:
        file.seek(-40960, 2)
        file.write(b"\xff" * 36864)
    with pytest.raises(StoreFailed) as failed:
        copy_records(str(origin), str(target), deadline=soon())
    assert ("store.copy_damaged", str(origin)) == (
        failed.value.reason.text,
        dict(failed.value.reason.params)["path"],
    )


def test_a_long_pause_breaks_nothing(filled, target, monkeypatch):
    """A laptop that sleeps for a while in the middle: a server ends our idle transactions otherwise."""
    short = postgres_connection._PREPARE.replace(b"'20s'", b"'100ms'")
    assert short != postgres_connection._PREPARE
    monkeypatch.setattr(postgres_connection, "_PREPARE", short)
    seen = []

    def pause(done, _total):
        seen.append(done)
        time.sleep(0.25)

    assert copy_records(filled, target, deadline=soon(), tell=pause).is_whole
    assert sorted(seen) == seen
