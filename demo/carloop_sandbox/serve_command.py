"""What `carloop-sandbox serve` does: serve until a signal stops it."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

from carloop_sandbox.app import PathRouter, create_app
from carloop_sandbox.faults.broken_connections import SandboxProtocol
from carloop_sandbox.pages.routes import create_pages
from carloop_sandbox.service import Service
from carloop_sandbox.store import Fleet, open_store
from web_base.accounts.access import Access
from web_base.program import Texts
from web_base.running.serving import opening, serving, set_accounts

ACCOUNTS: Final = {"admin": "CARLOOP_SANDBOX_PASSWORD"}
"""The one account, named as its role, and the variable that sets its password."""

TRUSTED: Final = ("CARLOOP_SANDBOX_TRUSTED_HOSTS", "CARLOOP_SANDBOX_TRUSTED_PROXIES")
"""The variables that name further hosts it answers to, and the proxies it trusts."""


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
    with (
        serving("carloop-sandbox", host, port, data, texts, trusted=TRUSTED, say=say) as program,
        ExitStack() as stack,
    ):
        with opening(program.folder, texts):
            store = stack.enter_context(closing(open_store(program.folder, fleet=fleet)))
            access = stack.enter_context(closing(Access(program.folder)))
            drawn = store.start_token(token)
            if drawn is not None:
                say(texts("drawn", token=drawn))
            elif token is None:
                say(texts("kept", data=data))
            set_accounts(access, ACCOUNTS, texts, data=program.folder, say=say)
        service = stack.enter_context(closing(Service(store, allow_faults=allow_faults)))
        pages = create_pages(service, access, hosts=program.hosts, proxies=program.proxies)
        # what is held up by a fault is let go when the server stops
        stopping = service.stopping.set
        program.run(PathRouter(create_app(service), pages), stopping=stopping, http=SandboxProtocol)
