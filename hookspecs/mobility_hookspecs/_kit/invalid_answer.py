"""What is wrong with a provider's answer, in words that repeat nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mobility_schemas import InvalidDocument


class Flaw(StrEnum):
    """Name what a schema cannot see."""

    KIND = "kind"
    FOREIGN = "foreign"
    OTHERS_NAME = "others_name"
    TWO_STATES = "two_states"
    STATES_ASKED = "states_asked"


_SENTENCES = {
    "de": {
        Flaw.KIND: "Geantwortet wurde mit {about}, nicht mit dem Dokument des Vertrags.",
        Flaw.FOREIGN: "Die Antwort enthält, was in JSON nicht vorkommt, oder ist zu tief verschachtelt.",
        Flaw.OTHERS_NAME: "{about} ist nicht das, wonach gefragt wurde.",
        Flaw.TWO_STATES: "Zu einem Termin wurde mehr als ein Stand genannt.",
        Flaw.STATES_ASKED: "Nicht genau die Termine, nach denen gefragt wurde.",
    },
    "en": {
        Flaw.KIND: "The answer is a {about}, not the contract's document.",
        Flaw.FOREIGN: "The answer holds what JSON does not know, or is nested too deep.",
        Flaw.OTHERS_NAME: "{about} is not the one asked for.",
        Flaw.TWO_STATES: "More than one state for an appointment.",
        Flaw.STATES_ASKED: "Not exactly the appointments asked for.",
    },
}


class InvalidAnswer(ValueError):
    """Say why an answer is not passed on; ``str()`` of it may be logged."""

    def __init__(self, text: str, in_language: Callable[[str], str]) -> None:
        """Keep the sentence; ``by_schema`` and ``by_flaw`` are the ways to make one.

        :param text: for the log, English.
        :param in_language: gives the sentence for ``de`` or ``en``.
        """
        super().__init__(text)
        self.in_language = in_language

    @classmethod
    def by_schema(cls, refusal: InvalidDocument) -> InvalidAnswer:
        """Say what the schema found; its text masks names that the schema does not know."""
        where = refusal.pointer or "/"
        return cls(str(refusal), lambda locale: f"{where}: {refusal.in_language(locale)}")

    @classmethod
    def by_flaw(cls, flaw: Flaw, about: str = "") -> InvalidAnswer:
        """Say what the schema cannot see.

        :param about: the field's name or the answer's type.
        """
        return cls(
            _SENTENCES["en"][flaw].format(about=about),
            lambda locale: _SENTENCES[locale][flaw].format(about=about),
        )
