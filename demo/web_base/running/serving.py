"""What the command `serve` of both programs does around their pages: listen, keep data, make accounts, fail."""

import ipaddress
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

from starlette.types import ASGIApp

from web_base.accounts.access import Access
from web_base.accounts.passwords import draw_password
from web_base.database import sqlite3
from web_base.program import Failure, Texts
from web_base.running.loopback import is_loopback
from web_base.running.server import Server, address_of, bind
from web_base.security import trusted_hosts


@dataclass(frozen=True, slots=True)
class Serving:
    """What a program serves with: its folder, the names it answers to, and the proxies it trusts."""

    folder: Path
    hosts: tuple[str, ...]
    proxies: tuple[str, ...]
    listener: socket

    def run(self, app: ASGIApp, **options: Any) -> None:  # those of `Server`
        """Serve an application until SIGTERM or SIGINT."""
        ready = f"ready {address_of(self.listener)}"
        Server(app, ready=lambda: print(ready, flush=True), **options).run([self.listener])  # noqa: T201


@contextmanager
def serving(
    program: str,
    host: str,
    port: int,
    data: Path | None,
    texts: Texts,
    *,
    trusted: tuple[str, str],
    say: Callable[[str], None],
) -> Iterator[Serving]:
    """Listen on an address, with a warning where others can read along. Failure when it is in use or not ours.

    :param trusted: the environment's variables that name further hosts to answer to, and the proxies to trust.
    """
    hosts_variable, proxies_variable = trusted
    proxies = _trusted_proxies(proxies_variable, texts)
    hosts = trusted_hosts(host, os.environ.get(hosts_variable, ""))
    with kept_in(data, program=program) as folder:
        try:
            # A host that is not ours is not helped by another port, so it is tried first.
            bind(host, 0).close()
        except (OSError, UnicodeError) as error:
            raise Failure(texts("no_host", host=host, why=_why(error))) from None
        try:
            listener = bind(host, port)
        except OSError as error:
            raise Failure(texts("no_address", host=host, port=port, why=_why(error))) from None
        if not is_loopback(host):
            say(texts("plain_http"))
        with closing(listener):
            yield Serving(folder, hosts, proxies, listener)


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


def set_accounts(
    access: Access, variables: Mapping[str, str], texts: Texts, *, data: Path, say: Callable[[str], None]
) -> None:
    """Make the accounts of new data, with a drawn password that is shown once.

    :param variables: the environment's variable for each account, named as its role, that sets its password.
    """
    known, drawn = access.accounts, {}
    # Where an advisor was set first there is no admin, and nobody else could set anything up.
    has_admin = any(each.role == "admin" and not each.is_disabled for each in known)
    given = {role: os.environ.get(variable) for role, variable in variables.items()}
    for role, password in given.items():
        if password:
            access.ensure_account(role, role=role, password=password)
        elif not known or (role == "admin" and not has_admin):
            drawn[role] = draw_password()
            access.set_account(role, role=role, password=drawn[role])
    if drawn:
        say(texts("accounts_drawn", accounts=", ".join(f"{name} / {each}" for name, each in drawn.items())))
    elif not all(given.values()):
        say(texts("accounts_kept", data=data))


def _trusted_proxies(name: str, texts: Texts) -> tuple[str, ...]:
    """Read the variable that names the proxies in front, addresses and networks. Failure where one is neither."""
    value = os.environ.get(name, "")
    proxies = tuple(each.strip() for each in value.split(",") if each.strip())
    try:
        for each in proxies:
            ipaddress.ip_network(each)
    except ValueError:
        raise Failure(texts("bad_proxies", name=name, value=value)) from None
    return proxies


def _why(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
