"""What is true at Carloop, whatever the planner's pages say; and what others do there meanwhile."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

from planner_steps.advisor import Stay

Document = dict[str, Any]


def free_cars(control: Any, stay: Stay, **filters: Any) -> list[Document]:
    """Give the cars that Carloop has free, in its order."""
    params = {"start": stay.start.isoformat(), "end": stay.end.isoformat(), "limit": 1000, **filters}
    return list(control.api("GET", "/vehicles", params=params).json()["items"])


def rent_at_desk(control: Any, vehicle_id: str, stay: Stay) -> Document:
    """Let somebody else have a car."""
    body: Document = {"external_reference": f"another/main/X/{os.urandom(6).hex()}", "vehicle_id": vehicle_id}
    body |= {"start": stay.start.isoformat(), "end": stay.end.isoformat()}
    body |= {"customer": {"source": "manual", "last_name": "Another"}}
    answer = control.api("POST", "/rentals", json=body, headers={"Idempotency-Key": os.urandom(16).hex()})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def leave_one_car(control: Any, stay: Stay, vehicle_class: str) -> str:
    """Let others have all cars of a class but one, and give that one's id."""
    last, *others = free_cars(control, stay, vehicle_class=vehicle_class)
    for each in others:
        rent_at_desk(control, each["id"], stay)
    return str(last["id"])


def class_names(control: Any) -> dict[str, str]:
    """Give the name of each vehicle class by its id."""
    return {each["id"]: each["name"] for each in control.api("GET", "/vehicle-classes").json()["items"]}


def period_of(rental: Document) -> Stay:
    """Give a rental's period."""
    return Stay(datetime.fromisoformat(rental["start"]), datetime.fromisoformat(rental["end"]))


def statuses(control: Any, appointment: str) -> list[str]:
    """Give how an appointment's rentals stand at Carloop, the oldest first."""
    found = sorted(control.rentals(appointment), key=lambda each: each["created_at"])
    return [each["status"] for each in found]
