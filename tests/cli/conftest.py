"""The program as a person or another program runs it, against a real sandbox."""

import json
import sys
from dataclasses import dataclass

import pytest
from click.testing import CliRunner

from carloop_plugin.cli.program import carloop


@dataclass(frozen=True)
class Ran:
    """How a run ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self):
        """Read standard output as one JSON document."""
        return json.loads(self.out)

    @property
    def text(self):
        """Return both outputs as one line, so that no line break of a narrow column matters."""
        return " ".join((self.out + self.err).split())


@pytest.fixture(autouse=True)
def terminal(monkeypatch):
    """Set the same terminal for every test: English, and wide enough for any table."""
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.setenv("COLUMNS", "240")


@pytest.fixture(scope="session")
def program():
    """Return the words that start `carloop` as a process of its own."""
    return [sys.executable, "-c", "from carloop_plugin.cli import main; main()"]


@pytest.fixture
def run():
    """Run `carloop` with words in this process."""

    def call(*words, given=None):
        result = CliRunner().invoke(carloop, list(words), input=given, prog_name="carloop")
        assert "Traceback" not in result.stderr
        return Ran(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture
def appointment_file(planner, tmp_path):
    """Write the planner's appointment to a file."""
    path = tmp_path / "appointment.json"
    path.write_text(json.dumps(planner.appointment), encoding="utf-8")
    return path


@pytest.fixture
def saved(run, planner, appointment_file):
    """Save the appointment from its file."""
    assert run("appointment", "save", str(appointment_file)).code == 0
    return planner


@pytest.fixture
def booked(run, saved):
    """Book a rental for the saved appointment."""
    ran = run("book", "--appointment", saved.id, "--option", saved.car_free_for_days(), "--json")
    return ran.document["rental"]


@pytest.fixture
def pending(run, saved):
    """Book a rental whose answers are lost until `saved.control.reset_faults()`."""
    option = saved.car_free_for_days()
    saved.control.fault("book", "drop_after", times=1000)
    return run("book", "--appointment", saved.id, "--option", option, "--json")
