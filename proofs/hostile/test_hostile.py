"""The limits on what hostile answers cost, and the second origin."""

from dataclasses import replace
from pathlib import Path

import pytest

from proofs.hostile.figures import AnswerCost, last_line, markdown, wrong_of
from proofs.hostile.measured_process import Measured
from proofs.hostile.second_origin import OriginAttempt

COMMAND = Path(__file__).with_name("hostile.py")


GOOD = Measured("client, search", "invalid_answer", -0.2, 1_000_000, 0.01)


@pytest.mark.parametrize(
    ("kinds", "changes"),
    [
        (set(), {}),
        (set(), {"overrun": 0.05, "grown": 64 * 1024 * 1024 - 1, "stalled": 0.3}),
        ({"late"}, {"overrun": 0.051}),
        ({"late"}, {"late": ("did not answer within 0.5 s",)}),
        ({"grown"}, {"grown": 64 * 1024 * 1024}),
        ({"stalled"}, {"stalled": 0.301}),
        ({"raw"}, {"raw": ("a thread died of KeyError",)}),
        ({"raw"}, {"answer": "provider_failed"}),
    ],
)
def test_each_figure_is_held_to_its_limit(kinds, changes):
    """Not a byte and not a millisecond more."""
    assert set(wrong_of(replace(GOOD, **changes))) == kinds


LED_THERE = OriginAttempt("a redirect 307", {"search": "invalid_answer"}, 0, shows_links=False)


@pytest.mark.parametrize("stray", [{"connections": 1}, {"shows_links": True}])
def test_who_comes_to_the_second_origin_has_followed(stray):
    """And so has a document that shows its links."""
    costs = [AnswerCost("a drip", (GOOD,) * 4)]
    assert last_line(costs, [LED_THERE]) == ("5 calls, 0 late, 0 grown, 0 stalled, 0 raw, 0 followed", True)
    line, is_good = last_line(costs, [replace(LED_THERE, **stray)])
    assert line.endswith("1 followed")
    assert not is_good


def test_a_victim_that_did_not_answer_is_no_success():
    """Of four calls all four are measured."""
    assert not last_line([AnswerCost("a drip", (GOOD,) * 3)], [LED_THERE])[1]
    assert "| a drip | client, search | invalid_answer |" in markdown(
        [AnswerCost("a drip", (GOOD,))], [LED_THERE], 0.5
    )
