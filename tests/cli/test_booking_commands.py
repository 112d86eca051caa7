"""`carloop appointment`, `search`, `book`, `change-end`, `rebook`, `cancel` and `rentals`."""

import json
import shlex
import signal
import subprocess
from datetime import timedelta

from mobility_schemas import validate
from tests.support.carloop import instant


def written(at):
    """Return a time as a rental has it."""
    return instant(at).replace("+00:00", "Z")


def test_saving_an_appointment_shows_step_four(run, appointment_file):
    """A program gets the contract's document, a person the words of the planner's screen."""
    ran = run("appointment", "save", str(appointment_file), "--json")
    validate(ran.document, "mobility_step")
    assert (ran.code, ran.document["state"], ran.document["locked"]) == (0, "open", ["/customer"])
    shown = run("--lang", "de", "appointment", "save", str(appointment_file)).out
    for words in ("4. Mobilitätsangebot", "Verleihzeitraum", "Jörg Canary-Müller", "nicht änderbar"):
        assert words in shown


def test_filters(run, planner):
    """They are tables for people, in their language, and the contract's document for programs."""
    words = (
        ("classes", "en", "Estate car"),
        ("features", "de", "Anhängerkupplung"),
        ("stations", "de", "Karlsruhe"),
    )
    for command, language, word in words:
        validate(run(command, "--json").document, "mobility_filters")
        assert word in run("--lang", language, command).out


def test_search_for_an_appointment(run, saved):
    """The appointment's period and site are taken; the filters narrow the result."""
    every = run("search", "--appointment", saved.id, "--json").document
    some = run("search", "--appointment", saved.id, "--class", "kombi", "--class", "suv", "--json").document
    validate(every, "mobility_offer")
    assert every["options"][0]["period"] == saved.appointment["period"]
    classes = {each["vehicle"]["vehicle_class"] for each in some["options"] if each["match"] == "exact"}
    assert classes == {"kombi", "suv"}
    station = every["options"][0]["vehicle"]["station"]
    there = run("search", "--appointment", saved.id, "--station", station, "--json").document
    assert {each["vehicle"]["station"] for each in there["options"]} == {station}
    table = run("search", "--appointment", saved.id, "--limit", "2")
    assert every["options"][0]["id"] in table.out
    assert "--limit" in table.err


def test_the_customer_comes_from_the_saved_file(run, saved, appointment_file):
    """Booking takes the customer from the file the appointment was saved from, and keeps no copy of it."""
    ran = run("book", "--appointment", saved.id, "--option", saved.car_free_for_days(), "--json")
    validate(ran.document, "rental_outcome")
    assert (ran.code, ran.document["status"]) == (0, "done")
    assert str(appointment_file) in ran.err
    assert len(saved.control.rentals(saved.id)) == 1
    files = [path for path in saved.store.parent.iterdir() if path.is_file() and path != appointment_file]
    assert [path for path in files if b"Canary" in path.read_bytes()] == []


def test_the_customer_comes_from_standard_input(run, planner):
    """A customer, or the whole appointment, may be piped in; without either, the command says how to."""
    step = run("appointment", "save", "-", "--json", given=json.dumps(planner.appointment))
    assert step.document["appointment_id"] == planner.id
    words = ("book", "--appointment", planner.id, "--option", planner.car_free_for_days(), "--json")
    nobody = run(*words)
    assert (nobody.code, "--file" in nobody.err) == (2, True)
    refused = run(*words, given=json.dumps(planner.appointment["customer"] | {"last_name": "Anders"}))
    done = run(*words, given=json.dumps(planner.appointment))
    assert (refused.code, refused.document["problem"]["code"]) == (1, "customer_locked")
    assert done.document["status"] == "done"


def test_another_appointment_than_the_saved_one(run, saved, tmp_path):
    """One that was never saved is refused with the contract's code; a file that holds another one is not used."""
    for words in (("book", "--option", "V1"), ("search",)):
        ran = run(*words, "--appointment", "never", "--json")
        assert (ran.code, ran.document["code"]) == (1, "appointment_not_saved")
    other = tmp_path / "other.json"
    other.write_text(json.dumps(saved.appointment | {"id": "other"}))
    ran = run("book", "--appointment", saved.id, "--option", "V1", "--file", str(other))
    assert (ran.code, "another appointment" in ran.err) == (2, True)


def test_change_the_end_and_cancel(run, saved, booked):
    """A cancelled rental is listed with `--all` only; cancelling twice is fine."""
    end = saved.end() + timedelta(hours=3)
    assert run("change-end", booked["id"], end.isoformat(), "--json").code == 0
    listed = run("rentals", "--appointment", saved.id, "--json").document
    validate(listed[0], "rental")
    codes = [run("cancel", booked["id"], "--reason", "called off").code for _ in range(2)]
    assert codes == [0, 0]
    assert run("rentals", "--appointment", saved.id, "--json").document == []
    gone = run("rentals", "--appointment", saved.id, "--all", "--json").document
    assert [rental["status"] for rental in gone] == ["cancelled"]


