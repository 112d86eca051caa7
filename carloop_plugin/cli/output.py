"""What a command prints, and the exit code it leaves with.

Data goes to standard output, messages to standard error, whatever these are: a charset that lacks our letters, a reader
that is gone, a full disk.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING

import click

from carloop_plugin.domain.failures import Failed

if TYPE_CHECKING:
    from carloop_plugin.cli.texts import Texts
    from mobility_schemas.documents import CheckFinding

_MARKS = {"info": "·", "warning": "!", "error": "✗"}
_UNREACHABLE_CODES = frozenset({"unreachable", "deadline_exceeded"})


class Exit(IntEnum):
    """The exit codes."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    UNKNOWN = 3
    UNREACHABLE = 4
    INTERRUPTED = 130


def exit_for(code: str) -> Exit:
    """Return the exit code for a problem."""
    return Exit.UNREACHABLE if code in _UNREACHABLE_CODES else Exit.REFUSED


def exit_for_findings(findings: Iterable[CheckFinding]) -> Exit:
    """Return the exit code for what was found: not reachable only where nothing else is wrong."""
    codes = {exit_for(each["code"]) for each in findings if each["severity"] == "error"}
    return max(codes - {Exit.UNREACHABLE}, default=max(codes, default=Exit.DONE))


def printable(text: str) -> str:
    """Replace what a terminal would obey rather than show (escape sequences, line breaks) with `·`."""
    return "".join(c if c.isprintable() else "·" for c in text)


def print_problem(problem: Mapping[str, object], texts: Texts) -> Exit:
    """Print a problem on standard error: title, detail, pointer, code. Return its exit code."""
    code = str(problem.get("code"))
    lines = [texts("error.error", message=printable(str(problem.get("title") or code)))]
    if problem.get("detail") not in (None, problem.get("title")):
        lines.append(f"  {printable(str(problem['detail']))}")
    if problem.get("pointer"):
        lines.append("  " + texts("error.pointer", pointer=printable(str(problem["pointer"]))))
    lines.append("  " + texts("error.code", code=printable(code)))
    click.echo("\n".join(lines), err=True)
    return exit_for(code)


def print_failure(error: Exception, texts: Texts, *, as_json: bool) -> Exit:
    """Print an exception that ended a command as a sentence, and as a document for programs. Return its exit code."""
    from carloop_plugin.contract.boundary import problem_document
    from mobility_hookspecs.problems import MobilityProblem

    if isinstance(error, MobilityProblem):
        problem = error.problem
    elif isinstance(error, Failed):
        problem = problem_document(error.reason, texts.locale)
    else:
        click.echo(texts("error.unexpected", kind=type(error).__name__), err=True)
        return Exit.REFUSED
    if as_json:
        write_json(problem)
    return print_problem(problem, texts)


def print_findings(findings: Iterable[CheckFinding], texts: Texts) -> None:
    """Print findings, each with what to do about it; that Carloop answered is marked with a tick."""
    for finding in findings:
        mark = "✓" if finding["code"] == "connected" else _MARKS[finding["severity"]]
        click.echo(f"{mark} {printable(finding['message'])}")
        if "hint" in finding:
            click.echo(f"  {printable(finding['hint'])}")
        if finding["severity"] != "info":
            click.echo("  " + texts("error.code", code=printable(finding["code"])))


def write_json(document: object) -> None:
    """Print a document on one line of standard output, as ASCII where its charset is not Unicode."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    is_unicode = encoding.lower().replace("-", "").startswith("utf")
    # Escaped, JSON stays readable; a `?` in place of a letter would be another document.
    click.echo(json.dumps(document, ensure_ascii=not is_unicode, allow_nan=False))


def replace_unencodable() -> None:
    """Write `?` for what a terminal's charset cannot show, where Python would raise an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def flush_output() -> None:
    """Flush standard output, if there is one (there is none after `>&-`)."""
    if sys.stdout is not None:
        sys.stdout.flush()


def is_output_broken() -> bool:
    """Return whether standard output takes nothing: its device is full, or failed. Writes a line break to find out."""
    if sys.stdout is None:
        return False
    try:
        sys.stdout.write("\n")
        sys.stdout.flush()
    except OSError:
        return True
    return False


def discard_output() -> None:
    """Send what is left to nowhere, so that Python does not try once again at its end and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
