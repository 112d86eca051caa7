"""The customers whom a search finds, from keys that are kept sorted in memory.

A customer is found by keys; every word of a search must begin one of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from enum import IntEnum
from itertools import islice
from typing import Final

from planner_host.dms.customer import DmsCustomer
from planner_host.dms.folding import plain, without_umlauts, written_out

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


class SearchIndex:
    """Finds customers; whoever is imported later needs a new index."""

    def __init__(self, customers: Iterable[DmsCustomer]) -> None:
        """Sort the customers as a telephone book does, and their keys."""
        self._customers = sorted(customers, key=lambda each: (written_out(each.name), each.number))
        self._keys = sorted(
            {
                (key, rank + (start > 0), place)
                for place, each in enumerate(self._customers)
                for rank, text in _texts(each)
                for start, key in enumerate(_beginnings(text))
            }
        )

    def search(self, typed: str, *, limit: int) -> tuple[DmsCustomer, ...]:
        """Return the customers who have all words, or the words run together as one; best first."""
        typed = typed[:LONGEST_SEARCH]
        words = _WORD.findall(plain(_national(typed)))[:MOST_WORDS]
        as_typed = _WORD.findall(plain(typed))[:MOST_WORDS]
        if sum(map(len, as_typed)) < FEWEST_CHARACTERS:
            return ()
        costs = [self._costs(word) for word in set(map(without_umlauts, words))]
        found = {place: sum(each[place] for each in costs) for place in set.intersection(*map(set, costs))}
        # Written as one, with the dialling code of Germany or without: `kmu 123`, `müller lüd`.
        for whole in {"".join(words), "".join(as_typed)}:
            for place, cost in self._costs(without_umlauts(whole)).items():
                found[place] = min(cost, found.get(place, cost))
        # Places are sorted by name, so they decide between customers of the same cost.
        best = sorted((cost, place) for place, cost in found.items())
        return tuple(self._customers[place] for _, place in best[:limit])

    def _costs(self, word: str) -> dict[int, int]:
        """Return the customers with a key that begins like this, each with the rank of the best such key."""
        below = Rank.VIN + 10 if len(word) >= SHORTEST_VIN_KEY else Rank.VIN
        costs: dict[int, int] = {}
        for key, rank, place in islice(self._keys, bisect_left(self._keys, (word,)), None):
            if not key.startswith(word):
                break
            # A key that was typed to its end counts for more than one that was merely begun.
            cost = rank + BEGUN * (key != word)
            if rank < below and cost < costs.get(place, cost + 1):
                costs[place] = cost
        return costs


def _texts(customer: DmsCustomer) -> Iterator[tuple[int, str]]:
    """Yield each word that can be found, with its rank; a number or plate is one word, whatever its blanks."""
    names = f"{customer.company} {customer.last_name} {customer.first_name}".split()
    yield from ((Rank.NAME + (place > 0), name) for place, name in enumerate(names))
    yield from ((Rank.CITY, word) for word in f"{customer.city} {customer.postal_code}".split())
    yield from ((Rank.STREET, word) for word in _STREET.sub("strasse", customer.street).split())
    yield from ((Rank.PHONE, _national(number)) for number in (customer.phone, customer.mobile))
    yield Rank.NUMBER, customer.number
    yield Rank.NUMBER, customer.number.lstrip("0")
    for car in customer.cars:
        vin = "".join(car.vin.split())
        yield from ((Rank.PLATE, car.licence_plate), (Rank.VIN, vin), (Rank.VIN, vin[-7:]))


def _beginnings(word: str) -> Iterator[str]:
    """Return a word from each place where one may begin to type it: `kmu123`, `mu123` and `123` of `K-MU 123`."""
    groups = _GROUP.findall(plain(word))
    return (without_umlauts("".join(groups[start:])) for start in range(len(groups)))


def _national(number: str) -> str:
    """Return a telephone number as it is dialled within Germany: `+49 (0)221 4710 12` is `0221 4710 12`."""
    return _GERMANY.sub("0", number)
