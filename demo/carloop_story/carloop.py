"""The sandbox as the steps see it: its controls, and its interface as another planner calls it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlencode

from carloop_sandbox.remote import Controls, Document, ask

_RENTALS = "/api/planner/v1/rentals"


@dataclass(frozen=True, slots=True)
class Carloop(Controls):
    """A running sandbox, and the token of the story's planner."""

    token: str = field(repr=False)

    def rentals(self) -> dict[str, Document]:
        """Read every rental there is, page by page, by its id."""
        query = {"updated_since": "2000-01-01T00:00:00Z"}
        rentals: dict[str, Document] = {}
        headers = {"Authorization": f"Bearer {self.token}"}
        while True:
            page = ask(self.url, "GET", f"{_RENTALS}?{urlencode(query)}", headers=headers)
            rentals |= {str(each["id"]): each for each in cast("list[Document]", page["items"])}
            if page["next_cursor"] is None:
                return rentals
            query["cursor"] = str(page["next_cursor"])

    def rentals_of(self, appointment_id: str) -> list[Document]:
        """Read all rentals whose reference names an appointment."""
        rentals = self.rentals().values()
        return [each for each in rentals if f"/{appointment_id}/" in str(each["external_reference"])]

    def bring_back(self, vehicle_id: str) -> None:
        """Take a vehicle back from the customer who has it out, late or not."""
        for rental_id, rental in self.rentals().items():
            vehicle = cast("Document", rental["vehicle"])
            if rental["status"] == "picked_up" and vehicle["id"] == vehicle_id:
                self.desk(rental_id, "take_back")

    def book_as_other_planner(self, body: Mapping[str, object], *, key: str) -> None:
        """Book a vehicle with a token of its own, as another planner would."""
        token = self.add_token("other planner")
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        ask(self.url, "POST", _RENTALS, dict(body), headers=headers)
