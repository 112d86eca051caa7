"""A program's pages as an ASGI application, behind what keeps them safe."""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from web_base.pages import Program, not_found, refuse_outright
from web_base.security import SafePages
from web_base.templates import static_mounts


def create_site(
    program: Program,
    routes: Iterable[BaseRoute],
    folder: Path,
    *,
    hosts: Sequence[str],
    proxies: Sequence[str] = (),
) -> Starlette:
    """Build the application.

    :param folder: the program's, which holds `static/`.
    :param hosts: the names it answers to, without a port.
    :param proxies: addresses and networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are trusted.
    """
    app = Starlette(
        routes=[*routes, *static_mounts(folder)],
        middleware=[
            Middleware(ProxyHeadersMiddleware, trusted_hosts=list(proxies)),
            Middleware(SafePages, hosts=hosts, refuse=partial(refuse_outright, program=program)),
        ],
        exception_handlers={HTTPException: partial(not_found, program=program)},
    )
    # An address with a slash too many is no page, rather than a second address of one.
    app.router.redirect_slashes = False
    return app
