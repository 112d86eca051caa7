"""Requests to one Carloop with one token, each with its retries, over connections that all threads share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from carloop_plugin.api.answers import Failure, Page, Reader, Success, Verdict, judge
from carloop_plugin.api.call import Call, RawAnswer, Request
from carloop_plugin.api.retry import Retries
from carloop_plugin.api.wire import Pairs, read_request
from carloop_plugin.domain.changes import Refused
from carloop_plugin.domain.failures import CallFailed, Reason
from mobility_hookspecs.authoring.forking import delay_fork

if TYPE_CHECKING:
    from carloop_plugin.api.transport import Transport

_T = TypeVar("_T")


class ReadRefused(CallFailed):
    """Carloop refused a read. `code` is the one of its problem document, empty where it sent none."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.answer.reason)
        self.code = "" if failure.problem is None else str(failure.problem["code"])


@dataclass(eq=False)
class RetryingClient:
    """Sends requests to the interface at `url`. Opens its connections at the first one, and loads httpx then.

    Once it is closed, a call that is still under way opens connections for as long as it needs them.
    """

    origin: str
    url: str
    token: str = field(repr=False)
    ca_file: str | None
    retries: Retries
    _transport: Transport | None = field(default=None, repr=False)
    _users: int = 0
    _is_closed: bool = False
    _lock: Lock = field(default_factory=Lock, repr=False)

    def send(self, request: Request, read: Reader[_T], call: Call) -> Verdict[_T]:
        """Send a request, the same each time, until there is an answer or no time or retry left."""
        return self.retries.run(
            partial(self._attempt, request, read, call), deadline=call.deadline, logged=request.logged
        )

    def read(self, path: str, pairs: Pairs, read: Reader[_T], *, deadline: float) -> Success[_T]:
        """Read what is at a path. Raise `CallFailed` where that cannot be had in time."""
        call = Call(deadline)
        verdict = self.send(read_request(path, pairs), read, call)
        if isinstance(verdict, Success):
            return verdict
        if isinstance(verdict.answer, Refused):
            raise ReadRefused(verdict)
        raise CallFailed(verdict.answer.reason, sent=call.ever_sent)

    def pages(
        self, path: str, pairs: Callable[[], Pairs], read: Reader[Page[_T]], *, deadline: float
    ) -> Iterator[Page[_T]]:
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

    def close(self) -> None:
        """Close the connections, once no request is under way any more."""
        with self._lock:
            self._is_closed = True
            unused = self._take_unused()
        if unused is not None:
            unused.close()

    def renew(self) -> None:
        """Forget the connections in a forked process, without closing any: they are its parent's."""
        if self._transport is not None:
            self._transport.forget()
        self._transport, self._users, self._lock = None, 0, Lock()

    def _attempt(self, request: Request, read: Reader[_T], call: Call, count: int) -> Verdict[_T]:
        call.attempt = count
        return judge(self._exchange(request, call), read=read, deadline=call.deadline, action=request.action)

    def _exchange(self, request: Request, call: Call) -> RawAnswer:
        with self._lock:
            transport = self._transport = self._transport or self._open()
            self._users += 1
        try:
            return transport.exchange(request, call)
        finally:
            with self._lock:
                # it is another one in a process that was forked meanwhile
                self._users -= transport is self._transport
                unused = self._take_unused()
            if unused is not None:
                unused.close()

    def _take_unused(self) -> Transport | None:
        if self._users or not self._is_closed:
            return None
        unused, self._transport = self._transport, None
        return unused

    def _open(self) -> Transport:
        from carloop_plugin.api.transport import Transport

        # OpenSSL sets itself up, under locks of its own, when the first context is made
        with delay_fork():
            return Transport(self.origin, self.url, self.token, ca_file=self.ca_file)
