"""Find by what a person types: word order, case, accents, blanks and hyphens do not matter."""

import unicodedata
from typing import Final

from web_base.database import Database

_SPELLINGS: Final = (("ae", "a"), ("oe", "o"), ("ue", "u"))
"""`Müller` is also typed `Mueller`: both become `muller`."""


def plain(text: str) -> str:
    """Return a text's letters and digits alone, without case and accents."""
    base = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(character for character in base if character.isalnum())
    for spelling, letter in _SPELLINGS:
        letters = letters.replace(spelling, letter)
    return letters


def finds(sought: str, text: str) -> bool:
    """Return whether each word that is sought is somewhere in a text."""
    found = plain(text)
    return all(plain(word) in found for word in sought.split())


def add_finds(database: Database) -> None:
    """Add the SQL function `finds(sought, text)`."""
    database.connection.create_function("finds", 2, finds, deterministic=True)
