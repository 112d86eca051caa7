"""A Carloop sandbox as a program of its own, and its controls."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

START_PATIENCE = 30.0
_STOP_PATIENCE = 10.0
_CALL_PATIENCE = 10.0


class SandboxFailed(Exception):
    """The sandbox did not start; the text is what it said on standard error."""


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
    *, port: int = 0, data: Path | None = None, quiet: bool = True, locale: str = "en"
) -> Iterator[SandboxControls]:
    """Start a sandbox and stop it in the end. Raise `SandboxFailed` where it does not start.

    :param locale: the language of what it says.
    :param quiet: keep what it says on standard error to ourselves; else a person reads it.
    """
    command = [sys.executable, "-P", "-m", "carloop_sandbox", "serve", "--allow-faults", "--port", str(port)]
    command += ["--lang", locale]
    if data is not None:
        command += ["--data", str(data)]
    with (
        tempfile.TemporaryFile() as words,
        subprocess.Popen(  # noqa: S603 - our own program, nothing a shell reads
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=words if quiet else None,
            text=True,
            encoding="utf-8",
            # Ctrl-C is ours to answer, not the whole group's.
            start_new_session=True,
        ) as process,
    ):
        try:
            yield SandboxControls(_wait_until_ready(process, words))
        finally:
            _stop(process)


def _wait_until_ready(process: subprocess.Popen[str], words: IO[bytes]) -> str:
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_read_lines, args=(process, lines), daemon=True).start()
    try:
        word, _, address = lines.get(timeout=START_PATIENCE).strip().partition(" ")
    except queue.Empty:
        raise SandboxFailed("") from None
    if word != "ready":
        process.wait(_STOP_PATIENCE)
        words.seek(0)
        raise SandboxFailed(words.read().decode("utf-8", "replace").strip())
    return address


def _read_lines(process: subprocess.Popen[str], lines: queue.Queue[str]) -> None:
    if process.stdout is not None:
        for line in process.stdout:
            lines.put(line)
    lines.put("")


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
