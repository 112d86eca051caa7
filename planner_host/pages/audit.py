"""Who booked, changed and cancelled what, and when: for the administration."""

from starlette.responses import Response
from starlette.routing import Route

from demo_base.pages import Page, Program, page_route
from planner_host.pages import planner_of


def routes(program: Program) -> list[Route]:
    """Give the routes of the audit page."""
    return [page_route("/audit", show_audit, program, roles=["admin"])]


def show_audit(page: Page) -> Response:
    """Show a page of the deeds, newest first."""
    planner = planner_of(page)
    asked = page.query("page")
    number = int(asked) if asked.isdecimal() and len(asked) < 9 else 1
    number = max(number, 1)
    deeds, has_older = planner.audit.page(number)
    return page.render(
        "audit.html",
        deeds=deeds,
        number=number,
        has_older=has_older,
        zone=planner.zone,
        provider_name=planner.provider_name,
    )
