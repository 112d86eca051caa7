"""Serve until somebody says stop: what `carloop-sandbox serve` does."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from carloop_sandbox.database import sqlite3
from carloop_sandbox.server import SandboxServer
from carloop_sandbox.service import Service
from carloop_sandbox.store import Fleet, Store, open_store
from demo_base.loopback import is_loopback
from demo_base.program import Texts
from demo_base.server import address_of, bind


class Failure(Exception):  # what a person reads is not called an error
    """It cannot be served; the message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asked for."""

    host: str
    port: int
    data: Path | None
    token: str | None = field(repr=False)
    vehicles: int
    seed: int
    turnaround_minutes: int
    allow_faults: bool


def serve(wishes: Wishes, texts: Texts, *, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `say` takes messages for a person. Failure when it cannot be served."""
    with ExitStack() as stack:
        folder = wishes.data
        if folder is None:
            temporary = tempfile.TemporaryDirectory(prefix="carloop-sandbox-", ignore_cleanup_errors=True)
            folder = Path(stack.enter_context(temporary))
        try:
            listener = stack.enter_context(closing(bind(wishes.host, wishes.port)))
        except OSError as error:
            raise Failure(texts("no_address", host=wishes.host, port=wishes.port, why=_why(error))) from None
        store = stack.enter_context(closing(_open(wishes, folder, texts)))
        _tell_token(store, wishes, texts, say)
        if not is_loopback(wishes.host):
            say(texts("plain_http"))
        service = stack.enter_context(closing(Service(store, allow_faults=wishes.allow_faults)))
        url = address_of(listener)
        SandboxServer(service, ready=lambda: print(f"ready {url}", flush=True)).run([listener])  # noqa: T201


def _open(wishes: Wishes, folder: Path, texts: Texts) -> Store:
    fleet = Fleet(wishes.vehicles, wishes.seed, turnaround_minutes=wishes.turnaround_minutes)
    try:
        return open_store(folder, fleet=fleet)
    except (OSError, sqlite3.Error) as error:
        raise Failure(texts("no_data", data=folder, why=_why(error))) from None


def _tell_token(store: Store, wishes: Wishes, texts: Texts, say: Callable[[str], None]) -> None:
    drawn = store.start_token(wishes.token)
    if drawn is not None:
        say(texts("drawn", token=drawn))
    elif wishes.token is None:
        say(texts("kept", data=wishes.data))


def _why(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
