"""What several providers answered to one question, and which of them did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from mobility_hookspecs.problems import words_of

if TYPE_CHECKING:
    from mobility_schemas.documents import Problem

Document = TypeVar("Document")


@dataclass(frozen=True, slots=True)
class Failure:
    """Which provider did not answer, and why.

    :ivar provider: the provider's id, or the name of its entry point where it did not load.
    :ivar problem: a problem document, its title in the call's locale.
    """

    provider: str
    problem: Problem

    def __str__(self) -> str:
        """Return the provider, what went wrong and why, for a log or an administrator."""
        return f"{self.provider}: {words_of(self.problem)}"


@dataclass(frozen=True, slots=True)
class Gathered(Generic[Document]):
    """What several providers answered: partial results are normal, and visible.

    :ivar answers: provider id to document, sorted by id; a provider that answered None is absent.
    :ivar failures: the providers that did not answer, sorted by id.
    """

    answers: dict[str, Document]
    failures: tuple[Failure, ...]
