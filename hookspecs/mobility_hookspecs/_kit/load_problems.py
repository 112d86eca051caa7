"""Why a provider did not load, in the words of who set it up."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mobility_hookspecs.context import known_locale
from mobility_hookspecs.problems import ProblemCode, make_problem

if TYPE_CHECKING:
    from mobility_schemas.documents import Problem


class LoadReason(StrEnum):
    """Name what can keep a provider from loading."""

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


_CODES = {
    LoadReason.NOT_DESCRIBED: ProblemCode.INVALID_ANSWER,
    LoadReason.CONTRACT_UNREADABLE: ProblemCode.INVALID_ANSWER,
    LoadReason.CONTRACT: ProblemCode.NOT_SUPPORTED,
}

_SENTENCES = {
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
    """Write the problem of a provider that did not load.

    :param about: the hook, the exception's type or the specifier in question.
    :param ours: the contract's version here.
    """
    detail = _SENTENCES[known_locale(locale)][reason].format(about=about, ours=ours)
    return make_problem(_CODES.get(reason, ProblemCode.PROVIDER_FAILED), locale=locale, detail=detail)
