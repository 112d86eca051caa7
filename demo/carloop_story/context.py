"""What every step works with: the planner host, Carloop, the appointments, and what is remembered."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

from carloop_story.appointments import SITE, Appointments
from carloop_story.carloop import Carloop
from carloop_story.steps import Unexpected

if TYPE_CHECKING:
    from mobility_hookspecs import Gathered, MobilityHost
    from mobility_schemas import documents

PROVIDER_ID = "carloop"
TOKEN_LABEL = "planner"  # noqa: S105 - a token's label, not a token
TIMEOUT = 10.0

Document = TypeVar("Document")


@dataclass(slots=True)
class StepContext:
    """One process's part of the story. `memory` is JSON and is handed to the next process."""

    host: MobilityHost
    carloop: Carloop
    locale: str
    appointments: Appointments
    memory: dict[str, str] = field(default_factory=dict)

    def check(self) -> documents.CheckReport:
        """Test the connection."""
        return self.host.check(PROVIDER_ID, SITE, timeout=TIMEOUT, locale=self.locale)

    def save(self, appointment: documents.Appointment) -> documents.MobilityStep:
        """Save an appointment and return step 4."""
        return answer_of(self.host.appointment_saved(appointment, timeout=TIMEOUT, locale=self.locale))

    def filters(self) -> documents.MobilityFilters:
        """Read the vehicle classes and features."""
        return answer_of(self.host.mobility_filters(SITE, timeout=TIMEOUT, locale=self.locale))

    def options(
        self, appointment: documents.Appointment, classes: Sequence[str] = (), features: Sequence[str] = ()
    ) -> documents.MobilityOffer:
        """Search the vehicles that are free for an appointment."""
        request: documents.MobilityRequest = {
            "appointment_id": appointment["id"],
            "site": SITE,
            "period": appointment["period"],
            "filters": {"vehicle_classes": list(classes), "features": list(features)},
            "limit": 1000,
        }
        return answer_of(self.host.mobility_options(request, timeout=TIMEOUT, locale=self.locale))

    def change(self, change_id: str = "", **members: object) -> documents.RentalOutcome:
        """Send a change, with a new id unless one is given."""
        ids = {"change_id": change_id or str(uuid.uuid4()), "provider": PROVIDER_ID, "site": SITE}
        document = cast("documents.RentalChange", {**ids, **members})
        return self.host.change_rental(document, timeout=TIMEOUT, locale=self.locale)

    def book(
        self, appointment: documents.Appointment, option_id: str, change_id: str = "", **members: object
    ) -> documents.RentalOutcome:
        """Book an option for an appointment; `members` replace what is sent."""
        about = {"action": "book", "appointment_id": appointment["id"], "option_id": option_id}
        saved = {"period": appointment["period"], "customer": appointment["customer"]}
        return self.change(change_id, **about, **(saved | members))


def answer_of(gathered: Gathered[Document]) -> Document:
    """Return Carloop's answer. Raise `Unexpected` with the problem's code where there is none."""
    if PROVIDER_ID in gathered.answers:
        return gathered.answers[PROVIDER_ID]
    codes = [failure.problem["code"] for failure in gathered.failures]
    raise Unexpected("answer", seen=codes, wanted=PROVIDER_ID)
