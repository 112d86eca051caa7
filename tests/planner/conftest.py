"""A planner over a folder of its own, providers that answer what a test sets, and browsers that ask its pages."""

from __future__ import annotations

import asyncio
import itertools
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import httpx
import pytest
from argon2 import PasswordHasher

from mobility_hookspecs import MobilityHost, MobilityProblem, hookimpl, make_problem
from planner_host.app import create_app
from planner_host.appointments.appointment import Appointment, Visit, new_id
from planner_host.dms import Car, Dms, DmsCustomer, import_example
from planner_host.planner import Planner
from planner_host.providers.filters import FilterCache
from planner_host.providers.open_changes import Changes
from planner_host.storage.audit import Audit
from planner_host.storage.records import Records
from web_base.accounts.access import Access
from web_base.languages import Catalogues
from web_base.running.server import Server, address_of, bind
from web_base.templates import BASE

FOLDER = Path(__file__).parents[2] / "demo/planner_host"
NOW = datetime(2026, 11, 24, 9, 7, tzinfo=UTC)
PERIOD = {"start": "2026-11-25T08:00:00+01:00", "end": "2026-11-25T17:00:00+01:00"}
SINCE = "2026-11-24T10:00:00+01:00"
MANUAL = {"source": "manual", "last_name": "Sommer", "first_name": "Änne"}
HANS = DmsCustomer(
    "10001", first_name="Hans", last_name="Müller", city="Köln", cars=(Car("K-MU 123", make="VW"),)
)
BAKER = DmsCustomer(
    "10002", "company", company="Bäcker Krüger", cars=(Car("MS-BK 1", model="Caddy"), Car("MS-BK 2"))
)
_numbers = itertools.count(1)


class Clock:
    """A wall clock that moves when told."""

    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        """Return the present instant."""
        return self.now

    def forward(self, seconds):
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


class Fake:
    """A provider that answers what it is told to, and remembers what it was asked.

    `outcomes` are given to the next changes one by one, the last again and again: a status, a problem's code (then
    the change is refused), a whole outcome, or something to call with the change.
    """

    def __init__(self, provider="fake", name="Fake & Co."):
        self.provider, self.name = provider, name
        self.outcomes = ["done"]
        self.changes, self.asked, self.options, self.stations = [], [], [], []
        self.states = {}
        self.capabilities, self.quoted, self.quotes = [], {}, []

    def module(self, *hooks, **own):
        """Return the provider as a module with the named hooks of this class and the test's own hooks."""
        module = ModuleType(f"provider_{self.provider}")
        for name in ("describe_mobility_provider", *hooks):
            setattr(module, name, getattr(self, name))
        for name, hook in own.items():
            setattr(module, name, hookimpl(hook))
        return module

    @hookimpl
    def describe_mobility_provider(self):
        """Return who this is."""
        about = {"id": self.provider, "name": self.name, "version": "1.0", "contract": ">=1.0,<2"}
        return about | {"kinds": ["rental_car"], "capabilities": self.capabilities}

    @hookimpl
    def on_appointment_saved(self, appointment, context):
        """Return the step of an appointment."""
        self.asked.append("saved")
        bare = {"period": appointment["period"], "locked": [], "notices": []}
        return bare | self.state_of(appointment["id"])

    @hookimpl
    def provide_mobility_states(self, appointment_ids, context):
        """Return the states of appointments."""
        self.asked.append("states")
        return [self.state_of(each) for each in appointment_ids]

    @hookimpl
    def provide_mobility_filters(self, site, context):
        """Return one class, two features, and the stations that were set."""
        self.asked.append("filters")
        classes = [{"id": "kombi", "name": f"Kombi ({context.locale})"}]
        automatic = {"id": "automatik", "name": "Automatik", "group": "Antrieb"}
        features = [automatic, {"id": "navi", "name": "Navigationssystem"}]
        answer = {"provider": self.provider, "vehicle_classes": classes, "features": features}
        return answer | ({"stations": self.stations} if self.stations else {})

    @hookimpl
    def provide_mobility_options(self, request, context):
        """Return the options that were set."""
        self.asked.append("options")
        self.request = request
        total = len([each for each in self.options if each["match"] == "exact"])
        answer = {"provider": self.provider, "as_of": SINCE, "options": self.options}
        return answer | {"total": total, "truncated": False}

    @hookimpl
    def on_rental_change(self, change, context):
        """Answer with the next outcome."""
        if change["provider"] != self.provider:
            return None
        self.changes.append(change)
        wanted = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        answer = {"change_id": change["change_id"], "provider": self.provider}
        if callable(wanted):
            wanted = wanted(change)
        if isinstance(wanted, dict):
            return answer | wanted
        if wanted == "done":
            if change["action"] == "book":
                self.book(change["appointment_id"])
            return answer | {"status": "done", "rental": self.rental(change.get("appointment_id", "A-1"))}
        if wanted == "unknown":
            return answer | {"status": "unknown", "problem": make_problem("deadline_exceeded")}
        return answer | {"status": "refused", "problem": make_problem(wanted)}

    @hookimpl
    def quote_rental_change(self, change, context):
        """Answer with the quote that was set: what it lacks is not known, and the change is possible."""
        self.quotes.append(change)
        named = {"change_id": change["change_id"], "provider": self.provider}
        return named | {"possible": True} | self.quoted

    def state_of(self, appointment_id):
        """Return the state that was set for an appointment, else that nothing is booked."""
        bare = {"provider": self.provider, "appointment_id": appointment_id, "state": "open", "proposals": []}
        return bare | self.states.get(appointment_id, {})

    def book(self, appointment_id, **fields):
        """Have a rental for an appointment."""
        self.states[appointment_id] = {"state": "booked", "rental": self.rental(appointment_id, **fields)}

    def rental(self, appointment_id, **fields):
        """Write a rental."""
        bare = {"provider": self.provider, "site": "main", "id": "R-1", "appointment_id": appointment_id}
        bare |= {"kind": "rental_car", "title": "VW Golf Variant", "status": "reserved", "period": PERIOD}
        bare |= {"allowed_changes": ["change_end", "cancel"], "revision": 3, "changed_at": SINCE}
        return bare | fields

    def option(self, option_id="V1", **fields):
        """Write an option with a vehicle."""
        vehicle = {"id": option_id, "make": "VW", "model": "Golf Variant"}
        vehicle |= {"vehicle_class": "kombi", "features": ["navi"]}
        bare = {"provider": self.provider, "id": option_id, "kind": "rental_car", "title": "VW Golf Variant"}
        return bare | {"period": PERIOD, "match": "exact", "vehicle": vehicle} | fields


