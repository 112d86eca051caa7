"""A workshop's planner with providers as their authors would write them, and the clock in the test's hand."""

from __future__ import annotations

import asyncio
import itertools
import re
import threading
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import httpx
import pytest
from argon2 import PasswordHasher

from demo_base.access import Access
from demo_base.languages import Catalogues
from demo_base.server import Server, address_of, bind
from demo_base.templates import BASE
from mobility_hookspecs import MobilityHost, MobilityProblem, hookimpl, make_problem
from planner_host.app import create_app
from planner_host.appointments import Appointment, Visit, new_id
from planner_host.audit import Audit
from planner_host.changes import Changes
from planner_host.dms import Car, DmsCustomer, SqliteDms, open_dms
from planner_host.filters import FilterCache
from planner_host.planner import Planner
from planner_host.records import Records, Saved

FOLDER = Path(__file__).parents[2] / "planner_host"
NOW = datetime(2026, 11, 24, 9, 7, tzinfo=UTC)
PERIOD = {"start": "2026-11-25T08:00:00+01:00", "end": "2026-11-25T17:00:00+01:00"}
MANUAL = {"source": "manual", "last_name": "Sommer", "first_name": "Änne"}
CUSTOMERS = (
    DmsCustomer(
        "10001", first_name="Hans", last_name="Müller", city="Köln", cars=(Car("K-MU 123", make="VW"),)
    ),
    DmsCustomer(
        "10002",
        kind="company",
        company="Bäcker Krüger",
        last_name="Krüger",
        cars=(Car("MS-BK 1", model="Caddy"), Car("MS-BK 2")),
    ),
)
_numbers = itertools.count(1)


class Clock:
    """A wall clock that moves when told."""

    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        """Give the present instant."""
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
        self.provider = provider
        self.name = name
        self.outcomes = ["done"]
        self.changes = []
        self.asked = []
        self.states = {}
        self.options = []

    def module(self, *hooks, **own):
        """Give the provider as a module with the named hooks of this class, and hooks of the test's own."""
        module = ModuleType(f"provider_{self.provider}")
        for name in ("describe_mobility_provider", *hooks):
            setattr(module, name, getattr(self, name))
        for name, hook in own.items():
            setattr(module, name, hookimpl(hook))
        return module

    @hookimpl
    def describe_mobility_provider(self):
        """Say who this is."""
        return {
            "id": self.provider,
            "name": self.name,
            "version": "1.0",
            "contract": ">=1.0,<2",
            "kinds": ["rental_car"],
            "capabilities": [],
        }

    @hookimpl
    def on_appointment_saved(self, appointment, context):
        """Say how an appointment stands."""
        self.asked.append("saved")
        return {"period": appointment["period"], "locked": [], "notices": []} | self.state_of(
            appointment["id"]
        )

    @hookimpl
    def provide_mobility_states(self, appointment_ids, context):
        """Say how appointments stand."""
        self.asked.append("states")
        return [self.state_of(each) for each in appointment_ids]

    @hookimpl
    def provide_mobility_filters(self, site, context):
        """Give one class and two features."""
        self.asked.append("filters")
        classes = [{"id": "kombi", "name": f"Kombi ({context.locale})"}]
        features = [
            {"id": "automatik", "name": "Automatik", "group": "Antrieb"},
            {"id": "navi", "name": "Navigationssystem"},
        ]
        return {"provider": self.provider, "vehicle_classes": classes, "features": features}

    @hookimpl
    def provide_mobility_options(self, request, context):
        """Offer the options that were set."""
        self.asked.append("options")
        exact = [each for each in self.options if each["match"] == "exact"]
        return {
            "provider": self.provider,
            "as_of": "2026-11-24T10:00:00+01:00",
            "options": self.options,
            "total": len(exact),
            "truncated": False,
        }

    @hookimpl
    def on_rental_change(self, change, context):
        """Answer the next outcome."""
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

    def state_of(self, appointment_id):
        """Write the state that was set for an appointment, else that nothing is booked."""
        bare = {"provider": self.provider, "appointment_id": appointment_id, "state": "open", "proposals": []}
        return bare | self.states.get(appointment_id, {})

    def book(self, appointment_id, **fields):
        """Have a rental for an appointment."""
        self.states[appointment_id] = {"state": "booked", "rental": self.rental(appointment_id, **fields)}

    def rental(self, appointment_id, **fields):
        """Write a rental."""
        return {
            "provider": self.provider,
            "site": "main",
            "id": "R-1",
            "appointment_id": appointment_id,
            "kind": "rental_car",
            "title": "VW Golf Variant",
            "status": "reserved",
            "period": PERIOD,
            "allowed_changes": ["change_end", "cancel"],
            "revision": 3,
            "changed_at": "2026-11-24T10:00:00+01:00",
            **fields,
        }

    def option(self, option_id="V1", **fields):
        """Write an option with a vehicle."""
        return {
            "provider": self.provider,
            "id": option_id,
            "kind": "rental_car",
            "title": "VW Golf Variant",
            "period": PERIOD,
            "match": "exact",
            "vehicle": {
                "id": option_id,
                "make": "VW",
                "model": "Golf Variant",
                "vehicle_class": "kombi",
                "features": ["navi"],
            },
            **fields,
        }


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


