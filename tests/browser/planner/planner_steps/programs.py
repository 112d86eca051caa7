"""The programs: a planner beside a Carloop, which can be killed and started again at the same address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

PASSWORD = "password-of-the-browser-tests"


@dataclass
class Running:
    """A program with data of its own."""

    start: Callable[..., Any] = field(repr=False)
    module: str
    folder: Path
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    token: str = field(default="", repr=False)
    url: str = ""

    def __post_init__(self) -> None:
        self._run("0")

    def kill(self) -> None:
        """End it as a power cut would."""
        self._program.kill()

    def come_back(self) -> None:
        """Start it again where it was, with the data it had."""
        self._run(self.url.rpartition(":")[2])

    def restart(self) -> None:
        """Kill it and start it again."""
        self.kill()
        self.come_back()

    @property
    def is_running(self) -> bool:
        """Tell whether it has not been killed."""
        return self._program.process.poll() is None

    @property
    def said(self) -> str:
        """What it has said on standard error since it was started the last time."""
        return str(self._program.said)

    def _run(self, port: str) -> None:
        arguments = ("serve", "--port", port, "--data", str(self.folder), *self.options)
        self._program = self.start(self.module, *arguments, **self.environment)
        self.url = self._program.url


def run_carloop(start: Callable[..., Any], folder: Path) -> Running:
    """Run a Carloop that can be killed."""
    token = "token-of-one-that-is-killed"
    options = ("--allow-faults", "--token", token)
    environment = {"CARLOOP_SANDBOX_PASSWORD": PASSWORD}
    return Running(start, "carloop_sandbox", folder / "carloop", options, environment, token=token)


def run_planner(
    start: Callable[..., Any], folder: Path, *, carloop: Any = None, providers: Path | None = None
) -> Running:
    """Run a planner with records of its own: set up for a Carloop, or for nobody to set up yet."""
    environment = {
        "CARLOOP_BASE_URL": carloop.url if carloop else "",
        "CARLOOP_TOKEN": carloop.token if carloop else "",
        "CARLOOP_STORE": str(folder / "carloop.sqlite3"),
        "CARLOOP_CONFIG": "",
        "XDG_CONFIG_HOME": str(folder / "config"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "PLANNER_HOST_ADVISOR_PASSWORD": PASSWORD,
        "PLANNER_HOST_ADMIN_PASSWORD": PASSWORD,
    }
    if providers is not None:
        environment["PYTHONPATH"] = str(providers)
    return Running(start, "planner_host", folder / "planner", environment=environment)


def session_of(url: str, name: str) -> dict[str, Any]:
    """Sign in once, and give what a browser keeps of it: most tests are not about the sign-in page."""
    form = {"name": name, "password": PASSWORD, "next": "/"}
    answer = httpx.post(f"{url}/sign-in", data=form, headers={"Sec-Fetch-Site": "same-origin"}, timeout=30)
    assert answer.status_code == 303, answer.status_code
    cookies = [
        {"name": key, "value": value, "domain": "127.0.0.1", "path": "/", "httpOnly": True, "sameSite": "Lax"}
        | {"expires": -1, "secure": False}
        for key, value in answer.cookies.items()
    ]
    return {"cookies": cookies, "origins": []}
