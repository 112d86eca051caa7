"""`carloop store copy`, and the doctor of records in PostgreSQL."""

import io
import sys

import pytest

from carloop_plugin.cli.waiting import progress_bar

CANARY = "canary-passwort-0815"
NO_SERVER = f"postgresql://u:{CANARY}@127.0.0.1:1/carloop"


@pytest.fixture
def address(postgres):
    """Name an empty database; its address carries a password that is not asked for."""
    return postgres.new_database().replace("postgres@", f"postgres:{CANARY}@")


def test_from_a_file_to_a_server_and_back(run, planner, address, monkeypatch, tmp_path):
    """A dealer grows from one planner server to several: the booking is there, and the next one works."""
    planner.save()
    rental = planner.book()
    there = run("store", "copy", str(planner.store), address, "--json")
    assert (there.code, there.document["ok"]) == (0, True)
    assert there.document["to"]["rows"] == there.document["from"]["rows"]
    assert there.document["to"]["rows"]["rentals"] == 1
    monkeypatch.setenv("CARLOOP_STORE", address)
    assert planner.state()["rental"]["id"] == rental["id"]
    assert planner.do(planner.cancellation(rental_id=rental["id"]))["status"] == "done"
    german = run("--lang", "de", "store", "copy", address, str(tmp_path / "back.sqlite3"))
    assert german.code == 0
    for word in ("Von", "Nach", "Termine", "Zusammen", "back.sqlite3", "postgresql:///"):
        assert word in german.out
    assert ("Kopiert." in german.err, "PGPASSWORD" in german.err) == (True, True)
    again = run("store", "copy", str(planner.store), address, "--json")
    assert (again.code, again.document["code"], "already" in again.err) == (1, "storage_failed", True)
    monkeypatch.setenv("CARLOOP_STORE", str(tmp_path / "back.sqlite3"))
    assert planner.state()["state"] == "open"
    assert CANARY not in there.text + german.text + again.text


@pytest.mark.parametrize(
    "places",
    [
        ("missing.sqlite3", "new.sqlite3"),
        ("mysql://db.example/carloop", "new.sqlite3"),
        (NO_SERVER, "new.sqlite3"),
    ],
    ids=["no such file", "another database", "no server"],
)
def test_how_it_fails(run, monkeypatch, tmp_path, places):
    """Refused, nothing is made, and no password shown."""
    monkeypatch.chdir(tmp_path)
    ran = run("store", "copy", *places)
    assert (ran.code, list(tmp_path.iterdir())) == (1, [])
    assert CANARY not in ran.text


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_progress_bar_is_for_terminals(monkeypatch, is_terminal):
    """In a pipe there is none."""
    stream = io.StringIO()
    stream.isatty = lambda: is_terminal
    monkeypatch.setattr(sys, "stderr", stream)
    with progress_bar("Copying") as tell:
        tell(1, 3)
        tell(3, 3)
    assert ("3/3" in stream.getvalue()) is is_terminal


def test_the_doctor_of_a_server(run, configured, sandbox, address, monkeypatch):
    """Which PostgreSQL, and where: it is restored, not rebuilt; a token kept here is not the other servers'."""
    monkeypatch.setenv("CARLOOP_STORE", address)
    monkeypatch.setenv("XDG_DATA_HOME", str(configured.parent / "data"))
    ran = run("doctor", "--json")
    report = ran.document
    codes = {each["code"] for each in report["findings"]}
    assert (ran.code, report["ok"], codes & {"rollback_journal", "shared_store_token"}) == (0, True, set())
    assert report["store"]["location"].startswith("postgresql:///carloop_")
    assert report["store"]["engine"].startswith("PostgreSQL 1")
    assert "psycopg" in report["versions"]
    assert CANARY not in ran.text
    rebuilt = run("recover", "--rebuild")
    assert (rebuilt.code, "backup" in rebuilt.err) == (1, True)
    monkeypatch.delenv("CARLOOP_TOKEN")
    assert run("settings", "set", "--token-stdin", given=sandbox.token).code == 0
    findings = run("doctor", "--json").document["findings"]
    assert "shared_store_token" in {each["code"] for each in findings}
