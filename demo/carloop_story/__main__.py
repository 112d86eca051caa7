"""`python -m carloop_story`: what `carloop demo` starts."""

import json
import shutil
import signal
import socket
import sys
import threading
from dataclasses import asdict
from pathlib import Path

import click

from carloop_story.both_programs import Demo, demo_folder, run_demo, write_appointment
from carloop_story.scripted import run_story
from carloop_story.steps import language_of
from web_base.languages import LANGUAGES, Language
from web_base.running.processes import ProgramFailed

DONE, FAILED, INTERRUPTED = 0, 1, 130


@click.command("carloop_story")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en")
@click.option("--scripted", is_flag=True)
@click.option("--json", "as_json", is_flag=True)
@click.option("--port", type=int, default=8080)
@click.option("--sandbox-port", type=int, default=8081)
@click.option("--data", type=click.Path(path_type=Path))
def main(lang: str, scripted: bool, as_json: bool, port: int, sandbox_port: int, data: Path | None) -> None:
    """Serve a planner and a Carloop until Ctrl-C, or run the scripted story; exit with 0, 1 or 130."""
    language = language_of(lang)
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal's charset may lack letters
    try:
        if scripted:
            sys.exit(_run_story(language, as_json=as_json))
        sys.exit(_serve(language, port, sandbox_port, data=data))
    except ProgramFailed as failure:
        _say(language.text("demo.not_started", why=_printable(str(failure).replace("\n", " "))))
        sys.exit(FAILED)
    except KeyboardInterrupt:
        _say(language.text("demo.interrupted"))
        sys.exit(INTERRUPTED)


def _run_story(language: Language, *, as_json: bool) -> int:
    # SIGTERM interrupts as Ctrl-C does, so that the programs are stopped and the folders removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    wrong = 0
    if not as_json:
        click.echo(language.text("demo.begin") + "\n")
    for step in run_story(language):
        wrong += not step["ok"]
        _print_json(step) if as_json else _print_step(step)
    if not as_json:
        click.echo("\n" + language.text("demo.not_all_ok" if wrong else "demo.all_ok"))
    return FAILED if wrong else DONE


def _print_json(step: dict[str, object]) -> None:
    # A letter that the output's charset lacks would become a question mark.
    is_unicode = sys.stdout.encoding.lower().startswith("utf")
    click.echo(json.dumps(step, ensure_ascii=not is_unicode))


def _print_step(step: dict[str, object]) -> None:
    mark = click.style("✓", fg="green") if step["ok"] else click.style("✗", fg="red", bold=True)
    click.echo(f"{mark} {step['title']}\n    {_printable(str(step['seen']))}")


def _serve(language: Language, port: int, sandbox_port: int, *, data: Path | None) -> int:
    for option, wanted in (("--port", port), ("--sandbox-port", sandbox_port)):
        if not _is_free(wanted):
            _say(language.text("demo.port_taken", port=wanted, option=option))
            return FAILED
    stopped = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda _, __: stopped.set())
    _say(language.text("demo.starting"))
    with demo_folder(data) as folder:
        with run_demo(folder, port=port, sandbox_port=sandbox_port, locale=language.code) as demo:
            click.echo(f"ready {demo.planner}\nready {demo.sandbox}")
            _say(_what_to_try(demo, folder, language))
            # A wait without end would keep Windows from delivering Ctrl-C.
            while not stopped.wait(1.0):
                pass
        _say(language.text("demo.stopped"))
    return DONE


def _what_to_try(demo: Demo, folder: Path, language: Language) -> str:
    # A person who ran `make demo` has no `carloop` on their path.
    path = "" if shutil.which("carloop") else f"  export PATH={Path(sys.executable).parent}:$PATH\n"
    # Records of its own: two programs on one store would settle each other's changes.
    store = folder / "terminal.sqlite3"
    return language.text("demo.try", **asdict(demo), path=path, store=store, file=write_appointment(folder))


def _is_free(port: int) -> bool:
    """Return whether a port of this computer can be bound; asked before anything is started."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _printable(text: str) -> str:
    """Replace what a terminal would obey instead of show, such as an escape sequence."""
    return "".join(each if each.isprintable() else "·" for each in text)


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


if __name__ == "__main__":
    main()
