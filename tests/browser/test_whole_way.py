"""The whole way, from the token in Carloop's administration to a cancelled rental."""

import pytest

from tests.support.browser.texts import Texts
from tests.support.browser.whole_way import WAYS, go_the_whole_way


@pytest.mark.parametrize(
    ("way", "language"), [("mouse", "de"), ("mouse", "en"), ("without-script", "de"), ("keyboard", "de")]
)
def test_the_whole_way(way, language, advisor_at, new_planner, carloop_program, carloop, period):
    """In both languages; without the page's script; and with the keyboard alone."""
    advisor = advisor_at(new_planner, Texts(language), name=None, **WAYS[way])
    go_the_whole_way(advisor, carloop_program, carloop, period)
