"""Serve the pages until the program is stopped: `planner-host serve`."""

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

from mobility_hookspecs import MobilityHost
from mobility_hookspecs.problems import words_of
from planner_host.app import create_app
from planner_host.dms import DmsProblem
from planner_host.example_appointments import seed
from planner_host.planner import open_planner, retrying_open_changes
from web_base.accounts.access import Access
from web_base.accounts.passwords import draw_password
from web_base.program import Failure, Texts
from web_base.running.server import Server, address_of
from web_base.running.serving import kept_in, listening, opening, trusted_proxies
from web_base.security import trusted_hosts

ACCOUNTS: Final = {"advisor": "PLANNER_HOST_ADVISOR_PASSWORD", "admin": "PLANNER_HOST_ADMIN_PASSWORD"}
"""The accounts made on new data, each named as its role, and the variable that sets its password."""


def serve(host: str, port: int, data: Path | None, texts: Texts, *, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `say` takes messages for a person. Failure when it cannot be served."""
    proxies = trusted_proxies("PLANNER_HOST_TRUSTED_PROXIES", texts, environment=os.environ)
    with ExitStack() as stack:
        folder = stack.enter_context(kept_in(data, program="planner-host"))
        listener = stack.enter_context(listening(host, port, texts, say=say))
        mobility = stack.enter_context(MobilityHost.load(locale=texts.language))
        _report_failures(mobility, texts, say)
        try:
            with opening(folder, texts):
                access = stack.enter_context(closing(Access(folder)))
                planner = stack.enter_context(open_planner(folder, mobility))
                _set_accounts(access, folder, texts, say, environment=os.environ)
                seed(planner)
        except DmsProblem as problem:
            why = problem.message(texts.language).rstrip(".")
            raise Failure(texts("no_data", data=folder, why=why)) from None
        stack.enter_context(retrying_open_changes(planner))
        hosts = trusted_hosts(host, os.environ.get("PLANNER_HOST_TRUSTED_HOSTS", ""))
        url = address_of(listener)
        app = create_app(planner, access, hosts=hosts, proxies=proxies)
        Server(app, ready=lambda: print(f"ready {url}", flush=True)).run([listener])  # noqa: T201


def _report_failures(mobility: MobilityHost, texts: Texts, say: Callable[[str], None]) -> None:
    for failure in mobility.failures:
        say(texts("provider_failed", provider=failure.provider, why=words_of(failure.problem)))
    if not mobility.providers:
        say(texts("no_provider"))


def _set_accounts(
    access: Access, folder: Path, texts: Texts, say: Callable[[str], None], *, environment: Mapping[str, str]
) -> None:
    """Make the accounts of new data, and set those whose password the environment names.

    An admin is made wherever there is none, as where an advisor was set first: nobody else could set anything up.
    """
    known = access.accounts
    has_admin = any(each.role == "admin" and not each.is_disabled for each in known)
    drawn = {}
    for role, variable in ACCOUNTS.items():
        wanted = environment.get(variable)
        if wanted:
            access.ensure_account(role, role=role, password=wanted)
        elif not known or (role == "admin" and not has_admin):
            drawn[role] = draw_password()
            access.set_account(role, role=role, password=drawn[role])
    if drawn:
        accounts = ", ".join(f"{name} / {password}" for name, password in drawn.items())
        say(texts("accounts_drawn", accounts=accounts))
    elif known:
        say(texts("accounts_kept", data=folder))
