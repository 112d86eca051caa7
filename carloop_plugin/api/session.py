"""One Carloop, reached with one token: the port `Carloop`, over HTTP."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from threading import Lock
from typing import Any, cast

from carloop_plugin.api import bodies, wire
from carloop_plugin.api.call import DEADLINE
from carloop_plugin.api.client import Conversation, Pairs, ReadRefused
from carloop_plugin.api.decode import Document
from carloop_plugin.api.failures import Broken
from carloop_plugin.api.links import OwnLinks
from carloop_plugin.api.retry import Now, Sleep
from carloop_plugin.api.shared_transport import Line
from carloop_plugin.api.verdict import Failure, Success
from carloop_plugin.domain.accounts import Account
from carloop_plugin.domain.addresses import read_address
from carloop_plugin.domain.changes import Action, Answer, Done, Intent, Refused
from carloop_plugin.domain.customers import Customer
from carloop_plugin.domain.failures import CallFailed, Reason
from carloop_plugin.domain.rentals import Rental, Unreadable
from carloop_plugin.domain.values import (
    Period,
    RentalId,
    VehicleId,
    format_instant,
)
from carloop_plugin.domain.vehicles import (
    Filters,
    FreeVehicles,
    Vehicle,
    VehicleQuery,
)
from carloop_plugin.events import VEHICLES_UNREADABLE, log_event

MOST_VEHICLES_A_PAGE = 1_000
# a rental with its customer may take several kB, and a page has to stay below 2 MiB
RENTALS_A_PAGE = 200

_MOST_NAMED = 10

_TOKEN = re.compile(r"[!-~]{1,4096}")


class CarloopSession:
    """The port `Carloop` for one address and one token.

    Safe to use from several threads. The HTTP client is built at the first call; `close` gives it back, a
    later call builds it anew. `ca_file` names a bundle of authorities to trust instead of the system's.
    `random`, `sleep` and `now` are for tests. Raise `CallFailed` for an address or a token of the wrong form.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        ca_file: str | None = None,
        random: Random | None = None,
        sleep: Sleep | None = None,
        now: Now | None = None,
    ) -> None:
        address = read_address(base_url)
        if not _TOKEN.fullmatch(token):
            raise CallFailed(Reason("not_authorised", "api.token_malformed"), sent=False)
        self._origin = address.origin
        self._line = Line(address.origin, token, ca_file=ca_file)
        links = self._links = OwnLinks(address.origin)
        self._rental = partial(wire.rental_of, links=links)
        self._rental_pages = wire.reading_list("Rental", partial(wire.rental_page_of, links=links))
        self._now = now or _now
        self._conversation = Conversation(
            line=self._line,
            url=address.interface_url,
            random=random or Random(),  # noqa: S311  # it spreads retries, it keeps no secret
            sleep=sleep or time.sleep,
            now=self._now,
        )
        self._account: Account | None = None
        self._account_lock = Lock()

    def __repr__(self) -> str:
        return f"CarloopSession({self._origin!r})"

    @property
    def origin(self) -> str:
        """The address's scheme, host and port: what a rental's links may point to."""
        return self._origin

    def close(self) -> None:
        """Give the connections back. Calls under way end in peace; a later call opens anew."""
        self._line.close()

    def known_account(self, *, deadline: float) -> Account:
        """Give the token's account, read at first use and remembered as long as this session lives."""
        if self._account is not None:
            return self._account
        if not self._account_lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise CallFailed(DEADLINE, sent=False)
        try:
            return self._account or self.read_account(deadline=deadline)
        finally:
            self._account_lock.release()

    def read_account(self, *, deadline: float) -> Account:
        """Read the token's account anew, and Carloop's clock with it."""
        done = self._conversation.read(
            "/account", (), wire.reading("Account", wire.account_of), deadline=deadline
        )
        written = self._now() - timedelta(seconds=time.monotonic() - done.moment)
        self._account = replace(done.value, skew=done.value.server_time - written)
        return self._account

    def filters(self, *, deadline: float) -> Filters:
        """Read the vehicle classes and features."""
        read = self._conversation.read
        named = wire.named_ids_of
        classes = read("/vehicle-classes", (), wire.reading_list("VehicleClass", named), deadline=deadline)
        features = read(
            "/vehicle-features", (), wire.reading_list("VehicleFeature", named), deadline=deadline
        )
        return Filters(vehicle_classes=classes.value, features=features.value)

    def search(self, query: VehicleQuery, *, deadline: float) -> FreeVehicles:
        """Find the free vehicles, page by page up to the query's limit."""
        found: dict[VehicleId, Vehicle] = {}
        unreadable: list[Unreadable] = []
        first: wire.VehiclePage | None = None
        pages = self._conversation.pages(
            "/vehicles",
            lambda: _query_pairs(query, most=query.limit - len(found)),
            wire.reading_list("Vehicle", partial(wire.vehicle_page_of, links=self._links)),
            deadline=deadline,
        )
        for page in pages:
            first = first or page
            found |= {vehicle.id: vehicle for vehicle in page.items}
            unreadable += page.unreadable
            if len(found) >= query.limit:
                break
        if first is None:
            raise AssertionError("a list has a first page, or its reading raises")
        if unreadable:
            log_event(VEHICLES_UNREADABLE, ids=_ids(unreadable), count=len(unreadable))
            if not found:
                raise CallFailed(Reason("invalid_answer", "api.unreadable_vehicles"))
        return FreeVehicles(
            vehicles=tuple(found.values())[: query.limit],
            as_of=first.as_of,
            # what cannot be shown cannot be booked
            matching=max(first.busy, first.matching - len(unreadable)),
            busy=first.busy,
            next_free=first.next_free,
        )

    def read_rental(self, rental_id: RentalId, *, deadline: float) -> Rental | None:
        """Read a rental; None only where Carloop's own problem document says `not_found`."""
        try:
            path = bodies.path_of("rentals", rental_id)
        except ValueError:
            raise CallFailed(Reason("rental_not_found"), sent=False) from None
        read = wire.reading("Rental", self._rental_named(rental_id))
        try:
            return self._conversation.read(path, (), read, deadline=deadline).value
        except ReadRefused as refused:
            if refused.code == "not_found":
                return None
            raise

    def find_rental(self, external_reference: str, *, deadline: float) -> Rental | None:
        """Find a rental by our reference; None where Carloop has none."""
        page = self._conversation.read(
            "/rentals",
            (("external_reference", external_reference),),
            self._rental_pages,
            deadline=deadline,
        ).value
        if page.unreadable:
            # it may be the one, so "Carloop has none" would be a lie
            raise CallFailed(
                Reason("invalid_answer", "api.unreadable_rental", (("ids", _ids(page.unreadable)),))
            )
        if not page.items:
            return None
        # more than the one asked for means that the filter was not understood
        if len(page.items) > 1 or page.items[0].external_reference != external_reference:
            raise CallFailed(Reason("invalid_answer", "api.other_rental"))
        return page.items[0]

    def rentals_changed_since(
        self, since: datetime | None, *, deadline: float
    ) -> Iterator[Rental | Unreadable]:
        """Read the rentals updated at or after an instant, oldest change first, a page at a time."""
        pairs: Pairs = (
            ("updated_since", None if since is None else format_instant(since)),
            ("limit", str(RENTALS_A_PAGE)),
        )
        for page in self._conversation.pages(
            "/rentals", lambda: pairs, self._rental_pages, deadline=deadline
        ):
            # before the others of its page: whoever is interrupted among these begins with the page again
            yield from page.unreadable
            yield from page.items

    def booking_body(
        self, *, external_reference: str, vehicle_id: VehicleId, period: Period, customer: Customer
    ) -> bytes:
        """Write a booking as Carloop wants it."""
        return bodies.booking_body(
            external_reference=external_reference, vehicle_id=vehicle_id, period=period, customer=customer
        )

    def end_body(self, end: datetime) -> bytes:
        """Write a new end as Carloop wants it."""
        return bodies.end_body(end)

    def cancellation_body(self, reason: str | None) -> bytes:
        """Write a cancellation as Carloop wants it."""
        return bodies.cancellation_body(reason)

    def send(self, intent: Intent, *, deadline: float) -> Answer:
        """Send an intent's change, retry where that is safe, and return what is known of it."""
        about_any = intent.action is Action.BOOK
        convert = self._rental if about_any else self._rental_named(intent.rental_id)
        read = wire.reading("Rental", convert)
        try:
            verdict = self._conversation.write(intent, read, deadline=deadline)
        except ValueError:
            return Refused(Reason("rental_not_found"))
        if isinstance(verdict, Success):
            return Done(verdict.value, replayed=verdict.replayed)
        if isinstance(verdict.answer, Refused):
            return replace(verdict.answer, rental=self._rental_in(verdict))
        return verdict.answer

    def _rental_in(self, failure: Failure) -> Rental | None:
        rental = (failure.problem or {}).get("rental")
        if rental is None:
            return None
        try:
            return wire.strictly(self._rental)(cast("dict[str, Any]", rental))
        except Broken:
            return None

    def _rental_named(self, rental_id: RentalId | None) -> Callable[[Document], Rental]:
        def named(document: Document) -> Rental:
            rental = self._rental(document)
            if rental.id != rental_id:
                raise Broken(Reason("invalid_answer", "api.other_rental"))
            return rental

        return named


def _query_pairs(query: VehicleQuery, *, most: int) -> Pairs:
    return (
        ("start", format_instant(query.period.start)),
        ("end", format_instant(query.period.end)),
        *(("vehicle_class", one) for one in query.vehicle_classes),
        *(("vehicle_feature", one) for one in query.features),
        ("station", query.station),
        ("limit", str(min(MOST_VEHICLES_A_PAGE, most))),
    )


def _ids(unreadable: Sequence[Unreadable]) -> str:
    return ", ".join(each.id or "?" for each in unreadable[:_MOST_NAMED])


def _now() -> datetime:
    return datetime.now(UTC)
