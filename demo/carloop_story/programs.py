"""Run a program of ours beside us, until the block is left."""

from __future__ import annotations

import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO

START_PATIENCE = 30.0
_STOP_PATIENCE = 10.0


class ProgramFailed(Exception):
    """The program did not start; the text is what it said on standard error."""


@contextmanager
def running_program(
    module: str, arguments: Sequence[str], *, environ: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Start `python -m MODULE`, give its address, and stop it in the end; what it says is kept to ourselves.

    Raise `ProgramFailed` where it does not start.

    :param environ: its environment; ours where none is given.
    """
    command = [sys.executable, "-P", "-m", module, *arguments]
    with (
        tempfile.TemporaryFile() as words,
        subprocess.Popen(  # noqa: S603 - our own program, nothing a shell reads
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=words,
            env=None if environ is None else dict(environ),
            text=True,
            encoding="utf-8",
            # Ctrl-C is ours to answer, not the whole group's.
            start_new_session=True,
        ) as process,
    ):
        try:
            yield _wait_until_ready(process, words)
        finally:
            _stop(process)


def _wait_until_ready(process: subprocess.Popen[str], words: IO[bytes]) -> str:
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_read_lines, args=(process, lines), daemon=True).start()
    try:
        word, _, address = lines.get(timeout=START_PATIENCE).strip().partition(" ")
    except queue.Empty:
        raise ProgramFailed("") from None
    if word != "ready":
        process.wait(_STOP_PATIENCE)
        words.seek(0)
        raise ProgramFailed(words.read().decode("utf-8", "replace").strip())
    return address


def _read_lines(process: subprocess.Popen[str], lines: queue.Queue[str]) -> None:
    if process.stdout is not None:
        for line in process.stdout:
            lines.put(line)
    lines.put("")


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
