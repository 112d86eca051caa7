"""One call of one hook of one provider, and its result whatever the provider does."""

from __future__ import annotations

import os
import threading
import time
import types
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar, cast

from mobility_hookspecs._kit.failure_log import log_exception, log_invalid, log_timeout
from mobility_hookspecs._kit.hooks import read_document
from mobility_hookspecs._kit.limits import CircuitBreaker, ProviderThreads
from mobility_hookspecs._kit.rejections import InvalidAnswer
from mobility_hookspecs.problems import MobilityProblem, ProblemCode, make_problem

if TYPE_CHECKING:
    from mobility_schemas.documents import Problem

Document = TypeVar("Document")
HookFunction: TypeAlias = Callable[..., object]

# The provider's deadline lies before the host's by a tenth of the time-out, at most so many seconds.
_MARGIN_SHARE = 0.1
_MARGIN_SECONDS = 0.25
# The host stops waiting this much early, and later by the grace where the answer is being read: at most 50 ms late.
_HEADROOM_SHARE = 0.25
_HEADROOM_SECONDS = 0.02
_GRACE_SECONDS = 0.03
# What a condition can wait for is limited; a day is as good as for ever.
_LONGEST_TIMEOUT = 86_400.0


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The two deadlines of a call, in monotonic seconds.

    :ivar timeout: what the host allowed, in seconds.
    :ivar host: when the host stops waiting; a little early, for a busy machine wakes it late.
    :ivar provider: when the provider has to be done; before the host's, to leave time to read its answer.
    """

    timeout: float
    host: float
    provider: float

    @classmethod
    def after(cls, timeout: float) -> Deadlines:
        """Count ``timeout`` seconds from now; what is no sensible time-out counts as zero."""
        seconds = min(timeout, _LONGEST_TIMEOUT) if timeout > 0 else 0.0
        end = time.monotonic() + seconds
        margin = min(seconds * _MARGIN_SHARE, _MARGIN_SECONDS)
        return cls(seconds, end - min(margin * _HEADROOM_SHARE, _HEADROOM_SECONDS), end - margin)


@dataclass(frozen=True, slots=True)
class ValidAnswer(Generic[Document]):
    """A document that was read and found valid."""

    document: Document


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why there is no answer.

    :ivar problem: the problem document.
    :ivar was_called: whether the provider was called; if not, nothing can have happened there.
    :ivar is_failure: whether it timed out or failed without a ``MobilityProblem`` of its own.
    """

    problem: Problem
    was_called: bool
    is_failure: bool


