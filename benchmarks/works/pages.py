"""What a page adds to the call behind it: step 4's search, and the week and the day with their states.

The planner runs as a program in a process of its own; the browser keeps its connection, as browsers do.
"""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode, urlsplit

from benchmarks import planner as kit
from benchmarks.carloop import Carloop, Period, free_period, sandbox
from benchmarks.measuring import alternate
from benchmarks.row import ProgressDisplay, Row, Scale, number
from planner_host.appointments.appointment import Appointment, Visit
from planner_host.mobility.offer_form import LIMIT
from planner_host.storage.records import Records

if TYPE_CHECKING:
    from mobility_hookspecs import MobilityHost
    from mobility_schemas import documents as contract

PASSWORD = "password-of-the-bench"
APPOINTMENTS = 500
FEW, MANY = 1, 50
FEW_OF_DAY, MANY_OF_DAY = 10, 200
CUSTOMER = cast("contract.Customer", {"source": "manual", "first_name": "Änne", "last_name": "Sommer"})


def pages(scale: Scale, progress: ProgressDisplay) -> Iterator[Row]:
    """Measure the search by page against the same by host kit, and a week with many rentals against one with few."""
    progress.preparing(f"a sandbox with {number(_fleet(scale))} vehicles, and two planners")
    with (
        sandbox(vehicles=_fleet(scale)) as carloop,
        TemporaryDirectory(prefix="carloop-pages-") as folder,
    ):
        yield _search(carloop, Path(folder) / "search", scale, progress)
        yield _week(carloop, Path(folder) / "week", scale, progress)
        yield _day(carloop, Path(folder), scale, progress)


def _fleet(scale: Scale) -> int:
    """Return how many vehicles it takes: each rental of a row has one of its own."""
    return max(scale.fleet, MANY_OF_DAY + FEW_OF_DAY)


def _search(carloop: Carloop, folder: Path, scale: Scale, progress: ProgressDisplay) -> Row:
    period = free_period()
    (appointment,) = write_appointments(folder, period, 1)
    request = kit.request_of(period, LIMIT)
    with kit.planner(carloop) as host, browser(folder, carloop) as page:
        form = fields_of(page.get(f"/appointments/{appointment}"))
        expected = len(kit.search(host, request)["options"])

        def search() -> None:
            if page.search(f"/appointments/{appointment}/offers", form).count('name="option"') != expected:
                raise AssertionError("the page shows another list")

        samples = alternate(
            search,
            lambda: kit.search(host, request),
            rounds=progress.rounds("step 4's search by page, against the host kit", scale.rounds(300)),
        )
    work = f"step 4's search answered by the page: {expected} cars of {number(_fleet(scale))}"
    return Row(work, "the host kit's call", 1.5, *samples)


def _week(carloop: Carloop, folder: Path, scale: Scale, progress: ProgressDisplay) -> Row:
    weeks = {}
    with kit.planner(carloop) as host:
        folder.mkdir()
        kit.use_store(str(folder / "carloop.sqlite3"))
        for days, rentals in ((300, MANY), (307, FEW)):
            period = free_period(days_ahead=days)
            weeks[rentals] = period["start"][:10]
            for appointment in write_appointments(folder, period, APPOINTMENTS)[:rentals]:
                _book(host, appointment, period)
    with browser(folder, carloop) as page:

        def show(rentals: int) -> None:
            if page.get(f"/calendar?day={weeks[rentals]}").count("visit-card state-reserved") != rentals:
                raise AssertionError("the week shows other states")

        samples = alternate(
            lambda: show(MANY),
            lambda: show(FEW),
            rounds=progress.rounds("the week, many rentals against few", scale.rounds(100)),
        )
    work = f"the week page with {APPOINTMENTS} appointments, {MANY} rentals shown"
    return Row(work, f"{FEW} rental shown", 1.3, *samples)


def _day(carloop: Carloop, folder: Path, scale: Scale, progress: ProgressDisplay) -> Row:
    period = free_period(days_ahead=314)
    folders = {rentals: folder / f"day-{rentals}" for rentals in (MANY_OF_DAY, FEW_OF_DAY)}
    with kit.planner(carloop) as host:
        for rentals, data in folders.items():
            data.mkdir()
            kit.use_store(str(data / "carloop.sqlite3"))
            for appointment in write_appointments(data, period, APPOINTMENTS)[:rentals]:
                _book(host, appointment, period)
    with ExitStack() as stack:
        pages = {rentals: stack.enter_context(browser(data, carloop)) for rentals, data in folders.items()}

        def show(rentals: int) -> None:
            page = pages[rentals].get(f"/?day={period['start'][:10]}")
            if page.count('<span class="badge badge-info">') != rentals:
                raise AssertionError("the day shows other rentals")

        samples = alternate(
            lambda: show(MANY_OF_DAY),
            lambda: show(FEW_OF_DAY),
            rounds=progress.rounds("the day, many rentals against few", scale.rounds(100)),
        )
    work = f"the day's page with {APPOINTMENTS} appointments, {MANY_OF_DAY} rentals shown"
    return Row(work, f"{FEW_OF_DAY} rentals shown", 1.5, *samples)


