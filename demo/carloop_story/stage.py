"""What the steps of the story work with: the planner host, the sandbox's controls, and what is remembered."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

from carloop_plugin.domain.values import PROVIDER_ID
from carloop_story.diary import SITE, Diary
from carloop_story.sandbox import SandboxControls
from carloop_story.telling import Unexpected

if TYPE_CHECKING:
    from mobility_hookspecs import Gathered, MobilityHost
    from mobility_schemas.documents import Appointment, RentalChange, RentalOutcome

TOKEN_LABEL = "planner"  # noqa: S105 - a token's label, not a token
TIMEOUT = 10.0

Document = TypeVar("Document")


@dataclass(slots=True)
class Stage:
    """One process's part of the story. `memory` is JSON and goes over to the next process."""

    host: MobilityHost
    sandbox: SandboxControls
    token: str
    locale: str
    diary: Diary
    memory: dict[str, str] = field(default_factory=dict)

    def change(self, **words: object) -> RentalOutcome:
        """Send a change with an id of its own, unless one is given."""
        document = {"change_id": str(uuid.uuid4()), "provider": PROVIDER_ID, "site": SITE, **words}
        return self.host.change_rental(cast("RentalChange", document), timeout=TIMEOUT, locale=self.locale)

    def book(
        self, appointment: Appointment, option_id: str, *, change_id: str | None = None, **words: object
    ) -> RentalOutcome:
        """Book an option for an appointment; `words` replace what is sent."""
        document: dict[str, object] = {
            "change_id": change_id or str(uuid.uuid4()),
            "action": "book",
            "appointment_id": appointment["id"],
            "option_id": option_id,
            "period": appointment["period"],
            "customer": appointment["customer"],
        }
        return self.change(**(document | words))


def answered(gathered: Gathered[Document]) -> Document:
    """Give Carloop's answer. Raise `Unexpected` with the problem's code where there is none."""
    if PROVIDER_ID in gathered.answers:
        return gathered.answers[PROVIDER_ID]
    codes = [failure.problem["code"] for failure in gathered.failures]
    raise Unexpected("answer", seen=codes, wanted=PROVIDER_ID)