def test_rebook(run, saved, booked, appointment_file):
    """As proposed, the same car for the appointment as it is saved now; or another car and period."""
    later = {name: written(at + timedelta(hours=2)) for name, at in saved.times().items()}
    appointment_file.write_text(json.dumps(saved.appointment | {"revision": 2, "period": later}))
    step = run("appointment", "save", str(appointment_file)).out
    proposed = next(line for line in step.splitlines() if line.startswith("  carloop rebook"))
    moved = run(*shlex.split(proposed)[1:], "--note", "Canary: Kindersitz", "--json").document["rental"]
    assert (moved["period"], moved["vehicle"]) == (later, booked["vehicle"])
    another, end = saved.car_free_for_days(), written(saved.end() + timedelta(hours=5))
    same = run("rebook", moved["id"], "--json").document["rental"]
    assert (same["period"], same["vehicle"]) == (moved["period"], moved["vehicle"])
    ran = run("rebook", same["id"], "--option", another, "--end", end)
    assert (ran.code, "the one before it cancelled" in ran.err) == (0, True)
    (kept,) = run("rentals", "--appointment", saved.id, "--json").document
    assert (kept["vehicle"]["id"], kept["period"]) == (another, moved["period"] | {"end": end})
    refused = run("--lang", "de", "rebook", booked["id"])
    assert (refused.code, "Code: rental_closed" in refused.err) == (1, True)
    assert "rental_not_found" in run("rebook", "R-none").err
    assert "rebooking" in run("doctor").out


def test_a_dry_run_prints_the_price_and_changes_nothing(run, saved, booked):
    """Of a booking, a new end and a rebooking; what is not possible is refused, with how far it would go."""
    later = (saved.end() + timedelta(days=1)).isoformat()
    extended = ("change-end", booked["id"], later, "--dry-run")
    ran = run("--lang", "de", *extended)
    assert (ran.code, "Es wurde nichts geändert." in ran.err) == (0, True)
    quote = run(*extended, "--json").document
    validate(quote, "rental_quote")
    amount = quote["difference"]["amount"].replace(".", ",")
    assert f"gegenüber jetzt +{amount} €" in ran.text
    shorter = (saved.start() + timedelta(hours=1)).isoformat()
    assert "compared with now €0.00" in run("change-end", booked["id"], shorter, "--dry-run").text
    other = saved.car_free_for_days()
    for words in (("book", "--appointment", saved.id), ("rebook", booked["id"], "--end", later)):
        assert run(*words, "--option", other, "--dry-run", "--json").document["possible"] is True
    taken = run("book", "--appointment", saved.id, "--option", booked["vehicle"]["id"], "--dry-run")
    assert (taken.code, "Code: vehicle_unavailable" in taken.err) == (1, True)
    assert [each["revision"] for each in saved.control.rentals(saved.id)] == [1]


def test_a_refusal_is_shown_to_a_person(run, saved, booked):
    """A refusal is printed with its title and code, in the language, and exits 1."""
    ran = run("--lang", "de", "change-end", booked["id"], "2020-01-01T00:00:00Z")
    assert ran.code == 1
    assert "Code: period_in_past" in ran.err
    assert run("change-end", "R-none", "2031-01-01T00:00:00Z").code == 1


def test_a_lost_answer_is_unknown(run, saved, pending):
    """A lost answer exits 3 with the way to go on; the doctor counts it, and `recover` settles it."""
    assert (pending.code, pending.document["status"]) == (3, "unknown")
    assert f"--change-id {pending.document['change_id']}" in pending.err
    examined = run("doctor", "--json").document
    store = examined["store"]
    assert (store["pending"], store["unknown"], store["oldest_pending"]) == (1, 1, store["oldest_unknown"])
    assert store["oldest_pending"] is not None
    assert "unknown_outcomes" in {each["code"] for each in examined["findings"]}
    saved.control.reset_faults()
    report = run("recover", "--json").document
    validate(report, "reconcile_report")
    assert [each["status"] for each in report["settled"]] == ["done"]
    assert len(saved.control.rentals(saved.id)) == 1


def test_give_up_a_pending_booking(run, saved, pending):
    """A booking whose outcome is unknown can be given up; found later, it is cancelled."""
    run("cancel", "--booking", pending.document["change_id"])
    saved.control.reset_faults()
    run("recover")
    assert [each["status"] for each in saved.control.rentals(saved.id)] == ["cancelled"]


def test_interrupted_while_it_is_sent(run, program, saved):
    """Ctrl-C in the middle of a change exits 3 with its id; the same command with that id brings the outcome."""
    words = ["book", "--appointment", saved.id, "--option", saved.car_free_for_days()]
    saved.control.fault("book", "slow_drip", value=60)
    command = [*program, *words, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while saved.control.http.get("/sandbox/faults").json()["items"]:
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    outcome = json.loads(out)
    validate(outcome, "rental_outcome")
    assert (process.returncode, outcome["status"]) == (3, "unknown")
    assert f"--change-id {outcome['change_id']}".encode() in err
    assert b"Traceback" not in err
    again = run(*words, "--change-id", outcome["change_id"], "--json")
    assert (again.code, len(saved.control.rentals(saved.id))) == (0, 1)


def test_carloop_out_of_reach(run, configured, monkeypatch):
    """Nobody there exits 4, for a question, a change and a test of the settings."""
    monkeypatch.setenv("CARLOOP_BASE_URL", "http://127.0.0.1:9")
    commands = (("classes",), ("settings", "test"), ("cancel", "R1", "--site", "main"))
    assert [run(*words).code for words in commands] == [4, 4, 4]
