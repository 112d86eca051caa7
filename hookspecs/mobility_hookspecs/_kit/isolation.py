"""One call of one hook of one provider, and what becomes of it whatever the provider does."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar, cast

from mobility_hookspecs._kit.answers import dispose, read_problem
from mobility_hookspecs._kit.fault_log import log_fault, log_hang, log_invalid
from mobility_hookspecs._kit.invalid_answer import InvalidAnswer
from mobility_hookspecs.problems import MobilityProblem, ProblemCode, make_problem

if TYPE_CHECKING:
    from mobility_hookspecs._kit.bulkhead import Bulkhead
    from mobility_hookspecs._kit.circuit import Circuit
    from mobility_schemas.documents import Problem

Document = TypeVar("Document")
Hook: TypeAlias = Callable[..., object]
Reader: TypeAlias = Callable[[object], Document]

_MARGIN_SHARE = 0.1
_MARGIN_SECONDS = 0.25
_HEADROOM_SHARE = 0.25
_HEADROOM_SECONDS = 0.02
_GRACE_SECONDS = 0.03
_LONGEST_TIMEOUT = 86_400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Hold the two deadlines of a call, in monotonic seconds.

    :ivar timeout: what the host allowed, in seconds.
    :ivar host: when the host stops waiting; a little early, for a busy machine wakes it late.
    :ivar provider: when the provider has to be done; before the host's, to leave time to read its answer.
    """

    timeout: float
    host: float
    provider: float

    @classmethod
    def starting_now(cls, timeout: float) -> Limits:
        """Count ``timeout`` seconds from now; what is no sensible time-out counts as none at all."""
        seconds = min(timeout, _LONGEST_TIMEOUT) if timeout > 0 else 0.0
        end = time.monotonic() + seconds
        margin = min(seconds * _MARGIN_SHARE, _MARGIN_SECONDS)
        return cls(seconds, end - min(margin * _HEADROOM_SHARE, _HEADROOM_SECONDS), end - margin)


@dataclass(frozen=True, slots=True)
class Answer(Generic[Document]):
    """Hold a document that was read and found valid."""

    document: Document


@dataclass(frozen=True, slots=True)
class Miss:
    """Say why there is no answer.

    :ivar problem: the problem document.
    :ivar called: whether the provider was called; if not, nothing can have happened there.
    :ivar is_fault: whether it was a hang or a bug, and not the provider's own word.
    """

    problem: Problem
    called: bool
    is_fault: bool


