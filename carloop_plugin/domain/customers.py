"""Customers: as the planner sends them, and who they are, in digests that can tell "the same" from "another".

No personal data is kept. The customer of an appointment is recognised by a salted digest, their number and name by
digests under the key of the records.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

NAMES = ("first_name", "last_name", "company")
"""The fields that say who a customer is; the others say how to reach or address them."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as the planner sent it: where the data come from (`dms` or `manual`), and its other fields by name."""

    source: str
    details: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CustomerIdentity:
    """Who a customer is, in digests: of the number, empty without one, and of the name.

    The DMS answers for its numbers: under one of them a name that differs is a corrected one.
    """

    source: str
    number_digest: str = field(repr=False)
    name_digest: str = field(repr=False)

    def is_same(self, other: CustomerIdentity) -> bool:
        """Return whether both are the same customer."""
        numbers = {self.number_digest, other.number_digest} - {""}
        if len(numbers) == 2:
            return False
        if self.source == other.source == "dms":
            return True
        return self.name_digest == other.name_digest


def identify(customer: Customer, appointment_id: str, *, key: bytes) -> CustomerIdentity:
    """Return who a customer is, in digests under the records' key.

    A name's digest is of this appointment alone, so that the name is not found in others by it.
    """
    names = json.dumps([appointment_id, *(normalise(customer.details.get(name, "")) for name in NAMES)])
    return CustomerIdentity(
        source=customer.source,
        number_digest=digest_number(customer.details.get("number", ""), key=key),
        name_digest=hashlib.blake2b(_encode(names), key=key, digest_size=32).hexdigest(),
    )


def digest_customer(customer: Customer, *, salt: bytes) -> str:
    """Digest a customer: empty fields dropped, text in NFC, white space collapsed."""
    fields = {
        name: normalise(value) for name, value in {**customer.details, "source": customer.source}.items()
    }
    text = json.dumps({name: value for name, value in fields.items() if value}, sort_keys=True)
    return hashlib.blake2b(_encode(text), salt=salt, digest_size=32).hexdigest()


def digest_number(number: str, *, key: bytes) -> str:
    """Digest a customer's number; empty where there is none.

    The same number has the same digest in all appointments of the records, so that it can be looked up. Without the
    records' key nobody can try out numbers.
    """
    normal = normalise(number)
    return hashlib.blake2b(_encode(normal), key=key, digest_size=32).hexdigest() if normal else ""


def normalise(text: str) -> str:
    """Return a text in the form in which it is compared: NFC, white space collapsed."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
