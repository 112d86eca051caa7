"""From the saved appointment to the cancelled rental, by hand."""

import json
import signal
import subprocess
import sys
import time
import uuid
from datetime import timedelta

import pytest

from carloop_plugin import bootstrap, erase
from carloop_plugin.cli.commands import erase as erase_command
from carloop_plugin.cli.commands.recover import show_report
from carloop_plugin.cli.saved_files import remembered_file
from carloop_plugin.cli.tables import print_table
from carloop_plugin.cli.texts import Texts
from mobility_hookspecs import make_problem
from mobility_schemas import validate

PROGRAM = [sys.executable, "-c", "from carloop_plugin.cli import main; main()"]


@pytest.fixture
def saved(run, planner, appointment_file):
    """Have the appointment saved, from its file."""
    assert run("appointment", "save", str(appointment_file)).code == 0
    return planner


@pytest.fixture
def booked(run, saved):
    """Have a rental for it."""
    ran = run("book", "--appointment", saved.id, "--option", saved.roomy_car(), "--json")
    return dict(ran.document["rental"])


def test_step_four(run, planner, appointment_file):
    """Saving an appointment shows step 4, for a program as the contract's document."""
    ran = run("appointment", "save", str(appointment_file), "--json")
    validate(ran.document, "mobility_step")
    assert (ran.code, ran.document["state"], ran.document["locked"]) == (0, "open", ["/customer"])
    shown = run("--lang", "de", "appointment", "save", str(appointment_file)).out
    for words in ("4. Mobilitätsangebot", "Verleihzeitraum", "Jörg Canary-Müller", "nicht änderbar"):
        assert words in shown


def test_an_appointment_from_standard_input(run, planner):
    """`-` reads standard input."""
    ran = run("appointment", "save", "-", "--json", given=json.dumps(planner.appointment))
    assert ran.document["appointment_id"] == planner.id


def test_filters(run, planner):
    """Classes and features are tables for people and the contract's document for programs."""
    for command, word in (("classes", "Kombi"), ("features", "Automatik")):
        validate(run(command, "--json").document, "mobility_filters")
        assert word in run(command).out


def test_search_for_an_appointment(run, saved):
    """The appointment's period and site are taken; the filters narrow the result."""
    every = run("search", "--appointment", saved.id, "--json").document
    some = run("search", "--appointment", saved.id, "--class", "kombi", "--class", "suv", "--json").document
    validate(every, "mobility_offer")
    assert every["options"][0]["period"] == saved.appointment["period"]
    classes = {each["vehicle"]["vehicle_class"] for each in some["options"] if each["match"] == "exact"}
    assert classes == {"kombi", "suv"}
    table = run("search", "--appointment", saved.id, "--limit", "2")
    assert every["options"][0]["id"] in table.out
    assert "--limit" in table.err


def test_search_for_a_period(run, planner):
    """A period given by hand needs no appointment."""
    ran = run("search", "--start", "2031-03-02 08:30", "--end", "2031-03-02 17:00", "--json")
    assert (ran.code, ran.document["total"] > 0) == (0, True)


def test_the_customer_comes_from_the_saved_file(run, saved, appointment_file):
    """Booking takes the customer from the file the appointment was saved from, and says so."""
    ran = run("book", "--appointment", saved.id, "--option", saved.roomy_car(), "--json")
    validate(ran.document, "rental_outcome")
    assert (ran.code, ran.document["status"]) == (0, "done")
    assert str(appointment_file) in ran.err
    assert len(saved.control.rentals(saved.id)) == 1


def test_the_customer_comes_from_standard_input(run, planner):
    """A customer, or the whole appointment, may be piped in."""
    run("appointment", "save", "-", given=json.dumps(planner.appointment))
    words = ("book", "--appointment", planner.id, "--option", planner.roomy_car(), "--json")
    refused = run(*words, given=json.dumps(planner.appointment["customer"] | {"last_name": "Anders"}))
    done = run(*words, given=json.dumps(planner.appointment))
    assert (refused.code, refused.document["problem"]["code"]) == (1, "customer_locked")
    assert done.document["status"] == "done"


def test_no_customer_anywhere(run, planner):
    """Without a customer the command says how to give one."""
    run("appointment", "save", "-", given=json.dumps(planner.appointment))
    ran = run("book", "--appointment", planner.id, "--option", "V1")
    assert ran.code == 2
    assert "--file" in ran.err


def test_an_appointment_never_saved(run, configured):
    """Booking and searching for an appointment never saved are refused, with the contract's code."""
    for words in (("book", "--option", "V1"), ("search",)):
        ran = run(*words, "--appointment", "never", "--json")
        assert (ran.code, ran.document["code"]) == (1, "appointment_not_saved")


