"""What `carloop-sandbox serve` does: serve until a signal stops it."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from carloop_sandbox.app import PathRouter, create_app
from carloop_sandbox.faults.broken_connections import SandboxProtocol
from carloop_sandbox.pages.routes import create_pages
from carloop_sandbox.service import Service
from carloop_sandbox.store import Fleet, Store, open_store
from web_base.accounts.access import Access
from web_base.program import Texts
from web_base.running.serving import opening, serving, set_accounts

ACCOUNTS: Final = {"admin": "CARLOOP_SANDBOX_PASSWORD"}
"""The one account, named as its role, and the variable that sets its password."""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What the command line asked for; `turnaround` in minutes."""

    host: str
    port: int
    data: Path | None
    token: str | None = field(repr=False)
    vehicles: int
    seed: int
    turnaround: int
    allow_faults: bool


def serve(options: ServeOptions, texts: Texts, *, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `say` takes messages for a person. Failure when it cannot be served."""
    fleet = Fleet(options.vehicles, options.seed, turnaround_minutes=options.turnaround)
    with (
        serving("carloop-sandbox", options.host, options.port, options.data, texts, say=say) as program,
        ExitStack() as stack,
    ):
        with opening(program.folder, texts):
            store = stack.enter_context(closing(open_store(program.folder, fleet=fleet)))
            access = stack.enter_context(closing(Access(program.folder)))
            _tell_token(store, options, texts, say)
            set_accounts(access, ACCOUNTS, texts, data=program.folder, say=say)
        service = stack.enter_context(closing(Service(store, allow_faults=options.allow_faults)))
        pages = create_pages(service, access, hosts=program.hosts, proxies=program.proxies)
        app = PathRouter(create_app(service), pages)
        program.run(app, stopping=service.stopping.set, http=SandboxProtocol)


def _tell_token(store: Store, options: ServeOptions, texts: Texts, say: Callable[[str], None]) -> None:
    drawn = store.start_token(options.token)
    if drawn is not None:
        say(texts("drawn", token=drawn))
    elif options.token is None:
        say(texts("kept", data=options.data))
