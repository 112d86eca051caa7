"""The loaded providers: asked all at once or one by its id, each on threads of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from mobility_hookspecs._kit.hook_call import Deadlines, HookCall, HookFunction, NoAnswer, ValidAnswer
from mobility_hookspecs._kit.hooks import Hook, accept_request, read_answer
from mobility_hookspecs._kit.limits import CircuitBreaker, ProviderThreads
from mobility_hookspecs.authoring.forking import detect_fork, renew_in_child
from mobility_hookspecs.context import CallContext, known_locale
from mobility_hookspecs.gathered import Failure, Gathered
from mobility_hookspecs.problems import MobilityProblem, ProblemCode, make_problem
from mobility_schemas.plain import plain_copy

if TYPE_CHECKING:
    from mobility_schemas.documents import Problem, ProviderInfo

Document = TypeVar("Document")

_CLOSE = "close_mobility_provider"
_CLOSE_SECONDS = 5.0

_NOT_LOADED = {"de": "Der Anbieter ist nicht geladen.", "en": "The provider is not loaded."}
_CLOSED = {"de": "Die Anbieter sind bereits geschlossen.", "en": "The providers are closed already."}


@dataclass(frozen=True, slots=True)
class Question(Generic[Document]):
    """What providers are asked.

    :ivar arguments: of the hook, without the context; each provider gets a copy.
    :ivar context: what each provider gets a copy of.
    """

    hook: Hook[Document]
    arguments: Mapping[str, object]
    deadlines: Deadlines
    context: CallContext


class Provider:
    """One provider: its hooks, its threads, and a circuit breaker for each hook."""

    def __init__(
        self,
        info: ProviderInfo,
        hooks: Mapping[str, HookFunction],
        *,
        threads: ProviderThreads,
        clock: Callable[[], float],
    ) -> None:
        """Keep what was loaded.

        :param hooks: the hooks it implements, each a caller that reaches it alone.
        :param clock: monotonic seconds, for the circuit breakers.
        """
        self.info = info
        self.id = info["id"]
        self.hooks = hooks
        self._threads = threads
        # Closing gets a thread beside the others: calls that hang must not keep the clients open.
        self._closing_thread = ProviderThreads(self.id)
        self._circuits = {name: CircuitBreaker(clock) for name in hooks}

    def ask(self, question: Question[Document]) -> HookCall[Document]:
        """Begin to call one of the hooks it implements."""
        hook, locale = question.hook, question.context.locale
        copies = cast("dict[str, object]", plain_copy(dict(question.arguments)))
        request = question.arguments.get(hook.argument)
        call = HookCall(
            provider=self.id,
            hook=hook.name,
            function=self.hooks[hook.name],
            # A context of its own too: even a frozen object can be changed by who is determined to.
            arguments={**copies, "context": replace(question.context)},
            read=partial(read_answer, hook, provider=self.id, request=request),
            threads=self._threads,
            circuit=self._circuits[hook.name],
            deadlines=question.deadlines,
            locale=locale,
        )
        call.begin()
        return call

    def close(self, deadlines: Deadlines) -> HookCall[object]:
        """Begin to have it close its clients and connections."""
        call: HookCall[object] = HookCall(
            provider=self.id,
            hook=_CLOSE,
            function=self.hooks[_CLOSE],
            arguments={},
            read=lambda answer: answer,
            threads=self._closing_thread,
            circuit=self._circuits[_CLOSE],
            deadlines=deadlines,
            locale="en",
        )
        call.begin()
        return call

    def end_threads(self) -> None:
        """Take no more calls; threads end as soon as they are free."""
        self._threads.close()
        self._closing_thread.close()


class Providers:
    """Ask the loaded providers, until they are closed."""

    def __init__(self, loaded: tuple[Provider, ...], *, locale: str) -> None:
        """Keep what loaded.

        :param loaded: the providers, sorted by id.
        :param locale: the language of a call that names none.
        """
        self.loaded = loaded
        self._locale = locale
        self._is_closed = False
        self._renew()
        renew_in_child(self._renew)

    def ask_all(
        self, hook: Hook[Document], request: object = None, *, timeout: float, locale: str | None
    ) -> Gathered[Document]:
        """Ask every provider that has the hook, all in parallel, and gather what is answered in time.

        An invalid request reaches none, and is the failure of each.
        """
        try:
            question = self._question(hook, request, timeout=timeout, locale=locale)
        except MobilityProblem as error:
            return self._all_failed(error.problem)
        # All are begun before the first is waited for.
        calls = [(each.id, each.ask(question)) for each in self.loaded if hook.name in each.hooks]
        answers: dict[str, Document] = {}
        failures: list[Failure] = []
        for provider_id, call in calls:
            result = call.result()
            if isinstance(result, NoAnswer):
                failures.append(Failure(provider_id, result.problem))
            elif result.document is not None:
                answers[provider_id] = result.document
        if hook.is_asked_of_all:
            failures.extend(self._without_hook(hook.name, question.context.locale))
        return Gathered(answers, tuple(sorted(failures, key=lambda failure: failure.provider)))

    def ask_one(
        self,
        hook: Hook[Document],
        request: object,
        *,
        provider: object = None,
        timeout: float,
        locale: str | None,
    ) -> ValidAnswer[Document] | NoAnswer:
        """Ask one provider alone.

        :param provider: its id, where the request is no document that names it.
        :raises MobilityProblem: the request is invalid.
        """
        question = self._question(hook, request, timeout=timeout, locale=locale)
        accepted = question.arguments[hook.argument]
        provider_id = accepted["provider"] if isinstance(accepted, dict) else provider
        asked = next((each for each in self.loaded if each.id == provider_id), None)
        if asked is None or hook.name not in asked.hooks:
            language = question.context.locale
            detail = _NOT_LOADED[language] if asked is None else None
            return NoAnswer(_not_supported(detail, language), was_called=False, is_failure=False)
        return asked.ask(question).result()

    def language(self, locale: str | None) -> str:
        """Return the language of a call: the one it names, else the host's."""
        return known_locale(self._locale if locale is None else locale)

    def close(self) -> None:
        """Close every provider and end its threads; a second time does nothing."""
        detect_fork()
        with self._lock:
            was_closed, self._is_closed = self._is_closed, True
        if was_closed:
            return
        deadlines = Deadlines.after(_CLOSE_SECONDS)
        # All at once, so that the slowest decides how long it takes, and not their sum.
        closing = [each.close(deadlines) for each in self.loaded if _CLOSE in each.hooks]
        for call in closing:
            call.result()
        for provider in self.loaded:
            provider.end_threads()

    def _question(
        self, hook: Hook[Document], request: object, *, timeout: float, locale: str | None
    ) -> Question[Document]:
        detect_fork()
        deadlines = Deadlines.after(timeout)
        language = known_locale(self._locale if locale is None else locale)
        # The deadlines first: validating a long request is part of the time-out.
        arguments = accept_request(hook, request, locale=language)
        if self._is_closed:
            raise MobilityProblem(_not_supported(_CLOSED[language], language))
        return Question(hook, arguments, deadlines, CallContext(deadlines.provider, language))

    def _renew(self) -> None:
        self._lock = threading.Lock()

    def _all_failed(self, problem: Problem) -> Gathered[Document]:
        return Gathered({}, tuple(Failure(provider.id, problem.copy()) for provider in self.loaded))

    def _without_hook(self, name: str, locale: str) -> list[Failure]:
        lacking = [provider.id for provider in self.loaded if name not in provider.hooks]
        return [Failure(provider_id, _not_supported(None, locale)) for provider_id in lacking]


def _not_supported(detail: str | None, locale: str) -> Problem:
    return make_problem(ProblemCode.NOT_SUPPORTED, locale=locale, detail=detail)
