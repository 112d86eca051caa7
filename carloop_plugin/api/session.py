"""One Carloop, reached with one token: the port `Carloop`, over HTTP."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from random import Random
from threading import Lock

from carloop_plugin.api import wire
from carloop_plugin.api.answers import (
    MOST_ITEMS,
    NO_VALUE,
    NOT_A_VALUE,
    Checked,
    Success,
    read_document,
    read_list,
)
from carloop_plugin.api.call import DEADLINE, AttemptFailed, Call
from carloop_plugin.api.client import Now, Pairs, ReadRefused, RetryingClient, Sleep
from carloop_plugin.domain.accounts import TOKEN, Account
from carloop_plugin.domain.addresses import read_address
from carloop_plugin.domain.changes import Action, Answer, Done, Intent, Refused
from carloop_plugin.domain.failures import CallFailed, Reason
from carloop_plugin.domain.rentals import Rental, Unreadable
from carloop_plugin.domain.values import RentalId, VehicleId
from carloop_plugin.domain.vehicles import Filters, FreeVehicles, Vehicle, VehicleQuery
from carloop_plugin.events import VEHICLES_UNREADABLE, log_event
from carloop_plugin.instants import format_instant
from mobility_hookspecs.authoring.forking import renew_in_child

# a rental with its customer may take several kB, and a page has to stay below 2 MiB
RENTALS_A_PAGE = 200

_MOST_NAMED = 10


class CarloopSession:
    """The port `Carloop` for one address and one token.

    Safe to use from several threads. Connections are opened at the first call. `ca_file` names a bundle of authorities
    to trust instead of the system's. `random`, `sleep` and `now` are for tests. Raise `CallFailed` for an address or a
    token of the wrong form.
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
        if not TOKEN.fullmatch(token):
            raise CallFailed(Reason("not_authorised", "api.token_malformed"))
        self.origin = address.origin
        self._now = now or partial(datetime.now, UTC)
        self._client = RetryingClient(
            *(self.origin, address.interface_url, token, ca_file),
            random=random or Random(),  # noqa: S311  # it spreads retries, it keeps no secret
            sleep=sleep or time.sleep,
            now=self._now,
        )
        renew_in_child(self._client.renew)
        port = 443 if self.origin.startswith("https:") else 80
        links = re.compile(wire.OWN_LINK.format(origin=re.escape(self.origin), port=port))
        self._vehicle_pages = partial(read_list, "Vehicle", partial(wire.vehicle_of, links=links))
        self._rental_of = partial(wire.rental_of, links=links)
        self._rental_pages = partial(read_list, "Rental", self._rental_of)
        self._account: Account | None = None
        self._account_lock = Lock()

    booking_body = staticmethod(wire.booking_body)
    end_body = staticmethod(wire.end_body)
    cancellation_body = staticmethod(wire.cancellation_body)

    def close(self) -> None:
        """Close the connections. Calls under way are not cut off, and close what they open themselves."""
        self._client.close()

    def known_account(self, *, deadline: float) -> Account:
        """Return the token's account, read at first use and remembered as long as this session lives."""
        if self._account is not None:
            return self._account
        if not self._account_lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise CallFailed(DEADLINE)
        try:
            return self._account or self.read_account(deadline=deadline)
        finally:
            self._account_lock.release()

    def read_account(self, *, deadline: float) -> Account:
        """Read the token's account anew, and Carloop's clock with it."""
        read = partial(read_document, "Account", wire.account_of)
        answered = self._client.read("/account", (), read, deadline=deadline)
        self._account = replace(answered, skew=answered.server_time - self._now())
        return self._account

    def filters(self, *, deadline: float) -> Filters:
        """Read the vehicle classes and features."""
        classes, features = (
            self._client.read(path, (), partial(read_list, name, wire.named_id_of), deadline=deadline)
            for path, name in (("/vehicle-classes", "VehicleClass"), ("/vehicle-features", "VehicleFeature"))
        )
        return Filters(vehicle_classes=classes.items, features=features.items)

    def search(self, query: VehicleQuery, *, deadline: float) -> FreeVehicles:
        """Find the free vehicles, page by page up to the query's limit."""
        found: dict[VehicleId, Vehicle] = {}
        unreadable: list[Unreadable] = []
        first: Checked = {}
        pages = self._client.pages(
            "/vehicles",
            lambda: _query_pairs(query, most=query.limit - len(found)),
            self._vehicle_pages,
            deadline=deadline,
        )
        for page in pages:
            first = first or page.fields
            found |= {vehicle.id: vehicle for vehicle in page.items}
            unreadable += page.unreadable
            if len(found) >= query.limit:
                break
        if unreadable:
            log_event(VEHICLES_UNREADABLE, ids=_ids(unreadable), count=len(unreadable))
            if not found:
                raise CallFailed(Reason("invalid_answer", "api.unreadable_vehicles"))
        try:
            return wire.free_vehicles_of(
                first, tuple(found.values())[: query.limit], unreadable=len(unreadable)
            )
        except NO_VALUE:
            raise CallFailed(NOT_A_VALUE) from None

    def read_rental(self, rental_id: RentalId, *, deadline: float) -> Rental | None:
        """Read a rental; None only where Carloop's own problem document says `not_found`."""
        read = partial(read_document, "Rental", partial(self._rental_named, rental_id))
        try:
            return self._client.read(wire.rental_path(rental_id), (), read, deadline=deadline)
        except ReadRefused as refused:
            if refused.code == "not_found":
                return None
            raise

    def find_rental(self, external_reference: str, *, deadline: float) -> Rental | None:
        """Find a rental by our reference; None where Carloop has none."""
        pairs = (("external_reference", external_reference),)
        page = self._client.read("/rentals", pairs, self._rental_pages, deadline=deadline)
        if page.unreadable:
            # it may be the one, so "Carloop has none" would be wrong
            ids = (("ids", _ids(page.unreadable)),)
            raise CallFailed(Reason("invalid_answer", "api.unreadable_rental", ids))
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
        pages = self._client.pages("/rentals", lambda: pairs, self._rental_pages, deadline=deadline)
        for page in pages:
            # before the others of its page: whoever is interrupted among these begins with the page again
            yield from page.unreadable
            yield from page.items

    def send(self, intent: Intent, *, deadline: float) -> Answer:
        """Send an intent's change, retry where that is safe, and return what is known of it."""
        is_new = intent.action is Action.BOOK
        convert = self._rental_of if is_new else partial(self._rental_named, intent.rental_id)
        try:
            request = wire.write_request(intent)
        except CallFailed as unsent:
            return Refused(unsent.reason)
        verdict = self._client.send(request, partial(read_document, "Rental", convert), Call(deadline))
        if isinstance(verdict, Success):
            return Done(verdict.value, replayed=verdict.replayed)
        return verdict.answer

    def _rental_named(self, rental_id: RentalId | None, document: Checked) -> Rental:
        rental = self._rental_of(document)
        if rental.id != rental_id:
            raise AttemptFailed(Reason("invalid_answer", "api.other_rental"))
        return rental


def _query_pairs(query: VehicleQuery, *, most: int) -> Pairs:
    return (
        ("start", format_instant(query.period.start)),
        ("end", format_instant(query.period.end)),
        *(("vehicle_class", one) for one in query.vehicle_classes),
        *(("vehicle_feature", one) for one in query.features),
        ("station", query.station),
        ("limit", str(min(MOST_ITEMS, most))),
    )


def _ids(unreadable: Sequence[Unreadable]) -> str:
    return ", ".join(each.id or "?" for each in unreadable[:_MOST_NAMED])
