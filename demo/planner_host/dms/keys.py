"""The keys a customer is found by, and those that a search asks for: every one of them must begin a customer's key."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from planner_host.dms.folding import plain, without_umlauts
from planner_host.dms.port import DmsCustomer

LONGEST_SEARCH: Final = 200
"""Characters of a search that are looked at; nobody types more."""

MOST_WORDS: Final = 10
FEWEST_CHARACTERS: Final = 2

SHORTEST_VIN_KEY: Final = 6
"""A shorter beginning of a vehicle identification number is its maker's, and would find half of the customers."""

_GROUP: Final = re.compile(r"[^\W\d_]+|\d+")
_WORD: Final = re.compile(r"[^\W_]+")
_GERMANY: Final = re.compile(r"(?<![\w+])(?:\+|00)\s?49[\s/-]*(?:\(0\)|0)?[\s/-]*(?=\d|$)")
_STREET: Final = re.compile(r"str\.?(?=\s|$)", re.IGNORECASE)


class Rank(IntEnum):
    """Where a key was found: the smaller, the better the hit.

    Further words, later beginnings (1) and keys that were merely begun (`BEGUN`) add to it, but never up to the next.
    """

    NAME = 0
    PLATE = 10
    NUMBER = 20
    PHONE = 30
    CITY = 40
    STREET = 50
    VIN = 60


BEGUN: Final = 3


def keys_of(customer: DmsCustomer) -> set[tuple[str, int]]:
    """List all keys of a customer, each with its rank."""
    return {
        (key, rank + (start > 0))
        for rank, text in _texts(customer)
        for start, key in enumerate(_beginnings(text))
    }


def _texts(customer: DmsCustomer) -> Iterator[tuple[int, str]]:
    """Yield each word that can be found, with its rank; a number or plate is one word, whatever its blanks."""
    names = f"{customer.company} {customer.last_name} {customer.first_name}".split()
    yield from ((Rank.NAME + (place > 0), name) for place, name in enumerate(names))
    for place in (customer.city, customer.postal_code):
        yield from ((Rank.CITY, word) for word in place.split())
    yield from ((Rank.STREET, word) for word in _STREET.sub("strasse", customer.street).split())
    yield from ((Rank.PHONE, _national(number)) for number in (customer.phone, customer.mobile))
    yield Rank.NUMBER, customer.number
    yield Rank.NUMBER, customer.number.lstrip("0")
    for car in customer.cars:
        yield Rank.PLATE, car.licence_plate
        yield Rank.VIN, "".join(car.vin.split())
        yield Rank.VIN, "".join(car.vin.split())[-7:]


def _beginnings(word: str) -> Iterator[str]:
    """Return a word from each place where one may begin to type it: `kmu123`, `mu123` and `123` of `K-MU 123`."""
    groups = _GROUP.findall(plain(word))
    return (without_umlauts("".join(groups[start:])) for start in range(len(groups)))


def _national(number: str) -> str:
    """Return a telephone number as it is dialled within Germany: `+49 (0)221 4710 12` is `0221 4710 12`."""
    return _GERMANY.sub("0", number)


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """What a search asks for: all of `words`, or any of `wholes`, which are the words written as one."""

    words: tuple[str, ...]
    wholes: tuple[str, ...]


def asked(text: str) -> Asked | None:
    """Return what a search asks for; None when too little was typed."""
    text = text[:LONGEST_SEARCH]
    words = _WORD.findall(plain(_national(text)))[:MOST_WORDS]
    as_typed = _WORD.findall(plain(text))[:MOST_WORDS]
    if sum(map(len, as_typed)) < FEWEST_CHARACTERS:
        return None
    keys = dict.fromkeys(map(without_umlauts, words))
    wholes = dict.fromkeys(without_umlauts("".join(each)) for each in (words, as_typed))
    return Asked(tuple(keys), tuple(each for each in wholes if each not in keys))
