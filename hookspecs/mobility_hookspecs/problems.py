"""The problem codes of the contract, and the exception a provider raises with one.

``MobilityProblem`` is the only exception of the contract::

    Exception
    └── MobilityProblem      why the provider (or the host kit) cannot answer
        └── LoadError        a provider does not load and the host is strict
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mobility_hookspecs.context import known_locale

if TYPE_CHECKING:
    from mobility_schemas.documents import Problem


class ProblemCode(StrEnum):
    """Every reason the contract knows for not doing what was asked."""

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

TITLES: dict[str, dict[str, str]] = {
    "de": {
        "period_in_past": "Der Zeitraum muss in der Zukunft liegen.",
        "period_invalid": "Das Ende des Zeitraums muss nach seinem Beginn liegen.",
        "vehicle_unavailable": "Das Fahrzeug ist in diesem Zeitraum nicht mehr frei.",
        "already_booked": "Zu diesem Termin gibt es bereits einen Verleihvorgang.",
        "appointment_not_saved": "Bitte speichern Sie zuerst den Termin.",
        "outcome_pending": "Zu diesem Termin wird noch eine frühere Änderung geklärt.",
        "rental_not_found": "Der Verleihvorgang wurde nicht gefunden.",
        "rental_immutable": "Nach dem Speichern lässt sich nur das Verleihende ändern.",
        "rental_closed": "Der Verleihvorgang lässt sich in seinem jetzigen Stand nicht mehr ändern.",
        "changed_elsewhere": "Der Verleihvorgang wurde inzwischen an anderer Stelle geändert.",
        "change_id_reused": "Diese Änderung wurde bereits mit anderem Inhalt gesendet.",
        "given_up": "Die Buchungsanfrage wurde zurückgezogen.",
        "customer_locked": "Die Kundendaten stammen aus dem DMS und lassen sich hier nicht ändern.",
        "not_configured": "Der Anbieter ist noch nicht eingerichtet.",
        "insecure_address": "Die Webadresse muss mit https beginnen.",
        "account_changed": "Der Zugang gehört inzwischen zu einem anderen Konto.",
        "not_authorised": "Der Anbieter lehnt den Authentifizierungsschlüssel ab.",
        "unreachable": "Der Anbieter ist nicht erreichbar.",
        "rate_limited": "Der Anbieter nimmt gerade keine weiteren Anfragen an.",
        "busy": "Der Anbieter ist gerade ausgelastet. Bitte versuchen Sie es gleich noch einmal.",
        "deadline_exceeded": "Der Anbieter hat nicht rechtzeitig geantwortet.",
        "invalid_document": "Die Angaben sind unvollständig oder ungültig.",
        "invalid_answer": "Die Antwort des Anbieters ist ungültig.",
        "provider_failed": "Beim Anbieter ist ein Fehler aufgetreten.",
        "storage_failed": "Der Vorgang lässt sich gerade nicht sicher speichern.",
        "not_supported": "Das bietet der Anbieter nicht an.",
    },
    "en": {
        "period_in_past": "The period must lie in the future.",
        "period_invalid": "The period must end after it starts.",
        "vehicle_unavailable": "The vehicle is no longer free in this period.",
        "already_booked": "This appointment already has a rental.",
        "appointment_not_saved": "Please save the appointment first.",
        "outcome_pending": "An earlier change to this appointment is still being settled.",
        "rental_not_found": "The rental was not found.",
        "rental_immutable": "Once saved, only the rental's end can be changed.",
        "rental_closed": "The rental can no longer be changed in its present state.",
        "changed_elsewhere": "The rental has meanwhile been changed elsewhere.",
        "change_id_reused": "This change was already sent with other content.",
        "given_up": "The booking request was withdrawn.",
        "customer_locked": "The customer's data come from the DMS and cannot be changed here.",
        "not_configured": "The provider has not been set up yet.",
        "insecure_address": "The web address must begin with https.",
        "account_changed": "The access data now belong to another account.",
        "not_authorised": "The provider does not accept the authentication key.",
        "unreachable": "The provider cannot be reached.",
        "rate_limited": "The provider is not taking any more requests just now.",
        "busy": "The provider is busy. Please try again in a moment.",
        "deadline_exceeded": "The provider did not answer in time.",
        "invalid_document": "The details are incomplete or invalid.",
        "invalid_answer": "The provider's answer is invalid.",
        "provider_failed": "Something went wrong at the provider.",
        "storage_failed": "The operation cannot be stored safely just now.",
        "not_supported": "The provider does not offer this.",
    },
}
"""One sentence a problem code, for the service advisor, in each language of the contract."""


def make_problem(
    code: ProblemCode | str,
    *,
    locale: str = "de",
    title: str | None = None,
    detail: str | None = None,
    pointer: str | None = None,
) -> Problem:
    """Return the problem document for a code.

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
    """Raised where there is no answer: by a provider, and by ``MobilityHost.settings``.

    :ivar problem: the problem document, as ``make_problem`` writes it.
    """

    def __init__(self, problem: Problem) -> None:
        # Only code and title: detail may name what a log must not hold.
        super().__init__(_code_and_title(problem))
        self.problem: Problem = problem

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the document when the exception is pickled."""
        return type(self), (self.problem,)


def _code_and_title(problem: object) -> str:
    # A provider may hand in anything; the host kit validates the document, not this constructor.
    if not isinstance(problem, dict):
        return "not a problem document"
    return f"{problem.get('code')}: {problem.get('title')}"
