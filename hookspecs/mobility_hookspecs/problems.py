"""The problem codes of the contract, and the exception a provider raises with one.

``MobilityProblem`` is the only exception of the contract::

    Exception
    └── MobilityProblem      the provider (or the host kit) says why it cannot answer
        └── LoadError        a provider does not load and the host is strict (loading.py)
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mobility_hookspecs._kit.problem_titles import TITLES
from mobility_hookspecs.context import known_locale

if TYPE_CHECKING:
    from mobility_schemas.documents import Problem


class ProblemCode(StrEnum):
    """Name every reason the contract knows for not doing what was asked."""

    PERIOD_IN_PAST = "period_in_past"
    PERIOD_INVALID = "period_invalid"
    VEHICLE_UNAVAILABLE = "vehicle_unavailable"
    ALREADY_BOOKED = "already_booked"
    APPOINTMENT_NOT_SAVED = "appointment_not_saved"
    OUTCOME_PENDING = "outcome_pending"
    RENTAL_NOT_FOUND = "rental_not_found"
    RENTAL_IMMUTABLE = "rental_immutable"
    RENTAL_CLOSED = "rental_closed"
    CHANGED_ELSEWHERE = "changed_elsewhere"
    CHANGE_ID_REUSED = "change_id_reused"
    GIVEN_UP = "given_up"
    CUSTOMER_LOCKED = "customer_locked"
    NOT_CONFIGURED = "not_configured"
    INSECURE_ADDRESS = "insecure_address"
    ACCOUNT_CHANGED = "account_changed"
    NOT_AUTHORISED = "not_authorised"
    UNREACHABLE = "unreachable"
    RATE_LIMITED = "rate_limited"
    BUSY = "busy"
    DEADLINE_EXCEEDED = "deadline_exceeded"
    INVALID_DOCUMENT = "invalid_document"
    INVALID_ANSWER = "invalid_answer"
    PROVIDER_FAILED = "provider_failed"
    STORAGE_FAILED = "storage_failed"
    NOT_SUPPORTED = "not_supported"


RETRYABLE: frozenset[ProblemCode] = frozenset(
    {
        ProblemCode.BUSY,
        ProblemCode.RATE_LIMITED,
        ProblemCode.UNREACHABLE,
        ProblemCode.DEADLINE_EXCEEDED,
        ProblemCode.OUTCOME_PENDING,
        ProblemCode.APPOINTMENT_NOT_SAVED,
        ProblemCode.NOT_CONFIGURED,
        ProblemCode.INSECURE_ADDRESS,
        ProblemCode.NOT_AUTHORISED,
        ProblemCode.ACCOUNT_CHANGED,
        ProblemCode.STORAGE_FAILED,
    }
)
"""The codes after which the same change may run again; a refusal with any other code is final."""


def make_problem(
    code: ProblemCode | str,
    *,
    locale: str = "de",
    title: str | None = None,
    detail: str | None = None,
    pointer: str | None = None,
) -> Problem:
    """Write the problem document for a code.

    :param code: one of ``ProblemCode``.
    :param locale: the language of the title, usually ``context.locale``.
    :param title: a sentence of your own for the person, instead of the code's.
    :param detail: what else helps; no personal data, no secrets.
    :param pointer: JSON Pointer (RFC 6901) into the document that was refused.
    :raises ValueError: the contract has no such code.
    """
    known = ProblemCode(code)
    problem: Problem = {
        "code": known.value,
        "title": title or TITLES[known_locale(locale)][known.value],
        "retryable": known in RETRYABLE,
    }
    if detail is not None:
        problem["detail"] = detail
    if pointer is not None:
        problem["pointer"] = pointer
    return problem


def words_of(problem: Problem) -> str:
    """Return title and detail of a problem as one text, for an administrator."""
    return " ".join(filter(None, (problem["title"], problem.get("detail"))))


class MobilityProblem(Exception):
    """Say why there is no answer; raised by a provider, and by ``MobilityHost.settings``.

    :ivar problem: the problem document, as ``make_problem`` writes it.
    """

    def __init__(self, problem: Problem) -> None:
        # Only code and title: detail may name what a log must not hold.
        super().__init__(_code_and_title(problem))
        self.problem: Problem = problem

    def __reduce__(self) -> tuple[object, ...]:
        """Let the exception cross a process border with its document."""
        return type(self), (self.problem,)


def _code_and_title(problem: object) -> str:
    # A provider may hand in anything; the host kit judges the document, not this constructor.
    if not isinstance(problem, dict):
        return "not a problem document"
    return f"{problem.get('code')}: {problem.get('title')}"
