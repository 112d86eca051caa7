"""`carloop demo`: a planner and a Carloop to try in the browser; or the whole story of a rental, told."""

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
    from carloop_plugin.cli.texts import Texts
    from carloop_story.staging import Demo

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
    port: int,
    sandbox_port: int,
    data: str | None,
    as_json: bool,
) -> int:
    """Serve a planner and a Carloop, connected, until Ctrl-C; with `--scripted` tell the story and end."""
    from carloop_story.programs import ProgramFailed

    texts = invocation.texts
    if as_json and not scripted:
        raise Misuse("demo.json_alone")
    try:
        if scripted:
            with terminable():
                return _tell_story(texts, as_json=as_json)
        for option, wanted in (("--port", port), ("--sandbox-port", sandbox_port)):
            if not _is_free(wanted):
                message = texts("demo.port_taken", port=wanted, option=option)
                click.echo(texts("error.error", message=message), err=True)
                return Exit.REFUSED
        _serve(texts, port=port, sandbox_port=sandbox_port, data=Path(data) if data else None)
    except ProgramFailed as failure:
        click.echo(texts("demo.not_started", why=plain(str(failure).replace("\n", " "))), err=True)
        return Exit.REFUSED
    return Exit.DONE


def _is_free(port: int) -> bool:
    """Tell whether a port of this computer can be had, before a story is told that would end in vain."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _tell_story(texts: Texts, *, as_json: bool) -> Exit:
    from carloop_story.theatre import told_story

    all_well = True
    if not as_json:
        click.echo(texts("demo.begin") + "\n")
    for step in told_story(texts):
        all_well = all_well and step["ok"] is True
        if as_json:
            write_json(step)
            sys.stdout.flush()
        else:
            mark = click.style("✓", fg="green") if step["ok"] else click.style("✗", fg="red", bold=True)
            click.echo(f"{mark} {step['title']}\n    {plain(str(step['seen']))}")
    if not as_json:
        click.echo("\n" + texts("demo.well" if all_well else "demo.ill"))
    return Exit.DONE if all_well else Exit.REFUSED


def _serve(texts: Texts, *, port: int, sandbox_port: int, data: Path | None) -> None:
    """Leave both serving until Ctrl-C, and say where they are and how to sign in."""
    from carloop_story.properties import try_it_folder
    from carloop_story.staging import running_demo

    click.echo(texts("demo.starting"), err=True)
    with until_stopped() as stopped, try_it_folder(data) as folder:
        with running_demo(folder, port=port, sandbox_port=sandbox_port, locale=texts.locale) as running:
            click.echo(f"ready {running.planner}\nready {running.sandbox}")
            sys.stdout.flush()
            click.echo(_what_to_try(running, folder, texts), err=True)
            _wait(stopped)
        click.echo(texts("demo.stopped"), err=True)


def _wait(stopped: threading.Event) -> None:
    # A wait without end would keep Windows from delivering Ctrl-C.
    while not stopped.wait(1.0):
        pass


def _what_to_try(running: Demo, folder: Path, texts: Texts) -> str:
    from carloop_story.properties import write_appointment

    # A person who ran `make demo` has no `carloop` on their path.
    path = "" if shutil.which("carloop") else f"  export PATH={Path(sys.executable).parent}:$PATH\n"
    return texts(
        "demo.try",
        planner=running.planner,
        advisor=running.advisor_password,
        admin=running.admin_password,
        sandbox=running.sandbox,
        sandbox_password=running.sandbox_password,
        path=path,
        token=running.token,
        store=running.store.with_name("terminal.sqlite3"),
        file=write_appointment(folder),
    )
