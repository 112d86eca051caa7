"""Find people by customer number or name in all that the planner stores: appointments, renters, open changes, DMS."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final, cast

from planner_host.appointments.appointment import name_of, person_of
from planner_host.dms import Dms
from planner_host.dms.folding import written_out
from planner_host.storage.erasures import Erasures, RentalKey, Subjects
from planner_host.storage.records import fold_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mobility_schemas import documents as contract

MOST_OF_DMS: Final = 200
_IDENTITY: Final = ("company", "last_name", "first_name", "street", "postal_code", "city")
"""What makes two customers without a number one person."""


@dataclass(slots=True)
class Person:
    """A person, or a company, and where it is stored.

    :ivar key: names the person on a form, without naming anybody.
    :ivar renters: the rentals for this person; without an id where the outcome of the booking is not known yet.
    """

    key: str
    customer: contract.Customer = field(repr=False)
    appointments: list[str] = field(default_factory=list)
    renters: list[RentalKey] = field(default_factory=list)
    is_in_dms: bool = False

    @property
    def number(self) -> str:
        """Return the customer number; the empty text where there is none."""
        return self.customer.get("number", "")

    @property
    def rentals(self) -> list[RentalKey]:
        """Return the rentals of what is somebody else's appointment by now."""
        return [each for each in self.renters if each.appointment_id not in self.appointments]


def find_people(words: str, erasures: Erasures, dms: Dms) -> list[Person]:
    """Find people, sorted by name; each word must begin a word of a name or number of theirs.

    Raise `DmsProblem` where the DMS cannot be asked: nobody may think that it holds nothing.
    """
    parts = fold_words(words).split()
    if not parts:
        return []
    people: dict[str, Person] = {}
    matching: set[str] = set()
    for customer, where in _stored(erasures):
        key = _key(customer)
        person = people.setdefault(key, Person(key, customer))
        if where.provider:
            person.renters.append(where)
        else:
            person.appointments.append(where.appointment_id)
        if _matches(customer, parts):
            matching.add(key)
    found = {key: people[key] for key in matching}
    _add_from_dms(found, people, words, dms)
    return sorted(found.values(), key=lambda each: (written_out(name_of(each.customer)), each.key))


def subjects_of(people: Iterable[Person]) -> Subjects:
    """Return what is erased of some people."""
    chosen = list(people)
    ids = (each for person in chosen for each in person.appointments)
    rentals = (each for person in chosen for each in person.rentals)
    numbers = (person.number for person in chosen if person.number)
    return Subjects(tuple(ids), tuple(numbers), tuple(rentals))


def _stored(erasures: Erasures) -> Iterable[tuple[contract.Customer, RentalKey]]:
    # Many appointments are one customer's.
    read = cache(json.loads)
    return ((read(text), where) for where, text in erasures.customers())


def _add_from_dms(found: dict[str, Person], people: Mapping[str, Person], words: str, dms: Dms) -> None:
    parts = fold_words(words).split()
    for each in dms.search(words, limit=MOST_OF_DMS):
        if _matches(each.document(), parts):
            key = _key(each.document())
            found.setdefault(key, people.get(key) or Person(key, each.document()))
    for person in found.values():
        # As the DMS has them today, where it does.
        if person.number and (known := dms.customer(person.number)) is not None:
            person.is_in_dms, person.customer = True, known.document()


def _matches(customer: contract.Customer, parts: Iterable[str]) -> bool:
    words = (customer.get("company", ""), person_of(customer), customer.get("number", ""))
    text = f" {fold_words(' '.join(words))}"
    return all(f" {part}" in text for part in parts)


def _key(customer: contract.Customer) -> str:
    fields = cast("Mapping[str, str]", customer)
    number = fields.get("number", "")
    identity = ["", number] if number else [fold_words(fields.get(name, "")) for name in _IDENTITY]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
