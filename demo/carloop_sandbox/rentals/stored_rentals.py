"""Rentals as they are stored: find, insert and change their rows."""

from dataclasses import asdict, dataclass
from typing import Final, cast

from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.store.database import FIRST_RENTAL_NUMBER, Database, Row, sqlite3
from carloop_sandbox.units import write_time

SELECT: Final = (
    "SELECT r.*, v.document AS vehicle_document, v.turnaround_us "
    "FROM rentals AS r JOIN vehicles AS v ON v.id = r.vehicle_id"
)

# what the triggers refuse, asked for the first rental that is in the way
_IN_THE_WAY: Final = """
SELECT r.* FROM rentals AS r JOIN vehicles AS v ON v.id = r.vehicle_id
WHERE r.vehicle_id = :vehicle_id AND r.status IN ('reserved', 'picked_up') AND r.id <> :id
  AND (r.end_us + v.turnaround_us > :start_us AND r.start_us < :end_us + v.turnaround_us
    OR r.status = 'picked_up' AND r.end_us <= :decided_us)
ORDER BY r.start_us LIMIT 1
"""

ACTIVE: Final = ("reserved", "picked_up")
"""In which status a rental holds its vehicle."""

ADMITTED: Final = {
    "hand_out": ("reserved",),
    "take_back": ("picked_up",),
    "swap": ACTIVE,
    "cancel": ("reserved",),
    "change_end": ACTIVE,
}
"""In which status a rental admits what is done with it."""


@dataclass(frozen=True, slots=True)
class NewRental:
    """The columns that somebody else decides of a rental about to be stored; the customer as JSON."""

    vehicle_id: str
    start_us: int
    end_us: int
    customer: str
    external_reference: str | None = None
    note: str | None = None


def find_rental(database: Database, rental_id: str) -> Row:
    """Return a rental's row; refuse an unknown id."""
    row = database.one(f"{SELECT} WHERE r.id = ?", rental_id)
    if row is None:
        raise CallRefused("not_found", "There is no rental of this id.")
    return row


def find_by_reference(database: Database, external_reference: str) -> Row | None:
    """Return the row of the rental with a planner's reference, or None."""
    return database.one(f"{SELECT} WHERE r.external_reference = ?", external_reference)


def check_status(row: Row, action: str, *, otherwise: str = "rental_closed") -> None:
    """Refuse what the status of a rental does not admit; `otherwise` is the code while it is open."""
    status = row["status"]
    if status not in ADMITTED[action]:
        code = otherwise if status in ACTIVE else "rental_closed"
        raise CallRefused(code, f"The rental is {status}, which does not admit this.")


def insert_rental(database: Database, rental: NewRental, *, daily_rate_cents: int, now: int) -> str:
    """Store a reserved rental and return its id; refuse one that would overlap another."""
    # drawn in the transaction that uses it, so that no two rentals get one number
    number = _next(database, "number", least=FIRST_RENTAL_NUMBER)
    stamp = _next(database, "updated_us", least=now)
    columns = {
        **asdict(rental),
        "number": number,
        "id": f"R{number}",
        "planned_end_us": rental.end_us,
        "status": "reserved",
        "daily_rate_cents": daily_rate_cents,
        "created_us": stamp,
        "updated_us": stamp,
        "decided_us": now,
    }
    places = ", ".join(f":{name}" for name in columns)
    _write(database, f"INSERT INTO rentals ({', '.join(columns)}) VALUES ({places})", columns)  # noqa: S608
    _record(database, rental.external_reference, 1)
    return f"R{number}"


def update_rental(database: Database, row: Row, *, now: int, **changed: object) -> None:
    """Change columns of a rental as one new revision; refuse what would overlap another."""
    # after every other change: who reads "all that changed since" must miss nothing, even when the clock was set back
    changed |= {"updated_us": _next(database, "updated_us", least=now), "decided_us": now}
    places = "".join(f"{name} = :{name}, " for name in changed)
    sql = f"UPDATE rentals SET {places}revision = revision + 1 WHERE id = :id"  # noqa: S608
    _write(database, sql, {**dict(row), **changed})
    is_active = changed.get("status", row["status"]) in ACTIVE
    _record(database, row["external_reference"], is_active - (row["status"] in ACTIVE))


def _write(database: Database, sql: str, rental: dict[str, object]) -> None:
    """Write a rental; turn the triggers' refusal into a problem that names the period in the way."""
    try:
        database.all_named(sql, rental)
    except sqlite3.IntegrityError as error:
        if "vehicle_unavailable" not in str(error):
            raise
        # asked only after the database has refused: to ask before would decide nothing
        in_the_way = database.all_named(_IN_THE_WAY, rental)
        more = {"conflict": period_document(in_the_way[0])} if in_the_way else {}
        raise CallRefused("vehicle_unavailable", "Another rental holds the vehicle.", more=more) from None


def _record(database: Database, external_reference: str | None, change: int) -> None:
    """Record that the appointment of a planner's reference has a rental more, or one less, from now on."""
    if external_reference is not None and change:
        appointment = external_reference.rpartition("/")[0]
        database.run("INSERT INTO history VALUES (?, ?, ?)", database.transaction, appointment, change)


def period_document(row: Row) -> dict[str, object]:
    """Return the period of a rental, as problems name it."""
    return {"start": write_time(row["start_us"]), "end": write_time(row["end_us"])}


def _next(database: Database, column: str, *, least: int) -> int:
    """Return a value that is higher than all there are of a column."""
    sql = f"SELECT max(?, coalesce(max({column}) + 1, 0)) AS next FROM rentals"  # noqa: S608
    return cast("int", database.all(sql, least)[0]["next"])
