"""`carloop demo`: the scripted story of a rental, and a planner and a Carloop to try."""

import json
import os
import re
import signal
import subprocess
from datetime import date

import httpx
import psutil
import pytest
from click.testing import CliRunner

from carloop_plugin import plugin
from carloop_story import __main__ as story
from carloop_story import after_crash, before_crash
from carloop_story.appointments import Appointments, later, today
from carloop_story.both_programs import run_sandbox_program
from carloop_story.carloop import Carloop
from carloop_story.checks import nothing_changed
from carloop_story.context import StepContext
from carloop_story.steps import Unexpected, expect, language_of, run_step, steps_of
from mobility_hookspecs import MobilityHost
from web_base.running.processes import ProgramFailed

STEPS = [step.__name__ for part in (before_crash, after_crash) for step in steps_of(part)]


def environ(**more):
    """Return an environment with settings that must not matter."""
    return {**os.environ, "CARLOOP_BASE_URL": "https://not.this.example", "CARLOOP_TOKEN": "not-this", **more}


@pytest.fixture(scope="module")
def told(program):
    """Run the whole story once, in German, with JSON output."""
    command = [*program, "--lang", "de", "demo", "--scripted", "--json"]
    ran = subprocess.run(command, capture_output=True, env=environ(), timeout=100, check=False)
    assert ran.stderr == b""
    return ran.returncode, [json.loads(line) for line in ran.stdout.splitlines()]


def test_each_step_does_what_it_should(told):
    """Every step of the story is there, in order and in the language asked for, and none has failed."""
    code, steps = told
    assert [(each["step"], each["seen"]) for each in steps if not each["ok"]] == []
    assert ([each["step"] for each in steps], code) == (STEPS, 0)
    titles = {each["step"]: each["title"] for each in steps}
    assert titles["search"] == "Verfügbare Mietwagen suchen: zwei Klassen, zwei Eigenschaften"


def test_the_facts_a_program_reads(told):
    """Steps carry what was seen as data."""
    facts = {each["step"]: each["facts"] for each in told[1]}
    assert facts["rental_immutable"]["code"] == "rental_immutable"
    assert facts["rental_immutable"]["pointer"] == "/option_id"
    assert facts["book_again"]["rentals"] == facts["reconciled"]["rentals"] == 1
    assert facts["vehicle_unavailable"]["alternatives"] > 0


def test_a_wrong_step_is_exit_code_1(monkeypatch):
    """A person sees which step was wrong, and that not all of them were right."""
    steps = [{"step": mark, "ok": mark == "✓", "title": mark, "seen": "\x1b[2J"} for mark in "✓✗✓"]
    monkeypatch.setattr(story, "run_story", lambda _: iter(steps))
    ran = CliRunner().invoke(story.main, ["--scripted"])
    lines = ran.stdout.splitlines()
    assert [line for line in lines if line[:2] in ("✓ ", "✗ ")] == ["✓ ✓", "✗ ✗", "✓ ✓"]
    assert (ran.exit_code, lines[-1]) == (1, "Not every step did what it should (✗).")
    assert "\x1b" not in ran.stdout


def test_a_step_that_sees_something_else_fails():
    """A step is not ok when what it sees differs, or when it breaks off."""

    def book(context):
        expect("outcome", "refused", "done")
        return {}

    def search(context):
        raise RuntimeError("canary")

    wrong, broken = run_step(book, None, language_of("en")), run_step(search, None, language_of("en"))
    assert (wrong["ok"], "outcome: 'refused' instead of 'done'" in wrong["seen"]) == (False, True)
    assert (broken["ok"], "canary" in broken["seen"]) == (False, False)


class Idle(Carloop):
    """Controls whose desk does nothing, and whose lost requests never arrive."""

    def desk(self, rental_id, action, *, vehicle_id=None):
        """Do nothing."""

    def arm(self, operation, fault, *, times=1, value=None):
        """Lose the request, so that nothing is committed."""
        super().arm(operation, "drop_before", times=times)


@pytest.fixture
def context(configured, control, sandbox):
    """A context in which nothing happens at Carloop's side, and a provider that does not load."""
    with MobilityHost.of(plugin, ("broken", object()), locale="en") as host:
        yield StepContext(host, Idle(sandbox.url, sandbox.token), "en", Appointments(today()))


