"""Planner and Carloop as programs, somebody who works at their pages, and what is true at Carloop meanwhile.

- `advisor` is at a planner set up for a Carloop that all tests share; `advisor_at(…)` gives one elsewhere
- `control` asks that Carloop itself, and arms its faults (tests/conftest.py)
- `stay` is a day in the workshop that no other test has
"""

import itertools
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from planner_steps.advisor import Advisor, Stay
from planner_steps.hands import Mouse
from planner_steps.programs import run_carloop, run_planner, session_of
from planner_steps.providers import install_providers
from planner_steps.words import Words
from playwright.sync_api import expect

expect.set_options(timeout=10_000)

_days = itertools.count(20)


@pytest.fixture(scope="session")
def sandbox(carloop):
    """The Carloop that `control` controls: the program, in place of the one in a thread."""
    return carloop


@pytest.fixture(scope="session")
def planner_program(start, carloop, tmp_path_factory):
    """A planner set up for the Carloop that all tests share."""
    return run_planner(start, tmp_path_factory.mktemp("planner"), carloop=carloop)


@pytest.fixture(scope="session")
def new_planner(start, tmp_path_factory):
    """A planner that nobody has set up for Carloop yet."""
    return run_planner(start, tmp_path_factory.mktemp("new-planner"))


@pytest.fixture(scope="session")
def mortal_carloop(start, tmp_path_factory):
    """A Carloop that is killed and comes back, and whose clock is set."""
    return run_carloop(start, tmp_path_factory.mktemp("mortal-carloop"))


@pytest.fixture(scope="session")
def mortal_planner(start, mortal_carloop, tmp_path_factory):
    """A planner beside it, which is killed and comes back, too."""
    return run_planner(start, tmp_path_factory.mktemp("mortal-planner"), carloop=mortal_carloop)


@pytest.fixture(scope="session")
def many(start, carloop, tmp_path_factory):
    """A planner with Carloop, a taxi, a bus that is late and a ship that is not there."""
    providers = tmp_path_factory.mktemp("providers")
    install_providers(providers)
    return run_planner(start, tmp_path_factory.mktemp("many"), carloop=carloop, providers=providers)


@pytest.fixture(params=["de", "en"])
def t(request):
    """The words of the test's language; a test that asks for them runs in both."""
    return Words(request.param)


@pytest.fixture(scope="session")
def signed_in():
    """Give what a browser keeps of having signed in, once for each program and account."""
    return cache(session_of)


@pytest.fixture
def advisor_at(open_page, signed_in):
    """Give what seats somebody at a planner: `advisor_at(program, words, name="admin", hands=Keyboard)`."""

    def advisor_at(program, t, *, name="advisor", hands=Mouse, **window):
        if name is not None:
            window["storage_state"] = signed_in(program.url, name)
        page = open_page(language=t.code, **window)
        return Advisor(page, program.url, t, hands(page))

    return advisor_at


@pytest.fixture
def advisor(advisor_at, planner_program, t):
    """An advisor at the planner that all tests share."""
    return advisor_at(planner_program, t)


@pytest.fixture
def german(advisor_at, planner_program):
    """The same in German alone, for what is the same in every language."""
    return advisor_at(planner_program, Words("de"))


@pytest.fixture
def stay():
    """A day that no other test has; the planner's clock is the workshop's."""
    day = datetime.now(ZoneInfo("Europe/Berlin")).replace(
        hour=8, minute=0, second=0, microsecond=0
    ) + timedelta(days=next(_days))
    return Stay(day, day.replace(hour=17))
