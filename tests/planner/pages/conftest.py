"""A browser to which an advisor has signed in, and what pages say."""

from contextlib import ExitStack

import pytest

from ..conftest import PERIOD, Elements, hidden, served


@pytest.fixture
def site_of(tmp_path):
    """Return what serves a planner of the test's own."""
    with ExitStack() as stack:
        yield lambda planner: stack.enter_context(served(planner, tmp_path))


@pytest.fixture
def anna(site):
    """A browser to which Anna has signed in."""
    return site.browser("anna")


def path_of(appointment):
    """Give the address of an appointment."""
    return f"/appointments/{appointment.id}"


def words(answer):
    """Give what a page says, in one line."""
    return " ".join(Elements(answer.text).text.split())


def search_form(browser, appointment):
    """Open an appointment, and give what its search sends, with the list that was found for it."""
    page = browser.get(path_of(appointment)).text
    times = {"start_date": "25.11.2026", "start_time": "08:00", "end_date": "25.11.2026", "end_time": "17:00"}
    found = {"found_period": f"{PERIOD['start']}/{PERIOD['end']}", "found_filters": "[[], []]"}
    return hidden(page, f"{path_of(appointment)}/offers") | times | found
