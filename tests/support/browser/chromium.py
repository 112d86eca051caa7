"""Fixtures that open windows of one Chromium, which no other machine answers and whose console must stay empty."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response, WebError

HOST = "127.0.0.1"

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Return Chromium's path: without Chromium CI fails, and a person reads how to install it."""
    found = shutil.which("chromium")
    if found is not None:
        return found
    missing = "Chromium is missing. On Debian: apt-get install chromium chromium-l10n"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="session")
def browser_type_launch_args(chromium_path: str) -> dict[str, Any]:
    """Launch the system's Chromium, which can resolve no other machine's name."""
    return {
        "executable_path": chromium_path,
        "args": [
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}",
        ],
        "env": {**os.environ, "LANGUAGE": "de"},
    }


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """Use the workshop's time zone in every window, and no animations."""
    return {"timezone_id": "Europe/Berlin", "reduced_motion": "reduce"}


@dataclass
class WindowWatch:
    """Records what windows must not do: write to the console, or send a request to another machine."""

    complaints: list[tuple[str, str]] = field(default_factory=list)
    foreign_requests: list[str] = field(default_factory=list)
    refused_pages: set[str] = field(default_factory=set)
    allowed: list[str] = field(default_factory=list)

    def allow(self, text: str) -> None:
        """Ignore console messages that contain a text, such as `status of 409` or `net::ERR_`."""
        self.allowed.append(text)

    def attach(self, context: BrowserContext) -> None:
        """Watch a window."""
        context.on("request", lambda request: self._note_request(request.url))
        context.on("response", self._note_response)
        context.on("weberror", self._note_error)
        context.on("console", self._note_console)

    def check(self) -> None:
        """Fail with what was recorded."""
        assert self.foreign_requests == [], f"requests to another machine: {self.foreign_requests}"
        found = [f"{text} {url}" for text, url in self.complaints if not self._is_allowed(text, url)]
        assert found == [], "\n".join(["the console is not empty:", *found])

    def _note_request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname != HOST:
            self.foreign_requests.append(url)

    def _note_response(self, response: Response) -> None:
        if 400 <= response.status < 500 and response.request.is_navigation_request():
            self.refused_pages.add(response.url)

    def _note_error(self, error: WebError) -> None:
        self.complaints.append((str(error.error), ""))

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append((message.text, message.location.get("url", "")))

    def _is_allowed(self, text: str, url: str) -> bool:
        # Chromium writes the status of a page that is itself a refusal to the console.
        is_refused_page = "Failed to load resource" in text and url in self.refused_pages
        return is_refused_page or any(each in text for each in self.allowed)


@pytest.fixture
def watch() -> Iterator[WindowWatch]:
    """Watch all windows of a test, and check them when it ends."""
    watch = WindowWatch()
    yield watch
    watch.check()


@pytest.fixture
def open_page(new_context: Callable[..., BrowserContext], watch: WindowWatch) -> OpenPage:
    """Return what opens a page in a new window: `open_page(language="en", scheme="dark", width=400)`."""

    def open_page(
        *, language: str = "de", scheme: str = "light", width: int = 1280, height: int = 900, **more: Any
    ) -> Page:
        more |= {"locale": {"de": "de-DE", "en": "en-GB"}[language], "color_scheme": scheme}
        context = new_context(viewport={"width": width, "height": height}, **more)
        watch.attach(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        return page

    return open_page
