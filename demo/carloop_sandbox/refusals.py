"""Why a request is not done: one exception, whatever refuses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field or parameter; `message` never holds what was sent."""

    pointer: str
    message: str
    place: str = "body"

    def document(self) -> dict[str, object]:
        """Return it as the interface writes it."""
        return {"pointer": self.pointer, "message": self.message, "in": self.place}


class CallRefused(Exception):  # a refusal is an expected outcome, not an error
    """A request is not done.

    :ivar code: one of `interface.problems.CODES`.
    :ivar detail: what is refused about this request.
    :ivar more: further members of the problem document.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        more: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.more = dict(more or {})
        self.headers = dict(headers or {})


def invalid(pointer: str, message: str, *, place: str = "body") -> CallRefused:
    """Refuse one field or parameter as `validation_failed`."""
    return CallRefused("validation_failed", message, errors=[FieldError(pointer, message, place)])
