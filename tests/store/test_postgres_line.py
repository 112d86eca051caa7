"""Between us and the server: a line that falls silent, or is cut at the worst moment."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from benchmarks.postgres import Postgres
from carloop_plugin.intents import Intent, Recorded, SameChange
from carloop_plugin.model import ChangeId, StoreFailed
from carloop_plugin.store.postgres import PostgresServer

MakeIntent = Callable[..., Intent]

C1 = ChangeId("c-1")
COMMIT, INSERT = b"COMMIT\x00", b"INSERT INTO intents"
pytestmark = pytest.mark.block_network(allowed_hosts=[r".*/\.s\.PGSQL\.5432"])


def soon() -> float:
    return time.monotonic() + 30


class Line:
    """A line to a server that can be cut or held up, told apart by what the client says on it."""

    def __init__(self, postgres: Postgres, folder: Path) -> None:
        self._target = str(postgres.folder / ".s.PGSQL.5432")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen()
        self._open: list[socket.socket] = []
        self.mute = False
        self.cut_at: bytes | None = None
        self.is_down = False
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.is_down = True
        for each in [self._listener, *self._open]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self.is_down:
                    client.close()
                    continue
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._target)
                self._open += [client, server]
                threading.Thread(target=self._forward, args=(client, server), daemon=True).start()
                threading.Thread(target=self._answer, args=(server, client), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := client.recv(65536):
                if self.cut_at is not None and self.cut_at in said:
                    self.cut_at = None
                    client.shutdown(socket.SHUT_RDWR)  # so nobody hears what the server answers
                    server.sendall(said)
                    break
                server.sendall(said)
            server.shutdown(socket.SHUT_WR)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while said := server.recv(65536):
                if not self.mute:
                    client.sendall(said)
            client.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def line(postgres: Postgres) -> Iterator[tuple[Line, str]]:
    """A line to the server, and the address of an empty database over it."""
    name = postgres.new_database().partition("?")[0].rpartition("/")[2]
    with TemporaryDirectory(prefix="carloop-line-") as folder:
        line = Line(postgres, Path(folder))
        yield line, f"postgresql://postgres@/{name}?host={folder}"
        line.close()


def test_a_server_that_falls_silent_costs_no_more_than_the_deadline(line: tuple[Line, str]) -> None:
    """A hung machine or a dead network answers nothing at all, and says no goodbye."""
    tap, address = line
    server = PostgresServer(address)
    with server.open(deadline=soon()):
        pass
    tap.mute = True
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(StoreFailed) as failed, server.open(deadline=began + 0.3):
            pass
        assert time.monotonic() - began < 0.4
        assert "busy" == failed.value.reason.code
    server.close()


def test_a_commit_whose_answer_is_lost_is_found_again(
    line: tuple[Line, str], make_intent: MakeIntent
) -> None:
    """The next connection shows whether it happened: the change is there, and it is the same."""
    tap, address = line
    server = PostgresServer(address)
    with server.open(deadline=soon()) as store:
        tap.cut_at = COMMIT
        assert SameChange(make_intent()) == store.record(make_intent())
        assert tap.cut_at is None
    server.close()


def test_a_commit_whose_answer_is_lost_for_good_is_no_refusal(
    line: tuple[Line, str], make_intent: MakeIntent
) -> None:
    """Where nobody can look, it may have been written, and says so."""
    tap, address = line
    server = PostgresServer(address)
    with server.open(deadline=soon()) as store:
        tap.cut_at, tap.is_down = COMMIT, True
        with pytest.raises(StoreFailed) as failed:
            store.record(make_intent())
        assert failed.value.may_be_written
        tap.is_down = False
        assert make_intent() == store.intent(C1)
    server.close()


def test_a_transaction_cut_before_its_commit_is_done_again(
    line: tuple[Line, str], make_intent: MakeIntent
) -> None:
    """Nothing of it was there."""
    tap, address = line
    server = PostgresServer(address)
    with server.open(deadline=soon()) as store:
        tap.cut_at = INSERT
        assert Recorded() == store.record(make_intent())
        assert tap.cut_at is None
    server.close()


def test_a_transaction_cut_before_its_commit_for_good_is_a_refusal(
    line: tuple[Line, str], make_intent: MakeIntent
) -> None:
    """Nothing of it is there, and nothing will be."""
    tap, address = line
    server = PostgresServer(address)
    with server.open(deadline=soon()) as store:
        tap.cut_at, tap.is_down = INSERT, True
        with pytest.raises(StoreFailed) as failed:
            store.record(make_intent())
        assert not failed.value.may_be_written
        tap.is_down = False
        assert store.intent(C1) is None
    server.close()


def test_a_read_is_done_again_on_another_connection(line: tuple[Line, str], make_intent: MakeIntent) -> None:
    """A look costs nobody anything."""
    tap, address = line
    server = PostgresServer(address)
    with server.open(deadline=soon()) as store:
        store.record(make_intent())
        tap.cut_at = b"SELECT"
        assert make_intent() == store.intent(C1)
        assert tap.cut_at is None
    server.close()
