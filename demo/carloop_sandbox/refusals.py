"""Why a request is not done: one exception, whatever refuses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field or parameter; `message` never holds what was sent."""

    pointer: str
    message: str
    place: str = "body"


@dataclass(eq=False)
class CallRefused(Exception):  # a refusal is an expected outcome, not an error
    """A request is not done.

    :ivar code: one of `interface.problem_documents.CODES`.
    :ivar detail: what is refused about this request.
    :ivar more: further members of the problem document.
    """

    code: str
    detail: str
    errors: Sequence[FieldError] = ()
    more: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def invalid(pointer: str, message: str, *, place: str = "body") -> CallRefused:
    """Refuse one field or parameter as `validation_failed`."""
    return CallRefused("validation_failed", message, errors=[FieldError(pointer, message, place)])