def write_appointments(folder: Path, period: Period, count: int) -> list[str]:
    """Write so many appointments of one period into a planner's folder, and return their ids."""
    folder.mkdir(exist_ok=True)
    start, end = (datetime.fromisoformat(period[side]) for side in ("start", "end"))
    records = Records(folder)
    try:
        with records.database.writing():
            ids = [f"T-{uuid.uuid4().hex[:12]}" for _ in range(count)]
            for index, each in enumerate(ids):
                visit = Visit(
                    start + timedelta(minutes=index % 300), end, CUSTOMER, {"licence_plate": f"KA-AS {index}"}
                )
                records.save(Appointment(each, 0, "main", "Europe/Berlin", visit, "anna", start))
    finally:
        records.close()
    return ids


class Browser:
    """A browser that does no more than ask and read: what is measured is the page."""

    def __init__(self, url: str) -> None:
        """Connect to a planner, and sign in."""
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc)
        self._headers = {"Origin": url}
        answer = self._ask("POST", "/sign-in", {"name": "admin", "password": PASSWORD})
        self._headers["Cookie"] = (answer.getheader("set-cookie") or "").partition(";")[0]

    def get(self, path: str) -> str:
        """Open a page."""
        self._ask("GET", path)
        return self._page

    def search(self, path: str, fields: Mapping[str, str]) -> str:
        """Send a form as the page's script does, and return the part of the page."""
        self._ask("POST", path, fields, {"HX-Request": "true"})
        return self._page

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _ask(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str] | None = None,
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> http.client.HTTPResponse:
        headers = {**self._headers, **more}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, None if fields is None else urlencode(fields), headers)
        answer = self._connection.getresponse()
        self._page = answer.read().decode()
        if answer.status >= http.client.BAD_REQUEST:
            raise RuntimeError(f"{path} answered {answer.status}")
        return answer


@contextmanager
def browser(folder: Path, carloop: Carloop) -> Iterator[Browser]:
    """Run a planner over a folder until the block is left, and yield a browser that has signed in to it."""
    settings = {
        "CARLOOP_BASE_URL": carloop.url,
        "CARLOOP_TOKEN": carloop.token,
        "CARLOOP_STORE": str(folder / "carloop.sqlite3"),
        "PLANNER_HOST_ADMIN_PASSWORD": PASSWORD,
    }
    command = [sys.executable, "-m", "planner_host", "serve", "--port", "0", "--data", str(folder)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, **settings}
    )
    assert process.stdout is not None  # it was asked for
    try:
        with closing(Browser(process.stdout.readline().removeprefix("ready ").strip())) as page:
            yield page
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


class _Fields(HTMLParser):
    """Reads what the search's form sends while nothing is ticked."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the form's beginning and its fields."""
        found = {name: value or "" for name, value in attrs}
        self._is_inside |= found.get("id") == "offer-form"
        if self._is_inside and tag == "input" and found.get("type") not in ("checkbox", "radio"):
            self.fields[found["name"]] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Note the form's end."""
        self._is_inside &= tag != "form"


def fields_of(page: str) -> dict[str, str]:
    """Return the fields that a page's search form sends."""
    parser = _Fields()
    parser.feed(page)
    return parser.fields


def _book(host: MobilityHost, appointment: str, period: Period) -> None:
    document: dict[str, object] = {"id": appointment, "revision": 1, "status": "scheduled", "site": "main"}
    document |= {"period": period, "time_zone": "Europe/Berlin", "customer": CUSTOMER}
    host.appointment_saved(cast("contract.Appointment", document), kit.LONG)
    option = kit.search(host, kit.request_of(period, 1))["options"][0]
    change: dict[str, object] = {"change_id": str(uuid.uuid4()), "provider": "carloop", "action": "book"}
    change |= {"site": "main", "appointment_id": appointment, "option_id": option["id"]}
    change |= {"period": period, "customer": CUSTOMER}
    outcome = host.change_rental(cast("contract.RentalChange", change), kit.LONG)
    if outcome["status"] != "done":
        raise RuntimeError(f"the booking failed: {outcome}")
