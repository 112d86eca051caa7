"""A second origin that hopes to be asked: redirects and links to it, its address typed on the settings page."""

from __future__ import annotations

import json
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx

from proofs.faults.bench import CALM_SECONDS, CUSTOMER, Bench
from tests.support.wire_faults import Effect, Position, WireFault

Document = dict[str, Any]
REDIRECTS = (301, 302, 303, 307, 308)
SECONDS = 2.0


@dataclass
class Elsewhere:
    """Takes connections and answers none; keeps what was said to it."""

    listener: socket.socket
    connections: int = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def listen(self) -> None:
        """Count who comes, until closed."""
        with suppress(OSError):
            while True:
                sock, _ = self.listener.accept()
                self.connections += 1
                sock.close()


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    """Listen on another origin."""
    other = Elsewhere(socket.create_server(("127.0.0.1", 0)))
    thread = threading.Thread(target=other.listen, daemon=True)
    thread.start()
    try:
        yield other
    finally:
        with suppress(OSError):
            other.listener.shutdown(socket.SHUT_RDWR)
        other.listener.close()
        thread.join(5)


@dataclass(frozen=True, slots=True)
class Lured:
    """What was tried, what each operation was told, who came to the second origin, and whether its links were shown."""

    lure: str
    told: Mapping[str, str]
    connections: int
    shown: bool


def lure_away(bench: Bench) -> Iterator[Lured]:
    """Try every way to bring a planner to another origin."""
    with elsewhere() as other:
        for lure, strike in _lures(bench.proxy.url, other.url).items():
            _prove_bait(bench, strike, other.url)
            yield _tempt(bench, other, lure, partial(_answered, bench, strike))
        _prove_typing(bench, other)
        yield _tempt(bench, other, "its address typed on a page", partial(_typed, bench, other.url))


def _tempt(bench: Bench, other: Elsewhere, lure: str, tempting: Tempting) -> Lured:
    before = other.connections
    told, documents = _try(bench, tempting)
    shown = any(other.url in json.dumps(document) for document in documents)
    return Lured(lure, told, other.connections - before, shown)


def _lures(ours: str, theirs: str) -> Mapping[str, WireFault]:
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
        lure: WireFault(Effect.REWRITE, Position.AFTER, pieces=pieces) for lure, pieces in links.items()
    }
    return redirects | rewritten


def _prove_bait(bench: Bench, strike: WireFault, url: str) -> None:
    """Prove that whoever asks does meet the lure: an address that no answer holds would tempt nobody."""
    bench.proxy.always(strike)
    headers = {"Authorization": f"Bearer {bench.sandbox.token}"}
    rentals = f"{bench.proxy.url}/api/planner/v1/rentals"
    answer = httpx.get(rentals, headers=headers, params={"limit": "1000"}, trust_env=False)
    bench.calm()
    if url not in f"{answer.headers}{answer.text}":
        raise RuntimeError("the lure is in no answer")


Tempting = Callable[[], AbstractContextManager[None]]


@contextmanager
def _answered(bench: Bench, strike: WireFault) -> Iterator[None]:
    """Put the lure in each answer."""
    bench.proxy.always(strike)
    try:
        yield
    finally:
        bench.calm()


@contextmanager
def _typed(bench: Bench, url: str) -> Iterator[None]:
    """Leave the environment its token alone, and type another address on the settings page."""
    with _without("CARLOOP_BASE_URL"):
        _save(bench, {"base_url": url})
        yield
        _save(bench, {"base_url": None})


@contextmanager
def _without(name: str) -> Iterator[None]:
    value = os.environ.pop(name)
    try:
        yield
    finally:
        os.environ[name] = value


def _save(bench: Bench, values: Document) -> None:
    bench.host.save_settings({"provider": "carloop", "site": "main", "values": values}, timeout=SECONDS)


def _prove_typing(bench: Bench, other: Elsewhere) -> None:
    """Prove that a typed address is asked, with a token that was typed beside it."""
    before = other.connections
    with _without("CARLOOP_TOKEN"), _without("CARLOOP_BASE_URL"):
        _save(bench, {"base_url": other.url, "token": "tok_typed"})
        _save(bench, {"base_url": None, "token": None})
    if other.connections == before:
        raise RuntimeError("nobody asks at the typed address")


def _try(bench: Bench, tempting: Tempting) -> tuple[Mapping[str, str], list[Document]]:
    """Do everything a planner does while the lure is there; return what was told, and every document."""
    told: dict[str, str] = {}
    documents: list[Document] = []
    for name, prepare in _operations(bench).items():
        work = prepare()
        with tempting():
            said, answered = work()
        told[name] = said
        documents += answered
        bench.recover()
    return told, documents


Work = Callable[[], tuple[str, list[Document]]]


def _operations(bench: Bench) -> Mapping[str, Callable[[], Work]]:
    host = bench.host

    def search() -> Work:
        period = bench.appointment()["period"]
        request = {"site": "main", "period": period, "filters": {"vehicle_classes": [], "features": []}}
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
        return lambda: _changing(bench, action)

    return {
        "search": search,
        "filters": filters,
        "check": check,
        "book": change("book"),
        "change end": change("change_end"),
        "cancel": change("cancel"),
        "reconcile": reconcile,
    }


def _changing(bench: Bench, action: str) -> Work:
    appointment = bench.appointment()
    bench.host.appointment_saved(appointment, timeout=CALM_SECONDS)
    change = _new("book") | {
        "appointment_id": appointment["id"],
        "option_id": bench.vehicle,
        "period": appointment["period"],
        "customer": CUSTOMER,
    }
    if action != "book":
        rental = bench.host.change_rental(change, timeout=CALM_SECONDS)["rental"]  # type: ignore[arg-type]
        more = {"end": rental["period"]["end"].replace("17:", "18:")} if action == "change_end" else {}
        change = _new(action) | {"rental_id": rental["id"]} | more

    def work() -> tuple[str, list[Document]]:
        outcome = bench.host.change_rental(change, timeout=SECONDS)  # type: ignore[arg-type]
        state = bench.host.mobility_states([appointment["id"]], timeout=SECONDS).answers["carloop"]
        return outcome["status"], [dict(outcome.get("rental") or {}), *map(dict, state)]

    return work


def _new(action: str) -> Document:
    return {"change_id": str(uuid.uuid4()), "provider": "carloop", "action": action, "site": "main"}


def _gathered(gathered: Any) -> tuple[str, list[Document]]:
    if gathered.failures:
        return str(gathered.failures[0].problem["code"]), []
    return "answered", [dict(gathered.answers["carloop"])]
