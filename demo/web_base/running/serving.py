"""What the command `serve` of both programs has in common: where it listens, where it keeps data, how it fails."""

import ipaddress
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from socket import socket

from web_base.database import sqlite3
from web_base.program import Failure, Texts
from web_base.running.loopback import is_loopback
from web_base.running.server import bind


@contextmanager
def listening(host: str, port: int, texts: Texts, *, say: Callable[[str], None]) -> Iterator[socket]:
    """Listen on an address, with a warning where others can read along. Failure when it is in use or not ours."""
    try:
        bind(host, 0).close()  # a host that is not ours is not helped by another port
    except (OSError, UnicodeError) as error:
        raise Failure(texts("no_host", host=host, why=_why(error))) from None
    try:
        listener = bind(host, port)
    except OSError as error:
        raise Failure(texts("no_address", host=host, port=port, why=_why(error))) from None
    if not is_loopback(host):
        say(texts("plain_http"))
    with closing(listener):
        yield listener


@contextmanager
def kept_in(data: Path | None, *, program: str) -> Iterator[Path]:
    """Yield the folder that was asked for, else a temporary one."""
    if data is not None:
        yield data
        return
    with tempfile.TemporaryDirectory(prefix=f"{program}-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def opening(folder: Path, texts: Texts) -> Iterator[None]:
    """Open files in a folder, which is made. Failure when one cannot be kept there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except (OSError, sqlite3.Error) as error:
        raise Failure(texts("no_data", data=folder, why=_why(error))) from None


def trusted_proxies(name: str, texts: Texts, *, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Read the variable that names the proxies in front, addresses and networks. Failure where one is neither."""
    proxies = tuple(each.strip() for each in environment.get(name, "").split(",") if each.strip())
    try:
        for each in proxies:
            ipaddress.ip_network(each)
    except ValueError:
        raise Failure(texts("bad_proxies", name=name, value=environment[name])) from None
    return proxies


def _why(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
