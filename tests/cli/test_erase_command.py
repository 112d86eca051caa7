"""`carloop erase`: what it asks, what it shows, and what it forgets."""

import json

import pytest

from carloop_plugin.cli.commands import erase as erase_command
from carloop_plugin.cli.input import remembered_file
from carloop_plugin.usecases import reconcile
from mobility_schemas import validate


def test_a_customer_is_erased(run, saved, booked):
    """The report says how much was erased, and no appointment's file is remembered."""
    run("cancel", booked["id"])
    ran = run("erase", "--customer", saved.appointment["customer"]["number"], "--yes", "--json")
    validate(ran.document, "erasure_report")
    assert (ran.code, ran.document["erased"] > 0) == (0, True)
    assert not list(saved.store.parent.glob("*.files.json"))


def test_it_asks_first(run, saved, monkeypatch):
    """A script is told of --yes, a person is asked in their language; any answer but yes erases nothing."""
    number = saved.appointment["customer"]["number"]
    preview = ("erase", "--customer", number, "--dry-run", "--json")
    ran = run("erase", "--customer", number)
    assert (ran.code, "--yes" in ran.err, "--dry-run" in ran.err) == (2, True, True)
    monkeypatch.setattr(erase_command, "is_terminal", lambda: True)
    asked = [
        run("--lang", language, "erase", "--customer", number, given=f"{answer}\n")
        for language, answer in (("de", ""), ("de", "nein"), ("en", "n"), ("de", "yes"))
    ]
    assert {ran.code for ran in asked} == {1}
    assert all(saved.id in ran.err for ran in asked)
    assert "Es wurde nichts gelöscht." in asked[0].err
    assert run(*preview).document["appointment_ids"] == [saved.id]
    assert run("--lang", "de", "erase", "--customer", number, given="Ja\n").code == 0
    assert run(*preview).document["appointment_ids"] == []


def test_a_dry_run_erases_nothing(run, saved, pending):
    """It names what would go, what would stay and why, and the files; all of it is there afterwards."""
    aside = saved.store.with_name(f"{saved.store.name}.damaged-20270101T000000Z")
    aside.write_bytes(b"x")
    words = ("erase", "--customer", saved.appointment["customer"]["number"], "--dry-run")
    document = run(*words, "--json").document
    assert (document["dry_run"], document["appointment_ids"]) == (True, [])
    assert [each["appointment_id"] for each in document["kept"]] == [saved.id]
    assert document["files"] == [aside.name]
    for language in ("de", "en"):
        ran = run("--lang", language, *words)
        assert (ran.code, saved.id in ran.out, aside.name in ran.out) == (0, True, True)
    assert aside.exists()
    assert remembered_file(saved.id) is not None
    saved.control.reset_faults()
    run("recover")
    assert run(*words, "--json").document["appointment_ids"] == [saved.id]


@pytest.mark.usefixtures("pending")
def test_erasing_one_appointment_leaves_the_other_files(run, saved, tmp_path):
    """Erasing an appointment forgets its file alone, at once; a pending change keeps what it needs itself."""
    other = tmp_path / "other.json"
    other.write_text(json.dumps(saved.appointment | {"id": f"{saved.id}-other"}))
    run("appointment", "save", str(other))
    kept = run("erase", "--appointment", saved.id, "--yes", "--json").document["kept"]
    assert [each["appointment_id"] for each in kept] == [saved.id]
    assert remembered_file(saved.id) is None
    assert remembered_file(f"{saved.id}-other") == other


def test_large_records_are_rewritten_at_once(run, saved, monkeypatch):
    """The command rewrites what a hook would leave for later, and says so."""
    monkeypatch.setattr(reconcile, "LARGEST_AT_ONCE", 1)
    ran = run("erase", "--appointment", saved.id, "--yes")
    assert ran.code == 0
    assert ran.err.endswith("The records' files have now been cleared.\n")