HOOKS = (
    "on_appointment_saved",
    "provide_mobility_states",
    "provide_mobility_filters",
    "provide_mobility_options",
    "on_rental_change",
)


def problem(code="unreachable", **fields):
    """Make what a provider raises."""
    return MobilityProblem({**make_problem(code), **fields})


def failing(code="unreachable", **fields):
    """Make a hook that raises a problem."""

    def hook():
        raise problem(code, **fields)

    return hook


def at_once(count, work):
    """Call `work` with 0, 1, … in as many threads at the same moment; return what each of them gave."""
    together = threading.Barrier(count)

    def run(number):
        together.wait()
        return work(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


@dataclass
class Workshop:
    """Starts planners over one folder, one after the other."""

    folder: Path
    dms: Dms
    clock: Clock = field(default_factory=Clock)
    stack: ExitStack = field(default_factory=ExitStack)

    def planner(self, *providers):
        """Start a planner, after the end of the one before."""
        self.stop()
        host = self.stack.enter_context(MobilityHost.of(*providers))
        records = Records(self.folder)
        self.stack.callback(records.close)
        audit = Audit(records.database)
        changes = Changes(host, records, audit, now=self.clock)
        return Planner(host, records, audit, changes, FilterCache(host), self.dms, self.clock)

    def stop(self):
        """End the planner."""
        self.stack.close()


@pytest.fixture(scope="session")
def dms(tmp_path_factory):
    """A DMS of two customers, which nobody changes."""
    with closing(Dms(tmp_path_factory.mktemp("dms") / "dms.sqlite3")) as dms:
        dms.replace([HANS, BAKER])
        yield dms


@pytest.fixture(scope="session")
def example_dms(tmp_path_factory):
    """The DMS that a new planner has, which nobody changes."""
    with closing(Dms(tmp_path_factory.mktemp("example") / "dms.sqlite3")) as dms:
        import_example(dms)
        yield dms


@pytest.fixture
def workshop(tmp_path, dms):
    """A folder in which planners are started."""
    workshop = Workshop(tmp_path, dms)
    yield workshop
    workshop.stop()


@pytest.fixture
def fake():
    """A provider with all that step 4 needs."""
    return Fake()


@pytest.fixture
def planner(workshop, fake):
    """A planner with that provider."""
    return workshop.planner(fake.module(*HOOKS))


@pytest.fixture
def other():
    """A second provider."""
    return Fake("other", "Other")


@pytest.fixture
def both(workshop, fake, other):
    """A planner with both providers."""
    return workshop.planner(fake.module(*HOOKS), other.module(*HOOKS))


@pytest.fixture
def release():
    """An event that a hanging provider waits for; set when the test ends."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture(scope="session")
def catalogues():
    """The planner's texts."""
    return Catalogues(BASE / "locale", FOLDER / "locale")


@pytest.fixture(scope="session", params=["de", "en"])
def language(request, catalogues):
    """Each language in turn."""
    return catalogues[request.param]


@pytest.fixture
def visit():
    """A visit of a customer typed by hand, tomorrow from eight to five."""
    start = datetime.fromisoformat(PERIOD["start"]).astimezone(UTC)
    return Visit(start, start + timedelta(hours=9), dict(MANUAL), {"licence_plate": "KA-AS 1"}, "Inspektion")


@pytest.fixture
def draft(visit):
    """Return a function that drafts an appointment; fields may be replaced."""

    def draft(**fields):
        bare = {"id": new_id(), "revision": 0, "site": "main", "time_zone": "Europe/Berlin"}
        bare |= {"visit": visit, "saved_by": "anna", "saved_at": NOW + timedelta(seconds=next(_numbers))}
        return Appointment(**(bare | fields))

    return draft


@pytest.fixture
def saved(planner, draft):
    """A saved appointment."""
    return planner.records.save(draft()).appointment


# ------------------------------------------------------------------ over HTTP

PASSWORD = "password-of-the-tests"
USERS = {"anna": "advisor", "bert": "advisor", "admin": "admin"}
OUTSIDE = "planner.example"


class Elements(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, page):
        super().__init__()
        self.tags = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data):
        self.text += f"{data} "

    def all(self, tag, **attributes):
        """Return the attributes of all such tags."""
        wanted = attributes.items()
        return [found for name, found in self.tags if name == tag and wanted <= found.items()]

    def field(self, name):
        """Return the value of the first field of this name."""
        return next(found.get("value", "") for tag, found in self.tags if found.get("name") == name)

    @property
    def addresses(self):
        """Return everything that is an address."""
        names = ("href", "src", "action", "formaction", "hx-get", "hx-post")
        return [found[name] for _, found in self.tags for name in names if name in found]


