"""The planner's pages, one module each: `routes(program)` gives the module's routes."""

from typing import cast

from demo_base.pages import Page
from planner_host.planner import Planner


def planner_of(page: Page) -> Planner:
    """Give the planner behind a page."""
    return cast("Planner", page.program.state)
