"""The planner's pages, one module each: `routes(program)` gives the module's routes."""

from typing import cast

from planner_host.planner import Planner
from web_base.pages import Page


def planner_of(page: Page) -> Planner:
    """Give the planner behind a page."""
    return cast("Planner", page.program.state)
