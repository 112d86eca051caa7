"""The controls under /sandbox: faults, desk, clock, tokens. On a loopback address only, without a token.

No web page can reach them: a page's request carries an Origin, or a Host that is not loopback (DNS rebinding), or
needs a JSON content type, for which a browser asks first.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import asdict
from starlette.requests import Request
from starlette.routing import Route

from carloop_sandbox.faults.armed import Fault
from carloop_sandbox.faults.kinds import KINDS
from carloop_sandbox.interface import requests
from carloop_sandbox.interface.answers import Answer, json_answer
from carloop_sandbox.interface.rental_documents import rental_answer
from carloop_sandbox.refusals import CallRefused, invalid
from carloop_sandbox.rentals.desk import ACTIONS, act_at_desk
from carloop_sandbox.service import Service
from carloop_sandbox.store.tokens import LABEL_PATTERN, draw_token
from carloop_sandbox.units import read_time, write_time
from web_base.running.loopback import is_loopback


class DeskBody(Struct, forbid_unknown_fields=True):
    """Something to do at the rental desk."""

    rental_id: str
    action: Literal[tuple(ACTIONS)]  # type: ignore[valid-type]
    vehicle_id: str | None = None


class ClockBody(Struct, forbid_unknown_fields=True):
    """A time to set the clock to; None sets it free."""

    now: str | None
    running: bool = False


class LabelBody(Struct, forbid_unknown_fields=True):
    """The label of a token."""

    label: Annotated[str, Meta(pattern=rf"\A{LABEL_PATTERN.pattern}\Z")]


Handler = Callable[[Service, Request, Any], Answer]
Methods = dict[str, tuple[Handler, type[Struct] | None]]


def control_routes(service: Service) -> list[Route]:
    """Return the routes of the controls."""
    return [_route(service, path, methods) for path, methods in _CONTROLS.items()]


def _route(service: Service, path: str, methods: Methods) -> Route:
    async def endpoint(request: Request) -> Answer:
        handler, type_ = methods["GET" if request.method == "HEAD" else request.method]
        _check_caller(request)
        body = None if type_ is None else _read_body(await _document(request), type_)
        return await service.do(lambda: handler(service, request, body))

    return Route(path, endpoint, methods=list(methods))


def _check_caller(request: Request) -> None:
    if "origin" in request.headers:
        raise CallRefused("forbidden", "The controls are not for web pages: send no Origin.")
    host = request.headers.get("host", "")
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    if not is_loopback(name):
        raise CallRefused("forbidden", "The controls are reached by a loopback address alone.")


async def _document(request: Request) -> object:
    body = await requests.read_body(request) or b"{}"
    return requests.parse_json(body, request.headers.get("content-type", ""))


def _read_body(document: object, type_: Any, *, under: str = "") -> Any:
    """Read what was sent as a type of msgspec; refuse it with the pointer of what is wrong, below `under`."""
    try:
        return msgspec.convert(document, type_)
    except msgspec.ValidationError as error:
        raise _refusal(str(error), under) from None


def _refusal(message: str, under: str) -> CallRefused:
    """Refuse with msgspec's message, which names the field as `$.value.status` or in backticks."""
    path = re.search(r"`\$([^`]*)`$", message)
    field = re.search(r"(?:unknown|required) field `([^`]{1,60})", message)
    pointer = (path[1].replace(".", "/") if path else "") + (f"/{field[1]}" if field else "")
    known = message.partition(" - at ")[0]
    # an enum's message repeats what was sent
    return invalid(under + pointer, "This is none of the known values." if "enum" in known else f"{known}.")


def _list_faults(service: Service, _: Request, __: None) -> Answer:
    return json_answer({"items": [asdict(fault) for fault in service.faults.armed()]})


def _arm(service: Service, _: Request, fault: Fault) -> Answer:
    if fault.value is not None:
        _read_body(fault.value, KINDS[fault.fault].takes, under="/value")
    service.faults.arm(fault)
    return json_answer(asdict(fault), 201)


def _disarm(service: Service, _: Request, __: None) -> Answer:
    service.faults.clear()
    return Answer(204)


def _desk(service: Service, request: Request, body: DeskBody) -> Answer:
    act_at_desk(service.store, body.rental_id, body.action, vehicle_id=body.vehicle_id)
    return rental_answer(service.store, body.rental_id, origin=requests.origin_of(request))


def _read_clock(service: Service, _: Request, __: None) -> Answer:
    return json_answer({"now": write_time(service.store.clock.now())})


def _set_clock(service: Service, request: Request, body: ClockBody) -> Answer:
    try:
        instant = None if body.now is None else read_time(body.now)
    except ValueError as error:
        raise invalid("/now", str(error)) from None
    service.store.clock.set(instant, running=body.running)
    return _read_clock(service, request, None)


def _history(service: Service, _: Request, __: None) -> Answer:
    """Answer with how many rentals each appointment of a planner had after each transaction that changed it."""
    rows = service.store.database.all("SELECT * FROM active_after ORDER BY transaction_number")
    return json_answer({"items": [dict(row) for row in rows]})


def _list_tokens(service: Service, _: Request, __: None) -> Answer:
    return json_answer({"items": [{"label": label} for label in service.store.tokens.labels]})


def _add_token(service: Service, _: Request, body: LabelBody) -> Answer:
    token = draw_token()
    service.store.tokens.add(body.label, token, service.store.clock.now())
    return json_answer({"label": body.label, "token": token}, 201)


def _revoke_token(service: Service, request: Request, _: None) -> Answer:
    service.store.tokens.revoke(request.path_params["label"])
    return Answer(204)


_CONTROLS: Final[dict[str, Methods]] = {
    "/sandbox/faults": {
        "GET": (_list_faults, None),
        "POST": (_arm, Fault),
        "DELETE": (_disarm, None),
    },
    "/sandbox/desk": {"POST": (_desk, DeskBody)},
    "/sandbox/clock": {"GET": (_read_clock, None), "POST": (_set_clock, ClockBody)},
    "/sandbox/history": {"GET": (_history, None)},
    "/sandbox/tokens": {"GET": (_list_tokens, None), "POST": (_add_token, LabelBody)},
    "/sandbox/tokens/{label}": {"DELETE": (_revoke_token, None)},
}
"""Path to method to what does it, and the type of its body."""