class Call(Generic[Document]):
    """Call one hook of one provider on a thread of its bulkhead, and wait no longer than the limits say.

    The first to settle it wins: the worker with what the provider said, or the waiting host that gives up.
    """

    def __init__(
        self,
        provider: str,
        hook_name: str,
        *,
        hook: Hook,
        arguments: Mapping[str, object],
        read: Reader[Document],
        bulkhead: Bulkhead,
        circuit: Circuit,
        limits: Limits,
        locale: str,
    ) -> None:
        """Prepare the call; ``begin`` starts it.

        :param arguments: the hook's arguments, the provider's own copies.
        :param read: judges the answer; raises ``InvalidAnswer``.
        """
        self._provider = provider
        self._hook_name = hook_name
        self._hook = hook
        self._arguments = arguments
        self._read = read
        self._bulkhead = bulkhead
        self._circuit = circuit
        self._limits = limits
        self._locale = locale
        self._lock = threading.Lock()
        self._settled = threading.Event()
        self._verdict: Answer[Document] | Miss | None = None
        self._ticket: int | None = None
        self._has_returned = False
        self._is_hanging = False

    def begin(self) -> None:
        """Put the call in the provider's queue, unless the hook rests."""
        if self._circuit.rests():
            self._finish(self._not_called())
        else:
            self._bulkhead.submit(self._run)

    def outcome(self) -> Answer[Document] | Miss:
        """Wait for the call's end, until the host's deadline at most.

        A call that has not begun by then never will.
        """
        try:
            self._wait(self._limits.host)
            if self._has_returned:
                # The provider kept its time and only our reading is late, say on a busy machine.
                self._wait(self._limits.host + _GRACE_SECONDS)
        finally:
            verdict = self._end_waiting()  # also when interrupted: nothing may begin behind the caller's back
        return verdict

    def _wait(self, until: float) -> None:
        self._settled.wait(max(0.0, until - time.monotonic()))

    def _end_waiting(self) -> Answer[Document] | Miss:
        with self._lock:
            if self._verdict is not None:
                return self._verdict
            self._verdict = verdict = self._late()
        if not verdict.called:
            self._bulkhead.withdraw(self._run)
        if self._is_hanging:
            log_hang(self._provider, self._hook_name, self._limits.timeout)
        return verdict

    def _late(self) -> Miss:
        if self._ticket is None:
            return self._not_called()
        self._is_hanging = not self._has_returned and time.monotonic() >= self._limits.host
        if self._is_hanging:
            self._circuit.failed(self._ticket)
        return self._fault(ProblemCode.DEADLINE_EXCEEDED)

    def _run(self) -> None:
        process = os.getpid()
        with self._lock:
            if self._verdict is None and time.monotonic() < self._limits.provider:
                self._ticket = self._circuit.enter()
        verdict = self._not_called() if self._ticket is None else self._called()
        if os.getpid() == process:  # else the hook has forked, and nobody waits for it in the child
            self._finish(verdict)

    def _finish(self, verdict: Answer[Document] | Miss) -> None:
        with self._lock:
            if self._verdict is None:
                self._verdict = verdict
            # What comes after a hang neither counts twice nor makes good for it.
            if self._ticket is not None and not self._is_hanging:
                self._report(self._ticket, is_fault=isinstance(verdict, Miss) and verdict.is_fault)
        self._settled.set()

    def _report(self, ticket: int, *, is_fault: bool) -> None:
        if is_fault:
            self._circuit.failed(ticket)
        else:
            self._circuit.succeeded(ticket)

    def _not_called(self) -> Miss:
        return Miss(self._problem(ProblemCode.BUSY), called=False, is_fault=False)

    def _called(self) -> Answer[Document] | Miss:
        try:
            raw = _single(self._hook(**self._arguments))
            dispose(raw)
        except BaseException as error:  # noqa: BLE001 - SystemExit and the like must not end the host
            self._has_returned = True
            return self._raised(error)
        self._has_returned = True
        return self._judged(raw)

    def _judged(self, raw: object) -> Answer[Document] | Miss:
        try:
            return Answer(self._read(raw))
        except InvalidAnswer as error:
            if not self._is_hanging:  # nobody waits for it any more
                log_invalid(self._provider, self._hook_name, str(error))
            return self._fault(ProblemCode.INVALID_ANSWER, detail=error.in_language(self._locale))
        except BaseException as error:  # noqa: BLE001 - an answer's own methods may raise anything
            log_fault(self._provider, self._hook_name, error)
            return self._fault(ProblemCode.INVALID_ANSWER)

    def _raised(self, error: BaseException) -> Miss:
        # type() and not isinstance(): an exception may lie about its __class__, or raise when asked.
        if issubclass(type(error), MobilityProblem):
            try:
                problem = read_problem(cast("MobilityProblem", error).problem)
                return Miss(problem, called=True, is_fault=False)
            except BaseException:  # noqa: BLE001, S110 - an invalid problem document is a bug like any other
                pass
        log_fault(self._provider, self._hook_name, error)
        return self._fault(ProblemCode.PROVIDER_FAILED)

    def _fault(self, code: ProblemCode, *, detail: str | None = None) -> Miss:
        return Miss(self._problem(code, detail=detail), called=True, is_fault=True)

    def _problem(self, code: ProblemCode, *, detail: str | None = None) -> Problem:
        return make_problem(code, locale=self._locale, detail=detail)


def _single(results: object) -> object:
    # pluggy gives a list of what is not None; a provider has one implementation of a hook.
    return results[0] if isinstance(results, list) and results else None
