"""Play a scene: against a fresh sandbox with the recorder on, or against its cassette."""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import time_machine
from vcr.cassette import Cassette

from carloop_plugin import bootstrap
from carloop_sandbox.running import Sandbox, run_sandbox
from carloop_sandbox.store import Fleet
from carloop_sandbox.worker import InFlight
from carloop_scenes.scene import Scene
from carloop_scenes.scrub import HOST
from carloop_scenes.stage import BASE_PATH, NOW, Backstage, Stage
from carloop_scenes.tape import recording, replaying

RECORDING_TOKEN = "tok_of_the_recording"
REPLAYING_TOKEN = "tok_of_the_replay"
PATIENCE = 0.05
"""Seconds a second request with a busy key waits in the recorder's sandbox; a whole second elsewhere."""

LONG = 600
"""Seconds that an attempt is held back unless it is let go before."""


def record(scene: Scene, path: Path) -> None:
    """Play a scene against a sandbox of its own and write its cassette.

    The machine's clock stands still for all of this process, so that the sandbox, which runs in it, the plugin and
    the scene have one time that is the same in every recording.
    """
    fleet = Fleet(vehicles=8, seed=1, account="autohaus-beispiel", rentals=scene.desk_rentals)
    with (
        time_machine.travel(NOW, tick=False) as clock,
        run_sandbox(token=RECORDING_TOKEN, fleet=fleet) as sandbox,
    ):
        sandbox.service.in_flight = InFlight(patience=PATIENCE)
        with _Live(sandbox) as backstage, recording(path, origin=sandbox.url):
            _play(scene, clock, backstage, base_url=sandbox.url, token=sandbox.token)


def replay(scene: Scene, path: Path) -> None:
    """Play a scene against its cassette: under another address and token, with nothing left over at its end."""
    with time_machine.travel(NOW, tick=False) as clock, replaying(path) as cassette:
        try:
            _play(scene, clock, _Nothing(), base_url=HOST, token=REPLAYING_TOKEN)
        except Exception as error:
            # a host makes "the provider failed" of a request that was not recorded: say which are still waited for
            error.add_note(f"not asked for so far: {_left_over(cassette)}")
            raise
        assert cassette.all_played, f"{path.name}: {_left_over(cassette)} no longer made: make cassettes"


def _left_over(cassette: Cassette) -> list[str]:
    requests = enumerate(cassette.requests)
    return [f"{each.method} {each.path}" for number, each in requests if not cassette.play_counts[number]]


def _play(
    scene: Scene, clock: time_machine.Traveller, backstage: Backstage, *, base_url: str, token: str
) -> None:
    bootstrap.close()  # sessions are kept by address and token: each scene begins without any
    with (
        tempfile.TemporaryDirectory() as folder,
        _client(base_url) as http,
    ):
        scene.play(
            Stage(
                base_url=base_url,
                clock=clock,
                backstage=backstage,
                folder=Path(folder),
                http=http,
                token=token,
            )
        )


def _client(base_url: str) -> httpx.Client:
    # a context that trusts nobody: it takes no time to make, and no certificate is ever looked at here
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.Client(base_url=base_url, trust_env=False, timeout=10, verify=context)


class _Nothing:
    """Behind the scene of a replay nothing happens: what came of it is on the tape."""

    def fault(self, operation: str, fault: str, *, times: int = 1, value: object = None) -> None:
        """Arm nothing."""

    def desk(self, rental_id: str, action: str, **more: str) -> None:
        """Do nothing."""

    def issue_token(self, label: str) -> str:
        """Give a token that is as good as any."""
        return f"tok_of_{label}"

    def revoke_token(self, label: str) -> None:
        """Revoke nothing."""

    def begin_attempt(self, path: str, body: bytes, *, change: str) -> None:
        """Send nothing."""

    def finish_attempt(self) -> None:
        """Wait for nothing."""


@dataclass(slots=True)
class _Live:
    """Behind the scene of a recording: the controls of the sandbox, and another planner's request."""

    sandbox: Sandbox
    http: httpx.Client = field(init=False)
    attempts: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> _Live:
        self.http = _client(self.sandbox.url)
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        self.finish_attempt()

    def fault(self, operation: str, fault: str, *, times: int = 1, value: object = None) -> None:
        """Arm a fault."""
        body = {"operation": operation, "fault": fault, "times": times, "value": value}
        self._control("POST", "/sandbox/faults", body)

    def desk(self, rental_id: str, action: str, **more: str) -> None:
        """Act at the desk."""
        self._control("POST", "/sandbox/desk", {"rental_id": rental_id, "action": action, **more})

    def issue_token(self, label: str) -> str:
        """Make a token."""
        return str(self._control("POST", "/sandbox/tokens", {"label": label}).json()["token"])

    def revoke_token(self, label: str) -> None:
        """Revoke a token."""
        self._control("DELETE", f"/sandbox/tokens/{label}", {})

    def begin_attempt(self, path: str, body: bytes, *, change: str) -> None:
        """Send a booking past the recorder, by a socket, and return once the sandbox is working on it."""
        self.fault("book", "delay", value=LONG)
        head = (
            f"POST {BASE_PATH}{path} HTTP/1.1\r\nHost: {self.sandbox.url.removeprefix('http://')}\r\n"
            f"Authorization: Bearer {self.sandbox.token}\r\nIdempotency-Key: {change}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        thread = threading.Thread(target=_send, args=(self.sandbox.url, head.encode() + body))
        self.attempts.append(thread)
        thread.start()
        while self._control("GET", "/sandbox/faults").json()["items"]:
            time.sleep(0.002)

    def finish_attempt(self) -> None:
        """Let the request sent past the recorder go, as a stopping sandbox does, and wait for its answer."""
        self.sandbox.service.stopping.set()
        for thread in self.attempts:
            thread.join(10)

    def _control(self, method: str, path: str, body: object = None) -> httpx.Response:
        answer = self.http.request(method, path, json=body) if body is not None else self.http.get(path)
        assert answer.is_success, answer.text
        return answer


def _send(url: str, request: bytes) -> None:
    host, _, port = url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        while connection.recv(65_536):
            pass