@dataclass
class Site:
    """A planner that is served."""

    url: str
    planner: Planner
    access: Access
    stack: ExitStack = field(repr=False)

    def stranger(self, **headers):
        """Open a browser that sends no more than what is given."""
        # Certificates take longer to load than most tests to run, and here is none.
        client = httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False, verify=False)  # noqa: S501
        return self.stack.enter_context(client)

    def browser(self, user=None, **headers):
        """Open a browser, which sends what a page of ours sends; somebody may have signed in to it."""
        browser = self.stranger(**{"Origin": self.url, "Accept-Language": "de"} | headers)
        if user is not None:
            browser.cookies["planner-host-session"] = self.session(user)
        return browser

    def session(self, user):
        """Sign somebody in, and give the session."""
        return self.access.sign_in(user, PASSWORD).session


class SharedServer:
    """Serves the application of the running test: starting a server takes longer than most tests."""

    def __init__(self, url):
        self.url = url
        self.app = None

    async def __call__(self, scope, receive, send):
        """Answer a request."""
        await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def server():
    """A server without an application."""
    with closing(bind("127.0.0.1", 0)) as listener:
        shared, ready = SharedServer(address_of(listener)), threading.Event()
        running = Server(shared, ready=ready.set)
        thread = threading.Thread(target=lambda: asyncio.run(running.serve(sockets=[listener])))
        thread.start()
        try:
            assert ready.wait(30)
            yield shared
        finally:
            running.should_exit = True
            thread.join()


@pytest.fixture
def serve(server, tmp_path):
    """Return a function that serves a planner until the test ends."""
    with ExitStack() as stack:
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        access = stack.enter_context(closing(Access(tmp_path, hasher=hasher)))
        for name, role in USERS.items():
            access.set_account(name, role=role, password=PASSWORD)

        def serve(planner):
            server.app = create_app(planner, access, hosts=["127.0.0.1", "localhost", OUTSIDE])
            return Site(server.url, planner, access, stack)

        yield serve


@pytest.fixture
def site(planner, serve):
    """The planner with one provider, served."""
    return serve(planner)


@pytest.fixture
def anna(site):
    """A browser in which Anna has signed in."""
    return site.browser("anna")


def hidden(page, action):
    """Return the hidden fields of the form that is sent to an address."""
    return {name: values[-1] for name, values in all_hidden(page, action).items()}


def all_hidden(page, action):
    """Return the same with all values of each field."""
    (form,) = re.findall(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    fields = {}
    for each in Elements(form).all("input", type="hidden"):
        fields.setdefault(each["name"], []).append(each.get("value", ""))
    return fields
