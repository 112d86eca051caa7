"""The pages as an ASGI application."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool

from carloop_sandbox.pages import desk, overview, rentals, timeline, tokens, vehicles
from carloop_sandbox.pages.showing import show
from carloop_sandbox.service import Service
from web_base.accounts.access import Access
from web_base.accounts.signing_in import sign_in_routes
from web_base.languages import Catalogues
from web_base.pages import Handler, Program, page_route
from web_base.site import create_site
from web_base.templates import BASE, Templates

FOLDER: Final = Path(__file__).parents[1]
ADMIN: Final = ("admin",)

# Path, handler, methods, and the roles that may: anybody who signed in where none is named.
PAGES: Final[tuple[tuple[str, Handler, tuple[str, ...], tuple[str, ...]], ...]] = (
    ("/", overview.show_overview, ("GET",), ()),
    ("/rentals", rentals.show_rentals, ("GET", "POST"), ()),
    ("/rentals/{rental_id}", desk.show_rental, ("GET",), ()),
    ("/rentals/{rental_id}", desk.act, ("POST",), ()),
    ("/rentals/{rental_id}/swap", desk.show_choice, ("GET",), ()),
    ("/rentals/{rental_id}/swap", desk.swap, ("POST",), ()),
    ("/vehicles", vehicles.show_vehicles, ("GET",), ()),
    ("/vehicles/{vehicle_id}", vehicles.show_vehicle, ("GET",), ()),
    ("/timeline", timeline.show_timeline, ("GET",), ()),
    ("/administration", lambda page: show(page, "administration.html"), ("GET",), ADMIN),
    ("/administration/interfaces", tokens.show_interfaces, ("GET",), ADMIN),
    (tokens.PLANNER, tokens.show_planner_interface, ("GET",), ADMIN),
    (tokens.EDIT, tokens.show_tokens, ("GET",), ADMIN),
    (tokens.EDIT, tokens.act, ("POST",), ADMIN),
)


def create_pages(
    service: Service, access: Access, *, hosts: Sequence[str], proxies: Sequence[str] = ()
) -> Starlette:
    """Build the application of the pages; what they do with the database is done by the service's worker.

    :param hosts: the names it answers to, without a port.
    :param proxies: addresses and networks of trusted proxies.
    """
    program = Program(
        name="carloop-sandbox",
        catalogues=Catalogues(BASE / "locale", FOLDER / "locale"),
        templates=Templates(FOLDER),
        access=access,
        state=service,
        run=service.do,
    )
    # a password is checked for some 50 ms: not on the thread that everything else waits for
    signing_in = sign_in_routes(replace(program, run=run_in_threadpool))
    pages = (
        page_route(path, handler, program, methods=methods, roles=roles)
        for path, handler, methods, roles in PAGES
    )
    return create_site(program, [*signing_in, *pages], FOLDER, hosts=hosts, proxies=proxies)
