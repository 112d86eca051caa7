"""The demo: a Carloop and a workshop planner with the plugin connected to it, each a program of its own."""

import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from carloop_sandbox.remote import Controls
from carloop_story.appointments import Appointments, today
from web_base.accounts.passwords import draw_password
from web_base.running.processes import ProgramFailed, run_program

_CONNECT_SECONDS = 60.0
_OURS = ("CARLOOP_", "PLANNER_HOST_", "WORKSHOP_PLANNER_")


@dataclass(frozen=True, slots=True)
class Demo:
    """What runs: two addresses, and how to sign in to each."""

    planner: str
    sandbox: str
    token: str = field(repr=False)
    advisor_password: str = field(repr=False)
    admin_password: str = field(repr=False)
    sandbox_password: str = field(repr=False)


@contextmanager
def run_demo(folder: Path, *, port: int, sandbox_port: int, locale: str) -> Iterator[Demo]:
    """Run both, connected, until the block is left. Raise `ProgramFailed` where one does not start."""
    advisor, admin, sandbox_password = (draw_password() for _ in range(3))
    base = own_environment(folder)
    sandbox_environ = base | {"CARLOOP_SANDBOX_PASSWORD": sandbox_password}
    data = ("--data", str(folder / "sandbox"))
    with run_sandbox_program(*data, port=sandbox_port, locale=locale, environ=sandbox_environ) as sandbox:
        # Data that were kept have the tokens of earlier runs.
        token = Controls(sandbox).add_token(f"demo {uuid.uuid4().hex[:8]}")
        _connect(sandbox, token, environ=base)
        passwords = {"PLANNER_HOST_ADVISOR_PASSWORD": advisor, "PLANNER_HOST_ADMIN_PASSWORD": admin}
        arguments = ["serve", "--port", str(port), "--data", str(folder / "planner"), "--lang", locale]
        with run_program("planner_host", arguments, environ=base | passwords) as planner:
            yield Demo(planner.url, sandbox, token, advisor, admin, sandbox_password)


@contextmanager
def run_sandbox_program(
    *arguments: str, port: int = 0, locale: str = "en", environ: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Run a sandbox that takes faults, and yield its address. Raise `ProgramFailed` where it does not start."""
    serve = ["serve", "--allow-faults", "--port", str(port), "--lang", locale, *arguments]
    with run_program("carloop_sandbox", serve, environ=environ) as sandbox:
        yield sandbox.url


def own_environment(folder: Path) -> dict[str, str]:
    """Return an environment with records and settings in a folder, and nothing of the user's settings."""
    config = folder / "config.toml"
    config.touch()
    # A shell that is set up for a real Carloop must not lend its token to the demo.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return kept | {
        "CARLOOP_STORE": str(folder / "carloop.sqlite3"),
        "CARLOOP_CONFIG": str(config),
        # The token goes into a file of that folder, not into the user's keyring.
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


@contextmanager
def demo_folder(data: Path | None) -> Iterator[Path]:
    """Yield the folder for the demo's data: the one asked for, or a temporary one that is removed in the end."""
    with tempfile.TemporaryDirectory(prefix="carloop-demo-") as temporary:
        folder = data or Path(temporary)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ProgramFailed(f"{folder}: {error.strerror}") from None
        yield folder.absolute()


def write_appointment(folder: Path) -> Path:
    """Write an appointment that can be saved from the command line, and return its path."""
    path = folder / "appointment.json"
    document = json.dumps(Appointments(today()).main, ensure_ascii=False, indent=2)
    path.write_text(document + "\n", encoding="utf-8")
    return path


def _connect(base_url: str, token: str, *, environ: Mapping[str, str]) -> None:
    """Store address and token as the settings page would, so that the page can change them."""
    program = "from carloop_plugin.cli import main; main()"
    words = ("settings", "set", "--base-url", base_url, "--token-stdin")
    done = subprocess.run(  # noqa: S603 - our own program, nothing a shell reads
        [sys.executable, "-P", "-c", program, *words],
        input=token,
        env=environ,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=_CONNECT_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise ProgramFailed(done.stderr.strip())
