"""A line to a PostgreSQL that can fall silent, go down, or be cut at what is said on it."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from pathlib import Path

from benchmarks.postgres import Postgres


class PostgresLine:
    """A line to an empty database of a server.

    `mute`: nothing the server says arrives. `is_down`: nobody can connect. `cut_at`: what a client says one after the
    other on one connection; the last still reaches the server, and then the line is cut, so that nobody hears what it
    answers. `goes_down`: it is down from then on.
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
        """Cut everything."""
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
        heard = 0
        with suppress(OSError):
            while said := client.recv(65536):
                if heard < len(self.cut_at) and self.cut_at[heard] in said:
                    heard += 1
                    if heard == len(self.cut_at):
                        self._cut(client)
                        server.sendall(said)
                        break
                server.sendall(said)
            server.shutdown(socket.SHUT_WR)

    def _cut(self, client: socket.socket) -> None:
        self.cut_at = ()
        self.is_down = self.is_down or self.goes_down
        client.shutdown(socket.SHUT_RDWR)  # before the server has heard it, so that no answer slips through

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while said := server.recv(65536):
                if not self.mute:
                    client.sendall(said)
            client.shutdown(socket.SHUT_RDWR)
