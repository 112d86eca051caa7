"""The pages that lead to the tokens: administration, interfaces, the workshop planner interface."""

from typing import Final

from starlette.responses import Response

from carloop_sandbox.interface.requests import origin_of
from carloop_sandbox.pages.showing import show, store_of
from web_base.pages import Page

PLANNER: Final = "/administration/interfaces/workshop-planner"


def show_administration(page: Page) -> Response:
    """Show what there is to administer."""
    return show(page, "administration.html")


def show_interfaces(page: Page) -> Response:
    """Show the interfaces there are."""
    return show(page, "interfaces.html", planner=PLANNER, tokens=store_of(page).tokens.listed())


def show_planner_interface(page: Page) -> Response:
    """Show how the workshop planner reaches us, and whether it does."""
    return show(
        page,
        "planner_interface.html",
        planner=PLANNER,
        web_address=origin_of(page.request),
        tokens=store_of(page).tokens.listed(),
    )
