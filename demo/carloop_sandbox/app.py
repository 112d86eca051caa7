"""The sandbox as ASGI applications: the interface with the faults that were armed, and the way to the pages."""

import logging
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from carloop_sandbox.faults.armed import WRONG_VEHICLE
from carloop_sandbox.faults.controls import control_routes
from carloop_sandbox.faults.effects import apply_after, apply_before, book_other_vehicle
from carloop_sandbox.interface.answers import Answer
from carloop_sandbox.interface.asgi import origin_of, read_body, to_response
from carloop_sandbox.interface.calls import Book, answer_call
from carloop_sandbox.interface.contract import BASE_PATH
from carloop_sandbox.interface.problems import code_of_status, problem_answer
from carloop_sandbox.interface.requests import Call
from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.rentals.booking import book
from carloop_sandbox.service import Service
from carloop_sandbox.store import Store
from carloop_sandbox.store.database import sqlite3

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


FOR_PROGRAMS: Final = ("/api/", "/sandbox/")
"""What the paths of the interface and of the controls begin with; every other path is a page's."""


def create_app(service: Service) -> Starlette:
    """Build the application for programs: the interface, and the controls when faults are allowed."""
    routes = [_route(service, path, methods) for path, methods in PATHS.items()]
    routes += control_routes(service) if service.allow_faults else []
    app = Starlette(routes=routes, exception_handlers={HTTPException: _http_problem})
    app.router.redirect_slashes = False
    return app


class PathRouter:
    """ASGI application that hands programs to the interface and people to the pages, by the path."""

    def __init__(self, interface: ASGIApp, pages: ASGIApp) -> None:
        self._interface = interface
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the application of its path."""
        is_for_program = f"{scope.get('path', '')}/".startswith(FOR_PROGRAMS)
        await (self._interface if is_for_program else self._pages)(scope, receive, send)


def _route(service: Service, path: str, methods: dict[str, str]) -> Route:
    async def endpoint(request: Request) -> ASGIApp:
        method = "GET" if request.method == "HEAD" else request.method
        try:
            call = await _read_call(request, methods[method], method, path)
            return await _serve(call, service)
        except CallRefused as refused:
            return to_response(problem_answer(refused))

    return Route(BASE_PATH + path, endpoint, methods=list(methods))


async def _serve(call: Call, service: Service) -> ASGIApp:
    """Answer a call, with the fault that was armed for it."""
    fault = service.faults.take(FAULT_NAMES.get(call.operation, call.operation))
    key = call.headers.get("idempotency-key", "") if call.method != "GET" else ""
    held = (f"{call.method} {call.path}", key)
    if key and not await service.in_flight.acquire(held):
        raise CallRefused("request_in_progress", "Ask again with the same key.", headers={"Retry-After": "1"})
    try:
        answer = await apply_before(fault, service.stopping)
        if answer is None:
            booking = book_other_vehicle if fault is not None and fault.fault == WRONG_VEHICLE else book
            done = await service.worker.do(lambda: _answer(call, service.store, booking))
            answer = apply_after(fault, done, service.stopping)
    finally:
        if key:
            service.in_flight.release(held)
    return to_response(answer) if isinstance(answer, Answer) else answer


def _answer(call: Call, store: Store, booking: Book) -> Answer:
    """Answer a call; an unforeseen error is logged without the request's data and answered with a problem."""
    try:
        return answer_call(call, store, book=booking)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            refused = CallRefused("maintenance", "The database is in use.", headers={"Retry-After": "1"})
            return problem_answer(refused)
        log.exception("the database failed in %s", call.operation)
    except Exception:  # whatever goes wrong in here, a caller gets a problem document
        log.exception("failed in %s", call.operation)
    return problem_answer(CallRefused("internal_error", "It has been logged."))


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
    refused = CallRefused(code, "See openapi.json for what there is.", headers=dict(error.headers or {}))
    return to_response(problem_answer(refused, status=error.status_code))
