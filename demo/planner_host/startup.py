"""Serve the pages until the program is stopped: `planner-host serve`."""

from collections.abc import Callable
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
from web_base.program import Failure, Texts
from web_base.running.serving import opening, serving, set_accounts

ACCOUNTS: Final = {"advisor": "PLANNER_HOST_ADVISOR_PASSWORD", "admin": "PLANNER_HOST_ADMIN_PASSWORD"}
"""The accounts made on new data, each named as its role, and the variable that sets its password."""

TRUSTED: Final = ("PLANNER_HOST_TRUSTED_HOSTS", "PLANNER_HOST_TRUSTED_PROXIES")
"""The variables that name further hosts it answers to, and the proxies it trusts."""


def serve(host: str, port: int, data: Path | None, texts: Texts, *, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `say` takes messages for a person. Failure when it cannot be served."""
    with (
        serving("planner-host", host, port, data, texts, trusted=TRUSTED, say=say) as program,
        ExitStack() as stack,
    ):
        mobility = stack.enter_context(MobilityHost.load(locale=texts.language))
        for failure in mobility.failures:
            say(texts("provider_failed", provider=failure.provider, why=words_of(failure.problem)))
        if not mobility.providers:
            say(texts("no_provider"))
        try:
            with opening(program.folder, texts):
                access = stack.enter_context(closing(Access(program.folder)))
                planner = stack.enter_context(open_planner(program.folder, mobility))
                set_accounts(access, ACCOUNTS, texts, data=program.folder, say=say)
                seed(planner)
        except DmsProblem as problem:
            why = problem.message(texts.language).rstrip(".")
            raise Failure(texts("no_data", data=program.folder, why=why)) from None
        stack.enter_context(retrying_open_changes(planner))
        program.run(create_app(planner, access, hosts=program.hosts, proxies=program.proxies))
