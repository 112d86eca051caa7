"""Documents of the contract, valid unless a test alters them, and providers that answer with them."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from mobility_hookspecs import hookimpl

Document = Any
"""A document of the contract, valid or not: a test may replace any part of it."""

PERIOD = {"start": "2027-03-02T08:30:00+01:00", "end": "2027-03-03T17:00:00+01:00"}
SINCE = "2026-11-23T12:00:00+01:00"
CHANGE_ID = "0b9c5f0e-8f0c-4a57-9a55-5a1f7c3f2b11"


class ContractDocuments:
    """Return valid documents, with fields replaced as given."""

    change_id = CHANGE_ID

    def info(self, provider: str = "taxi", **fields: object) -> Document:
        """A provider_info."""
        bare = {"id": provider, "name": "Taxi", "version": "1.0", "contract": ">=1.0,<2"}
        return {**bare, "kinds": ["taxi"], "capabilities": [], **fields}

    def customer(self, **fields: object) -> Document:
        """A customer typed by hand."""
        return {"source": "manual", "last_name": "Sommer", **fields}

    def appointment(self, **fields: object) -> Document:
        """An appointment."""
        bare = {"id": "A-1", "revision": 1, "status": "scheduled", "site": "main", "period": PERIOD}
        return {**bare, "time_zone": "Europe/Berlin", "customer": self.customer(), **fields}

    def request(self, **fields: object) -> Document:
        """A mobility_request."""
        nothing: Document = {"vehicle_classes": [], "features": []}
        return {"site": "main", "period": PERIOD, "filters": nothing, **fields}

    def change(self, provider: str = "taxi", **fields: object) -> Document:
        """A rental_change that books."""
        bare = {"change_id": CHANGE_ID, "provider": provider, "action": "book", "site": "main"}
        what = {"appointment_id": "A-1", "option_id": "o-1", "period": PERIOD, "customer": self.customer()}
        return {**bare, **what, **fields}

    def step(self, provider: str = "taxi", **fields: object) -> Document:
        """A mobility_step."""
        return {**self.state(provider), "period": PERIOD, "locked": [], "notices": [], **fields}

    def state(self, provider: str = "taxi", appointment_id: str = "A-1", **fields: object) -> Document:
        """A mobility_state."""
        bare = {"provider": provider, "appointment_id": appointment_id, "state": "open", "proposals": []}
        return {**bare, **fields}

    def option(self, provider: str = "taxi", **fields: object) -> Document:
        """A mobility_option with a vehicle."""
        bare = {"provider": provider, "id": "o-1", "kind": "rental_car", "title": "VW Golf"}
        return {**bare, "period": PERIOD, "match": "exact", **fields}

    def vehicle(self, **fields: object) -> Document:
        """A vehicle."""
        bare = {"id": "v-1", "make": "VW", "model": "Golf", "vehicle_class": "compact"}
        return {**bare, "features": ["automatic"], **fields}

    def offer(self, provider: str = "taxi", options: object = None, **fields: object) -> Document:
        """A mobility_offer with one option."""
        bare = {"provider": provider, "as_of": SINCE, "total": 1, "truncated": False}
        return {**bare, "options": [self.option(provider)] if options is None else options, **fields}

    def rental(self, provider: str = "taxi", **fields: object) -> Document:
        """A rental."""
        bare = {"provider": provider, "site": "main", "id": "r-1", "appointment_id": "A-1"}
        bare |= {"kind": "rental_car", "title": "VW Golf", "status": "reserved", "changed_at": SINCE}
        return {
            **bare,
            "period": PERIOD,
            "allowed_changes": ["change_end", "cancel"],
            "revision": 1,
            **fields,
        }

    def outcome(self, provider: str = "taxi", **fields: object) -> Document:
        """A rental_outcome that is done."""
        bare = {"change_id": CHANGE_ID, "provider": provider, "status": "done"}
        return {**bare, "rental": self.rental(provider), **fields}

    def quote(self, provider: str = "taxi", **fields: object) -> Document:
        """A rental_quote of a change that is possible."""
        return {"change_id": CHANGE_ID, "provider": provider, "possible": True, **fields}

    def report(self, provider: str = "taxi", **fields: object) -> Document:
        """A reconcile_report."""
        return {"provider": provider, "settled": [], "changed": [], "pending": 0, **fields}

    def filters(self, provider: str = "taxi", **fields: object) -> Document:
        """A mobility_filters."""
        return {"provider": provider, "vehicle_classes": [], "features": [], **fields}

    def check(self, provider: str = "taxi", **fields: object) -> Document:
        """A check_report without findings."""
        return {"provider": provider, "site": "main", "ok": True, "findings": [], **fields}

    def settings(self, provider: str = "taxi", **fields: object) -> Document:
        """A provider_settings as a host saves it."""
        return {"provider": provider, "site": "main", "values": {}, **fields}

    def answered_settings(self, provider: str = "taxi", **fields: object) -> Document:
        """A provider_settings as a provider answers it."""
        form = {"schema": {"type": "object", "properties": {}}, "secrets_set": [], "fixed": []}
        return {**self.settings(provider), **form, **fields}

    def subjects(self, **fields: object) -> Document:
        """An erasure_subjects."""
        return {"customer_numbers": ["K-1"], "appointment_ids": ["A-1"], **fields}

    def erasure(self, provider: str = "taxi", **fields: object) -> Document:
        """An erasure_report."""
        return {"provider": provider, "erased": 0, "kept": [], "remarks": [], **fields}


def provider_of(name: str = "taxi", *, info: Document | None = None, **hooks: Any) -> ModuleType:
    """Return a provider module: functions become hooks, any other value is what the hook answers."""
    module = ModuleType(f"provider_{name}")
    described = ContractDocuments().info(name, **(info or {}))
    hooks.setdefault("describe_mobility_provider", lambda: described)
    for hook_name, hook in hooks.items():
        setattr(module, hook_name, hookimpl(hook if callable(hook) else _answering(hook)))
    return module


def _answering(answer: object) -> Callable[[], object]:
    return lambda: answer
