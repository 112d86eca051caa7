"""The controls under /sandbox: faults, desk, clock, tokens. On a loopback address only, without a token.

No web page can reach them: a page's request carries an Origin, or a Host that is not loopback (DNS rebinding), or
needs a JSON content type, for which a browser asks first.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

from msgspec import Struct
from starlette.requests import Request
from starlette.routing import Route

from carloop_sandbox.faults import control_bodies as bodies
from carloop_sandbox.interface import requests
from carloop_sandbox.interface.answers import Answer, empty_answer, json_answer
from carloop_sandbox.interface.rental_documents import rental_answer
from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.rentals.desk import act_at_desk
from carloop_sandbox.service import Service
from carloop_sandbox.store.tokens import draw_token
from carloop_sandbox.units import write_time
from web_base.running.loopback import is_loopback

Handler = Callable[[Service, Request, Any], Answer]
Methods = dict[str, tuple[Handler, type[Struct] | None]]


def control_routes(service: Service) -> list[Route]:
    """Return the routes of the controls."""
    return [_route(service, path, methods) for path, methods in _CONTROLS.items()]


def _route(service: Service, path: str, methods: Methods) -> Route:
    async def endpoint(request: Request) -> Answer:
        handler, type_ = methods["GET" if request.method == "HEAD" else request.method]
        _check_caller(request)
        body = None if type_ is None else bodies.read_body(await _document(request), type_)
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


def _list_faults(service: Service, _: Request, __: None) -> Answer:
    return json_answer({"items": [asdict(fault) for fault in service.faults.armed()]})


def _arm(service: Service, _: Request, body: bodies.FaultBody) -> Answer:
    fault = bodies.fault_of(body)
    service.faults.arm(fault)
    return json_answer(asdict(fault), 201)


def _disarm(service: Service, _: Request, __: None) -> Answer:
    service.faults.clear()
    return empty_answer(204)


def _desk(service: Service, request: Request, body: bodies.DeskBody) -> Answer:
    act_at_desk(service.store, body.rental_id, body.action, vehicle_id=body.vehicle_id)
    return rental_answer(service.store, body.rental_id, origin=requests.origin_of(request))


def _read_clock(service: Service, _: Request, __: None) -> Answer:
    return json_answer({"now": write_time(service.store.clock.now())})


def _set_clock(service: Service, request: Request, body: bodies.ClockBody) -> Answer:
    service.store.clock.set(bodies.instant_of(body), running=body.running)
    return _read_clock(service, request, None)


def _list_tokens(service: Service, _: Request, __: None) -> Answer:
    return json_answer({"items": [{"label": label} for label in service.store.tokens.labels]})


def _add_token(service: Service, _: Request, body: bodies.LabelBody) -> Answer:
    token = draw_token()
    service.store.tokens.add(body.label, token, service.store.clock.now())
    return json_answer({"label": body.label, "token": token}, 201)


def _revoke_token(service: Service, request: Request, _: None) -> Answer:
    service.store.tokens.revoke(request.path_params["label"])
    return empty_answer(204)


_CONTROLS: Final[dict[str, Methods]] = {
    "/sandbox/faults": {
        "GET": (_list_faults, None),
        "POST": (_arm, bodies.FaultBody),
        "DELETE": (_disarm, None),
    },
    "/sandbox/desk": {"POST": (_desk, bodies.DeskBody)},
    "/sandbox/clock": {"GET": (_read_clock, None), "POST": (_set_clock, bodies.ClockBody)},
    "/sandbox/tokens": {"GET": (_list_tokens, None), "POST": (_add_token, bodies.LabelBody)},
    "/sandbox/tokens/{label}": {"DELETE": (_revoke_token, None)},
}
"""Path to method to what does it, and the type of its body."""
