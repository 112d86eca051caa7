"""The demo: a Carloop and a workshop planner with the plugin connected to it, each a program of its own."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from carloop_story.programs import ProgramFailed, running_program
from carloop_story.properties import new_label
from carloop_story.sandbox import running_sandbox

_CONNECT_PATIENCE = 60.0
_OURS = ("CARLOOP_", "PLANNER_HOST_")


@dataclass(frozen=True, slots=True)
class Demo:
    """What runs: two addresses, and how to sign in to each."""

    planner: str
    sandbox: str
    store: Path
    token: str = field(repr=False)
    advisor_password: str = field(repr=False)
    admin_password: str = field(repr=False)
    sandbox_password: str = field(repr=False)


@contextmanager
def running_demo(folder: Path, *, port: int, sandbox_port: int, locale: str) -> Iterator[Demo]:
    """Start both, connected, until the block is left. Raise `ProgramFailed` where one does not start."""
    advisor, admin, sandbox_password = (_draw_password() for _ in range(3))
    store = folder / "carloop.sqlite3"
    base = _environ(folder, store)
    with running_sandbox(
        port=sandbox_port,
        data=folder / "sandbox",
        locale=locale,
        environ=base | {"CARLOOP_SANDBOX_PASSWORD": sandbox_password},
    ) as sandbox:
        token = sandbox.new_token(new_label())
        _connect(sandbox.base_url, token, environ=base)
        passwords = {"PLANNER_HOST_ADVISOR_PASSWORD": advisor, "PLANNER_HOST_ADMIN_PASSWORD": admin}
        arguments = ["serve", "--port", str(port), "--data", str(folder / "planner"), "--lang", locale]
        with running_program("planner_host", arguments, environ=base | passwords) as planner:
            yield Demo(planner, sandbox.base_url, store, token, advisor, admin, sandbox_password)


def _connect(base_url: str, token: str, *, environ: Mapping[str, str]) -> None:
    """Enter address and token as the settings page would, so that the page can change them."""
    program = "from carloop_plugin.cli import main; main()"
    command = [
        sys.executable,
        "-P",
        "-c",
        program,
        "settings",
        "set",
        "--base-url",
        base_url,
        "--token-stdin",
    ]
    done = subprocess.run(  # noqa: S603 - our own program, nothing a shell reads
        command,
        input=token,
        env=dict(environ),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=_CONNECT_PATIENCE,
        check=False,
    )
    if done.returncode != 0:
        raise ProgramFailed(done.stderr.strip())


def _environ(folder: Path, store: Path) -> dict[str, str]:
    """Give an environment with records and settings of the demo's own, and nothing of the user's."""
    config = folder / "config.toml"
    config.touch()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return kept | {
        "CARLOOP_STORE": str(store),
        "CARLOOP_CONFIG": str(config),
        # The token goes into a file of the demo's folder, not into the user's keyring.
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


def _draw_password() -> str:
    return "-".join(secrets.token_hex(2) for _ in range(4))
