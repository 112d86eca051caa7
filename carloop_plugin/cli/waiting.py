"""Wait at a terminal: with a spinner or a progress bar, and until Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any


@contextmanager
def spinner(text: str) -> Iterator[Callable[[str], None]]:
    """Show a spinner on standard error, at a terminal only. Yield a function that changes its text."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True, markup=False).status(text) as status:
        yield lambda words: status.update(words)


@contextmanager
def progress_bar(text: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error, at a terminal only. Yield a function that takes the done and the total count."""
    if not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(text, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def until_stopped() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C and SIGTERM set, in place of what they would do; restore that at the end."""
    stopped = threading.Event()
    with _handled(lambda *_: stopped.set(), signal.SIGINT, signal.SIGTERM):
        yield stopped


def sigterm_interrupts() -> AbstractContextManager[None]:
    """Let SIGTERM interrupt as Ctrl-C does, so that programs of ours are stopped too and folders removed."""
    return _handled(signal.default_int_handler, signal.SIGTERM)


@contextmanager
def _handled(handler: Callable[..., Any], *signals: signal.Signals) -> Iterator[None]:
    before = [signal.signal(each, handler) for each in signals]
    try:
        yield
    finally:
        for each, old in zip(signals, before, strict=True):
            signal.signal(each, old)
