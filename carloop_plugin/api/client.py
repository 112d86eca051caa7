"""Reads and writes with their retries: a verdict for each attempt, a value or a reason at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Protocol, TypeVar

from carloop_plugin.api import bodies
from carloop_plugin.api.budget import RetryBudget
from carloop_plugin.api.call import Call
from carloop_plugin.api.retry import Now, Sleep, persist
from carloop_plugin.api.shared_transport import Line
from carloop_plugin.api.verdict import Failure, Reader, Success, Verdict, judge
from carloop_plugin.domain.changes import Intent, Refused
from carloop_plugin.domain.failures import CallFailed, Reason

_T = TypeVar("_T")
Pairs = tuple[tuple[str, str | None], ...]


class Page(Protocol):
    """A page of a list."""

    @property
    def items(self) -> tuple[object, ...]:
        """What the page holds."""

    @property
    def unreadable(self) -> tuple[object, ...]:
        """What it holds that cannot be read."""

    @property
    def next_cursor(self) -> str | None:
        """Where the next page begins; None where there is none."""


_Page = TypeVar("_Page", bound=Page)


class ReadRefused(CallFailed):
    """Carloop refused a read. `code` is the one of its problem document, empty where it sent none."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.answer.reason)
        self.code = "" if failure.problem is None else str(failure.problem["code"])


@dataclass(frozen=True, slots=True)
class Conversation:
    """Talks with the interface at `url` over a line, patiently."""

    line: Line
    url: str
    random: Random
    sleep: Sleep
    now: Now
    budget: RetryBudget = field(default_factory=RetryBudget)

    def read(
        self,
        path: str,
        pairs: Pairs,
        read: Reader[_T],
        *,
        deadline: float,
    ) -> Success[_T]:
        """Read what is at a path. Raise `CallFailed` where that cannot be had in time."""
        query = bodies.query_of(pairs)
        url = f"{self.url}{path}?{query}" if query else f"{self.url}{path}"
        call = Call(deadline)

        def attempt(count: int) -> Verdict[_T]:
            headers = (_retry_count(count),)
            answer = self.line.exchange("GET", url, headers, None, call=call)
            return judge(answer, read=read, deadline=deadline)

        verdict = self._persist(attempt, deadline, {"operation": path.split("/")[1]})
        if isinstance(verdict, Success):
            return verdict
        if isinstance(verdict.answer, Refused):
            raise ReadRefused(verdict)
        raise CallFailed(verdict.answer.reason, sent=call.ever_sent)

    def pages(
        self,
        path: str,
        pairs: Callable[[], Pairs],
        read: Reader[_Page],
        *,
        deadline: float,
    ) -> Iterator[_Page]:
        """Read a list page by page; `pairs` is asked before each. Raise `CallFailed` for one without end."""
        cursor: str | None = None
        seen: set[str] = set()
        while True:
            page = self.read(path, (*pairs(), ("cursor", cursor)), read, deadline=deadline).value
            yield page
            cursor = page.next_cursor
            if cursor is None:
                return
            if cursor in seen or not (page.items or page.unreadable):
                raise CallFailed(Reason("invalid_answer", "api.endless_list"))
            seen.add(cursor)

    def write(self, intent: Intent, read: Reader[_T], *, deadline: float) -> Verdict[_T]:
        """Send a write, with the same key and bytes each time.

        Raise `ValueError` where the intent's rental can have no address.
        """
        method, path = bodies.target_of(intent)
        headers = bodies.write_headers(intent)
        call = Call(deadline)

        def attempt(count: int) -> Verdict[_T]:
            answer = self.line.exchange(
                method, self.url + path, (*headers, _retry_count(count)), intent.body, call=call
            )
            return judge(answer, read=read, deadline=deadline, action=intent.action)

        named = {"operation": intent.action.value, "change_id": intent.change_id}
        return self._persist(attempt, deadline, named)

    def _persist(
        self, attempt: Callable[[int], Verdict[_T]], deadline: float, named: Mapping[str, str]
    ) -> Verdict[_T]:
        return persist(
            attempt,
            deadline=deadline,
            budget=self.budget,
            random=self.random,
            sleep=self.sleep,
            now=self.now,
            named=named,
        )


def _retry_count(count: int) -> tuple[str, str]:
    return ("X-Retry-Count", str(count))
