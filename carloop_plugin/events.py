"""Log events: one for each outcome, with ids, codes and numbers, and no personal data.

Each event is one record of the logger `carloop_plugin.events`. Its message is the event's name and its fields as JSON;
`record.event` and `record.fields` hold the same for structured logs. Fields that an event does not name are left out,
so that nothing gets into a log by accident. `docs/reference/events.md` is generated from here.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from logging import DEBUG, ERROR, INFO, WARNING

LOG = logging.getLogger("carloop_plugin.events")
# A host that configures no logging must not find our warnings on its standard error.
LOG.addHandler(logging.NullHandler())

Field = str | int | float | None

FIELDS = {
    "account": "Carloop's account",
    "action": "`book`, `change_end`, `cancel` or `rebook`",
    "appointment_id": "the appointment's id",
    "asked_seconds": "how long a wait Carloop asked for by `Retry-After`, in seconds; 0 where it asked for none",
    "attempt": "which attempt of the request has just failed: 1, 2 or 3",
    "change_id": "the change's id, drawn by the planner; also the `Idempotency-Key` at Carloop",
    "changed": "how many rentals changed",
    "code": "the [problem code](problem-codes.md)",
    "count": "how many there were",
    "document": "which document of the contract",
    "erased": "how many appointments were erased",
    "hook": "the hook's name",
    "ids": "the ids of the first ten, `?` for one without",
    "kept": "how many appointments wait for a change to be settled",
    "missing": "how many sites could not be asked",
    "operation": "what was asked of Carloop: the action of a change, or of a read the first part of its path",
    "rental_id": "Carloop's id of the rental",
    "rentals": "how many rentals were linked again",
    "request_id": "the id of the planner's call",
    "seconds": "how long it took, in seconds; for `change.settled`, since the change was recorded",
    "sends": "how many sendings were begun",
    "settled": "how many changes were settled",
    "site": "the site",
    "skew_seconds": "Carloop's clock minus ours, in seconds",
    "status": "the change's outcome, or the rental's status",
    "tries": "how many attempts of recovery settled nothing",
    "wait_seconds": "how long the wait before the next attempt is, in seconds",
}
"""Every field, and what it holds."""


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of event: its name, its log level, what it says happened, and the fields it may have."""

    name: str
    level: int
    says: str
    fields: tuple[str, ...]


_ANSWERED = ("request_id", "change_id", "action", "site", "appointment_id", "rental_id", "code", "seconds")
_INTENT = ("change_id", "action", "site", "appointment_id", "account", "rental_id")

CHANGE_DONE = Event("change.done", INFO, "A change was answered: it is done.", _ANSWERED)
CHANGE_REFUSED = Event("change.refused", INFO, "A change was answered: it is refused.", _ANSWERED)
CHANGE_UNKNOWN = Event("change.unknown", WARNING, "A change was answered: its outcome is unknown.", _ANSWERED)
CHANGE_RECORDED = Event("change.recorded", DEBUG, "A change is durable and is about to be sent.", _INTENT)
CHANGE_SENT_AGAIN = Event(
    "change.sent_again", INFO, "Recovery sends a change again, under the same key.", (*_INTENT, "sends")
)
CHANGE_SETTLED = Event(
    "change.settled", INFO, "Recovery settled a change.", (*_INTENT, "status", "code", "sends", "seconds")
)
CHANGE_SET_ASIDE = Event(
    "change.set_aside",
    ERROR,
    "After 20 attempts that settled nothing, recovery leaves a change to a person, and retries it after the others.",
    (*_INTENT, "code", "sends", "tries"),
)
RENTAL_MISMATCHED = Event(
    "rental.mismatched", WARNING, "Carloop did not do what was asked: the rental is not linked.", _INTENT
)
RENTAL_CHANGED = Event(
    "rental.changed",
    INFO,
    "A rental changed at Carloop: at the desk, or it is one of ours that we did not know.",
    ("account", "site", "appointment_id", "rental_id", "change_id", "status"),
)
RENTAL_UNREADABLE = Event(
    "rental.unreadable",
    WARNING,
    "A rental at Carloop cannot be read; the others are. One of ours, which alone has a `change_id`, is read again in "
    "each round.",
    ("account", "site", "appointment_id", "rental_id", "change_id"),
)
VEHICLES_UNREADABLE = Event(
    "vehicles.unreadable", WARNING, "A search left out vehicles that cannot be read.", ("ids", "count")
)
CARLOOP_RECONCILED = Event(
    "carloop.reconciled",
    DEBUG,
    "A round of reconciling with one Carloop has ended.",
    ("account", "skew_seconds", "settled", "changed", "seconds"),
)
CARLOOP_NOT_RECONCILED = Event(
    "carloop.not_reconciled",
    WARNING,
    "A site's Carloop could not be asked for all changes.",
    ("site", "code"),
)
_RETRIED = ("operation", "change_id", "attempt", "code", "asked_seconds")
REQUEST_RETRIED = Event(
    "request.retried", INFO, "A request to Carloop is sent again after a wait.", (*_RETRIED, "wait_seconds")
)
REQUEST_WAIT_TOO_LONG = Event(
    "request.wait_too_long", WARNING, "Carloop asked for a longer wait than there is time for.", _RETRIED
)
REQUEST_BUDGET_SPENT = Event(
    "request.budget_spent", WARNING, "The retry budget is spent: the request is not sent again.", _RETRIED
)
CALL_ANSWERED = Event("call.answered", DEBUG, "A hook answered.", ("request_id", "hook", "seconds"))
CALL_FAILED = Event(
    "call.failed", WARNING, "A hook could not answer.", ("request_id", "hook", "code", "seconds")
)
DOCUMENT_REFUSED = Event(
    "document.refused", INFO, "A document from the planner is not valid.", ("request_id", "document")
)
SETTINGS_SAVED = Event("settings.saved", INFO, "A site's settings were saved.", ("site",))
ERASURE_ASKED = Event(
    "erasure.asked", INFO, "Personal data were erased, or wait for a change.", ("erased", "kept")
)
ERASURE_FINISHED = Event(
    "erasure.finished", INFO, "What was erased is also cleared from the records' own files.", ()
)
ERASURE_PUT_OFF = Event(
    "erasure.put_off", WARNING, "The records' files may still hold traces of what was erased.", ()
)
RECORDS_REBUILT = Event(
    "records.rebuilt", WARNING, "Lost records were rebuilt from Carloop.", ("rentals", "missing")
)

EVENTS = tuple(each for each in vars().values() if isinstance(each, Event))
"""Every event, in the order of this file."""


def log_event(event: Event, begun: float | None = None, /, *, of: object = None, **fields: Field) -> None:
    """Log an event with those of its fields that have a value; seconds are rounded to milliseconds.

    :param begun: monotonic seconds; how long it took since then is the field `seconds`.
    :param of: what the event is about, whose attributes are the fields that are not given.
    """
    if not LOG.isEnabledFor(event.level):
        return
    if begun is not None:
        fields["seconds"] = time.monotonic() - begun
    all_fields = {name: fields.get(name, getattr(of, name, None)) for name in event.fields}
    given = {name: value for name, value in all_fields.items() if value is not None}
    known = {name: round(value, 3) if isinstance(value, float) else value for name, value in given.items()}
    extra = {"event": event.name, "fields": known}
    LOG.log(event.level, "%s %s", event.name, json.dumps(known), extra=extra)
