"""What happens at Carloop without the planner. It is never recorded, and on replay nothing happens."""

import socket
import threading
import time

from carloop_sandbox.interface.contract import BASE_PATH

LONG = 600
"""Seconds that an attempt is delayed unless `finish_attempt` is called."""


class Controls:
    """The controls of a replay, which do nothing: the cassette has their effects."""

    def fault(self, operation, fault, *, times=1, value=None):
        """Arm a fault of the sandbox."""

    def desk(self, rental_id, action, **more):
        """Do at the rental desk what a person would."""

    def issue_token(self, label):
        """Make another token and return it."""
        return f"tok_of_{label}"

    def revoke_token(self, label):
        """Revoke a token."""

    def begin_attempt(self, path, body, *, change):
        """Have another request with this key in progress until `finish_attempt`; nothing is delayed after that."""

    def finish_attempt(self):
        """Have that request answered."""


class SandboxControls(Controls):
    """The controls of a recording: those of the sandbox, and another planner's request."""

    def __init__(self, sandbox, http):
        """Control a running sandbox by a client of its address."""
        self._sandbox = sandbox
        self._http = http
        self._attempts = []

    def fault(self, operation, fault, *, times=1, value=None):
        """Arm a fault."""
        body = {"operation": operation, "fault": fault, "times": times, "value": value}
        self._control("POST", "/sandbox/faults", json=body)

    def desk(self, rental_id, action, **more):
        """Act at the desk."""
        self._control("POST", "/sandbox/desk", json={"rental_id": rental_id, "action": action, **more})

    def issue_token(self, label):
        """Make a token and return it."""
        return self._control("POST", "/sandbox/tokens", json={"label": label})["token"]

    def revoke_token(self, label):
        """Revoke a token."""
        self._control("DELETE", f"/sandbox/tokens/{label}", json={})

    def begin_attempt(self, path, body, *, change):
        """Send a booking over a socket, which is not recorded, and return when the sandbox has started on it."""
        self.fault("book", "delay", value=LONG)
        head = (
            f"POST {BASE_PATH}{path} HTTP/1.1\r\nHost: {self._http.base_url.netloc.decode()}\r\n"
            f"Authorization: Bearer {self._sandbox.token}\r\nIdempotency-Key: {change}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        thread = threading.Thread(target=self._send, args=(head.encode() + body,))
        self._attempts.append(thread)
        thread.start()
        while self._control("GET", "/sandbox/faults")["items"]:
            time.sleep(0.002)

    def finish_attempt(self):
        """End the delays, as a stopping sandbox does, and wait for the answers."""
        self._sandbox.service.stopping.set()
        for thread in self._attempts:
            thread.join(10)

    def _control(self, method, path, **body):
        answer = self._http.request(method, path, **body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def _send(self, request):
        address = (self._http.base_url.host, self._http.base_url.port)
        with socket.create_connection(address, timeout=10) as connection:
            connection.sendall(request)
            while connection.recv(65_536):
                pass
