"""How a run ends: exit codes, and what a person reads when something was refused."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING

import click

from carloop_plugin.cli.output import abandon_output, speaks_unicode
from carloop_plugin.cli.plain import plain
from carloop_plugin.cli.texts import Texts
from carloop_plugin.domain.failures import Failed

if TYPE_CHECKING:
    from mobility_schemas.documents import CheckFinding, Problem


class Exit(IntEnum):
    """What the program leaves with."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    UNKNOWN = 3
    UNREACHABLE = 4
    INTERRUPTED = 130


_AWAY = frozenset({"unreachable", "deadline_exceeded"})


def exit_for(code: str) -> Exit:
    """Give the exit code for a problem."""
    return Exit.UNREACHABLE if code in _AWAY else Exit.REFUSED


def exit_for_findings(findings: Iterable[CheckFinding]) -> Exit:
    """Return the exit code for what was found: not reachable only where nothing else is wrong."""
    codes = {exit_for(each["code"]) for each in findings if each["severity"] == "error"}
    return max(codes - {Exit.UNREACHABLE}, default=max(codes, default=Exit.DONE))


def tell_problem(problem: Mapping[str, object], texts: Texts) -> Exit:
    """Print a problem on standard error: title, detail, pointer, code. Give its exit code."""
    code = str(problem.get("code"))
    lines = [texts("error.error", message=plain(str(problem.get("title") or code)))]
    if problem.get("detail") not in (None, problem.get("title")):
        lines.append(f"  {plain(str(problem['detail']))}")
    if problem.get("pointer"):
        lines.append("  " + texts("error.pointer", pointer=plain(str(problem["pointer"]))))
    lines.append("  " + texts("error.code", code=plain(code)))
    click.echo("\n".join(lines), err=True)
    return exit_for(code)


def tell_failure(error: Exception, texts: Texts, *, as_json: bool) -> Exit:
    """Print whatever ended a command as a sentence, a program's problem as a document. Give its exit code."""
    problem = problem_of(error, texts.locale)
    if problem is not None and as_json:
        write_json(problem)
    if problem is None:
        click.echo(texts("error.unexpected", kind=type(error).__name__), err=True)
        return Exit.REFUSED
    return tell_problem(problem, texts)


def problem_of(error: Exception, locale: str) -> Problem | None:
    """Give the problem an exception stands for; None for one that is a bug."""
    from carloop_plugin.contract.boundary import problem_document
    from mobility_hookspecs.problems import MobilityProblem

    if isinstance(error, MobilityProblem):
        return error.problem
    return problem_document(error.reason, locale) if isinstance(error, Failed) else None


def leave_by_reader() -> Exit:
    """Leave quietly when nobody reads standard output any more (`carloop rentals | head -1`)."""
    abandon_output()
    return Exit.REFUSED


def leave_by_full_output(texts: Texts) -> Exit:
    """Leave with a sentence when what was printed cannot be written (`carloop rentals > /dev/full`)."""
    abandon_output()
    click.echo(texts("error.error", message=texts("error.output")), err=True)
    return Exit.REFUSED


def write_json(document: object) -> None:
    """Print a document on one line of standard output, as ASCII where its charset is not Unicode."""
    click.echo(json.dumps(document, ensure_ascii=not speaks_unicode(), allow_nan=False))
