"""The planner as an ASGI application: its pages, behind the middleware that keeps them safe."""

from collections.abc import Sequence
from functools import cache
from typing import Final

from starlette.applications import Starlette

from planner_host.catalogues import FOLDER, catalogues
from planner_host.pages import appointment, offers, rebooking, saved_rental, today, week
from planner_host.pages.administration import accounts, audit, privacy, settings
from planner_host.planner import Planner
from web_base.accounts.access import Access
from web_base.accounts.signing_in import sign_in_routes
from web_base.pages import Program
from web_base.site import create_site
from web_base.templates import Templates

PAGES: Final = (today, week, appointment, offers, rebooking, saved_rental, settings, privacy, audit, accounts)
"""The modules of pages; each has a function `routes`."""


def create_app(
    planner: Planner, access: Access, *, hosts: Sequence[str], proxies: Sequence[str] = ()
) -> Starlette:
    """Build the application.

    :param hosts: the names it answers to, without a port.
    :param proxies: addresses and networks of trusted proxies.
    """
    program = Program(
        name="planner-host",
        catalogues=catalogues(),
        templates=_templates(),
        access=access,
        state=planner,
        own_account="/password",
    )
    pages = [route for module in PAGES for route in module.routes(program)]
    return create_site(program, [*sign_in_routes(program), *pages], FOLDER, hosts=hosts, proxies=proxies)


# Compiled once, however many applications a process builds.
@cache
def _templates() -> Templates:
    return Templates(FOLDER)
