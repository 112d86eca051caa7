"""Work a running sandbox's controls from outside: faults, desk, clock, tokens."""

import http.client
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote, urlsplit

Document = dict[str, object]


class ControlRefused(RuntimeError):
    """The sandbox refused what was asked; the message holds its status and problem code."""


@dataclass(frozen=True, slots=True)
class Controls:
    """The controls of the sandbox at an address; it must have been started with faults allowed."""

    url: str

    def arm(self, operation: str, fault: str, *, times: int = 1, value: object = None) -> None:
        """Arm a fault: the next `times` requests to the operation will meet it."""
        self._ask("POST", "faults", {"operation": operation, "fault": fault, "times": times, "value": value})

    def armed(self) -> list[Document]:
        """List the faults that are still armed."""
        return cast("list[Document]", self._ask("GET", "faults")["items"])

    def disarm(self) -> None:
        """Disarm every fault."""
        self._ask("DELETE", "faults")

    def desk(self, rental_id: str, action: str, *, vehicle_id: str | None = None) -> Document:
        """Do `hand_out`, `take_back`, `swap` or `cancel` with a rental, and give it as it is then."""
        return self._ask("POST", "desk", {"rental_id": rental_id, "action": action, "vehicle_id": vehicle_id})

    def set_clock(self, now: str | None, *, running: bool = False) -> str:
        """Hold the clock at a time (or let it run on from there), or set it free with None; give its time."""
        return cast("str", self._ask("POST", "clock", {"now": now, "running": running})["now"])

    def history(self) -> list[Document]:
        """List how many rentals (`active`) an `appointment` had after each transaction, the oldest first."""
        return cast("list[Document]", self._ask("GET", "history")["items"])

    def add_token(self, label: str) -> str:
        """Make a further token."""
        return cast("str", self._ask("POST", "tokens", {"label": label})["token"])

    def revoke_token(self, label: str = "start") -> None:
        """Make a token invalid."""
        self._ask("DELETE", f"tokens/{quote(label, safe='')}")

    def _ask(self, method: str, path: str, body: Document | None = None) -> Document:
        return ask(self.url, method, f"/sandbox/{path}", body)


def ask(
    url: str,
    method: str,
    path: str,
    body: Document | None = None,
    *,
    headers: Mapping[str, str] | None = None,
) -> Document:
    """Send a request to a sandbox and return its JSON answer. Raise `ControlRefused` for a refusal."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    with closing(connection):
        content = None if body is None else json.dumps(body).encode()
        media_type = {} if content is None else {"Content-Type": "application/json"}
        connection.request(method, path, content, {**media_type, **(headers or {})})
        response = connection.getresponse()
        answer = json.loads(response.read() or b"{}")
    if response.status >= 400:
        raise ControlRefused(f"{response.status} {answer.get('code')}")
    return cast("Document", answer)
