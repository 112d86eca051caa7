"""One Chromium for the whole run, and the programs that all tests share."""

from pathlib import Path

from tests.support.browser.chromium import (
    base_url,
    browser_context_args,
    browser_type_launch_args,
    chromium_path,
    open_page,
    page,
    watch,
)
from tests.support.browser.fixtures import (
    advisor,
    advisor_at,
    carloop,
    carloop_program,
    new_planner,
    period,
    planner_program,
    signed_in,
    t,
)

__all__ = [
    "advisor",
    "advisor_at",
    "base_url",
    "browser_context_args",
    "browser_type_launch_args",
    "carloop",
    "carloop_program",
    "chromium_path",
    "new_planner",
    "open_page",
    "page",
    "period",
    "planner_program",
    "signed_in",
    "t",
    "watch",
]


def pytest_collection_modifyitems(items):
    """Mark these tests as needing Chromium."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")
