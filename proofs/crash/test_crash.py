"""The checks of the crash proof find planted bugs, and a disk that cannot be mounted is replaced by a limit."""

import os
import subprocess
import sys

import pytest

LONGEST = 1200
"""Seconds for a busy machine; an idle one with two cores takes a twentieth of it."""


def run_program(program, *arguments, **environment):
    """Run one of the programs of this package."""
    command = [sys.executable, "-m", program, *arguments]
    around = os.environ | environment
    return subprocess.run(command, env=around, capture_output=True, text=True, timeout=LONGEST, check=False)


def test_who_may_not_mount_a_disk_has_a_limit_instead(tmp_path):
    """The limit is reached before and after the sending, as on a full disk, and the report names it."""
    report = tmp_path / "crash.md"
    # Where nothing can be run, `mount` cannot either.
    done = run_program(
        "proofs.crash",
        "--rounds",
        "48",
        "--disruption",
        "FULL",
        "--report",
        str(report),
        PATH=str(tmp_path),
        CI="",
    )
    assert done.stdout.splitlines()[-1] == "48 rounds, 0 doubled, 0 unlinked, 0 moments with two or none", (
        done.stderr
    )
    assert done.returncode == 0
    assert "(RLIMIT_FSIZE), since none can be mounted here: " in report.read_text()
    assert "| a full disk | 48 | 48 | 0 | 0 | 0 |" in report.read_text()


def test_ci_must_have_a_disk_that_can_be_filled(tmp_path):
    """What is only like it is no proof there."""
    done = run_program("proofs.crash", "--rounds", "4", "--disruption", "FULL", PATH=str(tmp_path), CI="true")
    assert (done.returncode, done.stdout) == (1, "")
    assert "CI must have a disk that can be filled" in done.stderr


@pytest.mark.parametrize(
    ("bug", "operation", "seen"),
    [
        ("sent_before_it_is_recorded", "BOOK", "a write was sent before its intent was in the records"),
        ("a_key_for_every_attempt", "REBOOK", "a write was sent under a key that no change has"),
        ("a_fresh_revision_when_sent_again", "REBOOK", "one key was sent with two contents"),
        ("refused_when_it_is_not_found", "CANCEL", "asked again: refused period_in_past"),
        ("cancelled_and_then_booked", "REBOOK", "Carloop had [1, 0, 1] rentals, one moment after another"),
    ],
)
def test_the_harness_sees_a_planted_bug(bug, operation, seen):
    """It prints what is wrong, counts it, and fails."""
    rounds = ("--rounds", "8", "--disruption", "WIRE", "--operation", operation)
    done = run_program("proofs.crash.planted", bug, *rounds)
    assert (done.returncode, seen in done.stderr) == (1, True), done.stderr
    assert not done.stdout.endswith("0 doubled, 0 unlinked, 0 moments with two or none\n")
