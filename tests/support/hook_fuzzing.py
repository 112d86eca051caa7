"""Call every hook that takes something with bad documents: what it answers, and what is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from carloop_plugin import plugin
from carloop_plugin.store.copying import KEYS
from carloop_plugin.store.records import source_of
from mobility_hookspecs import CallContext, MobilityProblem
from tests.support.bad_documents import Document, invalid_documents, invalid_ids, invalid_sites

EACH = 1200
"""Documents for each of the ten hooks: together more than the 10,000 that are required."""

LOCALES = ("de", "en")


@dataclass(frozen=True, slots=True)
class FuzzedHook:
    """A hook, and bad documents for it without end."""

    hook: Callable[[Any, CallContext], object]
    bad: Callable[..., Iterator[Document]]


BAD: Mapping[str, Callable[..., Iterator[Document]]] = {
    "on_appointment_saved": partial(invalid_documents, "appointment"),
    "provide_mobility_options": partial(invalid_documents, "mobility_request"),
    "on_rental_change": partial(invalid_documents, "rental_change"),
    "quote_rental_change": partial(invalid_documents, "rental_change"),
    "save_provider_settings": partial(invalid_documents, "provider_settings", closed=True),
    "on_personal_data_erased": partial(invalid_documents, "erasure_subjects"),
    "provide_mobility_filters": invalid_sites,
    "provide_provider_settings": invalid_sites,
    "check_mobility_provider": invalid_sites,
    "provide_mobility_states": invalid_ids,
}
HOOKS = {name: FuzzedHook(getattr(plugin, name), bad) for name, bad in BAD.items()}
"""Every hook but those that take nothing."""


@dataclass(slots=True)
class FuzzResult:
    """How a hook answered: refused as it should, with a raw exception, or otherwise (`unexpected`)."""

    hook: str
    refused: int = 0
    raw: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    kept: int = 0

    @property
    def documents(self) -> int:
        """Count the documents."""
        return self.refused + len(self.raw) + len(self.unexpected)


def fuzz(name: str, *, location: str, seed: int = 1, each: int = EACH) -> FuzzResult:
    """Call a hook with bad documents, and count what the records keep of them."""
    fuzzed, result = HOOKS[name], FuzzResult(name)
    for number, document in enumerate(islice(fuzzed.bad(seed=seed), each)):
        _fuzz_once(result, fuzzed.hook, document, LOCALES[number % len(LOCALES)])
    result.kept = kept(location)
    return result


def _fuzz_once(
    result: FuzzResult, hook: Callable[[Any, CallContext], object], document: Document, locale: str
) -> None:
    try:
        problem = problem_of(lambda: hook(document, CallContext.within(5, locale=locale)))
    except Exception as error:  # noqa: BLE001 - any exception is a finding
        result.raw.append(f"{type(error).__name__} for {document!r:.200}")
        return
    if is_complete(problem):
        result.refused += 1
    else:
        result.unexpected.append(f"{problem!r:.200} for {document!r:.200}")


def problem_of(call: Callable[[], object]) -> Document:
    """Return the problem that a hook raises or answers with, or else its answer."""
    try:
        answer = call()
    except MobilityProblem as problem:
        return problem.problem
    return answer["problem"] if isinstance(answer, dict) and answer.get("status") == "refused" else answer


def is_complete(problem: Document) -> bool:
    """Return whether a problem says what is wrong, where, and in words."""
    return (
        isinstance(problem, dict)
        and problem.get("code") == "invalid_document"
        and isinstance(problem.get("pointer"), str)
        and bool(problem.get("title") and problem.get("detail"))
    )


def kept(location: str) -> int:
    """Count the rows of every table but the installation's own, whichever database it is."""
    source = source_of(location)
    deadline = time.monotonic() + 30
    try:
        if source.identity(deadline=deadline) is None:
            return 0
        with source.open(deadline=deadline) as records:
            counts = [records.database.query(f"SELECT count(*) AS n FROM {table}") for table in TABLES]
        return sum(int(rows[0]["n"]) for rows in counts)
    finally:
        source.close()


TABLES = tuple(table for table in KEYS if table != "installation")
