"""What the planners know: their appointments, the changes they requested, and the answers."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Document = dict[str, Any]

BERLIN = ZoneInfo("Europe/Berlin")
RETRYABLE_KEEPS_NOTHING = "invalid_document"


def write_instant(instant: datetime) -> str:
    """Return an instant as a planner in Karlsruhe writes it."""
    return instant.astimezone(BERLIN).isoformat(timespec="seconds")


def display(instant: datetime) -> str:
    """Return an instant as a trace shows it."""
    return instant.astimezone(BERLIN).strftime("%d.%m. %H:%M %Z")


@dataclass
class Appointment:
    """An appointment with its older revisions; `answered_revisions` are those that a provider has answered."""

    document: Document
    older: list[Document] = field(default_factory=list)
    is_erased: bool = False
    was_erased: bool = False
    answered_revisions: set[int] = field(default_factory=set)

    @property
    def id(self) -> str:
        """The appointment's id."""
        return str(self.document["id"])

    @property
    def start(self) -> datetime:
        """When it begins."""
        return datetime.fromisoformat(self.document["period"]["start"])

    @property
    def end(self) -> datetime:
        """When it ends."""
        return datetime.fromisoformat(self.document["period"]["end"])

    def customer_of(self, revision: int) -> Document:
        """Return the customer that a revision was saved with."""
        return next(
            dict(each["customer"]) for each in (self.document, *self.older) if each["revision"] == revision
        )

    def revise(self, **changes: object) -> None:
        """Add a revision."""
        self.older.append(self.document)
        self.document = self.document | changes | {"revision": self.document["revision"] + 1}


def new_appointment(number: int, start: datetime, hours: int) -> Appointment:
    """Return an appointment; every other customer comes from the DMS."""
    source = {"source": "dms", "number": f"47{number}"} if number % 2 else {"source": "manual"}
    return Appointment(
        {
            "id": f"A-{number}",
            "revision": 1,
            "status": "scheduled",
            "site": "main",
            "period": period(start, start + timedelta(hours=hours)),
            "time_zone": "Europe/Berlin",
            "customer": source | {"first_name": "Jörg", "last_name": "Canary-Müller"},
        }
    )


def identity(customer: Document) -> tuple[object, ...]:
    """Return what identifies a customer."""
    return customer.get("number"), customer["first_name"], customer["last_name"]


def changed_customer(customer: Document, how: int) -> Document:
    """Return the customer with another phone number, or the other customer."""
    if how % 2:
        return customer | {"phone": f"0721 {how}"}
    is_jörg = customer["first_name"] == "Jörg"
    number = {"number": customer["number"][::-1]} if "number" in customer else {}
    return customer | {"first_name": "Änne" if is_jörg else "Jörg"} | number


def period(start: datetime, end: datetime) -> Document:
    """Return a period document."""
    return {"start": write_instant(start), "end": write_instant(end)}


@dataclass
class ChangeRequest:
    """A change that planners request, and its answers."""

    number: int
    appointment: Appointment
    document: Document
    description: str
    final: Document | None = None
    was_unknown: bool = False
    is_for_its_only_customer: bool = False

    @property
    def id(self) -> str:
        """The change's id."""
        return str(self.document["change_id"])

    @property
    def name(self) -> str:
        """Return its name in a trace."""
        return f"{self.kind} {self.number} of {self.appointment.id}"

    @property
    def kind(self) -> str:
        """Return its action; giving up a booking counts as an action of its own."""
        return "give up" if "book_change_id" in self.document else str(self.document["action"])

    @property
    def rents(self) -> bool:
        """Return whether it makes a rental."""
        return self.document["action"] in ("book", "rebook")

    @property
    def is_rebooking(self) -> bool:
        """Return whether it makes a rental in the place of another."""
        return bool(self.document["action"] == "rebook")


def change_id(number: int) -> str:
    """Return a change's id, the same one in every run."""
    return str(uuid.UUID(int=number, version=4))


def new_change(number: int, appointment: Appointment, description: str, **fields: object) -> ChangeRequest:
    """Return a change with an id of its own."""
    document = {"change_id": change_id(number), "provider": "carloop", **fields}
    return ChangeRequest(number, appointment, document, description)


def is_final(outcome: Document) -> bool:
    """Return whether an outcome is final."""
    if outcome["status"] == "refused":
        problem = outcome["problem"]
        return not problem["retryable"] and problem["code"] != RETRYABLE_KEEPS_NOTHING
    return bool(outcome["status"] == "done")


def summarize(answer: Document | None) -> str:
    """Return a summary of an answer."""
    if answer is None:
        return "nothing"
    if "settled" in answer:
        settled = ", ".join(summarize(each) for each in answer["settled"]) or "nothing"
        return f"settles {settled}; {answer['pending']} pending"
    if "erased" in answer:
        return f"{answer['erased']} erased, {len(answer['kept'])} kept"
    problem = answer.get("problem")
    if "possible" in answer:
        return f"not possible ({problem['code']})" if problem else "possible"
    if "status" not in answer:
        return str(answer["state"])
    return f"{answer['status']} ({problem['code']})" if problem else str(answer["status"])
