"""`carloop store copy`, and the doctor of a shared store."""

import io
import sys

import pytest

from carloop_plugin.cli.progress import counting

CANARY = "canary-passwort-0815"


@pytest.fixture
def address(postgres):
    """An empty database; its address carries a password that is not asked for."""
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
    back = run("store", "copy", address, str(tmp_path / "back.sqlite3"))
    assert back.code == 0
    monkeypatch.setenv("CARLOOP_STORE", str(tmp_path / "back.sqlite3"))
    assert planner.state()["state"] == "open"
    assert CANARY not in there.out + there.err + back.out + back.err


def test_a_person_reads_the_counts(run, planner, address):
    """Both sides in a table, in both languages, and what to do next."""
    planner.save()
    german = run("--lang", "de", "store", "copy", str(planner.store), address)
    assert german.code == 0
    for word in ("Von", "Nach", "Termine", "Zusammen", str(planner.store), "postgresql:///"):
        assert word in german.out
    assert "Kopiert." in german.err
    assert "PGPASSWORD" in german.err
    again = run("store", "copy", str(planner.store), address, "--json")
    assert (again.code, again.document["code"]) == (1, "storage_failed")
    assert "already" in again.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("store",), 2),
        (("store", "copy"), 2),
        (("store", "copy", "one"), 2),
        (("store", "copy", "missing.sqlite3", "new.sqlite3"), 1),
        (("store", "copy", "mysql://db.example/carloop", "new.sqlite3"), 1),
        (("store", "copy", f"postgresql://u:{CANARY}@127.0.0.1:1/carloop", "new.sqlite3"), 1),
    ],
)
def test_how_it_ends(run, monkeypatch, tmp_path, words, code):
    """Misused 2, refused 1; nothing is made, and no password shown."""
    monkeypatch.chdir(tmp_path)
    ran = run(*words)
    assert ran.code == code
    assert list(tmp_path.iterdir()) == []
    assert CANARY not in ran.out + ran.err


def test_a_bar_is_for_terminals(monkeypatch):
    """In a pipe there is none."""

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    for stream, seen in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        with counting("Copying") as tell:
            tell(1, 3)
            tell(3, 3)
        assert ("3/3" in stream.getvalue()) == seen


def test_the_doctor_knows_the_server(run, configured, address, monkeypatch):
    """Which PostgreSQL, where, and that the token of the environment will do on every server."""
    monkeypatch.setenv("CARLOOP_STORE", address)
    ran = run("doctor", "--json")
    report = ran.document
    assert (ran.code, report["ok"]) == (0, True)
    assert report["store"]["location"].startswith("postgresql:///carloop_")
    assert report["store"]["engine"].startswith("PostgreSQL 1")
    assert "psycopg" in report["versions"]
    assert "rollback_journal" not in {each["code"] for each in report["findings"]}
    assert "PostgreSQL 1" in run("doctor").out
    assert CANARY not in ran.out + ran.err


def test_the_doctor_says_that_a_token_of_one_server_is_none_of_the_others(
    run, configured, sandbox, address, monkeypatch
):
    """One entered with `settings set` is kept on this computer; the others that share the records have none."""
    monkeypatch.setenv("CARLOOP_STORE", address)
    monkeypatch.setenv("XDG_DATA_HOME", str(configured.parent / "data"))
    monkeypatch.delenv("CARLOOP_TOKEN")
    assert run("settings", "set", "--token-stdin", given=sandbox.token).code == 0
    report = run("doctor", "--json").document
    assert "shared_store_token" in {each["code"] for each in report["findings"]}


def test_the_doctor_of_a_server_that_is_down(run, configured, monkeypatch):
    """What is wrong is said, and the rest is still told."""
    monkeypatch.setenv("CARLOOP_STORE", f"postgresql://u:{CANARY}@127.0.0.1:1/carloop")
    ran = run("doctor", "--json")
    assert (ran.code, ran.document["store"]) == (1, {"location": "postgresql://127.0.0.1:1/carloop"})
    assert "storage_failed" in {each["code"] for each in ran.document["findings"]}
    assert CANARY not in ran.out + ran.err


def test_a_server_is_not_rebuilt(run, configured, address, monkeypatch):
    """Its backup is; nothing is moved aside."""
    monkeypatch.setenv("CARLOOP_STORE", address)
    ran = run("recover", "--rebuild")
    assert ran.code == 1
    assert "backup" in ran.err
