"""Run a program of ours as a process, until the block is left."""

import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 30.0


class ProgramFailed(Exception):
    """The program did not start; the text is what it printed on standard error."""


class RunningProgram(NamedTuple):
    """A program that serves at `url`."""

    url: str
    process: "subprocess.Popen[str]"


@contextmanager
def run_program(
    module: str, arguments: Sequence[str], *, environ: Mapping[str, str] | None = None
) -> Iterator[RunningProgram]:
    """Start `python -m MODULE`, wait for its line `ready URL`, and stop it in the end.

    Its messages are kept back. Raise `ProgramFailed` where it does not start.

    :param environ: its environment; ours where none is given.
    """
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as messages,
        subprocess.Popen(  # noqa: S603 - our own program, nothing a shell reads
            [sys.executable, "-P", "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=messages,
            env=environ,
            text=True,
            encoding="utf-8",
            # A Ctrl-C at the terminal is for the caller, who stops the program.
            start_new_session=True,
        ) as process,
    ):
        try:
            word, _, url = _first_line(process).partition(" ")
            if word != "ready":
                process.wait(STOP_SECONDS)
                messages.seek(0)
                raise ProgramFailed(messages.read().strip())
            yield RunningProgram(url, process)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _first_line(process: "subprocess.Popen[str]") -> str:
    """Read the first line; the empty text where the program ends, or takes too long and is killed."""
    # A read of a pipe has no time limit of its own.
    timer = threading.Timer(START_SECONDS, process.kill)
    timer.start()
    try:
        return process.stdout.readline().strip() if process.stdout else ""
    finally:
        timer.cancel()
