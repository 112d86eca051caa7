"""The planner as an ASGI application: its pages, behind the middleware that keeps them safe."""

from collections.abc import Sequence
from functools import cache, partial
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from planner_host.catalogues import FOLDER, catalogues
from planner_host.pages import (
    accounts,
    appointment,
    audit,
    booking,
    customers,
    proposals,
    rental,
    settings,
    week,
)
from planner_host.planner import Planner
from web_base.access import Access
from web_base.clients import Network
from web_base.pages import Program, not_found, refuse_outright
from web_base.security import SafePages
from web_base.signing_in import sign_in_routes
from web_base.templates import Templates, static_mounts

PAGES: Final = (week, appointment, booking, rental, proposals, customers, settings, audit, accounts)
"""The modules of pages; each has a function `routes`."""


def create_app(
    planner: Planner, access: Access, *, hosts: Sequence[str], proxies: Sequence[Network] = ()
) -> Starlette:
    """Build the application.

    :param hosts: the names it answers to, without a port.
    :param proxies: whose `X-Forwarded-For` is believed.
    """
    program = Program(
        name="planner-host",
        catalogues=catalogues(),
        templates=_templates(),
        access=access,
        state=planner,
        proxies=proxies,
        own_account="/password",
    )
    pages = [route for module in PAGES for route in module.routes(program)]
    safe = Middleware(SafePages, hosts=hosts, refuse=refuse_outright(program))
    app = Starlette(
        routes=[*sign_in_routes(program), *pages, *static_mounts(FOLDER)],
        middleware=[safe],
        exception_handlers={HTTPException: partial(not_found, program=program)},
    )
    app.router.redirect_slashes = False
    return app


@cache
def _templates() -> Templates:
    return Templates(FOLDER)
