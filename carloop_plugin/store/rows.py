"""Rows of the store to values and back. Instants are stored as RFC 3339 text in UTC, of equal length, so they sort."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from carloop_plugin.domain.appointments import CustomerIdentity, SavedAppointment
from carloop_plugin.domain.changes import (
    Action,
    Intent,
    IntentState,
    Outcome,
    OutcomeStatus,
)
from carloop_plugin.domain.failures import Reason
from carloop_plugin.domain.figures import SettledChange
from carloop_plugin.domain.rentals import RentalRecord, RentalStatus
from carloop_plugin.domain.values import (
    AccountId,
    AppointmentId,
    ChangeId,
    Period,
    RentalId,
    Site,
    VehicleId,
)

Row = Mapping[str, Any]


def write_instant(instant: datetime) -> str:
    """Write an instant for the store: UTC, always with microseconds, so that text order is time order."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def now() -> str:
    """Write this moment, for the records' own bookkeeping: no rule asks when a row was written."""
    return write_instant(datetime.now(UTC))


def _read_period(start: str | None, end: str | None) -> Period | None:
    return Period(datetime.fromisoformat(start), datetime.fromisoformat(end)) if start and end else None


def appointment_row(appointment: SavedAppointment) -> dict[str, object]:
    """Write an appointment."""
    names = "id revision status site start_text end_text time_zone customer_source salt customer_digest number_digest"
    row: dict[str, object] = {name: getattr(appointment, name) for name in names.split()}
    return row | {
        "start": write_instant(appointment.period.start),
        "end": write_instant(appointment.period.end),
        "customers": write_customers(appointment.customers),
    }


def read_appointment(row: Row) -> SavedAppointment:
    """Read an appointment."""
    kept = {name: value for name, value in row.items() if name not in ("start", "end", "customers")}
    period = Period(datetime.fromisoformat(row["start"]), datetime.fromisoformat(row["end"]))
    return SavedAppointment(**kept, period=period, customers=read_customers(row["customers"]) or ())


def write_customers(customers: tuple[CustomerIdentity, ...] | None) -> str | None:
    """Write who customers are; None where that is not known."""
    if customers is None:
        return None
    return " ".join(f"{each.source}:{each.number_digest}:{each.name_digest}" for each in customers)


def read_customers(text: str | None) -> tuple[CustomerIdentity, ...] | None:
    """Read who customers are; empty where those there were have been erased."""
    if text is None:
        return None
    return tuple(CustomerIdentity(*each.split(":")) for each in text.split())


def intent_row(intent: Intent) -> dict[str, object]:
    """Write an intent."""
    wanted, visit = intent.period, intent.appointment_period
    return {
        "change_id": intent.change_id,
        "action": intent.action.value,
        "site": intent.site,
        "appointment_id": intent.appointment_id,
        "digest": intent.digest,
        "state": intent.state.value,
        "recorded_at": write_instant(intent.recorded_at),
        "account": intent.account,
        "rental_id": intent.rental_id,
        "external_reference": intent.external_reference,
        "vehicle_id": intent.vehicle_id,
        "start": write_instant(wanted.start) if wanted else None,
        "end": write_instant(wanted.end) if wanted else None,
        "appointment_start": write_instant(visit.start) if visit else None,
        "appointment_end": write_instant(visit.end) if visit else None,
        "revision": intent.revision,
        "body": intent.body,
        "sends": intent.sends,
        "tries": intent.tries,
        "last_code": intent.last_code,
        "gives_up": intent.gives_up,
        "given_up_by": intent.given_up_by,
        "outcome": write_outcome(intent.outcome) if intent.outcome else None,
        "customers": write_customers(intent.customers),
    }


