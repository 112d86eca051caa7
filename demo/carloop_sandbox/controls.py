"""The controls for integrators under /sandbox: faults, desk, clock, tokens. Loopback alone, without a token.

No web page can reach them: a page's request carries an Origin, or a Host that is not loopback (DNS rebinding), or
needs a JSON content type, for which a browser asks first.
"""

from collections.abc import Awaitable, Callable
from typing import cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from carloop_sandbox.answers import Answer, empty_answer, json_answer
from carloop_sandbox.control_bodies import read_clock, read_desk, read_fault, read_label
from carloop_sandbox.desk import act_at_desk
from carloop_sandbox.exchange import origin_of, read_body, to_response
from carloop_sandbox.problems import Refused, problem_answer
from carloop_sandbox.requests import Call, read_json
from carloop_sandbox.service import Service
from carloop_sandbox.times import write_time
from carloop_sandbox.tokens import draw_token
from web_base.loopback import is_loopback

Handler = Callable[[Request, Service, dict[str, object]], Awaitable[Answer]]


def control_routes(service: Service) -> list[Route]:
    """Give the routes of the controls."""
    return [
        _route(service, "/sandbox/faults", {"GET": _list_faults, "POST": _arm, "DELETE": _clear_faults}),
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
            body = await _read_body(request, needed=method == "POST")
            return to_response(await handlers[method](request, service, body))
        except Refused as refused:
            return to_response(problem_answer(refused))

    return Route(path, endpoint, methods=list(handlers))


def _check_caller(request: Request) -> None:
    if "origin" in request.headers:
        raise Refused("forbidden", "The controls are not for web pages: send no Origin.")
    host = request.headers.get("host", "")
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    if not is_loopback(name):
        raise Refused("forbidden", "The controls are reached by a loopback address alone.")


async def _read_body(request: Request, *, needed: bool) -> dict[str, object]:
    body = await read_body(request)
    if not needed and not body and "content-type" not in request.headers:
        return {}
    headers = {"content-type": request.headers.get("content-type", "")}
    call = Call("control", request.method, request.url.path, "", "", headers=headers, body=body or b"{}")
    document = read_json(call)
    if not isinstance(document, dict):
        raise Refused("validation_failed", "The body is not an object.")
    return cast("dict[str, object]", document)


async def _list_faults(_: Request, service: Service, __: dict[str, object]) -> Answer:
    return json_answer({"items": service.faults.documents()})


async def _arm(_: Request, service: Service, body: dict[str, object]) -> Answer:
    fault = read_fault(body)
    service.faults.arm(fault)
    return json_answer(fault.document(), 201)


async def _clear_faults(_: Request, service: Service, __: dict[str, object]) -> Answer:
    service.faults.clear()
    return empty_answer(204)


async def _desk(request: Request, service: Service, body: dict[str, object]) -> Answer:
    rental_id, action, vehicle_id = read_desk(body)
    origin = origin_of(request)
    return await service.worker.do(
        lambda: act_at_desk(service.store, rental_id, action, vehicle_id=vehicle_id, origin=origin)
    )


async def _read_clock(_: Request, service: Service, __: dict[str, object]) -> Answer:
    return json_answer({"now": write_time(service.store.clock.now())})


async def _set_clock(request: Request, service: Service, body: dict[str, object]) -> Answer:
    instant, running = read_clock(body)
    clock = service.store.clock
    if instant is None:
        await service.worker.do(clock.free)
    else:
        await service.worker.do(lambda: clock.run_from(instant) if running else clock.hold(instant))
    return await _read_clock(request, service, body)


async def _list_tokens(_: Request, service: Service, __: dict[str, object]) -> Answer:
    return json_answer({"items": [{"label": label} for label in service.store.tokens.labels]})


async def _add_token(_: Request, service: Service, body: dict[str, object]) -> Answer:
    label, token = read_label(body), draw_token()
    store = service.store
    await service.worker.do(lambda: store.tokens.add(label, token, store.clock.now()))
    return json_answer({"label": label, "token": token}, 201)


async def _revoke_token(request: Request, service: Service, _: dict[str, object]) -> Answer:
    label = request.path_params["label"]
    await service.worker.do(lambda: service.store.tokens.revoke(label))
    return empty_answer(204)
