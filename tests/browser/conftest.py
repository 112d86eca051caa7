"""One Chromium for the whole run, and the programs that all tests share."""

from pathlib import Path

from tests.support.browser.chromium import (  # noqa: F401 - the tests' fixtures
    browser_context_args,
    browser_type_launch_args,
    chromium_path,
    open_page,
    watch,
)
from tests.support.browser.fixtures import (  # noqa: F401 - the tests' fixtures
    advisor,
    advisor_at,
    carloop,
    carloop_program,
    new_planner,
    period,
    planner_program,
    t,
)


def pytest_collection_modifyitems(items):
    """Mark these tests as needing Chromium."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")
