"""`carloop demo`: the whole story of a rental, and a sandbox to try it yourself."""

from __future__ import annotations

import shutil
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carloop_plugin.cli import options
from carloop_plugin.cli.exits import Exit, write_json
from carloop_plugin.cli.invocation import Invocation, pass_invocation
from carloop_plugin.cli.localised import Command, Option, Whole
from carloop_plugin.cli.misuse import Misuse
from carloop_plugin.cli.plain import plain
from carloop_plugin.cli.stopping import terminable, until_stopped

if TYPE_CHECKING:
    from carloop_plugin.cli.story.sandbox import SandboxControls
    from carloop_plugin.cli.texts import Texts

_HIGHEST_PORT = 65_535


@click.command("demo", cls=Command)
@click.option("--scripted", is_flag=True, cls=Option)
@click.option("--port", metavar="PORT", type=Whole(0, _HIGHEST_PORT), default=8080, cls=Option)
@click.option("--sandbox-port", metavar="PORT", type=Whole(0, _HIGHEST_PORT), default=8081, cls=Option)
@click.option("--data", metavar="FOLDER", cls=Option)
@options.as_json
@pass_invocation
def demo(
    invocation: Invocation,
    scripted: bool,
    port: int,  # noqa: ARG001 - for the planner's page, which joins the demo when it exists
    sandbox_port: int,
    data: str | None,
    as_json: bool,
) -> int:
    """Tell the story; then, unless that is all, serve a sandbox to try it on."""
    from carloop_plugin.cli.story.sandbox import SandboxFailed

    texts = invocation.texts
    if as_json and not scripted:
        raise Misuse("demo.json_alone")
    if not scripted and not _is_free(sandbox_port):
        message = texts("demo.port_taken", port=sandbox_port)
        click.echo(texts("error.error", message=message), err=True)
        return Exit.REFUSED
    try:
        with terminable():
            code = _tell_story(texts, as_json=as_json, to_errors=not scripted)
            if not scripted:
                _serve(texts, port=sandbox_port, data=Path(data) if data else None)
    except SandboxFailed as failure:
        click.echo(texts("demo.no_sandbox", why=plain(str(failure).replace("\n", " "))), err=True)
        return Exit.REFUSED
    return code


def _is_free(port: int) -> bool:
    """Tell whether a port of this computer can be had, before a story is told that would end in vain."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _tell_story(texts: Texts, *, as_json: bool, to_errors: bool) -> Exit:
    from carloop_plugin.cli.story.theatre import told_story

    all_well = True
    if not as_json:
        click.echo(texts("demo.begin") + "\n", err=to_errors)
    for step in told_story(texts):
        all_well = all_well and step["ok"] is True
        if as_json:
            write_json(step)
            sys.stdout.flush()
        else:
            mark = click.style("✓", fg="green") if step["ok"] else click.style("✗", fg="red", bold=True)
            click.echo(f"{mark} {step['title']}\n    {plain(str(step['seen']))}", err=to_errors)
    if not as_json:
        click.echo("\n" + texts("demo.well" if all_well else "demo.ill"), err=to_errors)
    return Exit.DONE if all_well else Exit.REFUSED


def _serve(texts: Texts, *, port: int, data: Path | None) -> None:
    """Leave a sandbox serving until Ctrl-C, with commands to try."""
    from carloop_plugin.cli.story.properties import try_it_folder
    from carloop_plugin.cli.story.sandbox import running_sandbox

    with until_stopped() as stopped, try_it_folder(data) as folder:
        with running_sandbox(port=port, data=folder / "sandbox", locale=texts.locale) as sandbox:
            click.echo(f"ready {sandbox.base_url}")
            sys.stdout.flush()
            click.echo(_commands_to_try(sandbox, folder, texts), err=True)
            _wait(stopped)
        click.echo(texts("demo.stopped"), err=True)


def _wait(stopped: threading.Event) -> None:
    # A wait without end would keep Windows from delivering Ctrl-C.
    while not stopped.wait(1.0):
        pass


def _commands_to_try(sandbox: SandboxControls, folder: Path, texts: Texts) -> str:
    from carloop_plugin.cli.story.properties import new_label, write_appointment

    appointment = write_appointment(folder)
    # A person who ran `make demo` has no `carloop` on their path.
    path = "" if shutil.which("carloop") else f"  export PATH={Path(sys.executable).parent}:$PATH\n"
    return texts(
        "demo.try",
        path=path,
        base_url=sandbox.base_url,
        token=sandbox.new_token(new_label()),
        store=folder / "planner.sqlite3",
        file=appointment,
    )
