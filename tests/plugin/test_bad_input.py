"""Bad documents into every hook: a problem with a code and a pointer, never a raw exception, and nothing kept."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from carloop_plugin import plugin
from carloop_plugin.model import AppointmentId
from carloop_plugin.store.opening import source_of
from mobility_hookspecs import CallContext
from tests.support.bad_documents import JUNK
from tests.support.feeding import EACH, HOOKS, feed, is_told, kept, problem_of

COMMAND = Path(__file__).parents[1] / "faults" / "bad_documents.py"


def test_there_are_ten_thousand_for_every_hook_that_takes_something():
    """A new hook fails here until it is fed, too; describing, reconciling and closing take nothing."""
    hooks = {name for name, hook in vars(plugin).items() if hasattr(hook, "workshop_planner_impl")}
    take_nothing = {"describe_mobility_provider", "reconcile_rentals", "close_mobility_provider"}
    assert hooks - take_nothing == set(HOOKS)
    assert len(HOOKS) * EACH >= 10_000


@pytest.mark.parametrize("hook", HOOKS)
def test_what_is_bad_is_refused_and_leaves_nothing(configured, hook):
    """Said what and where, in two languages, on both databases."""
    fed = feed(hook, location=os.environ["CARLOOP_STORE"])
    assert (fed.refused, fed.raw, fed.astray) == (EACH, [], [])
    assert fed.kept == 0


def test_no_table_is_left_out_of_the_look(configured):
    """What was asked to be erased is a row as well."""
    location = os.environ["CARLOOP_STORE"]
    assert kept(location) == 0
    source = source_of(location)
    with source.open(deadline=time.monotonic() + 30) as store:
        store.forget_appointments([AppointmentId("A-99")])
    source.close()
    assert kept(location) == 1


def test_the_command_counts_all_of_them(tmp_path):
    """A small run, on both databases, with its page."""
    report = tmp_path / "bad.md"
    command = [sys.executable, str(COMMAND), "--each", "40", "--report", str(report)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    line = f"{2 * 40 * len(HOOKS)} documents, 0 raw, 0 astray, 0 kept"
    assert (0, f"{line}\n") == (done.returncode, done.stdout), done.stderr
    assert f"\n**{line}**\n" in report.read_text("utf-8")
    assert re.search(r"^- Seed: 1$", report.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("answer", [None, {}, {"status": "done"}, ValueError("raw")])
def test_what_is_no_refusal_is_found(monkeypatch, tmp_path, answer):
    """An answer is astray, an exception is raw."""

    def hook(_document, _context):
        if isinstance(answer, Exception):
            raise answer
        return answer

    food = HOOKS["on_rental_change"]
    monkeypatch.setitem(HOOKS, "on_rental_change", type(food)(hook, food.bad))
    fed = feed("on_rental_change", location=str(tmp_path / "none.sqlite3"), each=3)
    assert (fed.refused, len(fed.raw if isinstance(answer, Exception) else fed.astray)) == (0, 3)


@pytest.mark.parametrize(
    "hook",
    [plugin.provide_mobility_filters, plugin.provide_provider_settings, plugin.check_mobility_provider],
)
@pytest.mark.parametrize("site", JUNK, ids=lambda junk: type(junk).__name__)
def test_a_site_that_is_none_is_refused(configured, hook, site):
    """The document is the site alone."""
    problem = problem_of(lambda: hook(site, CallContext.within(5)))
    assert (problem["code"], problem["pointer"]) == ("invalid_document", "")


@pytest.mark.parametrize(
    "ids", [junk for junk in JUNK if not isinstance(junk, list)], ids=lambda junk: type(junk).__name__
)
def test_ids_that_are_no_list_are_refused(configured, ids):
    """The pointer is to the whole."""
    problem = problem_of(lambda: plugin.provide_mobility_states(ids, CallContext.within(5)))
    assert (problem["code"], problem["pointer"]) == ("invalid_document", "")


@pytest.mark.parametrize(
    ("ids", "pointer"), [(["ok", ""], "/1"), (["a b"], "/0"), ([5], "/0"), (["x" * 81], "/0")]
)
def test_the_first_id_that_is_wrong_is_named(configured, ids, pointer):
    """And no ids are no mistake."""
    problem = problem_of(lambda: plugin.provide_mobility_states(ids, CallContext.within(5)))
    assert is_told(problem)
    assert problem["pointer"] == pointer
    assert plugin.provide_mobility_states([], CallContext.within(5)) == []
