"""Data protection, for the administration: find a person, erase them here and at every provider, read the report."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from planner_host.dms import DmsProblem
from planner_host.planner import audit, planner_of, user_name
from planner_host.privacy.people import find_people, subjects_of
from planner_host.views.privacy import PeopleView, RetentionView, people_view, receipt_view
from web_base.pages import Page, Program, Refused, page_route

ROLES: Final = ("admin",)
MOST_RECEIPTS: Final = 20
MOST_MONTHS: Final = 600


def routes(program: Program) -> list[Route]:
    """Return the routes of data protection."""
    return [
        page_route("/privacy", show, program, roles=ROLES),
        page_route("/privacy", find_or_erase, program, methods=["POST"], roles=ROLES),
        page_route("/privacy/retention", set_retention, program, methods=["POST"], roles=ROLES),
        page_route("/privacy/{receipt}", show_receipt, program, roles=ROLES),
    ]


def show(page: Page) -> Response:
    """Show the search, how long appointments are kept, and the latest receipts."""
    return _draw(page, said=page.query("done"))


def find_or_erase(page: Page) -> Response:
    """Find people, ask about those who were chosen, or erase them; a POST, so that no name stands in an address."""
    planner, words, do = planner_of(page), page.form["words"], page.form["do"]
    try:
        found = find_people(words, planner.erasing.stored, planner.dms) if len(words) > 1 else []
    except DmsProblem as failed:
        return _draw(page, PeopleView(words, problem=failed.message(page.language.code)))
    chosen = [each for each in found if each.key in page.form.all("who")]
    if do == "erase" and chosen:
        erased = planner.erasing.erase(subjects_of(chosen), by=user_name(page), locale=page.language.code)
        return page.go(f"/privacy/{erased}")
    if do == "ask" and chosen:
        return _draw(page, people_view(page, words, chosen, chosen=chosen, asks=True))
    # A click that chose nobody is answered with the list.
    problem = page.text("privacy.choose") if do == "ask" else ""
    return _draw(page, people_view(page, words, found, chosen=chosen, asks=False, problem=problem))


def set_retention(page: Page) -> Response:
    """Set after how many months appointments are erased; asks first where some would be erased now."""
    planner, typed = planner_of(page), page.form["months"]
    months = int(typed) if typed.isdecimal() and len(typed) < 9 else 0
    if typed and not 0 < months <= MOST_MONTHS:
        problem = page.text("privacy.months_wrong", most=MOST_MONTHS)
        return _draw(page, retention=RetentionView(typed, problem))
    if months and page.form["sure"] != "yes" and (count := len(planner.erasing.overdue(months))):
        return _draw(page, retention=RetentionView(typed, overdue=count))
    planner.erasing.stored.keep_months(months)
    audit(page, "retention", str(months))
    return page.go("/privacy?done=retention")


def show_receipt(page: Page) -> Response:
    """Show what became of an erasure."""
    erasure = planner_of(page).erasing.stored.receipt(page.path("receipt"))
    if erasure is None:
        raise Refused(404, "not_found")
    return page.render("erasure.html", receipt=receipt_view(page, erasure))


def _draw(
    page: Page,
    search: PeopleView | None = None,
    *,
    retention: RetentionView | None = None,
    said: str = "",
) -> Response:
    page.here = "/privacy"
    planner = planner_of(page)
    stored = planner.erasing.stored
    return page.render(
        "privacy.html",
        search=search or PeopleView(),
        retention=retention or RetentionView(str(stored.months_kept or "")),
        providers=[info["name"] for info in planner.host.providers],
        receipts=[receipt_view(page, each) for each in stored.latest(MOST_RECEIPTS)],
        said=said,
    )
