"""Run a sandbox beside other code: in a thread of this process, or in a process that can be killed."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from starlette.types import ASGIApp

from carloop_sandbox.app import PathRouter, create_app
from carloop_sandbox.faults.broken_connections import SandboxProtocol
from carloop_sandbox.remote import Controls
from carloop_sandbox.service import Service
from carloop_sandbox.store import Fleet, Store, open_store
from carloop_sandbox.store.tokens import draw_token
from web_base.running.processes import run_program
from web_base.running.server import Server, address_of, bind
from web_base.running.serving import kept_in

START_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """The address of a sandbox, and a token for it."""

    url: str
    token: str = field(repr=False)

    @property
    def controls(self) -> Controls:
        """Return the client of its faults, desk, clock and tokens."""
        return Controls(self.url)


@dataclass(frozen=True, slots=True)
class Sandbox(RunningSandbox):
    """A sandbox in a thread of this process, and what is behind it."""

    store: Store = field(repr=False)
    service: Service = field(repr=False)


@dataclass(frozen=True, slots=True)
class SandboxProcess(RunningSandbox):
    """A sandbox in a process of its own."""

    process: "subprocess.Popen[str]" = field(repr=False)


@contextmanager
def run_sandbox(
    *,
    data: Path | None = None,
    token: str | None = None,
    allow_faults: bool = True,
    fleet: Fleet | None = None,
    port: int = 0,
    password: str | None = None,
) -> Iterator[Sandbox]:
    """Run a sandbox in a thread, on any free port, until the block is left; without `data` nothing is kept.

    :param password: of the account `admin`, who signs in to the pages; without one there are no pages.
    """
    token = token or draw_token()
    with ExitStack() as stack:
        folder = stack.enter_context(kept_in(data, program="carloop-sandbox"))
        store = stack.enter_context(closing(open_store(folder, fleet=fleet)))
        store.start_token(token)
        service = Service(store, allow_faults=allow_faults)
        app: ASGIApp = create_app(service)
        if password is not None:
            app = stack.enter_context(_with_pages(app, service, folder, password))
        with _serving(service, app, port) as url:
            yield Sandbox(url, token, store, service)


@contextmanager
def _with_pages(interface: ASGIApp, service: Service, folder: Path, password: str) -> Iterator[ASGIApp]:
    # pages bring Jinja2 and Babel along, which only those pay for who want them
    from argon2 import PasswordHasher

    from carloop_sandbox.pages.routes import create_pages
    from web_base.accounts.access import Access
    from web_base.security import trusted_hosts

    # the password came from our own process: to hash it slowly would protect nothing
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with closing(Access(folder, hasher=quick)) as access:
        access.ensure_account("admin", role="admin", password=password)
        yield PathRouter(interface, create_pages(service, access, hosts=trusted_hosts("127.0.0.1")))


@contextmanager
def _serving(service: Service, app: ASGIApp, port: int) -> Iterator[str]:
    started = threading.Event()
    server = Server(app, ready=started.set, stopping=service.stopping.set, http=SandboxProtocol)
    with closing(service), closing(bind("127.0.0.1", port)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],), name="carloop-sandbox-server")
        thread.start()
        try:
            if not started.wait(START_SECONDS):
                raise RuntimeError("the sandbox did not start")
            yield address_of(listener)
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def run_sandbox_process(
    *, data: Path | None = None, token: str | None = None, arguments: tuple[str, ...] = ("--allow-faults",)
) -> Iterator[SandboxProcess]:
    """Run `carloop-sandbox serve` on any free port until the block is left; it may be killed before."""
    token = token or draw_token()
    serve = ["serve", "--port", "0", "--token", token, *arguments]
    serve += [] if data is None else ["--data", str(data)]
    with run_program("carloop_sandbox", serve) as running:
        yield SandboxProcess(running.url, token, running.process)
