"""The start page: what is handed out and comes back today, what is overdue, what is free."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from carloop_sandbox.pages.rental_rows import Rental, select_rentals
from carloop_sandbox.pages.showing import day_of, midnight, show, store_of
from carloop_sandbox.pages.vehicle_rows import STATE
from carloop_sandbox.store.database import Database
from web_base.pages import Page

LONGEST_LIST: Final = 25

_TO_HAND_OUT: Final = "r.status = 'reserved' AND r.start_us < :tomorrow AND r.end_us > :now"
_DUE_BACK: Final = "r.status = 'picked_up' AND r.end_us > :now AND r.end_us < :tomorrow"
_OVERDUE: Final = "r.status = 'picked_up' AND r.end_us <= :now"

_BY_CLASS: Final = f"""SELECT c.id, c.name, count(v.id) AS total, sum(v.id IS NOT NULL AND {STATE} = 'free') AS free
FROM vehicle_classes AS c LEFT JOIN vehicles AS v ON v.vehicle_class = c.id GROUP BY c.id ORDER BY c.position"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Tasks:
    """Rentals that something is to be done with; at most LONGEST_LIST of them, `total` counts all."""

    rentals: Sequence[Rental]
    total: int


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How many vehicles of a class there are, and how many of them are free."""

    id: str
    name: str
    free: int
    total: int


def show_overview(page: Page) -> Response:
    """Show what the day brings."""
    store = store_of(page)
    now = store.clock.now()
    tomorrow = midnight(day_of(now), days_later=1)
    classes = _count_classes(store.database, now)
    return show(
        page,
        "overview.html",
        to_hand_out=_tasks(store.database, _TO_HAND_OUT, "r.start_us", now=now, tomorrow=tomorrow),
        due_back=_tasks(store.database, _DUE_BACK, "r.end_us", now=now, tomorrow=tomorrow),
        overdue=_tasks(store.database, _OVERDUE, "r.end_us", now=now, tomorrow=tomorrow),
        classes=classes,
        free=sum(each.free for each in classes),
        vehicles=sum(each.total for each in classes),
    )


def _tasks(database: Database, condition: str, order: str, *, now: int, tomorrow: int) -> Tasks:
    values = {"now": now, "tomorrow": tomorrow}
    counted = f"SELECT count(*) AS total FROM rentals AS r WHERE {condition}"  # noqa: S608  # one of the constants
    rows = database.all_named(counted, values)
    where = f"{condition} ORDER BY {order}, r.number LIMIT {LONGEST_LIST}"
    return Tasks(select_rentals(database, where, now=now, tomorrow=tomorrow), rows[0]["total"])


def _count_classes(database: Database, now: int) -> list[ClassCount]:
    rows = database.all_named(_BY_CLASS, {"now": now})
    return [ClassCount(row["id"], row["name"], row["free"], row["total"]) for row in rows]
