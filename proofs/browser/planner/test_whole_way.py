"""The whole way on a phone, and in English however it is gone; the daily tests go it in German."""

import pytest

from proofs.browser.planner.steps import Phone
from tests.support.browser.texts import Texts
from tests.support.browser.whole_way import WAYS, go_the_whole_way

PHONE = {"device": Phone, "width": 400, "height": 800}


@pytest.mark.parametrize(
    ("way", "language"), [("without-script", "en"), ("keyboard", "en"), ("phone", "de"), ("phone", "en")]
)
def test_the_whole_way(way, language, advisor_at, new_planner, carloop_program, carloop, period):
    """No page is wider than the phone."""
    advisor = advisor_at(new_planner, Texts(language), name=None, **(WAYS | {"phone": PHONE})[way])
    go_the_whole_way(advisor, carloop_program, carloop, period)
