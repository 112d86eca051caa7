"""One provider as the host kit holds it: its hooks, its threads, and how each hook has fared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar, cast

from mobility_hookspecs._kit.bulkhead import Bulkhead
from mobility_hookspecs._kit.circuit import Circuit
from mobility_hookspecs._kit.isolation import Call, Limits
from mobility_hookspecs.context import CallContext
from mobility_schemas.plain import plain_copy

if TYPE_CHECKING:
    from mobility_hookspecs._kit.isolation import Hook, Reader
    from mobility_schemas.documents import ProviderInfo

Document = TypeVar("Document")


@dataclass(frozen=True, slots=True)
class Question:
    """Hold what providers are asked.

    :ivar hook: the hook's name.
    :ivar arguments: its documents, without the context; each provider gets a copy.
    :ivar limits: the deadlines.
    :ivar context: what each provider gets a copy of.
    """

    hook: str
    arguments: Mapping[str, object]
    limits: Limits
    context: CallContext


class Provider:
    """Ask one provider, on its own threads."""

    def __init__(
        self, info: ProviderInfo, hooks: Mapping[str, Hook], *, bulkhead: Bulkhead, clock: Callable[[], float]
    ) -> None:
        """Keep what was loaded.

        :param hooks: the hooks it implements, each a caller that reaches it alone.
        :param bulkhead: its threads.
        :param clock: monotonic seconds, for the rest of a hook that failed too often.
        """
        self.info = info
        self.id = info["id"]
        self._hooks = hooks
        self._bulkhead = bulkhead
        # Closing gets a thread beside the bulkhead: hanging calls must not keep the clients open.
        self._beside = Bulkhead(self.id)
        self._circuits = {name: Circuit(clock) for name in hooks}

    def implements(self, hook: str) -> bool:
        """Tell whether the provider has this hook."""
        return hook in self._hooks

    def ask(self, question: Question, read: Reader[Document]) -> Call[Document]:
        """Begin to ask one of the hooks it implements.

        :param read: judges the answer.
        """
        copies = cast("dict[str, object]", plain_copy(dict(question.arguments)))
        # A context of its own too: even a frozen object can be changed by who is determined to.
        arguments = {**copies, "context": replace(question.context)}
        return self._begin(question, arguments, read, bulkhead=self._bulkhead)

    def say_goodbye(self, question: Question) -> Call[object]:
        """Begin to ask it to end its clients and connections."""
        return self._begin(question, {}, _anything, bulkhead=self._beside)

    def _begin(
        self,
        question: Question,
        arguments: Mapping[str, object],
        read: Reader[Document],
        *,
        bulkhead: Bulkhead,
    ) -> Call[Document]:
        call = Call(
            self.id,
            question.hook,
            hook=self._hooks[question.hook],
            arguments=arguments,
            read=read,
            bulkhead=bulkhead,
            circuit=self._circuits[question.hook],
            limits=question.limits,
            locale=question.context.locale,
        )
        call.begin()
        return call

    def end_threads(self) -> None:
        """Take no more calls; threads end as soon as they are free."""
        self._bulkhead.close()
        self._beside.close()


def _anything(answer: object) -> object:
    return answer
