"""Why a provider is not loaded, or its answer not accepted: sentences that repeat nothing of a document."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from mobility_hookspecs.context import known_locale
from mobility_hookspecs.problems import ProblemCode, make_problem

if TYPE_CHECKING:
    from mobility_schemas import InvalidDocument
    from mobility_schemas.documents import Problem


class LoadReason(StrEnum):
    """What can keep a provider from loading."""

    IMPORT = "import"
    REGISTRATION = "registration"
    UNKNOWN_ARGUMENT = "unknown_argument"
    UNKNOWN_HOOK = "unknown_hook"
    ASYNC_HOOK = "async_hook"
    GENERATOR_HOOK = "generator_hook"
    ARGUMENTS = "arguments"
    WRAPPER = "wrapper"
    TWICE_IMPLEMENTED = "twice_implemented"
    NOT_DESCRIBED = "not_described"
    CONTRACT = "contract"
    CONTRACT_UNREADABLE = "contract_unreadable"
    TWICE_REGISTERED = "twice_registered"
    ID_TAKEN = "id_taken"


_LOAD_CODES = {
    LoadReason.NOT_DESCRIBED: ProblemCode.INVALID_ANSWER,
    LoadReason.CONTRACT_UNREADABLE: ProblemCode.INVALID_ANSWER,
    LoadReason.CONTRACT: ProblemCode.NOT_SUPPORTED,
}

_LOAD_SENTENCES = {
    "de": {
        LoadReason.IMPORT: "Das Modul des Anbieters lässt sich nicht importieren ({about}).",
        LoadReason.REGISTRATION: "Der Anbieter lässt sich nicht anmelden ({about}).",
        LoadReason.UNKNOWN_ARGUMENT: "{about} verlangt ein Argument, das der Vertrag nicht kennt.",
        LoadReason.UNKNOWN_HOOK: "{about} ist kein Hook des Vertrags. Ist der Name richtig geschrieben?",
        LoadReason.ASYNC_HOOK: "{about} ist (oder umhüllt) eine async-Funktion; Hooks sind gewöhnliche.",
        LoadReason.GENERATOR_HOOK: "{about} enthält yield; ein Hook gibt ein Dokument zurück.",
        LoadReason.ARGUMENTS: "{about} braucht einfache Argumente ohne Vorgabewerte.",
        LoadReason.WRAPPER: "{about} ist ein Wrapper; das steht Anbietern nicht zu.",
        LoadReason.TWICE_IMPLEMENTED: "{about} ist zweimal implementiert.",
        LoadReason.NOT_DESCRIBED: "describe_mobility_provider fehlt.",
        LoadReason.CONTRACT: "Der Anbieter verlangt den Vertrag {about}, hier gilt {ours}.",
        LoadReason.CONTRACT_UNREADABLE: "Die Angabe contract ist keine Versionsangabe wie >=1.0,<2.",
        LoadReason.TWICE_REGISTERED: "Derselbe Anbieter ist zweimal angemeldet.",
        LoadReason.ID_TAKEN: "Die Kennung {about} hat schon ein anderer Anbieter.",
    },
    "en": {
        LoadReason.IMPORT: "The provider's module cannot be imported ({about}).",
        LoadReason.REGISTRATION: "The provider cannot be registered ({about}).",
        LoadReason.UNKNOWN_ARGUMENT: "{about} asks for an argument that the contract does not know.",
        LoadReason.UNKNOWN_HOOK: "{about} is no hook of the contract. Is the name spelt correctly?",
        LoadReason.ASYNC_HOOK: "{about} is (or wraps) an async function; hooks are ordinary ones.",
        LoadReason.GENERATOR_HOOK: "{about} contains yield; a hook returns a document.",
        LoadReason.ARGUMENTS: "{about} needs plain arguments without default values.",
        LoadReason.WRAPPER: "{about} is a wrapper; that is not for providers.",
        LoadReason.TWICE_IMPLEMENTED: "{about} is implemented twice.",
        LoadReason.NOT_DESCRIBED: "describe_mobility_provider is missing.",
        LoadReason.CONTRACT: "The provider asks for contract {about}, this is {ours}.",
        LoadReason.CONTRACT_UNREADABLE: "The field contract is no version specifier such as >=1.0,<2.",
        LoadReason.TWICE_REGISTERED: "The same provider is registered twice.",
        LoadReason.ID_TAKEN: "Another provider already has the id {about}.",
    },
}


def load_problem(reason: LoadReason, *, locale: str, about: str = "", ours: str = "") -> Problem:
    """Return the problem document of a provider that did not load.

    :param about: the hook, the exception's type or the specifier in question.
    :param ours: the contract's version here.
    """
    detail = _LOAD_SENTENCES[known_locale(locale)][reason].format(about=about, ours=ours)
    return make_problem(_LOAD_CODES.get(reason, ProblemCode.PROVIDER_FAILED), locale=locale, detail=detail)


class AnswerError(StrEnum):
    """What can be wrong with an answer that a schema cannot detect."""

    WRONG_TYPE = "wrong_type"
    NOT_JSON = "not_json"
    NOT_ASKED_FOR = "not_asked_for"
    SEVERAL_STATES = "several_states"
    OTHER_APPOINTMENTS = "other_appointments"


_ANSWER_SENTENCES = {
    "de": {
        AnswerError.WRONG_TYPE: "Geantwortet wurde mit {about}, nicht mit dem Dokument des Vertrags.",
        AnswerError.NOT_JSON: "Die Antwort enthält, was in JSON nicht vorkommt, oder ist zu tief verschachtelt.",
        AnswerError.NOT_ASKED_FOR: "{about} ist nicht das, wonach gefragt wurde.",
        AnswerError.SEVERAL_STATES: "Zu einem Termin wurde mehr als ein Stand genannt.",
        AnswerError.OTHER_APPOINTMENTS: "Nicht genau die Termine, nach denen gefragt wurde.",
    },
    "en": {
        AnswerError.WRONG_TYPE: "The answer is a {about}, not the contract's document.",
        AnswerError.NOT_JSON: "The answer holds what JSON does not have, or is nested too deep.",
        AnswerError.NOT_ASKED_FOR: "{about} is not the one asked for.",
        AnswerError.SEVERAL_STATES: "More than one state for an appointment.",
        AnswerError.OTHER_APPOINTMENTS: "Not exactly the appointments asked for.",
    },
}


class InvalidAnswer(ValueError):
    """Raised for an answer that is not passed on; ``str()`` of it may be logged."""

    def __init__(self, text: str, in_language: Callable[[str], str]) -> None:
        """Keep the sentence; made by ``by_schema`` and ``because``.

        :param text: for the log, English.
        :param in_language: returns the sentence for ``de`` or ``en``.
        """
        super().__init__(text)
        self.in_language = in_language

    @classmethod
    def by_schema(cls, refusal: InvalidDocument) -> InvalidAnswer:
        """Return the error for what a schema refused; its text masks names that the schema does not know."""
        # For a page, not for the log: a pointer may end in a name that the provider made up.
        where = refusal.pointer or "/"
        return cls(str(refusal), lambda locale: f"{where}: {refusal.in_language(locale)}")

    @classmethod
    def because(cls, error: AnswerError, about: str = "") -> InvalidAnswer:
        """Return the error for what a schema cannot detect.

        :param about: the field's name or the answer's type.
        """
        return cls(
            _ANSWER_SENTENCES["en"][error].format(about=about),
            lambda locale: _ANSWER_SENTENCES[locale][error].format(about=about),
        )
