"""A real Chromium, and the programs it looks at, as processes of their own.

- `open_page(…)` opens a page in a window with cookies of its own; `page` is one: German, light, 1280 wide
- nothing may leave this machine, and every console must stay empty: `watch` looks when the test ends
- `axe(page)` fails with what is not accessible, `sign_in(page, …)` signs in to either program
- `start("carloop_sandbox", "serve", …)` runs a program until all tests are done, or until it is killed
"""

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

FOLDER = Path(__file__).parent
HERE = "127.0.0.1"
PASSWORD = "password-of-the-browser-tests"
LOCALES = {"de": "de-DE", "en": "en-GB"}


def pytest_collection_modifyitems(items):
    """Mark what needs Chromium, and run it last: Playwright's event loop occupies the thread until the end."""
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker("browser")
    items.sort(key=lambda item: FOLDER in item.path.parents)


# ------------------------------------------------------------------ Chromium


@pytest.fixture(scope="session")
def base_url():
    """Give no base: tests name whole addresses, since there are several programs."""


@pytest.fixture(scope="session")
def chromium():
    """Find Chromium: without it CI fails, and a person is told how to get it."""
    found = shutil.which("chromium")
    if found is None:
        missing = "Chromium is missing. On Debian: apt-get install chromium chromium-l10n"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(chromium):
    """Launch the system's Chromium, which finds no other machine by name."""
    return {
        "executable_path": chromium,
        "args": [
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HERE}",
        ],
        "env": {**os.environ, "LANGUAGE": "de"},
    }


@pytest.fixture(scope="session")
def browser_context_args():
    """Give every window the same clock, and nothing that moves."""
    return {"timezone_id": "Europe/Berlin", "reduced_motion": "reduce"}


@dataclass
class Watch:
    """What windows must not do: complain on their console, or ask another machine."""

    complaints: list[tuple[str, str]] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    refused_pages: set[str] = field(default_factory=set)
    admitted: list[str] = field(default_factory=list)

    def admit(self, text):
        """Let complaints pass that hold this text, such as `status of 409` or `net::ERR_`."""
        self.admitted.append(text)

    def over(self, context):
        """Watch a window."""
        context.on("request", lambda request: self._note_request(request.url))
        context.on("response", self._note_response)
        context.on("weberror", lambda error: self.complaints.append((str(error.error), "")))
        context.on("console", self._note_console)

    def check(self):
        """Fail with what was noted."""
        assert self.strangers == [], "asked another machine"
        found = [f"{text} {url}" for text, url in self.complaints if not self._is_admitted(text, url)]
        assert found == [], "\n".join(["the console is not empty:", *found])

    def _note_request(self, url):
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname != HERE:
            self.strangers.append(url)

    def _note_response(self, response):
        if 400 <= response.status < 500 and response.request.is_navigation_request():
            self.refused_pages.add(response.url)

    def _note_console(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append((message.text, message.location.get("url", "")))

    def _is_admitted(self, text, url):
        # a page that is itself a refusal has its status; Chromium says so on the console
        by_status = "Failed to load resource" in text and url in self.refused_pages
        return by_status or any(each in text for each in self.admitted)


@pytest.fixture
def watch():
    """Watch all windows of a test; look at the end."""
    watch = Watch()
    yield watch
    watch.check()


@pytest.fixture
def open_page(new_context, watch):
    """Give what opens a page in a new window: `open_page(language="en", scheme="dark", width=400)`."""

    def open_page(*, language="de", scheme="light", width=1280, height=900, **more):
        context = new_context(
            locale=LOCALES[language],
            color_scheme=scheme,
            viewport={"width": width, "height": height},
            **more,
        )
        watch.over(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        return page

    return open_page


@pytest.fixture
def page(open_page):
    """Open a page: German, light, 1280 pixels wide."""
    return open_page()


@pytest.fixture(scope="session")
def axe():
    """Give what fails with the list of everything on a page that is not accessible."""
    engine = Axe()

    def axe(page):
        found = engine.run(page).response["violations"]
        rows = [
            f"{each['id']} ({each['impact']}): {each['help']}\n    {node['html'][:200]}\n    {node['failureSummary']}"
            for each in found
            for node in each["nodes"]
        ]
        assert rows == [], "\n".join([page.url, *rows])

    return axe


@pytest.fixture(scope="session")
def sign_in():
    """Give what signs in: `sign_in(page, url, "admin", password)`, and ends on the page at `url`."""

    def sign_in(page, url, name, password):
        page.goto(url)
        page.locator("input[name=name]").fill(name)
        page.locator("input[name=password]").fill(password)
        page.locator("main button[type=submit]").click()
        page.wait_for_url(lambda address: "/sign-in" not in address)

    return sign_in


# ------------------------------------------------------------------ programs


@dataclass
class Program:
    """A running program."""

    url: str
    process: "subprocess.Popen[str]" = field(repr=False)
    words: Path = field(repr=False)

    @property
    def said(self):
        """What it has said on standard error."""
        return self.words.read_text("utf-8")

    def kill(self):
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="session")
def start():
    """Give what runs `python -m MODULE ARGUMENTS`, waits for `ready URL`, and ends it after the last test."""
    numbers = itertools.count()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="programs-")))

        def start(module, *arguments, **environment):
            words = folder / f"{module}-{next(numbers)}"
            with words.open("w", encoding="utf-8") as stderr:
                process = subprocess.Popen(
                    [sys.executable, "-P", "-m", module, *arguments],
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    text=True,
                    env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
                )
            stack.callback(_end, process)
            line = process.stdout.readline()
            assert line.startswith("ready "), words.read_text("utf-8")
            return Program(line.split()[1], process, words)

        yield start


def _end(process):
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


@dataclass
class Carloop(Program):
    """A running sandbox, with its sign-in and a token."""

    password: str = field(default=PASSWORD, repr=False)
    token: str = field(default="token-of-the-browser-tests", repr=False)


@pytest.fixture(scope="session")
def carloop(start):
    """Run a sandbox that the browser tests share, with controls and a seeded fleet."""
    token = "token-of-the-browser-tests"
    options = ("--port", "0", "--allow-faults", "--token", token)
    running = start("carloop_sandbox", "serve", *options, CARLOOP_SANDBOX_PASSWORD=PASSWORD)
    return Carloop(running.url, running.process, running.words, token=token)
