"""A small program on web_base, served for real, and browsers of httpx that talk to it."""

import asyncio
import threading
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from argon2 import PasswordHasher
from starlette.responses import PlainTextResponse

from web_base.accounts.access import Access
from web_base.accounts.signing_in import sign_in_routes
from web_base.accounts.throttle import WAIT_SECONDS
from web_base.languages import Catalogues
from web_base.pages import Program, Refused, page_route
from web_base.running.server import Server, address_of, bind
from web_base.security import trusted_hosts
from web_base.site import create_site
from web_base.templates import BASE, Templates

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Passwords are checked for real, but not for long."""

PASSWORD = "open-sesame"
OWN_TEXTS = {"program.name": "Probe", "program.footer": "Fuß", "sign_in.help": "Hilfe"}
SHOWN = '{% extends "base.html" %}{% block content %}<p id="value">{{ value }}</p>{% endblock %}'
PICTURES = ["https://cars.example/a.png?x=1", "nonsense"]


@dataclass
class Clock:
    """A clock that a test sets."""

    now: float = 1_800_000_000.0

    def __call__(self):
        """Return the time."""
        return self.now


@pytest.fixture
def clock():
    """Return a clock that stands still."""
    return Clock()


@contextmanager
def two_accounts(folder, clock):
    """Open accounts in a folder: an admin and an advisor."""
    with closing(Access(folder, hasher=CHEAP, now=clock)) as access:
        access.set_account("admin", role="admin", password=PASSWORD)
        access.set_account("advisor", role="advisor", password=PASSWORD)
        yield access


@pytest.fixture
def access(tmp_path, clock):
    """Open accounts of the test's own: an admin and an advisor."""
    with two_accounts(tmp_path, clock) as access:
        yield access


@dataclass
class Site:
    """A running program: its address, its clock, and what its pages have done."""

    url: str
    program: Program
    clock: Clock
    done: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """Serve, once, a program whose pages show, change, refuse and fail."""
    folder, clock = own_folder(tmp_path_factory.mktemp("own")), Clock()
    with two_accounts(tmp_path_factory.mktemp("access"), clock) as access:
        program = Program("probe", Catalogues(BASE / "locale", folder / "locale"), Templates(folder), access)
        site = Site("", program, clock)
        with serving(application(site, folder)) as site.url:
            yield site


@pytest.fixture
def site(served):
    """Return the program, which has done nothing yet and remembers no failed sign-in."""
    served.done.clear()
    served.clock.now += WAIT_SECONDS
    return served


@pytest.fixture
def client_of(site):
    """Return what opens an HTTP client that sends the headers it is given, and no more."""
    with ExitStack() as stack:
        # certificates are slow to load, and nothing here is encrypted
        options = {"base_url": site.url, "trust_env": False, "timeout": 10, "verify": False}
        yield lambda **headers: stack.enter_context(httpx.Client(headers=headers, **options))


@pytest.fixture
def browser_of(client_of):
    """Return what opens a browser, which says where its requests come from: `browser_of("admin")` has signed in."""

    def open_browser(name="", **headers):
        client = client_of(**{"Sec-Fetch-Site": "same-origin"} | headers)
        if name:
            answer = client.post("/sign-in", data={"name": name, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
        return client

    return open_browser


def application(site, folder):
    """Build the program's application."""

    def change(page):
        site.done.append({"name": page.form["name"], "all": "|".join(page.form.all("each"))})
        return page.go("/shown")

    def fail(page):
        raise RuntimeError("canary of the inside")

    def refuse(page):
        raise Refused(404, "not_found")

    program = site.program
    routes = [
        page_route("/", lambda page: PlainTextResponse(page.user.name), program),
        page_route("/shown", lambda page: page.render("shown.html", value=page.query("value")), program),
        page_route("/pictures", lambda page: page.render("shown.html", value="", images=PICTURES), program),
        page_route("/change", change, program, methods=["POST"]),
        page_route("/admin", lambda _: PlainTextResponse("secret"), program, roles=["admin"]),
        page_route("/address", lambda page: PlainTextResponse(page.address), program),
        page_route("/fail", fail, program),
        page_route("/gone", refuse, program),
    ]
    hosts = trusted_hosts("127.0.0.1", "known.example")
    routes += sign_in_routes(program)
    return create_site(program, routes, folder, hosts=hosts, proxies=("127.0.0.1",))


def own_folder(folder):
    """Write the program's own templates, static files and texts."""
    for part in ("templates", "static", "locale/de/LC_MESSAGES", "locale/en/LC_MESSAGES"):
        (folder / part).mkdir(parents=True)
    for name in ("own.css", "favicon.svg"):
        (folder / "static" / name).write_text("", "utf-8")
    (folder / "templates/brand.html").write_text("<svg></svg>", "utf-8")
    (folder / "templates/shown.html").write_text(SHOWN, "utf-8")
    texts = "".join(f'\nmsgid "{key}"\nmsgstr "{text}"\n' for key, text in OWN_TEXTS.items())
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
    for language in ("de", "en"):
        (folder / f"locale/{language}/LC_MESSAGES/messages.po").write_text(head + texts, "utf-8")
    return folder


@contextmanager
def serving(app):
    """Serve an application until the block is left, and give its address."""
    listener = bind("127.0.0.1", 0)
    started = threading.Event()
    server = Server(app, ready=started.set)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    try:
        assert started.wait(30)
        yield address_of(listener)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
