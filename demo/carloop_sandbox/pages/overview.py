"""The start page: what is handed out and comes back today, what is overdue, what is free."""

from typing import Any, Final

from starlette.responses import Response

from carloop_sandbox.pages.rentals import select_rentals
from carloop_sandbox.pages.showing import day_of, midnight, show, store_of
from carloop_sandbox.pages.vehicle_rows import STATE
from web_base.pages import Page

LONGEST_LIST: Final = 25

_TASKS: Final = {
    "to_hand_out": "r.status = 'reserved' AND r.start_us < :tomorrow AND r.end_us > :now ORDER BY r.start_us, r.number",
    "due_back": "r.status = 'picked_up' AND r.end_us > :now AND r.end_us < :tomorrow ORDER BY r.end_us, r.number",
    "overdue": "r.status = 'picked_up' AND r.end_us <= :now ORDER BY r.end_us, r.number",
}
"""Rentals that something is to be done with."""

_BY_CLASS: Final = f"""SELECT c.id, named(c.id, :language) AS name, count(v.id) AS total,
  sum(v.id IS NOT NULL AND {STATE} = 'free') AS free
FROM vehicle_classes AS c LEFT JOIN vehicles AS v ON v.vehicle_class = c.id GROUP BY c.id ORDER BY c.position"""  # noqa: S608


def show_overview(page: Page) -> Response:
    """Show what the day brings."""
    store = store_of(page)
    now = store.clock.now()
    times: dict[str, Any] = {"now": now, "tomorrow": midnight(day_of(now), days_later=1)}
    # all are read, to count them: what is due today is hardly longer than the fleet
    tasks: dict[str, Any] = {
        name: select_rentals(store.database, where, **times) for name, where in _TASKS.items()
    }
    classes = store.database.all_named(_BY_CLASS, {"now": now, "language": page.language.code})
    return show(
        page,
        "overview.html",
        longest=LONGEST_LIST,
        classes=classes,
        free=sum(each["free"] for each in classes),
        vehicles=sum(each["total"] for each in classes),
        **tasks,
    )
