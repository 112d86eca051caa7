"""The host kit's calls to a provider that hangs in every hook."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from mobility_hookspecs import MobilityHost, MobilityProblem
from proofs.deadlines.case import Call, Case, measure_overrun
from tests.support.contract_documents import ContractDocuments, provider_of

SECONDS = 0.1
DOCUMENTS = ContractDocuments()

QUESTIONS: dict[str, tuple[str, Callable[[], tuple[Any, ...]]]] = {
    "appointment_saved": ("on_appointment_saved", lambda: (DOCUMENTS.appointment(),)),
    "mobility_filters": ("provide_mobility_filters", lambda: ("main",)),
    "mobility_options": ("provide_mobility_options", lambda: (DOCUMENTS.request(),)),
    "mobility_states": ("provide_mobility_states", lambda: (["A-1"],)),
    "change_rental": ("on_rental_change", lambda: (DOCUMENTS.change(),)),
    "quote": ("quote_rental_change", lambda: (DOCUMENTS.change(),)),
    "reconcile": ("reconcile_rentals", tuple),
    "check": ("check_mobility_provider", lambda: ("taxi", "main")),
    "erase": ("on_personal_data_erased", lambda: (DOCUMENTS.subjects(),)),
    "settings": ("provide_provider_settings", lambda: ("taxi", "main")),
    "save_settings": ("save_provider_settings", lambda: (DOCUMENTS.settings(),)),
}
"""The host's methods: the hook that hangs, and what each is called with."""


@contextmanager
def _hanging(name: str) -> Iterator[Call]:
    hook, arguments = QUESTIONS[name]

    def call(seconds: float) -> tuple[str, float]:
        # A new host each time: a hook that has failed too often is not called for a while.
        release = threading.Event()
        hanging: dict[str, Any] = {hook: lambda: release.wait(10)}
        with MobilityHost.of(provider_of(info={"capabilities": ["quote"]}, **hanging)) as host:
            ask = partial(getattr(host, name), *arguments(), timeout=seconds)
            result = measure_overrun(lambda _: _code_of(ask), seconds)
            release.set()
        return result

    yield call


def _code_of(ask: Callable[[], object]) -> str:
    try:
        answer = ask()
    except MobilityProblem as problem:
        return str(problem.problem["code"])
    return "deadline_exceeded" if "deadline_exceeded" in str(answer) else f"{answer!r:.100}"


HOST = [Case("host kit", name, partial(_hanging, name), SECONDS) for name in QUESTIONS]
