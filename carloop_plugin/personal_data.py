"""Every place that holds personal data: what is there, what for, and how long.

The table in `docs/explanation/privacy.md` is written from here. A column of the records is either listed here or in
`IMPERSONAL`; a test fails for a new one until somebody has decided. The stores of all databases share these names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from carloop_plugin.domain.customers import NAMES


class Kind(StrEnum):
    """How near to a person the data are."""

    PLAIN = "plain"
    """What was typed or came from the DMS, readable."""

    DIGEST = "digest"
    """A digest under a salt or a key: tells "the same" from "another" and nothing more."""

    REFERENCE = "reference"
    """The id of an appointment: leads to a person through the planner's own data alone."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place with personal data. `where` is `table.column`, or a file beside the records."""

    where: str
    kind: Kind
    holds: str
    purpose: str
    kept: str


_WITH_APPOINTMENT = "until the appointment or its customer's number is erased"
_WITH_RECORDS = (
    "as long as the records: once the planner has forgotten the appointment, its id leads to nobody"
)

COLUMNS = (
    Place(
        "intents.body",
        Kind.PLAIN,
        "the change as it is sent to Carloop: a booking's customer, a cancellation's reason",
        "send the very same bytes again after a crash or a lost answer",
        "until the change is settled: seconds as a rule, after an outage until Carloop answers again",
    ),
    Place(
        "appointments.customer_digest",
        Kind.DIGEST,
        "a salted digest of the customer",
        "notice that a customer from the DMS was altered",
        _WITH_APPOINTMENT,
    ),
    Place(
        "appointments.number_digest",
        Kind.DIGEST,
        "a digest of the customer's number under the records' key, the same in all of the customer's appointments",
        "find the appointments of a number that is to be erased",
        _WITH_APPOINTMENT,
    ),
    Place(
        "appointments.customers",
        Kind.DIGEST,
        "digests of number and name of the appointment's newest customers under the records' key, a name's another one"
        " for each appointment",
        "notice that a rental is for another customer than the appointment's",
        _WITH_APPOINTMENT,
    ),
    Place(
        "intents.customers",
        Kind.DIGEST,
        "the same digests of whom a booking is for",
        "notice that a rental is for another customer than the appointment's",
        _WITH_APPOINTMENT,
    ),
    Place(
        "installation.number_key",
        Kind.DIGEST,
        "the random key of all digests of numbers and names; says nothing of anybody by itself",
        "keep whoever has such a digest without the records from trying out numbers and names",
        "as long as the records",
    ),
    Place(
        "appointments.salt",
        Kind.DIGEST,
        "the random salt of the customer's digest, another one for each appointment",
        "make the digests of one customer in two appointments differ",
        _WITH_APPOINTMENT,
    ),
    Place(
        "intents.digest",
        Kind.DIGEST,
        "a digest of the whole change, keyed with the installation's id",
        "refuse another content under the same change id",
        "as long as the records: a change's outcome is final for ever",
    ),
    Place(
        "appointments.id",
        Kind.REFERENCE,
        "the appointment's id",
        "know the appointment again",
        _WITH_APPOINTMENT,
    ),
    Place(
        "erasures.appointment_id",
        Kind.REFERENCE,
        "the id of an appointment that is to be erased",
        "finish the erasure, whatever comes between",
        "until nothing of what was erased is left in the records' files",
    ),
    Place(
        "intents.appointment_id",
        Kind.REFERENCE,
        "the appointment's id",
        "settle the change before another one begins",
        _WITH_RECORDS,
    ),
    Place(
        "intents.external_reference",
        Kind.REFERENCE,
        "installation, site, appointment's id and change's id",
        "find the rental at Carloop when the answer was lost",
        _WITH_RECORDS,
    ),
    Place(
        "unreadable.external_reference",
        Kind.REFERENCE,
        "installation, site, appointment's id and change's id of a rental of ours that cannot be read",
        "read the rental again until it can be read",
        "until the rental can be read, or is gone at Carloop",
    ),
    Place(
        "intents.outcome",
        Kind.REFERENCE,
        "what became of the change, with the rental's appointment id, car and times",
        "answer the same change again as it was answered before",
        _WITH_RECORDS,
    ),
    Place(
        "rentals.appointment_id",
        Kind.REFERENCE,
        "the appointment's id",
        "show the rental with its appointment",
        _WITH_RECORDS,
    ),
    Place(
        "rentals.details",
        Kind.REFERENCE,
        "the rental as it is shown: appointment's id, car and times, no customer",
        "show the rental without asking Carloop",
        _WITH_RECORDS,
    ),
)

