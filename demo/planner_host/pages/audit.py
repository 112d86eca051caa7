"""Who booked, changed and cancelled what, and when: for the administration."""

from functools import partial

from starlette.responses import Response
from starlette.routing import Route

from mobility_hookspecs import make_problem
from planner_host.pages import planner_of
from web_base.pages import Page, Program, page_route


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
    appointments = {each: planner.records.appointment(each) for each in {deed.subject for deed in deeds}}
    return page.render(
        "audit.html",
        deeds=deeds,
        begins={
            each.id: page.language.moment(each.visit.start, each.zone)
            for each in appointments.values()
            if each
        },
        reason=partial(reason_of, locale=page.language.code),
        number=number,
        has_older=has_older,
        zone=planner.zone,
        provider_name=planner.provider_name,
    )


def reason_of(code: str, *, locale: str) -> str:
    """Say what a code of the contract means; nothing for one of a provider's own."""
    try:
        return make_problem(code, locale=locale)["title"]
    except ValueError:
        return ""
