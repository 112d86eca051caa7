"""The sandbox as an ASGI application: its routes, and how a request becomes an answer."""

import logging
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from carloop_sandbox.answers import Answer
from carloop_sandbox.calls import answer_call
from carloop_sandbox.contract import BASE_PATH
from carloop_sandbox.controls import control_routes
from carloop_sandbox.database import sqlite3
from carloop_sandbox.exchange import origin_of, read_body, to_response
from carloop_sandbox.faults import WRONG_VEHICLE
from carloop_sandbox.faulty import strike_after, strike_before
from carloop_sandbox.problems import Refused, code_of_status, problem_answer
from carloop_sandbox.requests import Call
from carloop_sandbox.service import Service
from carloop_sandbox.store import Store

log: Final = logging.getLogger(__name__)

PATHS: Final[dict[str, dict[str, str]]] = {
    "/health": {"GET": "health"},
    "/openapi.json": {"GET": "document"},
    "/account": {"GET": "account"},
    "/vehicle-classes": {"GET": "classes"},
    "/vehicle-features": {"GET": "features"},
    "/vehicles": {"GET": "search"},
    "/rentals": {"GET": "list", "POST": "book"},
    "/rentals/{rental_id}": {"GET": "read", "PATCH": "change_end"},
    "/rentals/{rental_id}/cancellation": {"POST": "cancel"},
}
"""The interface's paths and methods, and the operation behind each."""

FAULT_NAMES: Final = {"list": "read"}
"""What an operation is called where faults are armed, if not by its own name."""


def create_app(service: Service) -> Starlette:
    """Build the application for programs: the interface, and the controls when faults are allowed."""
    routes = [_route(service, path, methods) for path, methods in PATHS.items()]
    controls = control_routes(service) if service.allow_faults else []
    app = Starlette(routes=[*routes, *controls], exception_handlers={HTTPException: _http_problem})
    app.router.redirect_slashes = False
    app.state.service = service
    return app


def _route(service: Service, path: str, methods: dict[str, str]) -> Route:
    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        try:
            call = await _read_call(request, methods[method], method, path)
            return await _serve(call, service)
        except Refused as refused:
            return to_response(problem_answer(refused))

    return Route(BASE_PATH + path, endpoint, methods=list(methods))


async def _serve(call: Call, service: Service) -> Response:
    """Answer a call, with the fault that was armed for it."""
    fault = service.faults.take(FAULT_NAMES.get(call.operation, call.operation))
    key = call.headers.get("idempotency-key", "") if call.method != "GET" else ""
    name = (f"{call.method} {call.path}", key)
    if key and not await service.in_flight.enter(name):
        raise Refused("request_in_progress", "Ask again with the same key.", headers={"Retry-After": "1"})
    try:
        struck = await strike_before(fault, service.stopping)
        if struck is not None:
            return struck if isinstance(struck, Response) else to_response(struck)
        other_vehicle = fault is not None and fault.fault == WRONG_VEHICLE
        answer = await service.worker.do(lambda: _answer(call, service.store, other_vehicle=other_vehicle))
    finally:
        if key:
            service.in_flight.leave(name)
    struck = strike_after(fault, answer, service.stopping)
    return struck if isinstance(struck, Response) else to_response(struck)


def _answer(call: Call, store: Store, *, other_vehicle: bool) -> Answer:
    """Answer a call; what nobody foresaw is logged without the request's data and answered with a problem."""
    try:
        return answer_call(call, store, other_vehicle=other_vehicle)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            refused = Refused("maintenance", "The database is in use.", headers={"Retry-After": "1"})
            return problem_answer(refused)
        log.exception("the database failed in %s", call.operation)
    except Exception:  # whatever goes wrong in here, a caller gets a problem document
        log.exception("failed in %s", call.operation)
    return problem_answer(Refused("internal_error", "It has been logged."))


async def _read_call(request: Request, operation: str, method: str, path: str) -> Call:
    return Call(
        operation=operation,
        method=method,
        path=request.url.path,
        path_template=path,
        origin=origin_of(request),
        query=request.scope["query_string"].decode("latin-1"),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await read_body(request),
        rental_id=request.path_params.get("rental_id", ""),
    )


def _http_problem(_: Request, error: Exception) -> Response:
    """Answer what the framework refuses: an unknown path, a method that is not offered."""
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for this class alone
    code = code_of_status(error.status_code)
    refused = Refused(code, "See openapi.json for what there is.", headers=dict(error.headers or {}))
    return to_response(problem_answer(refused, status=error.status_code))