@dataclass
class Workshop:
    """Planners over one folder, started and stopped as a program would be."""

    folder: Path
    dms: SqliteDms
    clock: Clock = field(default_factory=Clock)
    stack: ExitStack = field(default_factory=ExitStack)

    def planner(self, *providers):
        """Start a planner; one that ran before over the same folder has ended."""
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
    with open_dms(tmp_path_factory.mktemp("dms") / "dms.sqlite3") as dms:
        dms.replace(CUSTOMERS)
        yield dms


@pytest.fixture
def workshop(tmp_path, dms):
    """A workshop's folder, in which planners are started."""
    workshop = Workshop(tmp_path, dms)
    yield workshop
    workshop.stop()


@pytest.fixture
def fake():
    """A provider with all that step 4 needs."""
    return Fake()


@pytest.fixture
def desk(workshop, fake):
    """A planner with that provider."""
    return workshop.planner(fake.module(*HOOKS))


@pytest.fixture
def release():
    """What a provider that hangs waits for; set when the test ends."""
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
    """Give what drafts an appointment that was never saved; fields may be replaced."""

    def draft(**fields):
        bare = {"id": new_id(), "revision": 0, "site": "main", "time_zone": "Europe/Berlin"}
        bare |= {"visit": visit, "saved_by": "anna", "saved_at": NOW + timedelta(seconds=next(_numbers))}
        return Appointment(**(bare | fields))

    return draft


@pytest.fixture
def saved(desk, draft):
    """An appointment that is saved."""
    outcome = desk.records.save(draft())
    assert isinstance(outcome, Saved)
    return outcome.appointment


# ------------------------------------------------------------------ over HTTP

PASSWORD = "password-of-the-tests"
USERS = {"anna": "advisor", "bert": "advisor", "admin": "admin"}
OUTSIDE = "planner.example"


class Elements(HTMLParser):
    """What a page is made of: tags with their attributes, and its text."""

    def __init__(self, page):
        super().__init__()
        self.tags = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Note a tag."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data):
        """Note text."""
        self.text += f"{data} "

    def all(self, tag, **attributes):
        """Give the attributes of all such tags."""
        wanted = attributes.items()
        return [found for name, found in self.tags if name == tag and wanted <= found.items()]

    def field(self, name):
        """Give the value of the first field of this name."""
        return next(found.get("value", "") for tag, found in self.tags if found.get("name") == name)

    @property
    def addresses(self):
        """Give everything that is an address."""
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


@contextmanager
def served(planner, folder):
    """Serve a planner on a socket of its own until the block is left."""
    with ExitStack() as stack:
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        access = stack.enter_context(closing(Access(folder, hasher=hasher)))
        for name, role in USERS.items():
            access.set_account(name, role=role, password=PASSWORD)
        app = create_app(planner, access, hosts=["127.0.0.1", "localhost", OUTSIDE])
        listener = stack.enter_context(closing(bind("127.0.0.1", 0)))
        ready = threading.Event()
        server = Server(app, ready=ready.set)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
        thread.start()
        try:
            assert ready.wait(10)
            yield Site(address_of(listener), planner, access, stack)
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def site(desk, tmp_path):
    """The planner with one provider, served."""
    with served(desk, tmp_path) as site:
        yield site


def hidden(page, action):
    """Give what a form of a page sends besides what one types, by the address it is sent to."""
    return {name: values[-1] for name, values in all_hidden(page, action).items()}


def all_hidden(page, action):
    """Give the same with every value of a field, as of check boxes."""
    (form,) = re.findall(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    fields = {}
    for each in Elements(form).all("input", type="hidden"):
        fields.setdefault(each["name"], []).append(each.get("value", ""))
    return fields
