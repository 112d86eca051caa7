"""The tables of the records, as migrations that both databases run. One that was released is never edited."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.store.upgrades import Run, store_values

APPOINTMENTS = """
CREATE TABLE appointments (
  id {text} PRIMARY KEY, revision {integer} NOT NULL, status {text} NOT NULL, site {text} NOT NULL,
  "start" {text} NOT NULL, "end" {text} NOT NULL, start_text {text} NOT NULL, end_text {text} NOT NULL,
  time_zone {text} NOT NULL, customer_source {text} NOT NULL,
  salt {blob} NOT NULL, customer_digest {text} NOT NULL, number_digest {text} NOT NULL
) {keyed}
"""

INTENTS = """
CREATE TABLE intents (
  change_id {text} PRIMARY KEY, action {text} NOT NULL, site {text} NOT NULL, appointment_id {text},
  digest {text} NOT NULL, state {text} NOT NULL CHECK (state IN ('recorded', 'sent', 'unknown', 'settled')),
  recorded_at {text} NOT NULL, account {text}, rental_id {text}, external_reference {text}, vehicle_id {text},
  "start" {text}, "end" {text}, appointment_start {text}, appointment_end {text}, revision {integer}, body {blob},
  last_sent_at {text}, sends {integer} NOT NULL, tries {integer} NOT NULL, last_code {text},
  gives_up {text}, given_up_by {text}, outcome {text},
  CHECK ((state = 'settled') = (outcome IS NOT NULL)), CHECK (state != 'settled' OR body IS NULL)
) {plain}
"""

RENTALS = """
CREATE TABLE rentals (
  site {text} NOT NULL, id {text} NOT NULL, account {text} NOT NULL, appointment_id {text} NOT NULL,
  change_id {text} NOT NULL, status {text} NOT NULL, active {integer} NOT NULL, linked {integer} NOT NULL,
  differs {integer} NOT NULL, cancelled_here {integer} NOT NULL, "start" {text} NOT NULL, "end" {text} NOT NULL,
  revision {integer} NOT NULL,
  updated_at {text} NOT NULL, document {text} NOT NULL, appointment_start {text}, appointment_end {text},
  PRIMARY KEY (account, id)
) {plain}
"""

CONTACTS = """
CREATE TABLE contacts (
  account {text} PRIMARY KEY, at {text} NOT NULL, skew_seconds {real} NOT NULL, position {text}
) {plain}
"""

# At most one pending change and one active rental an appointment, whoever writes. Giving up is a second change to an
# appointment on purpose.
ONE_PENDING_CHANGE = """
CREATE UNIQUE INDEX one_pending_change ON intents (appointment_id) WHERE state != 'settled' AND gives_up IS NULL
"""

ERASURES = """
CREATE TABLE erasures (
  appointment_id {text} PRIMARY KEY, asked_at {text} NOT NULL, erased_at {text}, payload_only {integer} NOT NULL
) {keyed}
"""

UNREADABLE = """
CREATE TABLE unreadable (
  account {text} NOT NULL, id {text} NOT NULL, external_reference {text}, seen_at {text} NOT NULL,
  PRIMARY KEY (account, id)
) {keyed}
"""

PENDING = "state != 'settled'"
"""SQL for the intents whose outcome is not known yet."""

FREE_TO_ERASE = (
    f"NOT EXISTS (SELECT 1 FROM intents WHERE intents.appointment_id = erasures.appointment_id AND {PENDING})"
)
"""SQL for the erasures that wait for no change any more."""

MIGRATIONS: Mapping[str, tuple[str | Callable[[Run], None], ...]] = {
    "create_tables": (
        APPOINTMENTS,
        INTENTS,
        RENTALS,
        ONE_PENDING_CHANGE,
        "CREATE INDEX appointments_by_number ON appointments (number_digest)",
        "CREATE INDEX pending_intents ON intents (recorded_at) WHERE state != 'settled'",
        "CREATE UNIQUE INDEX one_active_rental ON rentals (appointment_id) WHERE active = 1 AND linked = 1",
        "CREATE INDEX rentals_of_appointment ON rentals (appointment_id, updated_at)",
        "CREATE INDEX rentals_by_id ON rentals (id)",
        "CREATE INDEX rentals_by_change ON rentals (change_id)",
        "CREATE INDEX rentals_of_account ON rentals (account, updated_at)",
        CONTACTS,
        "CREATE TABLE sites (site {text} PRIMARY KEY) {keyed}",
        "CREATE TABLE settings (site {text} PRIMARY KEY, base_url {text}, station {text}) {plain}",
        "CREATE TABLE installation (id {text} PRIMARY KEY, number_key {blob} NOT NULL) {plain}",
    ),
    "add_leases": (
        "ALTER TABLE intents ADD COLUMN lease_holder {text}",
        "ALTER TABLE intents ADD COLUMN lease_until {real}",
    ),
    # So that the doctor can say how long changes take.
    "note_when_settled": ("ALTER TABLE intents ADD COLUMN settled_at {text}",),
    # What was asked to be erased, until nothing of it is left.
    "remember_erasures": (ERASURES,),
    # So that what was set aside is tried again from time to time.
    "note_when_tried": ("ALTER TABLE intents ADD COLUMN tried_at {real}",),
    # When an intent was last sent, by the database's clock: those of two servers may differ by hours. And whether a
    # host was told that its outcome is not known yet.
    "note_when_sent": (
        "ALTER TABLE intents ADD COLUMN awaited {integer}",
        "ALTER TABLE intents ADD COLUMN sent_at {real}",
        "UPDATE intents SET sent_at = {now}",
        "ALTER TABLE intents DROP COLUMN last_sent_at",
    ),
    # So that a rental of another customer than the appointment's is noticed.
    "know_customers_again": (
        "ALTER TABLE appointments ADD COLUMN customers {text}",
        "ALTER TABLE intents ADD COLUMN customers {text}",
    ),
    # So that a local time means the same once the appointment is erased, and where none was ever known.
    "keep_time_zones": (
        "ALTER TABLE rentals ADD COLUMN time_zone {text}",
        "ALTER TABLE contacts ADD COLUMN time_zone {text}",
    ),
    # So that health can say which rentals at Carloop cannot be read, and ours among them are read again.
    "note_unreadable": (UNREADABLE, "ALTER TABLE contacts ADD COLUMN trouble {text}"),
    # So that a rental, and what an outcome says of one, does not depend on the contract's version.
    "store_values": ("ALTER TABLE rentals RENAME COLUMN document TO details", store_values),
    # So that an earlier version, which knows no rebooking, leaves records that may hold one alone.
    "rebook": (),
}
"""What each migration runs, oldest first: statements, formatted with a database's own terms, and functions."""

NEWEST = [*MIGRATIONS][-1]
"""The version of the records this plugin knows."""

DRAW_INSTALLATION = (
    "INSERT INTO installation (id, number_key) SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM installation)"
)
"""The statement that draws the id of new records, and the key of their customers' numbers."""

NUMBER_KEY_BYTES = 32


def newer_version(found: str, *, place: str) -> StoreFailed:
    """Return the failure for records of a newer version; both versions are named."""
    params = (("path", place), ("found", found), ("known", NEWEST))
    return StoreFailed(Reason("storage_failed", "store.newer", params))
