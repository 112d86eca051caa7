"""The program as a person or another program runs it, against a real sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from click.testing import CliRunner

from carloop_plugin.cli.program import carloop


@dataclass(frozen=True)
class Ran:
    """How a run ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self):
        """Read standard output as one JSON document."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch):
    """Run `carloop` with words, in English unless they say otherwise."""
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")

    def call(*words, given=None):
        result = CliRunner().invoke(carloop, list(words), input=given, prog_name="carloop")
        assert "Traceback" not in result.stderr
        return Ran(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture
def appointment_file(planner, tmp_path):
    """An appointment of its own, in a file."""
    path = tmp_path / "appointment.json"
    path.write_text(json.dumps(planner.appointment), encoding="utf-8")
    return path
