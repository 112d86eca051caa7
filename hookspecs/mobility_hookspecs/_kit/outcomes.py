"""What the host kit itself answers when no provider's word can be had."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from mobility_hookspecs._kit.isolation import Miss
from mobility_hookspecs._kit.requests import echo
from mobility_hookspecs.problems import ProblemCode, make_problem, words_of

if TYPE_CHECKING:
    from mobility_schemas.documents import CheckReport, Problem, RentalChange, RentalOutcome

_HANGS_AND_BUGS = (
    ProblemCode.DEADLINE_EXCEEDED,
    ProblemCode.INVALID_ANSWER,
    ProblemCode.PROVIDER_FAILED,
)


def refused(change: object, problem: Problem) -> RentalOutcome:
    """Answer a change that reached no provider, with as much of its identity as can be read."""
    return {
        "change_id": echo(change, "change_id", "change_id"),
        "provider": echo(change, "provider", "provider_id"),
        "status": "refused",
        "problem": problem,
    }


def without_answer(change: RentalChange, miss: Miss, *, locale: str) -> RentalOutcome:
    """Answer a change whose provider gave no valid outcome.

    Never called: nothing can have happened, so it is refused. Called: the rental may or may not exist, so
    the outcome is unknown, whatever was raised; a provider that wants to refuse answers so.
    """
    if not miss.called:
        return refused(change, miss.problem)
    problem = miss.problem
    if not miss.is_fault or problem["code"] not in _HANGS_AND_BUGS:
        problem = make_problem(ProblemCode.PROVIDER_FAILED, locale=locale, detail=words_of(problem))
    return {
        "change_id": change["change_id"],
        "provider": change["provider"],
        "status": "unknown",
        "problem": problem,
    }


def failed_check(provider: object, site: object, problem: Problem) -> CheckReport:
    """Report a check that found nothing out but why it could not."""
    asked = {"provider": provider, "site": site}
    report = {
        "provider": echo(asked, "provider", "provider_id") or "unknown",
        "site": echo(asked, "site", "site") or "unknown",
        "ok": False,
        "findings": [_finding(problem)],
    }
    return cast("CheckReport", report)


def _finding(problem: Problem) -> dict[str, object]:
    finding: dict[str, object] = {
        "code": problem["code"],
        "severity": "error",
        "message": problem["title"],
    }
    if "detail" in problem:
        finding["hint"] = problem["detail"]
    return finding