def read_intent(row: Row) -> Intent:
    """Read an intent, from a row with the database's time as `now`."""
    return Intent(
        change_id=ChangeId(row["change_id"]),
        action=Action(row["action"]),
        site=Site(row["site"]),
        appointment_id=AppointmentId(row["appointment_id"]) if row["appointment_id"] is not None else None,
        digest=row["digest"],
        recorded_at=datetime.fromisoformat(row["recorded_at"]),
        account=AccountId(row["account"]) if row["account"] is not None else None,
        rental_id=RentalId(row["rental_id"]) if row["rental_id"] is not None else None,
        external_reference=row["external_reference"],
        vehicle_id=VehicleId(row["vehicle_id"]) if row["vehicle_id"] is not None else None,
        period=_read_period(row["start"], row["end"]),
        appointment_period=_read_period(row["appointment_start"], row["appointment_end"]),
        revision=row["revision"],
        body=row["body"],
        state=IntentState(row["state"]),
        sent_at=datetime.fromtimestamp(row["sent_at"], UTC) if row["sent_at"] is not None else None,
        sent_ago=timedelta(seconds=row["now"] - row["sent_at"]) if row["sent_at"] is not None else None,
        sends=row["sends"],
        tries=row["tries"],
        last_code=row["last_code"],
        gives_up=ChangeId(row["gives_up"]) if row["gives_up"] else None,
        given_up_by=ChangeId(row["given_up_by"]) if row["given_up_by"] else None,
        outcome=read_outcome(row["outcome"]) if row["outcome"] else None,
        customers=read_customers(row["customers"]),
    )


def write_outcome(outcome: Outcome) -> str:
    """Write an outcome; it holds no personal data."""
    reason = outcome.reason
    return json.dumps(
        {
            "change_id": outcome.change_id,
            "status": outcome.status.value,
            "rental": outcome.rental,
            "reason": [reason.code, reason.text, list(reason.params), reason.pointer] if reason else None,
            "alternatives": list(outcome.alternatives),
        }
    )


def read_outcome(text: str) -> Outcome:
    """Read an outcome."""
    read = json.loads(text)
    reason = None
    if read["reason"]:
        code, key, params, pointer = read["reason"]
        reason = Reason(code, key, tuple((name, value) for name, value in params), pointer)
    status = OutcomeStatus(read["status"])
    return Outcome(read["change_id"], status, read["rental"], reason, tuple(read["alternatives"]))


def read_settled(row: Row) -> SettledChange:
    """Read how an intent ended, and how long after it was recorded."""
    outcome = read_outcome(row["outcome"])
    took = datetime.fromisoformat(row["settled_at"]) - datetime.fromisoformat(row["recorded_at"])
    code = outcome.reason.code if outcome.reason else None
    # A clock that was set back in between is no reason to count below nothing.
    return SettledChange(Action(row["action"]), outcome.status.value, code, max(0.0, took.total_seconds()))


def rental_row(rental: RentalRecord) -> dict[str, object]:
    """Write a rental."""
    visit = rental.appointment_period
    return {
        "site": rental.site,
        "id": rental.id,
        "account": rental.account,
        "appointment_id": rental.appointment_id,
        "change_id": rental.change_id,
        "status": rental.status.value,
        "active": int(rental.status.is_active),
        "linked": int(rental.linked),
        "differs": int(rental.differs),
        "cancelled_here": int(rental.cancelled_here),
        "start": write_instant(rental.period.start),
        "end": write_instant(rental.period.end),
        "revision": rental.revision,
        "updated_at": write_instant(rental.updated_at),
        "document": json.dumps(rental.document),
        "appointment_start": write_instant(visit.start) if visit else None,
        "appointment_end": write_instant(visit.end) if visit else None,
    }


def read_rental(row: Row) -> RentalRecord:
    """Read a rental."""
    return RentalRecord(
        site=Site(row["site"]),
        id=RentalId(row["id"]),
        account=AccountId(row["account"]),
        appointment_id=AppointmentId(row["appointment_id"]),
        change_id=ChangeId(row["change_id"]),
        status=RentalStatus(row["status"]),
        period=Period(datetime.fromisoformat(row["start"]), datetime.fromisoformat(row["end"])),
        revision=row["revision"],
        updated_at=datetime.fromisoformat(row["updated_at"]),
        document=json.loads(row["document"]),
        appointment_period=_read_period(row["appointment_start"], row["appointment_end"]),
        linked=bool(row["linked"]),
        differs=bool(row["differs"]),
        cancelled_here=bool(row["cancelled_here"]),
        customers=read_customers(row.get("customers")),
    )