@pytest.mark.parametrize(
    ("step", "seen"),
    [
        (before_crash.loaded, "failures: [('broken', "),
        (before_crash.change_end_running, "'picked_up'"),
        (before_crash.answer_lost, "rentals at Carloop: 0 instead of 1"),
    ],
)
def test_a_step_notices_what_is_wrong(context, step, seen):
    """A provider that fails to load, a car that was not handed out, a booking that was not committed."""
    result = run_step(step, context, language_of("en"))
    assert (result["ok"], seen in result["seen"]) == (False, True), result["seen"]
    context.carloop.set_clock(None)


def test_a_refusal_has_to_change_nothing(context):
    """A rental that came into being along with a refusal is seen."""
    context.host.appointment_saved(context.appointments.manual)
    option = context.options(context.appointments.manual)["options"][0]["id"]
    with pytest.raises(Unexpected, match="rentals changed at Carloop"), nothing_changed(context):
        rental = before_crash.done(context.book(context.appointments.manual, option))
    before_crash.done(context.change(action="cancel", rental_id=rental["id"]))


def test_both_processes_mean_the_same_day():
    """The appointments are counted from the day the story began, over midnight and over the clocks' change."""
    appointments = Appointments(date(2026, 10, 22))
    period = {"start": "2026-10-25T08:30:00+01:00", "end": "2026-10-26T17:00:00+01:00"}
    assert appointments.period(3) == period
    assert later("2026-10-25T08:30:00+01:00", hours=3) == "2026-10-25T11:30:00+01:00"


def test_serve_until_told_to_stop(program, tmp_path):
    """A connected planner and a Carloop are served, with the sign-in that was printed, until SIGTERM."""
    command = [*program, "demo", "--sandbox-port", "0", "--port", "0", "--data", str(tmp_path / "data")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ()
    ) as process:
        ready = [process.stdout.readline() for _ in range(2)]
        planner, sandbox = (line.removeprefix("ready ").strip() for line in ready)
        printed = ""
        for line in process.stderr:
            printed += line
            if token := re.search(r"export CARLOOP_TOKEN=(\S{20,})\n", line):
                break
        password = re.search(
            rf"{planner}\n +sign in as +advisor +(\S{{19}})\n +or as +admin +\S{{19}}\n", printed
        )
        headers = {"Origin": planner, "Accept-Language": "en"}
        with httpx.Client(base_url=planner, headers=headers, follow_redirects=True) as advisor:
            advisor.post("/sign-in", data={"name": "advisor", "password": password[1]})
            week = advisor.get("/").text
            page = advisor.get(re.search(r'href="(/appointments/T-[^"]+)"', week)[1]).text
        health = httpx.get(f"{sandbox}/api/planner/v1/health")
        process.send_signal(signal.SIGTERM)
        printed += process.stderr.read()
        code = process.wait(60)
    assert all(line.startswith("ready http://127.0.0.1:") for line in ready)
    assert (code, health.status_code, "Traceback" in printed) == (0, 200, False)
    assert 'name="vehicle_class"' in page
    assert "Find available rental cars" in page
    assert token[1] not in week + page
    saved = json.loads((tmp_path / "data" / "appointment.json").read_text(encoding="utf-8"))
    assert saved["id"] == "A-2026-0001"


def test_no_program_is_left_when_the_story_is_interrupted(program):
    """SIGTERM in the middle of the story stops the sandbox too."""
    with subprocess.Popen(
        [*program, "demo", "--scripted", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environ(),
    ) as process:
        process.stdout.readline()
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        errors = process.stderr.read()
        code = process.wait(60)
    _, alive = psutil.wait_procs(children, timeout=60)
    assert (code, b"Traceback" in errors, len(children) > 0, alive) == (130, False, True, [])


def test_a_port_that_is_taken(program, sandbox):
    """It is said before anything is started, with the option that helps; a sandbox says so in the run's language."""
    port = sandbox.url.rpartition(":")[2]
    command = [*program, "--lang", "de", "demo", "--sandbox-port", port, "--port", "0"]
    ran = subprocess.run(command, capture_output=True, text=True, env=environ(), timeout=60, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith(f"Fehler: Der Port {port} ist belegt")
    assert "--sandbox-port" in ran.stderr
    with (
        pytest.raises(ProgramFailed, match="geht es nicht"),
        run_sandbox_program(port=int(port), locale="de"),
    ):
        pass
