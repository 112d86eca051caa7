"""Customers of the DMS, found while one types: a part of the appointment's page, fetched by the script."""

from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from planner_host.dms import Dms, DmsProblem
from planner_host.planner import planner_of
from planner_host.views.visit import Hits
from web_base.pages import Page, Program, page_route

MOST_HITS: Final = 20


def routes(program: Program) -> list[Route]:
    """Return the route of the search; it is a POST, so that no name stands in an address."""
    return [page_route("/dms/customers", find, program, methods=["POST"])]


def find(page: Page) -> Response:
    """Answer with the list of the customers found."""
    hits = find_customers(planner_of(page).dms, page.form["customer_query"])
    return page.render("hits.html", hits=hits, has_focus=False)


def find_customers(dms: Dms, words: str) -> Hits:
    """Return the best `MOST_HITS` customers, or why the DMS does not answer."""
    try:
        found = tuple(dms.search(words, limit=MOST_HITS + 1))
    except DmsProblem as problem:
        return Hits(words, problem=problem)
    return Hits(words, found[:MOST_HITS], has_more=len(found) > MOST_HITS)
