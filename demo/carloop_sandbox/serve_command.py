"""What `carloop-sandbox serve` does: serve until a signal stops it."""

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

from carloop_sandbox.app import PathRouter, create_app
from carloop_sandbox.faults.broken_connections import SandboxProtocol
from carloop_sandbox.pages.routes import create_pages
from carloop_sandbox.service import Service
from carloop_sandbox.store import Fleet, Store, open_store
from web_base.accounts.access import Access
from web_base.accounts.passwords import draw_password
from web_base.program import Texts
from web_base.running.server import Server, address_of
from web_base.running.serving import kept_in, listening, opening, trusted_proxies
from web_base.security import trusted_hosts

ACCOUNT: Final = "admin"
"""The one account, and its role."""


def serve(
    host: str,
    port: int,
    *,
    data: Path | None,
    token: str | None,
    fleet: Fleet,
    allow_faults: bool,
    texts: Texts,
    say: Callable[[str], None],
) -> None:
    """Serve until SIGTERM or SIGINT; `say` takes messages for a person. Failure when it cannot be served."""
    proxies = trusted_proxies("CARLOOP_SANDBOX_TRUSTED_PROXIES", texts, environment=os.environ)
    with ExitStack() as stack:
        folder = stack.enter_context(kept_in(data, program="carloop-sandbox"))
        listener = stack.enter_context(listening(host, port, texts, say=say))
        with opening(folder, texts):
            store = stack.enter_context(closing(open_store(folder, fleet=fleet)))
            access = stack.enter_context(closing(Access(folder)))
            _tell_token(store, token, data, texts, say)
            _tell_sign_in(access, folder, texts, say, environment=os.environ)
        service = stack.enter_context(closing(Service(store, allow_faults=allow_faults)))
        hosts = trusted_hosts(host, os.environ.get("CARLOOP_SANDBOX_TRUSTED_HOSTS", ""))
        url = address_of(listener)
        app = PathRouter(create_app(service), create_pages(service, access, hosts=hosts, proxies=proxies))
        server = Server(
            app,
            ready=lambda: print(f"ready {url}", flush=True),  # noqa: T201
            stopping=service.stopping.set,
            http=SandboxProtocol,
        )
        server.run([listener])


def _tell_token(
    store: Store, token: str | None, data: Path | None, texts: Texts, say: Callable[[str], None]
) -> None:
    drawn = store.start_token(token)
    if drawn is not None:
        say(texts("drawn", token=drawn))
    elif token is None:
        say(texts("kept", data=data))


def _tell_sign_in(
    access: Access, folder: Path, texts: Texts, say: Callable[[str], None], *, environment: Mapping[str, str]
) -> None:
    """Make sure that somebody can sign in: with the environment's password, else with one drawn for new data."""
    wanted = environment.get("CARLOOP_SANDBOX_PASSWORD")
    if wanted:
        access.ensure_account(ACCOUNT, role=ACCOUNT, password=wanted)
    elif access.accounts:
        say(texts("sign_in_kept", data=folder))
    else:
        drawn = draw_password()
        access.set_account(ACCOUNT, role=ACCOUNT, password=drawn)
        say(texts("sign_in_drawn", name=ACCOUNT, password=drawn))
