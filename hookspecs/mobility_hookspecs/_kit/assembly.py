"""The loaded providers together: asked all at once, or one by its id."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from mobility_hookspecs._kit.isolation import Answer, Limits, Miss
from mobility_hookspecs._kit.provider import Provider, Question
from mobility_hookspecs._kit.requests import Accept, Arguments
from mobility_hookspecs.authoring.forking import detect_fork, renew_in_child
from mobility_hookspecs.context import CallContext, known_locale
from mobility_hookspecs.gathered import Failure, Gathered
from mobility_hookspecs.problems import MobilityProblem, ProblemCode, make_problem

if TYPE_CHECKING:
    from mobility_hookspecs._kit.loading import Loaded
    from mobility_schemas.documents import Problem

Document = TypeVar("Document")
Read: TypeAlias = Callable[[object, str, Arguments], Document]

_CLOSE_HOOK = "close_mobility_provider"
_CLOSE_SECONDS = 5.0

_NOT_LOADED = {"de": "Der Anbieter ist nicht geladen.", "en": "The provider is not loaded."}
_CLOSED = {"de": "Die Anbieter sind bereits geschlossen.", "en": "The providers are closed already."}


class Assembly:
    """Ask the loaded providers, until they are closed."""

    def __init__(self, loaded: Loaded, *, locale: str) -> None:
        """Keep what loaded.

        :param locale: the language of a call that names none.
        """
        self._locale = locale
        self.providers = loaded.providers
        self.failures = loaded.failures
        self._is_closed = False
        self._renew()
        renew_in_child(self._renew)

    def language(self, locale: str | None) -> str:
        """Return the language of a call: the one it names, else the host's."""
        return known_locale(self._locale if locale is None else locale)

    def gather(
        self, hook: str, accept: Accept, read: Read[Document | None], *, timeout: float, locale: str | None
    ) -> Gathered[Document]:
        """Ask every provider that has the hook, all in parallel, and gather what comes back in time.

        A question that may not be asked reaches none, and is the failure of each.

        :param accept: gives the hook's arguments, or raises ``MobilityProblem``.
        :param read: judges an answer; None: the provider has nothing to say.
        """
        try:
            question = self._question(hook, accept, timeout=timeout, locale=locale)
        except MobilityProblem as error:
            return self._fail_all(error.problem)
        calls = [
            (provider.id, provider.ask(question, _reader(read, provider.id, question.arguments)))
            for provider in self.providers
            if provider.implements(hook)
        ]
        answers: dict[str, Document] = {}
        failures: list[Failure] = []
        for provider_id, call in calls:
            outcome = call.outcome()
            if isinstance(outcome, Miss):
                failures.append(Failure(provider_id, outcome.problem))
            elif outcome.document is not None:
                answers[provider_id] = outcome.document
        return Gathered(answers, tuple(failures))

    def gather_from_all(
        self, hook: str, accept: Accept, read: Read[Document | None], *, timeout: float, locale: str | None
    ) -> Gathered[Document]:
        """Gather as ``gather`` does, with a failure ``not_supported`` of every provider that lacks the hook."""
        gathered = self.gather(hook, accept, read, timeout=timeout, locale=locale)
        failed = {failure.provider for failure in gathered.failures}
        lacking = [
            Failure(provider.id, _not_supported(None, self.language(locale)))
            for provider in self.providers
            if not provider.implements(hook) and provider.id not in failed
        ]
        failures = sorted((*gathered.failures, *lacking), key=lambda failure: failure.provider)
        return Gathered(gathered.answers, tuple(failures))

    def ask_one(
        self,
        whose: Callable[[Arguments], object],
        hook: str,
        *,
        accept: Accept,
        read: Read[Document],
        timeout: float,
        locale: str | None,
    ) -> Answer[Document] | Miss:
        """Ask one provider alone, as ``gather`` asks all.

        :param whose: gives the provider's id, from the accepted arguments.
        :raises MobilityProblem: ``accept`` refuses.
        """
        question = self._question(hook, accept, timeout=timeout, locale=locale)
        provider = self._find(whose(question.arguments), hook, question.context.locale)
        if isinstance(provider, Miss):
            return provider
        return provider.ask(question, _reader(read, provider.id, question.arguments)).outcome()

    def close(self) -> None:
        """Close every provider and end its threads; a second time does nothing."""
        detect_fork()
        with self._lock:
            was_closed, self._is_closed = self._is_closed, True
        if was_closed:
            return
        limits = Limits.starting_now(_CLOSE_SECONDS)
        question = Question(_CLOSE_HOOK, {}, limits, CallContext(limits.provider, "en"))
        closing = [
            provider.say_goodbye(question) for provider in self.providers if provider.implements(_CLOSE_HOOK)
        ]
        for call in closing:
            call.outcome()
        for provider in self.providers:
            provider.end_threads()

    def _question(self, hook: str, accept: Accept, *, timeout: float, locale: str | None) -> Question:
        detect_fork()
        limits = Limits.starting_now(timeout)
        known = self.language(locale)
        arguments = accept(known)
        if self._is_closed:
            raise MobilityProblem(_not_supported(_CLOSED[known], known))
        return Question(hook, arguments, limits, CallContext(limits.provider, known))

    def _renew(self) -> None:
        self._lock = threading.Lock()

    def _fail_all(self, problem: Problem) -> Gathered[Document]:
        return Gathered({}, tuple(Failure(provider.id, problem.copy()) for provider in self.providers))

    def _find(self, provider_id: object, hook: str, locale: str) -> Provider | Miss:
        for provider in self.providers:
            if provider.id == provider_id:
                if provider.implements(hook):
                    return provider
                return Miss(_not_supported(None, locale), called=False, is_fault=False)
        return Miss(_not_supported(_NOT_LOADED[locale], locale), called=False, is_fault=False)


def _reader(read: Read[Document], provider_id: str, arguments: Arguments) -> Callable[[object], Document]:
    return lambda raw: read(raw, provider_id, arguments)


def _not_supported(detail: str | None, locale: str) -> Problem:
    return make_problem(ProblemCode.NOT_SUPPORTED, locale=locale, detail=detail)