@dataclass(slots=True, kw_only=True, eq=False)
class HookCall(Generic[Document]):
    """Call one hook of one provider on one of its threads, and wait no longer than the deadlines allow.

    The first to set the result wins: the thread with what the provider answered, or the host when it stops
    waiting.

    :ivar provider: the provider's id.
    :ivar hook: the hook's name.
    :ivar function: calls the hook; returns a list, as pluggy does.
    :ivar arguments: the hook's arguments, the provider's own copies.
    :ivar read: returns the document of an answer; raises ``InvalidAnswer``.
    :ivar locale: the language of the problem.
    """

    provider: str
    hook: str
    function: HookFunction
    arguments: Mapping[str, object]
    read: Callable[[object], Document]
    threads: ProviderThreads
    circuit: CircuitBreaker
    deadlines: Deadlines
    locale: str
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _settled: threading.Event = field(init=False, default_factory=threading.Event)
    _result: ValidAnswer[Document] | NoAnswer | None = field(init=False, default=None)
    _ticket: int | None = field(init=False, default=None)
    _has_returned: bool = field(init=False, default=False)
    _has_timed_out: bool = field(init=False, default=False)

    def begin(self) -> None:
        """Put the call in the provider's queue, unless the hook's circuit is open."""
        if self.circuit.is_open():
            self._settle(self._not_called())
        else:
            self.threads.submit(self._run)

    def result(self) -> ValidAnswer[Document] | NoAnswer:
        """Wait for the call's end, until the host's deadline at most.

        A call that has not begun by then never will.
        """
        try:
            self._settled.wait(max(0.0, self.deadlines.host - time.monotonic()))
            if self._has_returned:
                # The provider was in time and only our reading is late, as on a busy machine.
                self._settled.wait(max(0.0, self.deadlines.host + _GRACE_SECONDS - time.monotonic()))
        finally:
            with self._lock:  # also when interrupted: the call must not begin later on
                is_late = self._result is None
                result = self._result = self._result or self._late()
            if is_late:
                self._stop()
        return result

    def _stop(self) -> None:
        if self._ticket is None:
            self.threads.withdraw(self._run)
        if self._has_timed_out:
            log_timeout(self.provider, self.hook, self.deadlines.timeout)

    def _late(self) -> NoAnswer:
        if self._ticket is None:
            return self._not_called()
        # An answer that is only being read is late, but no failure of the provider.
        self._has_timed_out = not self._has_returned and time.monotonic() >= self.deadlines.host
        if self._has_timed_out:
            self.circuit.failed(self._ticket)
        return self._failure(ProblemCode.DEADLINE_EXCEEDED)

    def _run(self) -> None:
        process = os.getpid()
        # Under the lock, for the host may stop waiting just now: then the provider must not be called any more.
        with self._lock:
            if self._result is None and time.monotonic() < self.deadlines.provider:
                self._ticket = self.circuit.enter()
        result = self._not_called() if self._ticket is None else self._call()
        if os.getpid() == process:  # else the hook has forked, and nobody waits for it in the child
            self._settle(result)

    def _settle(self, result: ValidAnswer[Document] | NoAnswer) -> None:
        with self._lock:
            if self._result is None:
                self._result = result
            # What comes after a time-out neither counts twice nor makes up for it.
            if self._ticket is not None and not self._has_timed_out:
                failed = isinstance(result, NoAnswer) and result.is_failure
                report = self.circuit.failed if failed else self.circuit.succeeded
                report(self._ticket)
        self._settled.set()

    def _call(self) -> ValidAnswer[Document] | NoAnswer:
        try:
            results = self.function(**self.arguments)
            # pluggy returns a list of what is not None; a provider has one implementation of a hook.
            raw = results[0] if isinstance(results, list) and results else None
            if type(raw) in (types.CoroutineType, types.GeneratorType):
                cast(
                    "Generator[object, object, object]", raw
                ).close()  # else it would warn when it is thrown away
        except BaseException as error:  # noqa: BLE001 - SystemExit and the like must not end the host
            self._has_returned = True
            return self._raised(error)
        self._has_returned = True
        return self._read(raw)

    def _read(self, raw: object) -> ValidAnswer[Document] | NoAnswer:
        try:
            return ValidAnswer(self.read(raw))
        except InvalidAnswer as error:
            if not self._has_timed_out:  # nobody waits for it any more
                log_invalid(self.provider, self.hook, str(error))
            return self._failure(ProblemCode.INVALID_ANSWER, detail=error.in_language(self.locale))
        except BaseException as error:  # noqa: BLE001 - an answer's own methods may raise anything
            log_exception(self.provider, self.hook, error)
            return self._failure(ProblemCode.INVALID_ANSWER)

    def _raised(self, error: BaseException) -> NoAnswer:
        # type() and not isinstance(): an exception may lie about its __class__, or raise when asked.
        if issubclass(type(error), MobilityProblem):
            try:
                problem = read_document(cast("MobilityProblem", error).problem, "problem")
                return NoAnswer(cast("Problem", problem), was_called=True, is_failure=False)
            except BaseException:  # noqa: BLE001, S110 - an invalid problem document is a bug like any other
                pass
        log_exception(self.provider, self.hook, error)
        return self._failure(ProblemCode.PROVIDER_FAILED)

    def _not_called(self) -> NoAnswer:
        return NoAnswer(self._problem(ProblemCode.BUSY), was_called=False, is_failure=False)

    def _failure(self, code: ProblemCode, *, detail: str | None = None) -> NoAnswer:
        return NoAnswer(self._problem(code, detail=detail), was_called=True, is_failure=True)

    def _problem(self, code: ProblemCode, *, detail: str | None = None) -> Problem:
        return make_problem(code, locale=self.locale, detail=detail)
