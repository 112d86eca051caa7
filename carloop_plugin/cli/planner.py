"""The planner host inside the command line: it calls the plugin through the contract, as any host does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from carloop_plugin.domain.values import PROVIDER_ID

if TYPE_CHECKING:
    from carloop_plugin.cli.texts import Texts
    from mobility_hookspecs import Gathered, MobilityHost

PATIENCE = 30.0
"""How long a person at a terminal waits for Carloop, in seconds."""

DEFAULT_SITE = "main"

Document = TypeVar("Document")


@contextmanager
def planner_host(texts: Texts) -> Iterator[MobilityHost]:
    """Load the Carloop provider into a host of its own, and close both in the end."""
    import carloop_plugin.plugin
    from mobility_hookspecs import MobilityHost

    with MobilityHost.of((PROVIDER_ID, carloop_plugin.plugin), strict=True, locale=texts.locale) as host:
        yield host


def answer_of(gathered: Gathered[Document]) -> Document:
    """Give Carloop's answer. Raise `MobilityProblem` with what kept it away."""
    from mobility_hookspecs import MobilityProblem

    if PROVIDER_ID in gathered.answers:
        return gathered.answers[PROVIDER_ID]
    raise MobilityProblem(gathered.failures[0].problem)


@contextmanager
def waiting(text: str) -> Iterator[Callable[[str], None]]:
    """Show a spinner on standard error while somebody waits at a terminal. What is given changes its text."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True, markup=False).status(text) as spinner:
        yield lambda words: spinner.update(words)