FILES = (
    Place(
        "STORE.damaged-*",
        Kind.PLAIN,
        "damaged records that `carloop recover --rebuild` moved aside, with all that was in them",
        "look into what damaged them",
        "until the next erasure of anybody, or until one that was unfinished in them is finished: they cannot be"
        " searched for a person, so they are deleted",
    ),
    Place(
        "STORE.rebuilding*",
        Kind.PLAIN,
        "what a rebuild that was killed left: rentals with their appointments' ids, and pending changes",
        "become the records when it is complete",
        "until the next rebuild or erasure",
    ),
    Place(
        "STORE.files.json",
        Kind.REFERENCE,
        "where the file is that `carloop appointment save` read; its name may name a person",
        "let `carloop book` find the customer there",
        "until `carloop erase` names the appointment or any number",
    ),
)

PLACES = (*COLUMNS, *FILES)

IMPERSONAL = frozenset(
    {
        # An appointment's visit, without whose it is: it goes with the appointment.
        *("appointments.customer_source", "appointments.end", "appointments.end_text"),
        *("appointments.revision", "appointments.site", "appointments.start", "appointments.start_text"),
        *("appointments.status", "appointments.time_zone"),
        *("contacts.account", "contacts.at", "contacts.position", "contacts.skew_seconds"),
        *("contacts.time_zone", "contacts.trouble"),
        *("unreadable.account", "unreadable.id", "unreadable.seen_at"),
        *("erasures.asked_at", "erasures.erased_at", "erasures.payload_only"),
        "installation.id",
        # What a change was about and how far it came.
        *(
            "intents.account",
            "intents.awaited",
            "intents.action",
            "intents.appointment_end",
            "intents.appointment_start",
        ),
        *("intents.change_id", "intents.end", "intents.given_up_by", "intents.gives_up"),
        *("intents.last_code", "intents.lease_holder", "intents.lease_until"),
        *("intents.recorded_at", "intents.rental_id"),
        *(
            "intents.revision",
            "intents.sends",
            "intents.sent_at",
            "intents.settled_at",
            "intents.site",
            "intents.start",
        ),
        *("intents.state", "intents.tried_at", "intents.tries", "intents.vehicle_id"),
        # A car and its times.
        *("rentals.account", "rentals.active", "rentals.appointment_end", "rentals.appointment_start"),
        *("rentals.cancelled_here", "rentals.change_id", "rentals.differs", "rentals.end", "rentals.id"),
        *("rentals.linked", "rentals.revision", "rentals.site", "rentals.start", "rentals.status"),
        *("rentals.time_zone", "rentals.updated_at"),
        *("settings.base_url", "settings.site", "settings.station"),
        "sites.site",
    }
)
"""The columns that say nothing of a person by themselves."""

BOOKKEEPING = frozenset(
    {
        *("_sqlite_migrations.applied_at", "_sqlite_migrations.id", "_sqlite_migrations.migration_set"),
        "_sqlite_migrations.name",
        *("migrations.name", "migrations.number"),
    }
)
"""The columns in which one of the two databases notes which version its tables have."""

_CUSTOMER = ("intents.body", "intents.digest", "appointments.customer_digest")
_WHO = (*_CUSTOMER, "appointments.customers", "intents.customers")
_NUMBER = (*_WHO, "appointments.number_digest")

FIELDS: Mapping[str, tuple[str, ...]] = {
    "appointment.customer": (
        "appointments.customer_digest",
        "appointments.customers",
        "appointments.number_digest",
    ),
    "appointment.work": (),
    "appointment_vehicle.licence_plate": (),
    "appointment_vehicle.vin": (),
    "customer.number": _NUMBER,
    **{
        f"customer.{name}": _CUSTOMER
        for name in (
            *("salutation", "street", "postal_code", "city"),
            *("country", "phone", "mobile", "email", "kind"),
        )
    },
    **{f"customer.{name}": _WHO for name in NAMES},
    "erasure_subjects.customer_numbers": (),
    "mobility_step.customer": (),
    "proposed_change.reason": ("intents.body", "intents.digest"),
    "rental_change.customer": ("intents.body", "intents.customers", "intents.digest"),
    "rental_change.reason": ("intents.body", "intents.digest"),
}
"""Where what the contract marks as personal (`x-personal-data`) is kept: nowhere, where the tuple is empty."""
