"""Find people by customer number or name in all that the planner stores: appointments, renters, open changes, DMS."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple, cast

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

    def add(self, where: RentalKey) -> None:
        """Note an appointment, or a rental that is in this person's name."""
        if where.provider:
            self.renters.append(where)
        else:
            self.appointments.append(where.appointment_id)

    def look_up(self, dms: Dms) -> None:
        """Take the customer as the DMS has it today, where it does."""
        if self.number and (known := dms.customer(self.number)) is not None:
            self.is_in_dms, self.customer = True, known.document()


def find_people(words: str, erasures: Erasures, dms: Dms) -> list[Person]:
    """Find people, sorted by name; each word must begin a word of a name or number of theirs.

    Raise `DmsProblem` where the DMS cannot be asked: nobody may think that it holds nothing.
    """
    parts = fold_words(words).split()
    if not parts:
        return []
    # Many appointments are one customer's.
    read = cache(lambda text: _Read.of(json.loads(text), parts))
    stored = [(read(text), where) for where, text in erasures.customers()]
    found = {each.key: Person(each.key, each.customer) for each, _ in stored if each.is_match}
    for each in (_Read.of(one.document(), parts) for one in dms.search(words, limit=MOST_OF_DMS)):
        if each.is_match:
            found.setdefault(each.key, Person(each.key, each.customer))
    for each, where in stored:
        if each.key in found:
            found[each.key].add(where)
    for person in found.values():
        person.look_up(dms)
    return sorted(found.values(), key=lambda each: (written_out(name_of(each.customer)), each.key))


def subjects_of(people: Iterable[Person]) -> Subjects:
    """Return what is erased of some people."""
    chosen = list(people)
    ids = (each for person in chosen for each in person.appointments)
    rentals = (each for person in chosen for each in person.rentals)
    numbers = (person.number for person in chosen if person.number)
    return Subjects(tuple(ids), tuple(numbers), tuple(rentals))


class _Read(NamedTuple):
    """A customer as it is stored, read once."""

    key: str
    customer: contract.Customer
    is_match: bool

    @classmethod
    def of(cls, customer: contract.Customer, parts: Iterable[str]) -> _Read:
        return cls(_key(customer), customer, _matches(customer, parts))


def _matches(customer: contract.Customer, parts: Iterable[str]) -> bool:
    words = (customer.get("company", ""), person_of(customer), customer.get("number", ""))
    text = f" {fold_words(' '.join(words))}"
    return all(f" {part}" in text for part in parts)


def _key(customer: contract.Customer) -> str:
    fields = cast("Mapping[str, str]", customer)
    number = fields.get("number", "")
    identity = ["", number] if number else [fold_words(fields.get(name, "")) for name in _IDENTITY]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
