"""A proxy to a PostgreSQL that can drop answers, refuse connections, or cut one at a chosen message."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from pathlib import Path

from benchmarks.postgres import Postgres


class PostgresProxy:
    """A proxy to an empty database of a server.

    `mute`: no answer of the server is passed on. `is_down`: connections are refused. `cut_at`: texts that a client
    sends one after the other on one connection; the last still reaches the server, then the connection is cut, so that
    its answer is lost. `goes_down`: connections are refused from then on.
    """

    def __init__(self, postgres: Postgres, folder: Path) -> None:
        name = postgres.new_database().partition("?")[0].rpartition("/")[2]
        self.address = f"postgresql://postgres@/{name}?host={folder}"
        self._target = str(postgres.folder / ".s.PGSQL.5432")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen()
        self._open: list[socket.socket] = []
        self.mute = False
        self.cut_at: tuple[bytes, ...] = ()
        self.goes_down = False
        self.is_down = False
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Close every connection."""
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
        matched = 0
        with suppress(OSError):
            while data := client.recv(65536):
                if matched < len(self.cut_at) and self.cut_at[matched] in data:
                    matched += 1
                    if matched == len(self.cut_at):
                        self._cut(client)
                        server.sendall(data)
                        break
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)

    def _cut(self, client: socket.socket) -> None:
        self.cut_at = ()
        self.is_down = self.is_down or self.goes_down
        client.shutdown(socket.SHUT_RDWR)  # before the server has the message, so that no answer gets through

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if not self.mute:
                    client.sendall(data)
            client.shutdown(socket.SHUT_RDWR)
