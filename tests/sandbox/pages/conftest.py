"""Clerks who have signed in to the pages of the two sandboxes."""

import re
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape

import httpx
import pytest


@dataclass
class Clerk:
    """Somebody at the rental desk, with a browser."""

    http: httpx.Client

    def look(self, path, *, language="de", status=200):
        """Open a page and give its text as it is sent."""
        answer = self.http.get(path, headers={"Accept-Language": language})
        assert answer.status_code == status, answer.text
        return answer.text

    def words(self, path, *, language="de"):
        """Return what a person reads of a page's main part, white space made single."""
        main = self.look(path, language=language).partition('<main id="content"')[2].partition("</main>")[0]
        return " ".join(unescape(re.sub("<[^>]*>", " ", main)).split())

    def send(self, path, *, language="de", **fields):
        """Send a form."""
        return self.http.post(path, data=fields, headers={"Accept-Language": language})

    def hidden(self, path, name):
        """Return the value of a hidden field of a page's first form that has it."""
        found = re.search(f'name="{name}" value="([^"]*)"', self.look(path))
        assert found, f"no field {name} on {path}"
        return found[1]

    def desk(self, rental, action, *, language="de"):
        """Do something with a rental as it is shown now."""
        path = f"/rentals/{rental['id']}"
        return self.send(path, language=language, action=action, revision=self.hidden(path, "revision"))


@contextmanager
def clerk_of(sandbox, password):
    """Sign a clerk in."""
    headers = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=sandbox.url, headers=headers, trust_env=False, timeout=10) as http:
        assert http.post("/sign-in", data={"name": "admin", "password": password}).status_code == 303
        yield Clerk(http)


@pytest.fixture(scope="session")
def _clerk(empty_sandbox, password):
    with clerk_of(empty_sandbox, password) as signed_in:
        yield signed_in


@pytest.fixture
def clerk(sandbox, _clerk):
    """A clerk of the empty sandbox."""
    return _clerk


@pytest.fixture(scope="session")
def visitor(busy_sandbox, password):
    """A clerk of the busy sandbox, to read its pages."""
    with clerk_of(busy_sandbox, password) as signed_in:
        yield signed_in
