"""The proxy applies the fault it is armed with, at its byte, and nothing else."""

import socket
import time
from contextlib import nullcontext, suppress

import pytest

from tests.support.proxy import FLOODED_REQUEST, Mode
from tests.support.wire_faults import FLOOD_BYTES, STAND_IN, Effect, Position, WireFault

BOOKING = (
    b"POST /api/planner/v1/rentals HTTP/1.1\r\nhost: x\r\nidempotency-key: k-1\r\nx-retry-count: 2\r\n"
    b'content-length: 20\r\n\r\n{"vehicle_id": "v1"}'
)
SEARCH = b"GET /api/planner/v1/vehicles?start=a HTTP/1.1\r\nhost: x\r\n\r\n"
WHOLE = 71 + 14
"""The head and the body of what the server answers."""


class Client:
    """A connection to the proxy."""

    def __init__(self, proxy):
        self.sock = socket.create_connection(("127.0.0.1", proxy.port), timeout=5)

    def ask(self, request=BOOKING):
        """Send a request and read until the answer is whole or the connection ends."""
        self.sock.sendall(request)
        return self.read(WHOLE)

    def read(self, most):
        """Read some bytes, fewer if the connection ends before; raise if it is reset."""
        data = bytearray()
        while len(data) < most and (piece := self.sock.recv(min(65_536, most - len(data)))):
            data += piece
        return bytes(data)

    def close(self):
        self.sock.close()


@pytest.fixture
def connect(proxy):
    """Return what opens connections to the proxy; all are closed after the test."""
    clients = []

    def make():
        clients.append(Client(proxy))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(connect):
    """A connection to the proxy."""
    return connect()


def test_unarmed_everything_passes(proxy, upstream, client):
    """Byte for byte, on one connection, and recorded."""
    first, second = client.ask(BOOKING), client.ask(SEARCH)
    assert len(first) == len(second) == WHOLE
    assert [bytes(each) for each in upstream.received] == [BOOKING + SEARCH]
    assert [(p.operation, p.attempt, p.key) for p in proxy.passed] == [("book", 2, "k-1"), ("search", 0, "")]


def test_a_fault_affects_its_operation_as_often_as_armed(proxy, client, connect):
    """Others pass, and so does the next one."""
    proxy.arm(WireFault(Effect.CUT, Position.BEFORE), "book")
    assert len(client.ask(SEARCH)) == WHOLE
    assert client.ask(BOOKING) == b""
    assert len(connect().ask(BOOKING)) == WHOLE


def test_clear_disarms_every_fault(proxy, client):
    """What was armed has no effect."""
    proxy.arm(WireFault(Effect.CUT, Position.BEFORE), times=9)
    proxy.always(WireFault(Effect.RESET, Position.AFTER))
    proxy.clear()
    assert len(client.ask()) == WHOLE


@pytest.mark.parametrize("at", [0.0, 0.1, 0.5, 0.999, 1.0])
@pytest.mark.parametrize("effect", [Effect.CUT, Effect.RESET])
def test_a_request_is_cut_at_its_byte(effect, at, proxy, upstream, client):
    """The server gets so many bytes and never the last; the client gets no answer."""
    proxy.arm(WireFault(effect, Position.BEFORE, at))
    try:
        text = client.ask()
    except ConnectionResetError:
        text = "reset"
    upstream.wait_closed()
    expected = min(int(at * len(BOOKING)), len(BOOKING) - 1)
    assert ("reset" if effect is Effect.RESET else b"") == text
    # a reset may overtake what was sent before it
    assert len(upstream.received[0]) == expected or (effect is Effect.RESET and expected)


@pytest.mark.parametrize("at", [0.0, 0.3, 0.95, 1.0])
@pytest.mark.parametrize("effect", [Effect.CUT, Effect.RESET])
def test_an_answer_is_cut_at_its_byte(effect, at, proxy, upstream, client):
    """The server has done its work; the client gets so many bytes and never the last, or a RST without a FIN."""
    proxy.arm(WireFault(effect, Position.AFTER, at))
    with pytest.raises(ConnectionResetError) if effect is Effect.RESET else nullcontext():
        assert min(int(at * WHOLE), WHOLE - 1) == len(client.ask())
    assert upstream.received[0] == BOOKING


def test_a_held_request_arrives_although_its_sender_has_gone(proxy, upstream, client):
    """Late, as by a gateway that stores and forwards."""
    proxy.arm(WireFault(Effect.DELAY, Position.BEFORE, 0.5))
    client.sock.settimeout(0.1)
    with pytest.raises(TimeoutError):
        client.ask()
    client.close()
    proxy.clear(release=False)
    assert len(upstream.received[0]) == len(BOOKING) // 2
    proxy.release()
    assert proxy.drain()
    upstream.wait_closed()
    assert upstream.received[0] == BOOKING


