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

Question = Callable[[MobilityHost, float], Any]

QUESTIONS: dict[str, tuple[str, Question]] = {
    "appointment_saved": (
        "on_appointment_saved",
        lambda host, timeout: host.appointment_saved(DOCUMENTS.appointment(), timeout=timeout),
    ),
    "mobility_filters": (
        "provide_mobility_filters",
        lambda host, timeout: host.mobility_filters("main", timeout=timeout),
    ),
    "mobility_options": (
        "provide_mobility_options",
        lambda host, timeout: host.mobility_options(DOCUMENTS.request(), timeout=timeout),
    ),
    "mobility_states": (
        "provide_mobility_states",
        lambda host, timeout: host.mobility_states(["A-1"], timeout=timeout),
    ),
    "change_rental": (
        "on_rental_change",
        lambda host, timeout: host.change_rental(DOCUMENTS.change(), timeout=timeout),
    ),
    "quote": (
        "quote_rental_change",
        lambda host, timeout: host.quote(DOCUMENTS.change(), timeout=timeout),
    ),
    "reconcile": ("reconcile_rentals", lambda host, timeout: host.reconcile(timeout=timeout)),
    "check": ("check_mobility_provider", lambda host, timeout: host.check("taxi", "main", timeout=timeout)),
    "erase": (
        "on_personal_data_erased",
        lambda host, timeout: host.erase(DOCUMENTS.subjects(), timeout=timeout),
    ),
    "settings": (
        "provide_provider_settings",
        lambda host, timeout: host.settings("taxi", "main", timeout=timeout),
    ),
    "save_settings": (
        "save_provider_settings",
        lambda host, timeout: host.save_settings(DOCUMENTS.settings(), timeout=timeout),
    ),
}
"""The host's methods: the hook that hangs, and how each is called."""


@contextmanager
def _hanging(hook: str, question: Question) -> Iterator[Call]:
    def call(seconds: float) -> tuple[str, float]:
        # A new host each time: a hook that has failed too often is not called for a while.
        release = threading.Event()
        hanging: dict[str, Any] = {hook: lambda: release.wait(10)}
        with MobilityHost.of(provider_of(info={"capabilities": ["quote"]}, **hanging)) as host:
            result = measure_overrun(lambda _: _code_of(host, question, seconds), seconds)
            release.set()
        return result

    yield call


def _code_of(host: MobilityHost, question: Question, timeout: float) -> str:
    try:
        answer = question(host, timeout)
    except MobilityProblem as problem:
        return str(problem.problem["code"])
    return "deadline_exceeded" if "deadline_exceeded" in str(answer) else f"{answer!r:.100}"


HOST = [
    Case("host kit", name, partial(_hanging, hook, question), SECONDS)
    for name, (hook, question) in QUESTIONS.items()
]
