"""A Carloop sandbox as a program of its own, and its controls."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from carloop_story.programs import running_program

_CALL_PATIENCE = 10.0


class SandboxRefused(Exception):
    """The sandbox refused what its controls were told."""


@dataclass(frozen=True, slots=True)
class SandboxControls:
    """A running sandbox's controls, and its interface as another planner calls it."""

    base_url: str

    def new_token(self, label: str) -> str:
        """Have a token made."""
        return str(self._call("POST", "/sandbox/tokens", {"label": label})["token"])

    def revoke_token(self, label: str) -> None:
        """Revoke a token by its label."""
        self._call("DELETE", f"/sandbox/tokens/{urllib.parse.quote(label)}")

    def set_clock(self, now: str) -> None:
        """Set Carloop's clock."""
        self._call("POST", "/sandbox/clock", {"now": now})

    def free_clock(self) -> None:
        """Let Carloop's clock be the machine's again."""
        self._call("POST", "/sandbox/clock", {"now": None})

    def lose_answers(self, operation: str) -> None:
        """Commit what is asked, and lose every answer to it."""
        self._call("POST", "/sandbox/faults", {"operation": operation, "fault": "drop_after", "times": 1000})

    def heal(self) -> None:
        """Take all faults away."""
        self._call("DELETE", "/sandbox/faults")

    def at_desk(self, rental_id: str, action: str, *, vehicle_id: str | None = None) -> None:
        """Do something at the rental desk: `hand_out`, `take_back`, `swap`, `cancel`."""
        body = {"rental_id": rental_id, "action": action}
        self._call("POST", "/sandbox/desk", body if vehicle_id is None else body | {"vehicle_id": vehicle_id})

    def rentals_of(self, appointment_id: str, *, token: str) -> list[dict[str, object]]:
        """Read all rentals whose reference names an appointment."""
        rentals = self.all_rentals(token)
        return [each for each in rentals if f"/{appointment_id}/" in str(each["external_reference"])]

    def bring_back(self, vehicle_id: str, *, token: str) -> None:
        """Take a vehicle back from whoever has it out just now, late or not."""
        for rental in self.all_rentals(token):
            vehicle = cast("dict[str, object]", rental["vehicle"])
            if rental["status"] == "picked_up" and vehicle["id"] == vehicle_id:
                self.at_desk(str(rental["id"]), "take_back")

    def book_as_other_planner(self, body: Mapping[str, object], *, token: str, key: str) -> None:
        """Book a vehicle as another planner would."""
        self._call("POST", "/api/planner/v1/rentals", body, token=token, key=key)

    def all_rentals(self, token: str) -> Iterator[dict[str, object]]:
        """Read every rental there is, page by page."""
        query = {"updated_since": "2000-01-01T00:00:00Z"}
        while True:
            page = self._call("GET", f"/api/planner/v1/rentals?{urllib.parse.urlencode(query)}", token=token)
            yield from cast("list[dict[str, object]]", page["items"])
            if page["next_cursor"] is None:
                return
            query["cursor"] = str(page["next_cursor"])

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        token: str | None = None,
        key: str | None = None,
    ) -> dict[str, object]:
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if key is not None:
            headers["Idempotency-Key"] = key
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base_url + path, data, headers, method=method)  # noqa: S310
        # Loopback never goes through a proxy, whatever the environment says.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=_CALL_PATIENCE) as answer:
                content = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                raise SandboxRefused(f"{method} {path}: {error.code} {error.read(2000)!r}") from None
        document: dict[str, object] = json.loads(content) if content else {}
        return document


@contextmanager
def running_sandbox(
    *,
    port: int = 0,
    data: Path | None = None,
    locale: str = "en",
    environ: Mapping[str, str] | None = None,
) -> Iterator[SandboxControls]:
    """Start a sandbox and stop it in the end. Raise `ProgramFailed` where it does not start.

    :param locale: the language of what it says.
    """
    arguments = ["serve", "--allow-faults", "--port", str(port), "--lang", locale]
    if data is not None:
        arguments += ["--data", str(data)]
    with running_program("carloop_sandbox", arguments, environ=environ) as address:
        yield SandboxControls(address)
