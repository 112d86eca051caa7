"""What SQL can call: find by what a person types, name a customer, or a class."""

import json
import unicodedata
from typing import Final

from carloop_sandbox.store.fleet import NAMES
from web_base.database import Database
from web_base.names import addressed

# `Müller` is also typed `Mueller`: both become `muller`
_SPELLINGS: Final = (("ae", "a"), ("oe", "o"), ("ue", "u"))


def plain(text: str) -> str:
    """Return a text's letters and digits alone, without case and accents."""
    base = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(character for character in base if character.isalnum())
    for spelling, letter in _SPELLINGS:
        letters = letters.replace(spelling, letter)
    return letters


def finds(sought: str, text: str) -> bool:
    """Return whether each word that is sought is somewhere in a text; blanks and hyphens do not matter."""
    found = plain(text)
    return all(plain(word) in found for word in sought.split())


def customer_name(customer: str) -> str:
    """Return what a customer is called, from the JSON that is stored: the company, else the person."""
    document = json.loads(customer)
    return str(document.get("company") or addressed(document))


def named(id_: str, language: str) -> str:
    """Return the name of a class, feature or group of features; one that is not in `fleet.toml` has its id."""
    return NAMES.get(id_, {}).get(language, id_)


def add_functions(database: Database) -> None:
    """Add the functions above to a connection."""
    database.connection.create_function("finds", 2, finds, deterministic=True)
    database.connection.create_function("customer_name", 1, customer_name, deterministic=True)
    database.connection.create_function("named", 2, named, deterministic=True)
