"""Customers of the DMS while one types: a part of the appointment's page, fetched by the script."""

from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from planner_host.dms import Dms, DmsProblem, Hit
from planner_host.pages import planner_of
from web_base.pages import Page, Program, page_route

MOST_HITS: Final = 20


def routes(program: Program) -> list[Route]:
    """Give the routes of the search; it is a POST, so that no name stands in an address."""
    return [page_route("/dms/customers", find, program, methods=["POST"])]


def find(page: Page) -> Response:
    """Give the customers found."""
    query = page.form["customer_query"]
    try:
        hits, has_more = find_customers(planner_of(page).dms, query)
    except DmsProblem as problem:
        return page.render("hits.html", hits=(), has_more=False, dms_problem=problem, query="")
    return page.render("hits.html", hits=hits, has_more=has_more, dms_problem=None, query=query)


def find_customers(dms: Dms, words: str) -> tuple[tuple[Hit, ...], bool]:
    """Give the best hits, as many as a list is read, and whether there are more."""
    hits = tuple(dms.search(words, limit=MOST_HITS + 1))
    return hits[:MOST_HITS], len(hits) > MOST_HITS
