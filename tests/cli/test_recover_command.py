"""`carloop recover`, with `--watch` and `--rebuild`."""

import signal
import subprocess
import time
import uuid

import pytest

from carloop_plugin import bootstrap
from carloop_plugin.cli.commands.recover import show_report
from carloop_plugin.cli.texts import Texts
from mobility_hookspecs import make_problem

GARBAGE = b"this is no database" * 100


def test_a_change_that_was_set_aside_is_tried_again(run, saved):
    """The doctor lists it for a person, who has recovery try it with the others again."""
    option = saved.car_free_for_days()
    saved.control.fault("book", "drop_before", times=1000)
    pending = run("book", "--appointment", saved.id, "--option", option, "--json").document["change_id"]
    with bootstrap.opened(deadline=time.monotonic() + 10) as services:
        for _ in range(20):
            services.context.store.mark_unknown(pending, "invalid_answer", counts=True)
    assert f"Not settled after many attempts: {pending}" in run("doctor").text
    run("recover")
    assert pending not in run("doctor").text
    saved.control.reset_faults()
    assert [each["status"] for each in run("recover", "--json").document["settled"]] == ["done"]


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
def test_a_carloop_that_does_not_answer_is_named(run, saved, monkeypatch, name, value, code, word):
    """Nothing settled and nothing changed is not the same as nothing asked."""
    assert run("recover").code == 0
    monkeypatch.setenv(name, value)
    ran = run("recover")
    assert (ran.code, word in ran.err, "main" in ran.err) == (code, True, True)


def test_interrupting_a_watch(program, configured):
    """Ctrl-C ends a watch with its last result, without a message."""
    command = [*program, "recover", "--watch", "60", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        code, errors = process.wait(60), process.stderr.read()
    assert first.startswith(b"{")
    assert (code, b"Traceback" in errors) == (0, False)


def test_damaged_records_are_rebuilt(run, saved, booked):
    """The rentals are found again; the doctor lists the file that was moved aside and says how it is deleted."""
    bootstrap.close()
    saved.store.write_bytes(GARBAGE)
    report = run("doctor", "--json")
    codes = {each["code"] for each in report.document["findings"]}
    assert (report.code, "storage_failed" in codes, run("rentals").code) == (1, True, 1)
    rebuilt = run("recover", "--rebuild")
    assert (rebuilt.code, "could not be read completely" in rebuilt.text) == (0, True)
    assert booked["id"] in {each["id"] for each in run("rentals", "--json").document}
    (aside,) = saved.store.parent.glob("*damaged*")
    aside = aside.rename(saved.store.with_name(f"{saved.store.name}.damaged-20260102T030405"))
    (moved,) = run("doctor", "--json").document["store"]["moved_aside"]
    assert (moved["file"], moved["at"]) == (aside.name, "2026-01-02T03:04:05Z")
    days = int(moved["age_seconds"] / 86400)
    shown = run("doctor").text
    assert days > 0
    wanted = (aside.name, f"age in days: {days}", "The next erasure (“carloop erase”) deletes")
    assert [each for each in wanted if each not in shown] == []


def test_lost_records(run, saved, booked):
    """No command begins them empty; each says what to do, and that works."""
    saved.store.unlink()
    for command in (["rentals"], ["recover"], ["doctor"], ["erase", "--customer", "4711", "--yes"]):
        ran = run(*command)
        assert (ran.code, "carloop recover --rebuild" in ran.text) == (1, True), command
    assert not saved.store.exists()
    assert run("recover", "--rebuild").code == 0
    assert [each["id"] for each in run("rentals", "--json").document] == [booked["id"]]


def test_a_site_that_cannot_be_read(run, planner, monkeypatch):
    """It is named with the reason, the command fails, and the old records stay where they are."""
    planner.save()
    before = planner.damage()
    monkeypatch.delenv("CARLOOP_TOKEN")
    ran = run("recover", "--rebuild")
    assert ran.code == 1
    assert "The site main could not be read" in ran.text
    assert "Nothing was moved" in ran.text
    assert planner.store.read_bytes() == before
