"""Customers of the DMS, found while one types: a part of the appointment's page, fetched by the script."""

from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from planner_host.dms import Dms, DmsProblem, Hit
from planner_host.planner import planner_of
from planner_host.views.visit import hits_view
from web_base.pages import Page, Program, page_route

MOST_HITS: Final = 20


def routes(program: Program) -> list[Route]:
    """Return the route of the search; it is a POST, so that no name stands in an address."""
    return [page_route("/dms/customers", find, program, methods=["POST"])]


def find(page: Page) -> Response:
    """Answer with the list of the customers found."""
    query = page.form["customer_query"]
    try:
        hits, has_more = find_customers(planner_of(page).dms, query)
        view = hits_view(page, hits, has_more, query)
    except DmsProblem as problem:
        view = hits_view(page, (), False, query, problem)
    return page.render("hits.html", hits=view)


def find_customers(dms: Dms, words: str) -> tuple[tuple[Hit, ...], bool]:
    """Return the best `MOST_HITS` customers, and whether there are more."""
    hits = tuple(dms.search(words, limit=MOST_HITS + 1))
    return hits[:MOST_HITS], len(hits) > MOST_HITS
