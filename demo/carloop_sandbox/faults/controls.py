"""The controls under /sandbox: faults, desk, clock, tokens. On a loopback address only, without a token.

No web page can reach them: a page's request carries an Origin, or a Host that is not loopback (DNS rebinding), or
needs a JSON content type, for which a browser asks first.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from carloop_sandbox.faults.control_bodies import DeskBody, LabelBody, read_body, read_clock, read_fault
from carloop_sandbox.interface import asgi
from carloop_sandbox.interface.answers import Answer, empty_answer, json_answer
from carloop_sandbox.interface.problems import problem_answer
from carloop_sandbox.interface.rental_documents import rental_answer
from carloop_sandbox.interface.requests import parse_json
from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.rentals.desk import act_at_desk
from carloop_sandbox.service import Service
from carloop_sandbox.store.tokens import draw_token
from carloop_sandbox.units import write_time
from web_base.running.loopback import is_loopback

Handler = Callable[[Request, Service], Awaitable[Answer]]


def control_routes(service: Service) -> list[Route]:
    """Return the routes of the controls."""
    return [
        _route(service, "/sandbox/faults", {"GET": _list_faults, "POST": _arm, "DELETE": _disarm}),
        _route(service, "/sandbox/desk", {"POST": _desk}),
        _route(service, "/sandbox/clock", {"GET": _read_clock, "POST": _set_clock}),
        _route(service, "/sandbox/tokens", {"GET": _list_tokens, "POST": _add_token}),
        _route(service, "/sandbox/tokens/{label}", {"DELETE": _revoke_token}),
    ]


def _route(service: Service, path: str, handlers: dict[str, Handler]) -> Route:
    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        try:
            _check_caller(request)
            return asgi.to_response(await handlers[method](request, service))
        except CallRefused as refused:
            return asgi.to_response(problem_answer(refused))

    return Route(path, endpoint, methods=list(handlers))


def _check_caller(request: Request) -> None:
    if "origin" in request.headers:
        raise CallRefused("forbidden", "The controls are not for web pages: send no Origin.")
    host = request.headers.get("host", "")
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    if not is_loopback(name):
        raise CallRefused("forbidden", "The controls are reached by a loopback address alone.")


async def _document(request: Request) -> object:
    return parse_json(await asgi.read_body(request) or b"{}", request.headers.get("content-type", ""))


async def _list_faults(_: Request, service: Service) -> Answer:
    return json_answer({"items": service.faults.documents()})


async def _arm(request: Request, service: Service) -> Answer:
    fault = read_fault(await _document(request))
    service.faults.arm(fault)
    return json_answer(fault.document(), 201)


async def _disarm(_: Request, service: Service) -> Answer:
    service.faults.clear()
    return empty_answer(204)


async def _desk(request: Request, service: Service) -> Answer:
    body = read_body(await _document(request), DeskBody)
    origin = asgi.origin_of(request)

    def act() -> Answer:
        act_at_desk(service.store, body.rental_id, body.action, vehicle_id=body.vehicle_id)
        return rental_answer(service.store, body.rental_id, origin=origin)

    return await service.worker.do(act)


async def _read_clock(_: Request, service: Service) -> Answer:
    return json_answer({"now": write_time(service.store.clock.now())})


async def _set_clock(request: Request, service: Service) -> Answer:
    instant, running = read_clock(await _document(request))
    await service.worker.do(lambda: service.store.clock.set(instant, running=running))
    return await _read_clock(request, service)


async def _list_tokens(_: Request, service: Service) -> Answer:
    return json_answer({"items": [{"label": label} for label in service.store.tokens.labels]})


async def _add_token(request: Request, service: Service) -> Answer:
    label, token = read_body(await _document(request), LabelBody).label, draw_token()
    store = service.store
    await service.worker.do(lambda: store.tokens.add(label, token, store.clock.now()))
    return json_answer({"label": label, "token": token}, 201)


async def _revoke_token(request: Request, service: Service) -> Answer:
    label = request.path_params["label"]
    await service.worker.do(lambda: service.store.tokens.revoke(label))
    return empty_answer(204)
