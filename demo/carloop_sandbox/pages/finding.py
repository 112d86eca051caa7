"""Find by what a person types: word order, case, accents, blanks and hyphens do not matter."""

import unicodedata
from typing import Final

from carloop_sandbox.database import Database

_WRITTEN_OUT: Final = (("ae", "a"), ("oe", "o"), ("ue", "u"))
"""`Müller` is also typed `Mueller`: both become `muller`."""


def plain(text: str) -> str:
    """Give a text's letters and digits alone, without case and accents."""
    base = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(character for character in base if character.isalnum())
    for written, letter in _WRITTEN_OUT:
        letters = letters.replace(written, letter)
    return letters


def finds(sought: str, text: str) -> bool:
    """Tell whether each word that is sought is somewhere in a text."""
    found = plain(text)
    return all(plain(word) in found for word in sought.split())


def teach(database: Database) -> None:
    """Let SQL say `finds(sought, text)`."""
    database.connection.create_function("finds", 2, finds, deterministic=True)
