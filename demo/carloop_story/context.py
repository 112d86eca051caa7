"""What every step works with: the planner host, Carloop, the appointments, and what is remembered."""

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

from carloop_story.appointments import SITE, Appointments
from carloop_story.carloop import Carloop
from carloop_story.steps import Unexpected

if TYPE_CHECKING:
    from mobility_hookspecs import Gathered, MobilityHost
    from mobility_schemas.documents import Appointment, RentalChange, RentalOutcome

PROVIDER_ID = "carloop"
TOKEN_LABEL = "planner"  # noqa: S105 - a token's label, not a token
TIMEOUT = 10.0

Document = TypeVar("Document")


@dataclass(slots=True)
class StepContext:
    """One process's part of the story. `memory` is JSON and is handed to the next process."""

    host: "MobilityHost"
    carloop: Carloop
    locale: str
    appointments: Appointments
    memory: dict[str, str] = field(default_factory=dict)

    def change(self, **members: object) -> "RentalOutcome":
        """Send a change with an id of its own, unless one is given."""
        document = {"change_id": str(uuid.uuid4()), "provider": PROVIDER_ID, "site": SITE, **members}
        return self.host.change_rental(cast("RentalChange", document), timeout=TIMEOUT, locale=self.locale)

    def book(
        self, appointment: "Appointment", option_id: str, *, change_id: str | None = None, **members: object
    ) -> "RentalOutcome":
        """Book an option for an appointment; `members` replace what is sent."""
        document: dict[str, object] = {
            "change_id": change_id or str(uuid.uuid4()),
            "action": "book",
            "appointment_id": appointment["id"],
            "option_id": option_id,
            "period": appointment["period"],
            "customer": appointment["customer"],
        }
        return self.change(**(document | members))


def answer_of(gathered: "Gathered[Document]") -> Document:
    """Return Carloop's answer. Raise `Unexpected` with the problem's code where there is none."""
    if PROVIDER_ID in gathered.answers:
        return gathered.answers[PROVIDER_ID]
    codes = [failure.problem["code"] for failure in gathered.failures]
    raise Unexpected("answer", seen=codes, wanted=PROVIDER_ID)