@pytest.mark.parametrize(("position", "first"), [(Position.DURING, 25), (Position.AFTER, WHOLE // 2)])
def test_a_held_answer_comes_when_released(position, first, proxy, upstream, client):
    """The server has had the whole request meanwhile."""
    proxy.arm(WireFault(Effect.DELAY, position, 0.5))
    client.sock.sendall(BOOKING)
    client.read(first)
    client.sock.settimeout(0.1)
    with pytest.raises(TimeoutError):
        client.read(1)
    assert upstream.received[0] == BOOKING
    client.sock.settimeout(5)
    proxy.release()
    assert client.read(WHOLE if position is Position.DURING else WHOLE - first).endswith(b"}")


def test_a_truncated_request_says_that_it_is_whole(proxy, upstream, client):
    """Its head has the length that is left."""
    proxy.arm(WireFault(Effect.TRUNCATE, Position.BEFORE, 0.5))
    assert len(client.ask()) == WHOLE
    assert upstream.received[0].endswith(b'content-length: 10\r\n\r\n{"vehicle_')


def test_a_truncated_answer_says_that_it_is_whole(proxy, client):
    """And the connection goes on."""
    proxy.arm(WireFault(Effect.TRUNCATE, Position.AFTER, 0.5))
    client.sock.sendall(BOOKING)
    assert b"content-length: 7\r\n\r\n" in client.read(WHOLE - 8)
    assert len(client.ask()) == WHOLE


def test_a_request_drips(proxy, upstream, client):
    """Byte by byte; when released, the rest at once."""
    proxy.arm(WireFault(Effect.DRIP, Position.BEFORE))
    client.sock.settimeout(0.1)
    with pytest.raises(TimeoutError):
        client.ask()
    assert 0 < len(upstream.received[0]) < len(BOOKING)
    client.sock.settimeout(5)
    proxy.release()
    assert len(client.read(WHOLE)) == WHOLE


def test_an_answer_drips(proxy, client):
    """From its byte on; when released, the rest at once."""
    proxy.arm(WireFault(Effect.DRIP, Position.AFTER, 0.5))
    client.sock.sendall(BOOKING)
    first = client.read(WHOLE // 2)
    assert len(client.sock.recv(WHOLE)) == 1
    proxy.release()
    assert (first + client.read(WHOLE // 2)).endswith(b'"r-01"}')


def test_a_flooded_request_is_spoilt(proxy, upstream, client):
    """Blanks come from its middle on."""
    proxy.arm(WireFault(Effect.FLOOD, Position.BEFORE, 0.5))
    client.sock.sendall(BOOKING)
    upstream_got = time.monotonic() + 5
    while not upstream.received or len(upstream.received[0]) < FLOODED_REQUEST:
        assert time.monotonic() < upstream_got
        time.sleep(0.005)
    assert upstream.received[0][: len(BOOKING)].endswith(b" " * (len(BOOKING) // 2))


def test_a_flooded_answer_does_not_end(proxy, client):
    """Until it has the size of a flood."""
    proxy.arm(WireFault(Effect.FLOOD, Position.AFTER, 0.5))
    client.sock.sendall(BOOKING)
    assert FLOOD_BYTES <= len(client.read(2 * FLOOD_BYTES)) < FLOOD_BYTES + 100_000


@pytest.mark.parametrize(("position", "reaches"), [("before", False), ("during", True), ("after", True)])
def test_somebody_else_answers(position, reaches, proxy, upstream, client):
    """The server gets the request, or not."""
    proxy.arm(WireFault(Effect.INSTEAD, Position(position), answer=b"HTTP/1.1 502 Bad Gateway\r\n\r\n"))
    client.sock.sendall(BOOKING)
    assert client.read(999) == b"HTTP/1.1 502 Bad Gateway\r\n\r\n"
    assert proxy.drain()
    assert ([bytearray(BOOKING)] if reaches else []) == upstream.received


def test_an_answer_is_rewritten(proxy, client):
    """Pieces of its head and body, and its length with them."""
    pieces = ((b"r-01", b"rental-02"), (b"application/json", b"text/json"))
    proxy.arm(WireFault(Effect.REWRITE, Position.AFTER, pieces=pieces))
    client.sock.sendall(BOOKING)
    text = client.read(WHOLE + 5 - 7)
    assert text.endswith(b'content-type: text/json\r\ncontent-length: 19\r\n\r\n{"id": "rental-02"}')
    assert len(client.ask()) == WHOLE


def test_during_the_work_a_gateway_begins_to_answer(proxy, upstream, client):
    """And is cut off."""
    proxy.arm(WireFault(Effect.CUT, Position.DURING, 0.5))
    client.sock.sendall(BOOKING)
    assert STAND_IN[: len(STAND_IN) // 2] == client.read(999)
    assert proxy.drain()
    assert upstream.received[0] == BOOKING


def test_an_outage_refuses_and_ends_on_the_same_port(proxy, client, connect):
    """Open connections are reset, new ones refused."""
    assert len(client.ask()) == WHOLE
    proxy.switch(Mode.REFUSE)
    assert not _is_answered(client)
    with pytest.raises(ConnectionRefusedError):
        connect()
    proxy.switch(Mode.PASS)
    assert len(connect().ask()) == WHOLE


def _is_answered(client):
    with suppress(OSError):
        return bool(client.ask())
    return False


@pytest.mark.parametrize(("mode", "reaches"), [(Mode.BLACKHOLE, 0), (Mode.MUTE, 1)])
def test_an_outage_swallows(mode, reaches, proxy, upstream, connect):
    """Every request, or every answer."""
    proxy.switch(mode)
    client = connect()
    client.sock.settimeout(0.1)
    with pytest.raises(TimeoutError):
        client.ask()
    assert len(upstream.received) == reaches
    proxy.switch(Mode.PASS)
    assert len(connect().ask()) == WHOLE
