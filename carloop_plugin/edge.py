"""The border to the host: documents are checked on their way in, failures become the contract's problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from carloop_plugin.bootstrap import Wired, opened
from carloop_plugin.model import PROVIDER_ID, Failed
from carloop_plugin.problems import problem_document
from mobility_hookspecs.problems import MobilityProblem, make_problem
from mobility_schemas import InvalidDocument, validate

if TYPE_CHECKING:
    from mobility_hookspecs import CallContext
    from mobility_schemas.documents import Problem, RentalOutcome


@contextmanager
def answering(context: CallContext) -> Iterator[Wired]:
    """Open what a hook works with; raise `MobilityProblem` for everything that can be expected to fail."""
    try:
        with opened(deadline=context.deadline) as wired:
            yield wired
    except Failed as failure:
        raise MobilityProblem(problem_document(failure.reason, context.locale)) from None


def check(document: object, name: str, context: CallContext, *, closed: bool | None = None) -> None:
    """Raise `MobilityProblem` with `invalid_document` and the pointer unless a document is valid."""
    problem = objection(document, name, context, closed=closed)
    if problem:
        raise MobilityProblem(problem)


def objection(
    document: object, name: str, context: CallContext, *, closed: bool | None = None
) -> Problem | None:
    """Say what is wrong with a document; None where nothing is."""
    try:
        validate(document, name, closed=closed)
    except InvalidDocument as invalid:
        detail = invalid.in_language(context.locale)
        return make_problem("invalid_document", locale=context.locale, detail=detail, pointer=invalid.pointer)
    return None


def check_all(values: object, name: str, context: CallContext) -> None:
    """Raise `MobilityProblem` unless `values` is a list of valid ones; the pointer names the first that is not."""
    if not isinstance(values, list | tuple):
        raise MobilityProblem(make_problem("invalid_document", locale=context.locale, pointer=""))
    for index, value in enumerate(values):
        problem = objection(value, name, context)
        if problem:
            raise MobilityProblem({**problem, "pointer": f"/{index}"})


def is_for_another(change: object) -> bool:
    """Tell whether a change names another provider. One whose provider cannot be read is for everybody."""
    provider = change.get("provider") if isinstance(change, Mapping) else None
    if not isinstance(provider, str) or provider == PROVIDER_ID:
        return False
    try:
        validate(provider, "provider_id")
    except InvalidDocument:
        return False
    return True


def refused(change: object, problem: Problem) -> RentalOutcome:
    """Answer a change that could not be carried out; what of it cannot be read is null."""
    readable = change if isinstance(change, Mapping) else {}
    outcome = {
        "change_id": _readable(readable.get("change_id"), "change_id"),
        "provider": PROVIDER_ID if readable.get("provider") == PROVIDER_ID else None,
        "status": "refused",
        "problem": problem,
    }
    return cast("RentalOutcome", outcome)


def _readable(value: object, name: str) -> object:
    try:
        validate(value, name)
    except InvalidDocument:
        return None
    return value
