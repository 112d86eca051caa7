"""A second origin: redirects and links to it, and its address typed on the settings page."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx

from proofs.documents import Document, new_booking, new_change, new_search
from proofs.faults.testbed import CALL_SECONDS, FaultTestbed
from tests.support.wire_faults import Effect, Position, WireFault

REDIRECTS = (301, 302, 303, 307, 308)
SECONDS = 2.0


@dataclass
class SecondOrigin:
    """Counts connections and answers none."""

    listener: socket.socket
    connections: int = 0

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def listen(self) -> None:
        """Count connections until closed."""
        with suppress(OSError):
            while True:
                sock, _ = self.listener.accept()
                self.connections += 1
                sock.close()


@contextmanager
def run_second_origin() -> Iterator[SecondOrigin]:
    """Listen on another origin."""
    origin = SecondOrigin(socket.create_server(("127.0.0.1", 0)))
    thread = threading.Thread(target=origin.listen, daemon=True)
    thread.start()
    try:
        yield origin
    finally:
        with suppress(OSError):
            origin.listener.shutdown(socket.SHUT_RDWR)
        origin.listener.close()
        thread.join(5)


@dataclass(frozen=True, slots=True)
class OriginAttempt:
    """A method that was tried: the answers, the second origin's connections, and whether its links were shown."""

    method: str
    answers: Mapping[str, str]
    connections: int
    shows_links: bool


def try_second_origin(testbed: FaultTestbed) -> Iterator[OriginAttempt]:
    """Try every method to make a planner connect to another origin."""
    with run_second_origin() as origin:
        for method, fault in _redirections(testbed.proxy.url, origin.url).items():
            _require_link(testbed, fault, origin.url)
            yield _attempt(testbed, origin, method, partial(_answered, testbed, fault))
        _require_typed_address(testbed, origin)
        yield _attempt(testbed, origin, "its address typed on a page", partial(_typed, testbed, origin.url))


def _attempt(testbed: FaultTestbed, origin: SecondOrigin, method: str, applied: Apply) -> OriginAttempt:
    before = origin.connections
    answers, documents = _try(testbed, applied)
    shows_links = any(origin.url in json.dumps(document) for document in documents)
    return OriginAttempt(method, answers, origin.connections - before, shows_links)


def _redirections(ours: str, theirs: str) -> Mapping[str, WireFault]:
    link = theirs.encode()
    redirects = {
        f"a redirect {status}": WireFault(
            Effect.INSTEAD,
            Position.AFTER,
            answer=(
                f"HTTP/1.1 {status} Moved\r\nlocation: {theirs}/api/planner/v1/account\r\n"
                "content-length: 0\r\nconnection: close\r\n\r\n"
            ).encode(),
        )
        for status in REDIRECTS
    }
    # the sandbox writes its links with the address it was asked at, in bodies and in `Location` alike
    links = {
        "`web_url` and `Location` there": ((ours.encode(), link),),
        "`next_cursor` there": (
            (b'"next_cursor": null', b'"next_cursor": "' + link + b'/next"'),
            (b'"next_cursor":null', b'"next_cursor":"' + link + b'/next"'),
        ),
        "`image_url` there": ((b'"licence_plate"', b'"image_url":"' + link + b'/x.png","licence_plate"'),),
        "headers that lead there": (
            (
                b"content-type:",
                b"link: <" + link + b'/next>; rel="next"\r\ncontent-location: ' + link + b"\r\ncontent-type:",
            ),
        ),
    }
    rewritten = {
        method: WireFault(Effect.REWRITE, Position.AFTER, pieces=pieces) for method, pieces in links.items()
    }
    return redirects | rewritten


def _require_link(testbed: FaultTestbed, fault: WireFault, url: str) -> None:
    """Check that the answers contain the second origin's address, or the attempt would show nothing."""
    testbed.proxy.always(fault)
    headers = {"Authorization": f"Bearer {testbed.sandbox.token}"}
    rentals = f"{testbed.proxy.url}/api/planner/v1/rentals"
    answer = httpx.get(rentals, headers=headers, params={"limit": "1000"}, trust_env=False)
    testbed.clear_faults()
    if url not in f"{answer.headers}{answer.text}":
        raise RuntimeError("the second origin's address is in no answer")


