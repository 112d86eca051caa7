"""`carloop demo`: the whole story, and a sandbox to try it on."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from datetime import date

import pytest

from carloop_plugin.cli.story import first_act, second_act
from carloop_plugin.cli.story.asking import nothing_changed
from carloop_plugin.cli.story.diary import Diary, later, today
from carloop_plugin.cli.story.sandbox import SandboxControls
from carloop_plugin.cli.story.stage import Stage
from carloop_plugin.cli.story.telling import Unexpected, expect, tell
from carloop_plugin.cli.texts import Texts
from mobility_hookspecs import ENTRY_POINT_GROUP

PROGRAM = [sys.executable, "-c", "from carloop_plugin.cli import main; main()"]
STEPS = [step.__name__ for step in (*first_act.STEPS, *second_act.STEPS)]


def environ(**more):
    """Give an environment with settings that must not matter."""
    return {**os.environ, "CARLOOP_BASE_URL": "https://not.this.example", "CARLOOP_TOKEN": "not-this", **more}


@pytest.fixture(scope="module")
def told():
    """Tell the story once, for programs."""
    ran = subprocess.run(
        [*PROGRAM, "--lang", "de", "demo", "--scripted", "--json"],
        capture_output=True,
        env=environ(),
        timeout=100,
        check=False,
    )
    assert ran.stderr == b""
    return ran.returncode, [json.loads(line) for line in ran.stdout.splitlines()]


def test_each_step_does_what_it_should(told):
    """The story is told in full, each step on a line, and ends with 0."""
    code, steps = told
    assert [(each["step"], each["ok"], each["seen"]) for each in steps if not each["ok"]] == []
    assert ([each["step"] for each in steps], code) == (STEPS, 0)


def test_the_facts_a_program_reads(told):
    """Steps carry what was seen as data."""
    facts = {str(each["step"]): each["facts"] for each in told[1]}
    codes = {
        name: fact["code"] for name, fact in facts.items() if isinstance(fact, Mapping) and "code" in fact
    }
    assert codes == {
        "settings_wrong_token": "not_authorised",
        "already_booked": "already_booked",
        "vehicle_unavailable": "vehicle_unavailable",
        "period_in_past": "period_in_past",
        "customer_locked": "customer_locked",
        "rental_immutable": "rental_immutable",
        "token_revoked": "not_authorised",
    }
    assert facts["rental_immutable"]["pointer"] == "/option_id"
    assert facts["book_again"]["rentals"] == facts["reconciled"]["rentals"] == 1
    assert facts["vehicle_unavailable"]["alternatives"] > 0


def test_the_story_is_in_german(told):
    """Titles and what was seen are in the language asked for."""
    titles = {str(each["step"]): str(each["title"]) for each in told[1]}
    assert titles["search"] == "Verfügbare Mietwagen suchen: zwei Klassen, zwei Eigenschaften"


def test_every_step_has_its_texts():
    """Each step has a title and a sentence in both languages."""
    missing = [
        (locale, key)
        for locale in ("de", "en")
        for step in STEPS
        for key in (f"story.{step}", f"story.{step}.seen")
        if not Texts(locale).has(key)
    ]
    assert missing == []


def test_a_step_that_sees_something_else_fails():
    """A step is not ok when what it sees differs, or when it breaks off."""

    def book(stage):
        expect("outcome", "refused", "done")
        return {}

    def search(stage):
        raise RuntimeError("canary")

    wrong, broken = tell(book, None, Texts("en")), tell(search, None, Texts("en"))
    assert (wrong.ok, "'refused' instead of 'done'" in wrong.seen) == (False, True)
    assert (broken.ok, "canary" in broken.seen) == (False, False)


class Idle(SandboxControls):
    """Controls whose desk does nothing, and whose lost requests never arrive."""

    def at_desk(self, rental_id, action, *, vehicle_id=None):
        """Do nothing."""

    def lose_answers(self, operation):
        """Lose the request, so that nothing is committed."""
        self._call("POST", "/sandbox/faults", {"operation": operation, "fault": "drop_before", "times": 1000})


@pytest.fixture
def stage(configured, control, sandbox):
    """A stage on which nothing happens at Carloop's side."""
    from mobility_hookspecs import MobilityHost

    with MobilityHost.load(locale="en") as host:
        yield Stage(host, Idle(sandbox.url), sandbox.token, "en", Diary(today()))


def test_the_running_rental_has_to_be_picked_up(stage):
    """The step about a rental that has begun fails where nobody handed the car out."""
    told = tell(first_act.change_end_running, stage, Texts("en"))
    assert (told.ok, "'picked_up'" in told.seen) == (False, True)
    stage.sandbox.free_clock()


def test_the_lost_answer_has_to_be_committed(stage):
    """The step about a lost answer fails where Carloop booked nothing."""
    told = tell(first_act.answer_lost, stage, Texts("en"))
    assert (told.ok, "rentals at Carloop: 0 instead of 1" in told.seen) == (False, True)


def test_a_refusal_has_to_change_nothing(stage):
    """A rental that came into being along with a refusal is seen."""
    stage.host.appointment_saved(stage.diary.typed)
    option = first_act.search_cars(stage, stage.diary.typed)["options"][0]["id"]
    with pytest.raises(Unexpected, match="rentals changed at Carloop"), nothing_changed(stage):
        rental = first_act.done(stage.book(stage.diary.typed, option))
    first_act.done(stage.change(action="cancel", rental_id=rental["id"]))


