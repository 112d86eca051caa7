"""What the host kit itself answers when no provider's answer can be had."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from mobility_hookspecs._kit.hook_call import NoAnswer
from mobility_hookspecs.problems import ProblemCode, make_problem, words_of
from mobility_schemas import InvalidDocument, validate
from mobility_schemas.plain import plain_copy

if TYPE_CHECKING:
    from mobility_schemas.documents import CheckReport, Problem, RentalChange, RentalOutcome

_FAILURES = (
    ProblemCode.DEADLINE_EXCEEDED,
    ProblemCode.INVALID_ANSWER,
    ProblemCode.PROVIDER_FAILED,
)


def refused(change: object, problem: Problem) -> RentalOutcome:
    """Return the outcome of a change that reached no provider, with as much of its identity as can be read."""
    return {
        "change_id": _readable(change, "change_id", "change_id"),
        "provider": _readable(change, "provider", "provider_id"),
        "status": "refused",
        "problem": problem,
    }


def without_answer(change: RentalChange, no_answer: NoAnswer, *, locale: str) -> RentalOutcome:
    """Return the outcome of a change whose provider returned no valid one.

    Never called: nothing can have happened, so it is refused. Called: the rental may or may not exist, so
    the outcome is unknown, whatever was raised; a provider that wants to refuse answers so.
    """
    if not no_answer.was_called:
        return refused(change, no_answer.problem)
    problem = no_answer.problem
    # A code such as vehicle_unavailable would read like a refusal, beside an outcome that is unknown.
    if not no_answer.is_failure or problem["code"] not in _FAILURES:
        problem = make_problem(ProblemCode.PROVIDER_FAILED, locale=locale, detail=words_of(problem))
    return {
        "change_id": change["change_id"],
        "provider": change["provider"],
        "status": "unknown",
        "problem": problem,
    }


def failed_check(provider: object, site: object, problem: Problem) -> CheckReport:
    """Report a check that could not be made, with the reason as its only finding."""
    asked = {"provider": provider, "site": site}
    report = {
        "provider": _readable(asked, "provider", "provider_id") or "unknown",
        "site": _readable(asked, "site", "site") or "unknown",
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


def _readable(document: object, field: str, name: str) -> str | None:
    """Return one field of a refused document if it at least is valid, for the answer to repeat it.

    :param field: the field's name in the document.
    :param name: the schema of the field's value.
    """
    if not isinstance(document, dict):
        return None
    value = document.get(field)
    try:
        validate(value, name)
    except InvalidDocument:
        return None
    # A subclass of text would go into the host's own answer.
    return cast("str", plain_copy(value))