Apply = Callable[[], AbstractContextManager[None]]


@contextmanager
def _answered(testbed: FaultTestbed, fault: WireFault) -> Iterator[None]:
    """Apply the fault to each answer."""
    testbed.proxy.always(fault)
    try:
        yield
    finally:
        testbed.clear_faults()


@contextmanager
def _typed(testbed: FaultTestbed, url: str) -> Iterator[None]:
    """Keep only the token in the environment, and type another address on the settings page."""
    with _without("CARLOOP_BASE_URL"):
        _save(testbed, {"base_url": url})
        yield
        _save(testbed, {"base_url": None})


@contextmanager
def _without(name: str) -> Iterator[None]:
    value = os.environ.pop(name)
    try:
        yield
    finally:
        os.environ[name] = value


def _save(testbed: FaultTestbed, values: Document) -> None:
    testbed.host.save_settings({"provider": "carloop", "site": "main", "values": values}, timeout=SECONDS)


def _require_typed_address(testbed: FaultTestbed, origin: SecondOrigin) -> None:
    """Check that a typed address is used with a token that was typed too."""
    before = origin.connections
    with _without("CARLOOP_TOKEN"), _without("CARLOOP_BASE_URL"):
        _save(testbed, {"base_url": origin.url, "token": "tok_typed"})
        _save(testbed, {"base_url": None, "token": None})
    if origin.connections == before:
        raise RuntimeError("the typed address is not used")


def _try(testbed: FaultTestbed, applied: Apply) -> tuple[Mapping[str, str], list[Document]]:
    """Make every call of a planner during the attempt; return the answers, and every document."""
    answers: dict[str, str] = {}
    documents: list[Document] = []
    for name, prepare in _operations(testbed).items():
        work = prepare()
        with applied():
            summary, shown = work()
        answers[name] = summary
        documents += shown
        testbed.recover()
    return answers, documents


Work = Callable[[], tuple[str, list[Document]]]


def _operations(testbed: FaultTestbed) -> Mapping[str, Callable[[], Work]]:
    host = testbed.host

    def search() -> Work:
        period = testbed.appointment()["period"]
        request = new_search(period)
        return lambda: _gathered(host.mobility_options(request, timeout=SECONDS))  # type: ignore[arg-type]

    def filters() -> Work:
        return lambda: _gathered(host.mobility_filters("main", timeout=SECONDS))

    def reconcile() -> Work:
        return lambda: _gathered(host.reconcile(timeout=SECONDS))

    def check() -> Work:
        def work() -> tuple[str, list[Document]]:
            report = host.check("carloop", "main", timeout=SECONDS)
            codes = [finding["code"] for finding in report["findings"] if finding["severity"] == "error"]
            return ("ok" if report["ok"] else ", ".join(codes)), []

        return work

    def change(action: str) -> Callable[[], Work]:
        return lambda: _changing(testbed, action)

    return {
        "search": search,
        "filters": filters,
        "check": check,
        "book": change("book"),
        "change end": change("change_end"),
        "cancel": change("cancel"),
        "reconcile": reconcile,
    }


def _changing(testbed: FaultTestbed, action: str) -> Work:
    appointment = testbed.appointment()
    testbed.host.appointment_saved(appointment, timeout=CALL_SECONDS)
    change = new_booking(appointment, testbed.vehicle)
    if action != "book":
        rental = testbed.host.change_rental(change, timeout=CALL_SECONDS)["rental"]  # type: ignore[arg-type]
        more = {"end": rental["period"]["end"].replace("17:", "18:")} if action == "change_end" else {}
        change = new_change(action, rental_id=rental["id"], **more)

    def work() -> tuple[str, list[Document]]:
        outcome = testbed.host.change_rental(change, timeout=SECONDS)  # type: ignore[arg-type]
        state = testbed.host.mobility_states([appointment["id"]], timeout=SECONDS).answers["carloop"]
        return outcome["status"], [dict(outcome.get("rental") or {}), *map(dict, state)]

    return work


def _gathered(gathered: Any) -> tuple[str, list[Document]]:
    if gathered.failures:
        return str(gathered.failures[0].problem["code"]), []
    return "answered", [dict(gathered.answers["carloop"])]
