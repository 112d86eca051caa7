"""A Carloop that can be killed and started again, with the same address and data."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from carloop_sandbox.running import SandboxProcess, run_sandbox_process

Document = dict[str, Any]
TOKEN = "tok_of_the_outage"


class KillableCarloop:
    """A sandbox in a process of its own, with its data in a folder. A context manager."""

    token = TOKEN

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = 0
        self._running: AbstractContextManager[SandboxProcess] | None = None
        self._sandbox: SandboxProcess | None = None

    @property
    def url(self) -> str:
        """Return its address, also while it is stopped."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> KillableCarloop:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._end()

    def start(self) -> None:
        """Start it, on the same port as before."""
        arguments = ("--allow-faults", "--port", str(self._port))
        self._running = run_sandbox_process(data=self._folder, token=TOKEN, arguments=arguments)
        self._sandbox = self._running.__enter__()
        self._port = urlsplit(self._sandbox.url).port or 0

    def kill(self) -> None:
        """Kill it as `kill -9` does, whatever it is doing; raise if it has ended by itself."""
        if self._sandbox is not None:
            if self._sandbox.process.poll() is not None:
                raise RuntimeError(f"Carloop has ended by itself, with {self._sandbox.process.poll()}")
            self._sandbox.process.kill()
        self._end()

    def _end(self) -> None:
        if self._running is not None:
            self._running.__exit__(None, None, None)
        self._running = self._sandbox = None
