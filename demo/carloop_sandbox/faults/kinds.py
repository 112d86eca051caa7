"""Every fault there is, as one table: the value it takes, and what it does to a call."""

from asyncio import Event
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from msgspec import Meta
from starlette.types import ASGIApp

from carloop_sandbox.faults import altered_answers as altered
from carloop_sandbox.faults.altered_answers import StatusPlan, status_answer
from carloop_sandbox.faults.broken_connections import Broken, drip, drop, flood, truncate
from carloop_sandbox.interface.answers import Answer

MEBIBYTE: Final = 1_048_576
# an address of this machine where nobody listens
ELSEWHERE: Final = "http://127.0.0.2:9/elsewhere"

_Address = Annotated[str, Meta(pattern=r"\A[!-~]{1,2000}\Z")]
_Status = Annotated[int, Meta(ge=200, le=599)] | StatusPlan


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault.

    :ivar takes: what its value may be; where it takes none, a value is not looked at.
    :ivar default: its value where none is given.
    :ivar before: what is answered instead of doing anything, if it is not None; called with the value.
    :ivar after: what arrives when all is done and stored; called with the answer, the value and the server's stop.
    """

    takes: Any = object
    default: Any = None
    before: Callable[[Any], ASGIApp | None] = lambda _: None
    after: Callable[[Answer, Any, Event], ASGIApp] = lambda answer, *_: answer


def _broken(answer_on: Callable[..., Awaitable[None]], *with_: object) -> Broken:
    return Broken(lambda connection: answer_on(connection, *with_))


def _seconds(most: int) -> Any:
    return Annotated[float, Meta(ge=0, le=most)]


def _status_before(value: int | StatusPlan) -> Answer | None:
    plan = _plan(value)
    return None if plan.after else status_answer(plan)


def _plan(value: int | StatusPlan) -> StatusPlan:
    return StatusPlan(status=value) if isinstance(value, int) else value


KINDS: Final[Mapping[str, Kind]] = {
    # these two need more than a value: the caller waits, or books
    "delay": Kind(_seconds(3600), 1.0),
    "wrong_vehicle": Kind(),
    "drop_before": Kind(before=lambda _: Broken(drop)),
    "redirect": Kind(_Address, ELSEWHERE, lambda address: Answer(302, headers={"Location": address})),
    # one that has got past `before` comes afterwards
    "status": Kind(_Status, 500, _status_before, lambda _, value, __: status_answer(_plan(value))),
    "drop_after": Kind(after=lambda *_: Broken(drop)),
    "truncate": Kind(after=lambda answer, *_: _broken(truncate, answer)),
    "slow_drip": Kind(_seconds(60), 0.1, after=lambda *with_: _broken(drip, *with_)),
    "huge": Kind(
        _seconds(1024), 16, after=lambda answer, size, _: _broken(flood, answer, int(size * MEBIBYTE))
    ),
    "garbage": Kind(after=lambda answer, *_: replace(answer, body=altered.GARBAGE)),
    # as a captive portal answers
    "html": Kind(after=lambda *_: Answer(200, altered.HTML, media_type="text/html; charset=utf-8")),
    "unknown_field": Kind(after=lambda answer, *_: altered.with_unknown_field(answer)),
    "unknown_enum": Kind(str, "", after=lambda answer, name, _: altered.with_unknown_value(answer, name)),
}
