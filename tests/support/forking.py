"""Forks: a child whose answer is read, and a wait for a fork that waits itself."""

from __future__ import annotations

import json
import os
import select
import signal
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest


@pytest.fixture
def in_child(caplog: pytest.LogCaptureFixture) -> Callable[[Callable[[], object]], Any]:
    """Return what runs a function in a forked child and returns its JSON result; no fork hook may fail there."""
    return partial(_in_child, caplog)


@pytest.fixture
def until_forking() -> Iterator[Callable[[], None]]:
    """Wait until a fork waits for a `delay_fork` block; one that does not wait has ended when this returns."""
    from mobility_hookspecs.authoring import forking

    over = threading.Event()

    def wait() -> None:
        while forking._fork_delay.forking is None and not over.is_set():
            time.sleep(0)
        over.wait(0.05)

    yield wait
    over.set()


def fork() -> int:
    """Fork without the warning of Python 3.12 and later for a process with threads."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "This process", DeprecationWarning)
        return os.fork()


def _in_child(caplog: pytest.LogCaptureFixture, work: Callable[[], object]) -> Any:
    reading, writing = os.pipe()
    child = fork()
    if child == 0:
        try:
            assert "at a fork" not in caplog.text, caplog.text
            result = {"answer": work()}
        except BaseException:  # noqa: BLE001 - the parent reports it, whatever it is
            result = {"raised": traceback.format_exc()}
        os.write(writing, json.dumps(result).encode())
        os._exit(0)
    os.close(writing)
    if not select.select([reading], [], [], 30)[0]:
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as file:
        result = json.loads(file.read() or b'{"raised": "the child hangs"}')
    assert "raised" not in result, result["raised"]
    return result["answer"]
