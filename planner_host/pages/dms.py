"""Customers of the DMS while one types: a part of the appointment's page, fetched by the script."""

from starlette.responses import Response
from starlette.routing import Route

from demo_base.pages import Page, Program, page_route
from planner_host.dms import DmsProblem
from planner_host.pages import planner_of


def routes(program: Program) -> list[Route]:
    """Give the routes of the search; it is a POST, so that no name stands in an address."""
    return [page_route("/dms/customers", find, program, methods=["POST"])]


def find(page: Page) -> Response:
    """Give the customers found."""
    try:
        hits = planner_of(page).dms.search(page.form["customer_query"])
    except DmsProblem as problem:
        return page.render("hits.html", hits=(), dms_problem=problem, query="")
    return page.render("hits.html", hits=hits, dms_problem=None, query=page.form["customer_query"])
