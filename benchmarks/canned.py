"""A server that sends a search's recorded answers, byte for byte, and does nothing else.

It answers so fast that the client's own time is what is measured. Pages are recorded from a real sandbox, heads
included, one file for each cursor; `python -m benchmarks.canned FOLDER` serves them.
"""

from __future__ import annotations

import http.client
import json
import socketserver
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlencode, urlsplit

from benchmarks.carloop import INTERFACE, Carloop, Period

INDEX = "index.json"
FIRST = ""
LONGEST_PAGE = 1_000


@contextmanager
def canned(source: Carloop, period: Period, *, limit: int) -> Iterator[Carloop]:
    """Record a search's pages and serve them from a process of its own, until the block is left."""
    with TemporaryDirectory(prefix="carloop-canned-") as folder:
        record(source, period, limit=limit, folder=Path(folder))
        command = [sys.executable, "-m", "benchmarks.canned", folder]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None  # it was asked for
        try:
            yield Carloop(process.stdout.readline().removeprefix("ready ").strip())
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()


def record(source: Carloop, period: Period, *, limit: int, folder: Path) -> None:
    """Write each page of a search to a file, as it came over the socket."""
    files: dict[str, str] = {}
    cursor: str | None = FIRST
    while cursor is not None and cursor not in files:
        most = min(LONGEST_PAGE, limit)
        query = urlencode({**period, "limit": most} | ({"cursor": cursor} if cursor else {}))
        head, body = _exchange(source, f"{INTERFACE}/vehicles?{query}")
        files[cursor] = f"{len(files)}.http"
        (folder / files[cursor]).write_bytes(head + body)
        cursor = json.loads(body)["next_cursor"] if limit > LONGEST_PAGE * len(files) else None
    (folder / INDEX).write_text(json.dumps(files), "utf-8")


def _exchange(source: Carloop, target: str) -> tuple[bytes, bytes]:
    connection = http.client.HTTPConnection(urlsplit(source.url).netloc)
    try:
        connection.request("GET", target, headers=source.authorization)
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise RuntimeError(f"the sandbox answered {answer.status}")
    # `Connection: close` is never among them: HTTP/1.1 keeps a connection unless asked
    lines = [
        f"HTTP/1.1 {answer.status} {answer.reason}",
        *(f"{name}: {value}" for name, value in answer.getheaders()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"), body


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    pages: Mapping[str, bytes] = {}


class _Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Answer the requests of a connection until it is closed."""
        while line := self.rfile.readline():
            while self.rfile.readline() not in (b"\r\n", b""):
                pass
            assert isinstance(self.server, _Server)
            self.wfile.write(self.server.pages[_cursor_of(line)])


def _cursor_of(request_line: bytes) -> str:
    target = request_line.split()[1].decode("ascii")
    return parse_qs(urlsplit(target).query).get("cursor", [FIRST])[0]


def _serve(folder: Path) -> None:
    files: dict[str, str] = json.loads((folder / INDEX).read_text("utf-8"))
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.pages = {cursor: (folder / name).read_bytes() for cursor, name in files.items()}
        print(f"ready http://127.0.0.1:{server.server_address[1]}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
