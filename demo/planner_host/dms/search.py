"""The customers whom a search finds, from keys that are kept sorted in memory."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import islice

from planner_host.dms.folding import written_out
from planner_host.dms.keys import BEGUN, SHORTEST_VIN_KEY, Rank, asked, keys_of
from planner_host.dms.port import DmsCustomer, Hit


class SearchIndex:
    """Finds customers; whoever is imported later needs a new index."""

    def __init__(self, customers: Iterable[DmsCustomer]) -> None:
        """Sort the customers as a telephone book does, and their keys."""
        ordered = sorted(customers, key=lambda each: (written_out(each.name), each.number))
        self._hits = tuple(map(_hit, ordered))
        self._keys = sorted(
            (key, rank, place) for place, each in enumerate(ordered) for key, rank in keys_of(each)
        )

    def search(self, words: str, *, limit: int) -> tuple[Hit, ...]:
        """Return the customers who have all words, or the words run together as one; best first."""
        wanted = asked(words)
        if wanted is None or limit < 1:
            return ()
        found = _sums([self._costs(word) for word in wanted.words])
        for whole in wanted.wholes:
            for place, cost in self._costs(whole).items():
                found[place] = min(cost, found.get(place, cost))
        # Places are sorted by name, so they decide between customers of the same cost.
        best = sorted((cost, place) for place, cost in found.items())
        return tuple(self._hits[place] for _, place in best[:limit])

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


def _sums(of_words: list[dict[int, int]]) -> dict[int, int]:
    first, *others = of_words
    return {
        place: cost + sum(each[place] for each in others)
        for place, cost in first.items()
        if all(place in each for each in others)
    }


def _hit(customer: DmsCustomer) -> Hit:
    plates = tuple(car.licence_plate for car in customer.cars if car.licence_plate)
    contact = customer.contact if customer.company else ""
    return Hit(customer.number, customer.name, customer.city, plates, contact)
