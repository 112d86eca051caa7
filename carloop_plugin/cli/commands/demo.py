"""`carloop demo`: start the programs of the distribution carloop-demo, which is installed for itself."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from typing import NoReturn

import click

from carloop_plugin.cli.invocation import Invocation, UsageMistake
from carloop_plugin.cli.localization import Command, option, whole_number
from carloop_plugin.cli.output import Exit, flush_output

_HIGHEST_PORT = 65_535


@click.command("demo", cls=Command)
@option("--scripted", is_flag=True)
@option("--port", metavar="PORT", type=whole_number(0, _HIGHEST_PORT), default=8080)
@option("--sandbox-port", metavar="PORT", type=whole_number(0, _HIGHEST_PORT), default=8081)
@option("--data", metavar="FOLDER")
def demo(invocation: Invocation, scripted: bool, port: int, sandbox_port: int, data: str | None) -> int:
    """Serve a planner and a Carloop, connected, until Ctrl-C; with `--scripted` run the story and exit."""
    if invocation.as_json and not scripted:
        raise UsageMistake("demo.json_alone")
    if find_spec("carloop_story") is None:
        texts = invocation.texts
        click.echo(texts("error.error", message=texts("demo.not_installed")), err=True)
        return Exit.REFUSED
    arguments = ["--lang", invocation.texts.locale, "--port", str(port), "--sandbox-port", str(sandbox_port)]
    arguments += ["--scripted"] if scripted else []
    arguments += ["--json"] if invocation.as_json else []
    arguments += [] if data is None else ["--data", data]
    return _become([sys.executable, "-P", "-m", "carloop_story", *arguments])


def _become(command: list[str]) -> NoReturn:
    """Replace this process, so that signals, output and exit code are the started program's own."""
    if sys.platform == "win32":  # pragma: no cover - exec does not keep the process there
        sys.exit(subprocess.call(command))  # noqa: S603 - our own program, nothing a shell reads
    flush_output()
    os.execv(command[0], command)  # noqa: S606 - as above
