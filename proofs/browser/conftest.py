"""One Chromium for the whole run, the programs that the tests share, and axe."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

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


@pytest.fixture(scope="session")
def axe():
    """Return what fails with the list of everything on a page that is not accessible."""
    engine = Axe()

    def axe(page):
        found = engine.run(page).response["violations"]
        rows = [
            f"{each['id']} ({each['impact']}): {each['help']}\n    {node['html'][:200]}\n    {node['failureSummary']}"
            for each in found
            for node in each["nodes"]
        ]
        assert rows == [], "\n".join([page.url, *rows])

    return axe
