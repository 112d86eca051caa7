"""Ten thousand bad documents into the hooks, and the harness that feeds them."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from carloop_plugin.model import AppointmentId
from carloop_plugin.store.opening import source_of
from tests.support.feeding import EACH, HOOKS, feed, kept

ROOT = Path(__file__).parents[2]


def test_there_are_ten_thousand():
    """As many as the failures' page asks for."""
    assert len(HOOKS) * EACH >= 10_000


@pytest.mark.both_databases
@pytest.mark.parametrize("hook", HOOKS)
def test_bad_documents_are_refused_and_leave_nothing(configured, hook):
    """The problem says what is wrong and where, in two languages, on both databases."""
    fed = feed(hook, location=os.environ["CARLOOP_STORE"])
    assert (fed.refused, fed.raw, fed.astray) == (EACH, [], [])
    assert fed.kept == 0


@pytest.mark.both_databases
def test_every_table_is_counted(configured):
    """A row in any table counts as kept, also what was asked to be erased."""
    location = os.environ["CARLOOP_STORE"]
    assert kept(location) == 0
    source = source_of(location)
    with source.open(deadline=time.monotonic() + 30) as store:
        store.forget_appointments([AppointmentId("A-99")])
    source.close()
    assert kept(location) == 1


@pytest.mark.parametrize("answer", [None, {}, {"status": "done"}, ValueError("raw")])
def test_an_answer_that_is_not_a_refusal_is_found(monkeypatch, tmp_path, answer):
    """An answer is astray, an exception is raw."""

    def hook(_document, _context):
        if isinstance(answer, Exception):
            raise answer
        return answer

    food = HOOKS["on_rental_change"]
    monkeypatch.setitem(HOOKS, "on_rental_change", type(food)(hook, food.bad))
    fed = feed("on_rental_change", location=str(tmp_path / "none.sqlite3"), each=3)
    assert (fed.refused, len(fed.raw if isinstance(answer, Exception) else fed.astray)) == (0, 3)


def test_the_command_counts_all_of_them(tmp_path):
    """A small run, on both databases, with its page."""
    report = tmp_path / "bad.md"
    command = [sys.executable, "-m", "proofs.bad_documents", "--each", "40", "--report", str(report)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False, cwd=ROOT)
    line = f"{2 * 40 * len(HOOKS)} documents, 0 raw, 0 astray, 0 kept"
    assert (done.returncode, done.stdout) == (0, f"{line}\n"), done.stderr
    assert f"\n**{line}**\n" in report.read_text("utf-8")
    assert re.search(r"^- Seed: 1$", report.read_text("utf-8"), re.MULTILINE)
