"""A small program on the shared ground, served for real, and browsers of httpx that talk to it."""

import asyncio
import threading
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial

import httpx
import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse

from demo_base.access import Access
from demo_base.languages import Catalogues
from demo_base.pages import Program, Refused, not_found, page_route, refuse_outright
from demo_base.security import SafePages, trusted_hosts
from demo_base.server import Server, address_of, bind
from demo_base.signing_in import sign_in_routes
from demo_base.templates import BASE, Templates, static_mounts

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Passwords are checked for real, but not for long."""

PASSWORD = "open-sesame"
OWN_TEXTS = {"program.name": "Probe", "program.footer": "Fuß", "sign_in.help": "Hilfe"}


@dataclass
class Clock:
    """Tells the time that a test sets."""

    now: float = 1_800_000_000.0

    def __call__(self):
        """Give the time."""
        return self.now


@pytest.fixture
def clock():
    """Give a clock that stands still."""
    return Clock()


@pytest.fixture
def access(tmp_path, clock):
    """Open accounts: an admin and an advisor."""
    with closing(Access(tmp_path, hasher=CHEAP, now=clock)) as access:
        access.set_account("admin", role="admin", password=PASSWORD)
        access.set_account("advisor", role="advisor", password=PASSWORD)
        yield access


@dataclass
class Site:
    """A running program: its address, and what its pages have done."""

    url: str
    program: Program
    done: list[dict[str, str]] = field(default_factory=list)

    @contextmanager
    def browser(self, name="", **headers):
        """Open a browser, signed in when a name is given; it says where its requests come from, as browsers do."""
        with httpx.Client(
            base_url=self.url,
            headers={"Sec-Fetch-Site": "same-origin"} | headers,
            trust_env=False,
            timeout=10,
        ) as client:
            if name:
                answer = client.post("/sign-in", data={"name": name, "password": PASSWORD})
                assert answer.status_code == 303, answer.text
            yield client


@pytest.fixture
def site(tmp_path, access):
    """Serve a program whose pages show, change, refuse and fail."""
    folder = _own_folder(tmp_path / "own")
    program = Program("probe", Catalogues(BASE / "locale", folder / "locale"), Templates(folder), access)
    done = []

    def change(page):
        done.append({"name": page.form["name"], "all": "|".join(page.form.all("each"))})
        return page.go("/shown")

    def fail(page):
        raise RuntimeError("canary of the inside")

    def refuse(page):
        raise Refused(404, "not_found")

    routes = [
        page_route("/", lambda page: PlainTextResponse(page.user.name), program),
        page_route("/shown", lambda page: page.render("shown.html", value=page.query("value")), program),
        page_route("/pictures", _show_picture, program),
        page_route("/change", change, program, methods=["POST"]),
        page_route("/admin", lambda _: PlainTextResponse("secret"), program, roles=["admin"]),
        page_route("/fail", fail, program),
        page_route("/gone", refuse, program),
    ]
    app = Starlette(
        routes=[*sign_in_routes(program), *routes, *static_mounts(folder)],
        middleware=[
            Middleware(
                SafePages,
                hosts=trusted_hosts("127.0.0.1", "known.example"),
                refuse=refuse_outright(program),
            )
        ],
        exception_handlers={HTTPException: partial(not_found, program=program)},
    )
    app.router.redirect_slashes = False
    with _serving(app) as url:
        yield Site(url, program, done)


@pytest.fixture
def browser_of(site):
    """Give what opens a browser, closed at the end: `browser_of("admin")`."""
    with ExitStack() as stack:
        yield lambda *name, **headers: stack.enter_context(site.browser(*name, **headers))


def _show_picture(page):
    return page.render("shown.html", value="", images=["https://cars.example/a.png?x=1", "nonsense"])


def _own_folder(folder):
    for part in ("templates", "static", "locale/de/LC_MESSAGES", "locale/en/LC_MESSAGES"):
        (folder / part).mkdir(parents=True)
    for name in ("own.css", "favicon.svg"):
        (folder / "static" / name).write_text("", "utf-8")
    (folder / "templates/brand.html").write_text("<svg></svg>", "utf-8")
    (folder / "templates/shown.html").write_text(
        '{% extends "base.html" %}{% block content %}<p id="value">{{ value }}</p>{% endblock %}', "utf-8"
    )
    for language in ("de", "en"):
        texts = "".join(f'\nmsgid "{key}"\nmsgstr "{text}"\n' for key, text in OWN_TEXTS.items())
        head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
        (folder / f"locale/{language}/LC_MESSAGES/messages.po").write_text(head + texts, "utf-8")
    return folder


@contextmanager
def _serving(app):
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