def test_one_wrong_step_is_exit_code_1(tmp_path):
    """A provider is installed that does not load: its step says so, and the others are told all the same."""
    installed = tmp_path / "broken-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n", "utf-8")
    entry = f"[{ENTRY_POINT_GROUP}]\nbroken = no_such_module\n"
    (installed / "entry_points.txt").write_text(entry, "utf-8")
    command = [*PROGRAM, "--lang", "en", "demo", "--scripted"]
    environment = environ(PYTHONPATH=str(tmp_path))
    ran = subprocess.run(command, capture_output=True, env=environment, timeout=100, check=False)
    lines = ran.stdout.decode().splitlines()
    marks = [line[0] for line in lines if line[:2] in ("✓ ", "✗ ")]
    assert marks == ["✗" if step == "loaded" else "✓" for step in STEPS]
    assert (ran.returncode, lines[-1]) == (1, "Not every step did what it should (✗).")
    assert b"Traceback" not in ran.stderr


def test_serve_until_told_to_stop(tmp_path):
    """`carloop demo` serves a planner and a Carloop, connected, says how to sign in, and stops on SIGTERM."""
    command = [*PROGRAM, "demo", "--sandbox-port", "0", "--port", "0", "--data", str(tmp_path / "data")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ(LANG="en_GB.UTF-8", LC_ALL="")
    ) as program:
        ready = [program.stdout.readline().decode() for _ in range(2)]
        planner, sandbox = (line.removeprefix("ready ").strip() for line in ready)
        for address in (f"{planner}/sign-in", f"{sandbox}/api/planner/v1/health"):
            with urllib.request.urlopen(address, timeout=10) as answer:
                assert answer.status == 200
        program.send_signal(signal.SIGTERM)
        said = program.stderr.read().decode()
        code = program.wait(20)
    assert all(line.startswith("ready http://127.0.0.1:") for line in ready)
    assert (code, "Traceback" in said) == (0, False)
    assert re.search(r"export CARLOOP_TOKEN=\S{20,}", said)
    assert re.search(rf"{planner}\n +sign in as +advisor +\S{{19}}\n +or as +admin +\S{{19}}\n", said)
    saved = json.loads((tmp_path / "data" / "appointment.json").read_text(encoding="utf-8"))
    assert saved["id"] == "A-2026-0001"


def test_the_planner_of_the_demo_is_connected(tmp_path):
    """Address and token are entered as the settings page would; the advisor signs in and sees Carloop's classes."""
    import httpx

    from carloop_plugin.cli.story.staging import running_demo

    with running_demo(tmp_path, port=0, sandbox_port=0, locale="en") as running:
        headers = {"Origin": running.planner, "Accept-Language": "en"}
        with httpx.Client(base_url=running.planner, headers=headers, follow_redirects=True) as advisor:
            advisor.post("/sign-in", data={"name": "advisor", "password": running.advisor_password})
            week = advisor.get("/").text
            path = re.search(r'href="(/appointments/T-[^"]+)"', week)
            page = advisor.get(path[1]).text
        assert running.token not in week + page
    assert 'name="vehicle_class"' in page
    assert "Find available rental cars" in page


def test_the_sandbox_is_gone_when_the_story_is_interrupted():
    """SIGTERM in the middle of the story leaves no program behind."""
    import psutil

    with subprocess.Popen(
        [*PROGRAM, "demo", "--scripted", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environ(),
    ) as program:
        program.stdout.readline()
        children = psutil.Process(program.pid).children(recursive=True)
        program.send_signal(signal.SIGTERM)
        errors = program.stderr.read()
        code = program.wait(20)
    _, alive = psutil.wait_procs(children, timeout=10)
    assert (code, b"Traceback" in errors, len(children) > 0, alive) == (130, False, True, [])


def test_the_port_is_taken(run, sandbox):
    """A sandbox that cannot start is a sentence."""
    from carloop_plugin.cli.story.programs import ProgramFailed
    from carloop_plugin.cli.story.sandbox import running_sandbox

    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(ProgramFailed) as caught, running_sandbox(port=port):
        pass
    assert str(caught.value) != ""


def test_a_taken_port_is_told_at_once(run, sandbox):
    """A taken port is told at once, in the language asked for, with the option that helps."""
    port = sandbox.url.rpartition(":")[2]
    ran = run("--lang", "de", "demo", "--sandbox-port", port, "--port", "0")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"Fehler: Der Port {port} ist belegt")
    assert "--sandbox-port" in ran.err
    assert "✓" not in ran.err


def test_the_sandbox_speaks_the_language(run, sandbox):
    """What the sandbox says on its way is in the language of the run."""
    from carloop_plugin.cli.story.programs import ProgramFailed
    from carloop_plugin.cli.story.sandbox import running_sandbox

    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(ProgramFailed, match="geht es nicht"), running_sandbox(port=port, locale="de"):
        pass


def test_both_processes_mean_the_same_day():
    """The appointments are counted from the day the story began, over midnight and over the clocks' change."""
    diary = Diary(date(2026, 10, 22))
    assert diary.period(3) == {"start": "2026-10-25T08:30:00+01:00", "end": "2026-10-26T17:00:00+01:00"}
    assert later("2026-10-25T08:30:00+01:00", hours=3) == "2026-10-25T11:30:00+01:00"


def test_what_was_expected_is_said():
    """A difference names what was looked at."""
    with pytest.raises(Unexpected, match="rental: 1 instead of 2"):
        expect("rental", 1, 2)
