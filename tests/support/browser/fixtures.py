"""Fixtures with the programs and their users; the conftests of both folders import them by name."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import expect

from carloop_sandbox.remote import Controls
from tests.support.browser import programs
from tests.support.browser.advisor import Advisor
from tests.support.browser.carloop_state import CarloopState, Period
from tests.support.browser.chromium import OpenPage
from tests.support.browser.input_devices import Mouse
from tests.support.browser.programs import TOKEN, Program, session_of
from tests.support.browser.texts import Texts

AdvisorAt = Callable[..., Advisor]

expect.set_options(timeout=10_000)

_days = itertools.count(20)


@pytest.fixture(scope="session")
def carloop_program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Run the Carloop that all tests share; `carloop` starts it again if a test has killed it."""
    with programs.carloop_program(tmp_path_factory.mktemp("carloop")) as program:
        yield program


@pytest.fixture(scope="session")
def planner_program(tmp_path_factory: pytest.TempPathFactory, carloop_program: Program) -> Iterator[Program]:
    """Run the planner that all tests share, set up for Carloop."""
    folder = tmp_path_factory.mktemp("planner")
    with programs.planner_program(folder, carloop_url=carloop_program.url) as program:
        yield program


@pytest.fixture(scope="session")
def new_planner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Run a planner that is not set up for Carloop yet."""
    with programs.planner_program(tmp_path_factory.mktemp("new-planner")) as program:
        yield program


@pytest.fixture
def carloop(carloop_program: Program) -> Iterator[CarloopState]:
    """Ask Carloop itself and control it; afterwards it is running, and its faults and clock are reset."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=carloop_program.url, headers=headers, timeout=30, trust_env=False) as http:
        carloop = CarloopState(http, Controls(carloop_program.url))
        yield carloop
        carloop_program.come_back()
        carloop.reset()


@pytest.fixture
def t() -> Texts:
    """Return the texts of the test's language: German, unless a module runs in another."""
    return Texts("de")


@pytest.fixture
def advisor_at(open_page: OpenPage) -> AdvisorAt:
    """Return what opens a planner as a user: `advisor_at(program, texts, name="admin", device=Keyboard)`."""

    def advisor_at(
        program: Program,
        t: Texts,
        *,
        name: str | None = "advisor",
        device: type[Mouse] = Mouse,
        **window: Any,
    ) -> Advisor:
        if name is not None:
            window["storage_state"] = session_of(program.url, name)
        page = open_page(language=t.code, **window)
        return Advisor(page, program.url, t, device(page))

    return advisor_at


@pytest.fixture
def advisor(advisor_at: AdvisorAt, planner_program: Program, t: Texts) -> Advisor:
    """Put an advisor at the planner that all tests share."""
    return advisor_at(planner_program, t)


@pytest.fixture
def period() -> Period:
    """Return a working day that no other test uses."""
    today = datetime.now(ZoneInfo("Europe/Berlin")).replace(hour=8, minute=0, second=0, microsecond=0)
    start = today + timedelta(days=next(_days))
    return Period(start, start.replace(hour=17))
