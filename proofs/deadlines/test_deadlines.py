"""The limits of the deadlines' figures, and the last line."""

from contextlib import contextmanager
from pathlib import Path

import pytest

from proofs.deadlines.__main__ import last_line
from proofs.deadlines.case import Case, measure

COMMAND = Path(__file__).with_name("deadlines.py")


def case(*overruns, codes="deadline_exceeded"):
    """Return a case whose calls have these overruns, one after the other."""
    left = list(overruns)

    @contextmanager
    def blocked():
        yield lambda _: (codes, left.pop(0))

    return Case("nowhere", "nothing", blocked, 0.1)


def test_what_a_busy_machine_spoilt_is_measured_again():
    """Twice at most."""
    for result, expected in (
        (measure(case(0.2, 0.049)), ((0.049,), 1)),
        (measure(case(0.2, 0.2, 0.3, 0.0)), ((0.3,), 2)),
    ):
        assert (result.overruns, result.repeats) == expected


@pytest.mark.parametrize(
    ("case", "line"),
    [
        (case(0.05, -0.1), "2 calls, 0 late, 0 wrong"),
        (case(*[0.01, 0.0501] * 3), "2 calls, 1 late, 0 wrong"),
        (case(0.0, 0.0, codes="provider_failed"), "2 calls, 0 late, 1 wrong"),
    ],
)
def test_each_figure_is_held_to_its_limit(case, line):
    """Not a millisecond more, and no other code."""
    found = [measure(case, tries=2)]
    assert last_line(found) == (line, line.endswith("0 late, 0 wrong"))
    assert not last_line([])[1]
