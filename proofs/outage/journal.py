"""The journal of a planner process: a JSON line for each entry, read when the run has ended."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that the client made, whether or not a server received it."""

    at: float
    method: str
    attempt: int
    key: str


@dataclass(frozen=True, slots=True)
class ChangeAnswer:
    """An advisor's answer to a change."""

    began: float
    ended: float
    change: Document
    status: str
    code: str
    overrun: float


@dataclass(frozen=True, slots=True)
class PageState:
    """The state of an appointment that a page showed, asked between two instants."""

    began: float
    ended: float
    appointment_id: str
    state: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of a search: `found`, or the code of its problem."""

    at: float
    result: str


@dataclass(frozen=True, slots=True)
class Bug:
    """What was raised or logged as a bug."""

    text: str


Entry = Sent | ChangeAnswer | PageState | SearchResult | Bug
_KINDS: dict[str, type[Entry]] = {
    kind.__name__: kind for kind in (Sent, ChangeAnswer, PageState, SearchResult, Bug)
}


class Journal:
    """Appends entries of all threads of a process to a file. Times are the machine's, as Carloop's are."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()

    def note(self, entry: Entry) -> None:
        """Append an entry."""
        line = json.dumps([type(entry).__name__, asdict(entry)], ensure_ascii=False)
        with self._lock:
            self._file.write(line + "\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_journals(folder: Path) -> Iterator[Entry]:
    """Read the entries of all planners."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            kind, fields = json.loads(line)
            yield _KINDS[kind](**fields)


def now() -> float:
    """Return the time of day in seconds."""
    return time.time()