def test_another_appointments_file(run, saved, tmp_path):
    """A file that holds another appointment is not used for this one."""
    other = tmp_path / "other.json"
    other.write_text(json.dumps(saved.appointment | {"id": "other"}))
    ran = run("book", "--appointment", saved.id, "--option", "V1", "--file", str(other))
    assert (ran.code, "another appointment" in ran.err) == (2, True)


def test_the_same_change_again(run, saved):
    """The same change's id is the same rental; another one is refused and shows the first."""
    words = ("book", "--appointment", saved.id, "--option", saved.roomy_car(), "--json")
    change = ("--change-id", str(uuid.uuid4()))
    first, again, other = run(*words, *change), run(*words, *change), run(*words)
    assert first.document["rental"]["id"] == again.document["rental"]["id"]
    assert (other.code, other.document["problem"]["code"]) == (1, "already_booked")
    assert other.document["rental"]["id"] == first.document["rental"]["id"]


def test_change_the_end_and_cancel(run, saved, booked):
    """The end may be given as a local time; cancelling twice is fine."""
    end = saved.end() + timedelta(hours=3)
    changed = run("change-end", booked["id"], end.isoformat(), "--json")
    local = run("change-end", booked["id"], f"{end + timedelta(days=1):%d.%m.%Y} 12:00", "--json")
    assert (changed.code, local.code) == (0, 0)
    listed = run("rentals", "--appointment", saved.id, "--json").document
    validate(listed[0], "rental")
    codes = [run("cancel", booked["id"], "--reason", "called off").code for _ in range(2)]
    assert codes == [0, 0]
    assert run("rentals", "--appointment", saved.id, "--json").document == []
    gone = run("rentals", "--appointment", saved.id, "--all", "--json").document
    assert [rental["status"] for rental in gone] == ["cancelled"]


def test_refusals_are_told_to_a_person(run, saved, booked):
    """A refusal is printed with its title and code, in the language, and exits 1."""
    ran = run("--lang", "de", "change-end", booked["id"], "2020-01-01T00:00:00Z")
    assert ran.code == 1
    assert "Code: period_in_past" in ran.err
    assert run("change-end", "R-none", "2031-01-01T00:00:00Z").code == 1


def test_an_unknown_outcome(run, saved):
    """A lost answer exits 3 with the way to go on; `recover` settles it."""
    option = saved.roomy_car()
    saved.control.fault("book", "drop_after", times=1000)
    ran = run("book", "--appointment", saved.id, "--option", option, "--json")
    saved.control.calm()
    assert (ran.code, ran.document["status"]) == (3, "unknown")
    assert f"--change-id {ran.document['change_id']}" in ran.err
    report = run("recover", "--json").document
    validate(report, "reconcile_report")
    assert [each["status"] for each in report["settled"]] == ["done"]
    assert len(saved.control.rentals(saved.id)) == 1


def test_what_was_set_aside_is_taken_up_by_hand(run, saved):
    """Doctor lists it for a person, who has recovery try it with the others."""
    option = saved.roomy_car()
    saved.control.fault("book", "drop_before", times=1000)
    pending = run("book", "--appointment", saved.id, "--option", option, "--json").document["change_id"]
    with bootstrap.opened(deadline=time.monotonic() + 10) as wired:
        for _ in range(20):
            wired.call.store.mark_unknown(pending, "invalid_answer", counts=True)
    doctor = run("--lang", "en", "doctor")
    assert f"Not settled after many attempts: {pending}" in " ".join(doctor.out.split())
    saved.control.calm()
    assert [each["status"] for each in run("recover", "--json").document["settled"]] == ["done"]


