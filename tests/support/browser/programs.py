"""A planner and a Carloop as processes, which can be killed and started again at the same address."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self

import httpx

PASSWORD = "password-of-the-browser-tests"
TOKEN = "token-of-the-browser-tests"


@dataclass
class Program:
    """A program with data of its own, running while the `with` block is."""

    module: str
    folder: Path
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    url: str = ""

    def __enter__(self) -> Self:
        self._start("0")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
        self._close()

    def kill(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.wait()

    def come_back(self) -> None:
        """Start it again at its address, with the data it had, unless it is running."""
        if self._process.poll() is not None:
            self._close()
            self._start(self.url.rpartition(":")[2])

    def _start(self, port: str) -> None:
        errors = self.folder / "stderr.txt"
        arguments = ("serve", "--port", port, "--data", str(self.folder / "data"), *self.options)
        with errors.open("w", encoding="utf-8") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", self.module, *arguments],
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                env={**os.environ, "LC_ALL": "C.UTF-8", **self.environment},
            )
        line = self._process.stdout.readline() if self._process.stdout else ""
        assert line.startswith("ready "), errors.read_text("utf-8")
        self.url = line.split()[1]

    def _close(self) -> None:
        if self._process.stdout:
            self._process.stdout.close()


def carloop_program(folder: Path) -> Program:
    """Return a Carloop whose faults, clock and rental desk can be controlled."""
    options = ("--allow-faults", "--token", TOKEN)
    return Program("carloop_sandbox", folder, options, {"CARLOOP_SANDBOX_PASSWORD": PASSWORD})


def planner_program(folder: Path, *, carloop_url: str = "", providers: Path | None = None) -> Program:
    """Return a planner that is set up for the Carloop at an address, or for none."""
    environment = {
        "CARLOOP_BASE_URL": carloop_url,
        "CARLOOP_TOKEN": TOKEN if carloop_url else "",
        "CARLOOP_STORE": str(folder / "carloop.sqlite3"),
        "CARLOOP_CONFIG": "",
        "XDG_CONFIG_HOME": str(folder / "config"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "PLANNER_HOST_ADVISOR_PASSWORD": PASSWORD,
        "PLANNER_HOST_ADMIN_PASSWORD": PASSWORD,
    }
    if providers is not None:
        environment["PYTHONPATH"] = str(providers)
    return Program("planner_host", folder, environment=environment)


@cache
def session_of(url: str, name: str) -> dict[str, Any]:
    """Sign in without a browser, once for each program and account, and return what a browser stores of it."""
    form = {"name": name, "password": PASSWORD, "next": "/"}
    answer = httpx.post(f"{url}/sign-in", data=form, headers={"Sec-Fetch-Site": "same-origin"}, timeout=30)
    assert answer.status_code == 303, answer.status_code
    cookies = [
        {"name": key, "value": value, "domain": "127.0.0.1", "path": "/", "httpOnly": True, "sameSite": "Lax"}
        | {"expires": -1, "secure": False}
        for key, value in answer.cookies.items()
    ]
    return {"cookies": cookies, "origins": []}
