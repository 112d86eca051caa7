"""A sandbox with its pages, and a clerk who has signed in to them."""

import re
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape

import httpx
import pytest

from carloop_sandbox.running import run_sandbox
from carloop_sandbox.store import Fleet

PASSWORD = "open-sesame"
TOKEN = "test-token"


@dataclass
class Clerk:
    """Somebody at the rental desk, with a browser."""

    http: httpx.Client

    def look(self, path, *, language="de", status=200):
        """Open a page and give its text as it is sent."""
        answer = self.http.get(path, headers={"Accept-Language": language})
        assert answer.status_code == status, answer.text
        return answer.text

    def send(self, path, *, language="de", **fields):
        """Send a form."""
        return self.http.post(path, data=fields, headers={"Accept-Language": language})

    def hidden(self, path, name):
        """Give the value of a hidden field of a page's first form that has it."""
        found = re.search(f'name="{name}" value="([^"]*)"', self.look(path))
        assert found, f"no field {name} on {path}"
        return found[1]

    def desk(self, rental, action, *, language="de"):
        """Do something with a rental as it is shown now."""
        path = f"/rentals/{rental['id']}"
        return self.send(path, language=language, action=action, revision=self.hidden(path, "revision"))


def words_of(html):
    """Give what a person reads of a page's main part, white space made single."""
    main = html.partition('<main id="content"')[2].partition("</main>")[0]
    return " ".join(unescape(re.sub("<[^>]*>", " ", main)).split())


@pytest.fixture(name="words_of", scope="session")
def words_of_fixture():
    """Give the function that reads a page as a person does."""
    return words_of


@contextmanager
def clerk_of(sandbox):
    """Sign a clerk in."""
    headers = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=sandbox.url, headers=headers, trust_env=False, timeout=10) as http:
        assert http.post("/sign-in", data={"name": "admin", "password": PASSWORD}).status_code == 303
        yield Clerk(http)


@pytest.fixture
def sandbox():
    """A sandbox with pages and an empty calendar: twelve vehicles, nothing booked."""
    fleet = Fleet(vehicles=12, account="autohaus-test", rentals=False)
    with run_sandbox(token=TOKEN, fleet=fleet, password=PASSWORD) as running:
        yield running


@pytest.fixture
def clerk(sandbox):
    """A clerk of the sandbox with the empty calendar."""
    with clerk_of(sandbox) as signed_in:
        yield signed_in


@pytest.fixture(scope="session")
def busy_sandbox():
    """A seeded sandbox with pages that tests only read from."""
    with run_sandbox(token=TOKEN, allow_faults=False, password=PASSWORD) as running:
        yield running


@pytest.fixture
def visitor(busy_sandbox):
    """A clerk of the seeded sandbox, to read its pages."""
    with clerk_of(busy_sandbox) as signed_in:
        yield signed_in