def test_interrupted_while_it_is_sent(run, saved):
    """Ctrl-C in the middle of a change exits 3 with its id; the same command with that id brings the outcome."""
    words = ["book", "--appointment", saved.id, "--option", saved.roomy_car()]
    saved.control.fault("book", "delay", value=2)
    with subprocess.Popen(
        [*PROGRAM, "--lang", "en", *words, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        while saved.control.http.get("/sandbox/faults").json()["items"]:
            assert program.poll() is None
        began = time.monotonic()
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=20)
    outcome = json.loads(out)
    validate(outcome, "rental_outcome")
    assert (program.returncode, outcome["status"], time.monotonic() - began < 1.5) == (3, "unknown", True)
    assert f"--change-id {outcome['change_id']}".encode() in err
    assert b"Traceback" not in err
    again = run(*words, "--change-id", outcome["change_id"], "--json")
    assert (again.code, len(saved.control.rentals(saved.id))) == (0, 1)


def test_give_up_a_pending_booking(run, saved):
    """A booking whose outcome is unknown can be given up."""
    option = saved.roomy_car()
    saved.control.fault("book", "drop_after", times=1000)
    pending = run("book", "--appointment", saved.id, "--option", option, "--json").document["change_id"]
    run("cancel", "--booking", pending)
    saved.control.calm()
    run("recover")
    assert {each["status"] for each in saved.control.rentals(saved.id)} <= {"cancelled"}


def test_carloop_out_of_reach(run, configured, monkeypatch):
    """Nobody there exits 4, for a question, a change and a test of the settings."""
    monkeypatch.setenv("CARLOOP_BASE_URL", "http://127.0.0.1:9")
    codes = [
        run(*words).code for words in (("classes",), ("settings", "test"), ("cancel", "R1", "--site", "main"))
    ]
    assert codes == [4, 4, 4]


def test_erase(run, saved, booked):
    """Erasing tells what was erased, and forgets where the appointment's file is."""
    run("cancel", booked["id"])
    ran = run("erase", "--customer", saved.appointment["customer"]["number"], "--yes", "--json")
    validate(ran.document, "erasure_report")
    assert (ran.code, ran.document["erased"] > 0) == (0, True)
    assert not list(saved.store.parent.glob("*.files.json"))


def test_erase_asks_first(run, saved, booked, monkeypatch):
    """A script is told of --yes, a person is asked in their language; any answer but yes erases nothing."""
    number = saved.appointment["customer"]["number"]
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
    assert run("erase", "--customer", number, "--dry-run", "--json").document["appointment_ids"] == [saved.id]
    assert run("--lang", "de", "erase", "--customer", number, given="Ja\n").code == 0
    assert run("erase", "--customer", number, "--dry-run", "--json").document["appointment_ids"] == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_dry_run_erases_nothing(run, saved, language):
    """It names what would go, what would stay and why, and the files; all of it is there afterwards."""
    saved.control.fault("book", "drop_after", times=1000)
    run("book", "--appointment", saved.id, "--option", saved.roomy_car())
    aside = saved.store.with_name(f"{saved.store.name}.damaged-20270101T000000Z")
    aside.write_bytes(b"x")
    words = ("--lang", language, "erase", "--customer", saved.appointment["customer"]["number"], "--dry-run")
    ran, document = run(*words), run(*words, "--json").document
    assert (ran.code, document["dry_run"], document["appointment_ids"]) == (0, True, [])
    assert [each["appointment_id"] for each in document["kept"]] == [saved.id]
    assert document["files"] == [aside.name]
    assert (saved.id in ran.out, aside.name in ran.out) == (True, True)
    assert aside.exists()
    assert remembered_file(str(saved.store), saved.id) is not None
    saved.control.calm()
    run("recover")
    assert run(*words, "--json").document["appointment_ids"] == [saved.id]


def test_erasing_one_appointment_leaves_the_other_files(run, saved, tmp_path):
    """Erasing an appointment forgets its file alone, at once; a pending change keeps what it needs itself."""
    other = tmp_path / "other.json"
    other.write_text(json.dumps(saved.appointment | {"id": f"{saved.id}-other"}))
    run("appointment", "save", str(other))
    option = saved.roomy_car()
    saved.control.fault("book", "drop_after", times=1000)
    run("book", "--appointment", saved.id, "--option", option)
    kept = run("erase", "--appointment", saved.id, "--yes", "--json").document["kept"]
    saved.control.calm()
    run("recover")
    assert [each["appointment_id"] for each in kept] == [saved.id]
    assert remembered_file(str(saved.store), saved.id) is None
    assert remembered_file(str(saved.store), f"{saved.id}-other") == other


def test_nothing_personal_is_written_beside_the_records(run, saved, booked):
    """The command line itself keeps no customer."""
    for path in saved.store.parent.iterdir():
        if path.is_file() and path.name != "appointment.json":
            assert b"Canary" not in path.read_bytes(), path


@pytest.mark.parametrize("language", ["de", "en"])
def test_tables_on_a_narrow_terminal(run, saved, monkeypatch, language):
    """At 80 columns ids, plates, times and prices stay whole, and no plate is shown twice."""
    monkeypatch.setenv("COLUMNS", "80")
    option = saved.search()["options"][0]
    found = run("--lang", language, "search", "--appointment", saved.id, "--limit", "60").out
    run("book", "--appointment", saved.id, "--option", option["id"])
    listed = run("--lang", language, "rentals", "--appointment", saved.id).out
    assert max(map(len, (found + listed).splitlines())) <= 80
    row = next(line for line in found.splitlines() if line.split()[:1] == [option["id"]])
    assert ("€" in row, found.count(option["vehicle"]["licence_plate"])) == (True, 1)
    day = saved.start().strftime("%d.%m.%Y" if language == "de" else "%Y-%m-%d")
    assert (listed.count(day), saved.id in listed) == (2, True)


@pytest.mark.parametrize("columns", [40, 60, 80])
@pytest.mark.parametrize("language", ["de", "en"])
def test_nothing_is_shown_a_letter_a_line(
    run, saved, booked, appointment_file, monkeypatch, language, columns
):
    """However narrow the terminal, ids, plates, prices and times stay whole, and no line is longer than it."""
    monkeypatch.setenv("COLUMNS", str(columns))
    option = saved.search()["options"][0]
    plate = option["vehicle"]["licence_plate"]
    amount = option["price"]["amount"].split(".")[0][-3:]
    shown = {
        "search": (
            ["search", "--appointment", saved.id, "--limit", "5"],
            [option["id"], plate.split()[0], amount],
        ),
        "alternatives": (
            ["search", "--appointment", saved.id, "--class", "transporter", "--feature", "elektro"],
            [],
        ),
        "rentals": (["rentals", "--appointment", saved.id], [booked["id"], saved.id]),
        "step": (["appointment", "save", str(appointment_file)], [booked["id"], saved.id]),
        "features": (["features"], ["elektro"]),
        "doctor": (["doctor"], ["Autohaus"]),
        "settings": (["settings", "show"], ["main"]),
    }
    for name, (words, whole) in shown.items():
        lines = run("--lang", language, *words).out.splitlines()
        letters = [line for line in lines if len(line.strip()) == 1 and line.strip().isalpha()]
        assert letters == [], name
        found = [line for line in lines if line[:2] not in ("✓ ", "✗ ", "· ", "! ", "  ")]
        assert max(map(len, found)) <= columns or name in ("doctor", "step"), name
        assert [word for word in whole if word not in "\n".join(lines)] == [], name


def test_prices_are_aligned_at_their_right(capsys, monkeypatch):
    """So that one sees which is dearer."""
    monkeypatch.setenv("COLUMNS", "60")
    print_table(["Car", "Price"], [("A", "9,90 €"), ("B", "1.109,80 €")], right=["Price"])
    nine, thousand = capsys.readouterr().out.rstrip().splitlines()[-2:]
    assert nine.rstrip().index("€") == thousand.rstrip().index("€")


def test_the_zone_of_times_is_told(run, planner, saved):
    """Times that were given or are shown name their zone."""
    local = run("search", "--start", "2031-03-02 08:30", "--end", "2031-03-02 17:00", "--json")
    exact = run("search", "--start", "2031-03-02T08:30:00Z", "--end", "2031-03-02T17:00:00Z", "--json")
    run("book", "--appointment", saved.id, "--option", saved.roomy_car())
    assert ("taken in Europe/Berlin" in local.err, "taken in" in exact.err) == (True, False)
    assert "Times in Europe/Berlin." in run("rentals", "--appointment", saved.id).err


def test_a_settled_refusal_says_why(capsys):
    """What `recover` settled as refused is shown with its reason and code."""
    problem = make_problem("given_up", locale="en")
    outcome = {"change_id": str(uuid.uuid4()), "provider": "carloop", "status": "refused", "problem": problem}
    show_report({"provider": "carloop", "settled": [outcome], "changed": [], "pending": 0}, Texts("en"))
    assert f"refused: {problem['title']} (given_up)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "value", "code", "word"),
    [
        ("CARLOOP_BASE_URL", "http://127.0.0.1:9", 4, "unreachable"),
        ("CARLOOP_TOKEN", "tok_no", 1, "not_authorised"),
    ],
)
def test_a_carloop_that_cannot_be_asked_is_told(run, saved, monkeypatch, name, value, code, word):
    """Nothing settled and nothing changed is not the same as nothing asked."""
    assert run("recover").code == 0
    monkeypatch.setenv(name, value)
    told = run("recover")
    assert (told.code, word in told.err, "main" in told.err) == (code, True, True)


def test_erase_rewrites_large_records_while_one_waits(run, saved, monkeypatch):
    """What is not done beside the planner's work is done here, and said."""
    monkeypatch.setattr(erase, "LARGEST_AT_ONCE", 1)
    ran = run("erase", "--appointment", saved.id, "--yes")
    assert (
        ran.code,
        ran.err.endswith("The records' files have now been cleared.\n"),
    ) == (0, True)
