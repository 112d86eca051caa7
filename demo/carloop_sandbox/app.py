"""The sandbox as ASGI applications: the interface with the faults that were armed, and the way to the pages."""

import logging
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from carloop_sandbox.faults.armed import Fault
from carloop_sandbox.faults.controls import control_routes
from carloop_sandbox.faults.wrong_vehicle import book_other_vehicle
from carloop_sandbox.interface.answers import Answer
from carloop_sandbox.interface.calls import answer_call
from carloop_sandbox.interface.contract import BASE_PATH, Operation, operations
from carloop_sandbox.interface.problem_documents import code_of_status, problem_answer
from carloop_sandbox.interface.requests import read_body
from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.rentals.reserving import book
from carloop_sandbox.request_log import RequestLogger
from carloop_sandbox.service import Service
from carloop_sandbox.store import Store

log: Final = logging.getLogger(__name__)

FOR_PROGRAMS: Final = ("/api/", "/sandbox/")
"""What the paths of the interface and of the controls begin with; every other path is a page's."""


def create_app(service: Service) -> Starlette:
    """Build the application for programs: the interface, and the controls when faults are allowed."""
    by_path = groupby(operations(), lambda operation: operation.path)
    routes = [_route(service, path, of_path) for path, of_path in by_path]
    routes += control_routes(service) if service.allow_faults else []
    # typed for responses alone, while any ASGI application will do
    handlers: dict[Any, Any] = {HTTPException: _http_problem, CallRefused: _refusal}
    app = Starlette(routes=routes, exception_handlers=handlers)
    # a redirect would be followed by nobody: clients of the interface refuse any
    app.router.redirect_slashes = False
    app.add_middleware(RequestLogger, log=service.requests)
    return app


@dataclass(frozen=True, slots=True)
class PathRouter:
    """ASGI application that hands programs to the interface and people to the pages, by the path."""

    interface: ASGIApp
    pages: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the application of its path."""
        is_for_program = f"{scope.get('path', '')}/".startswith(FOR_PROGRAMS)
        await (self.interface if is_for_program else self.pages)(scope, receive, send)


def _route(service: Service, path: str, of_path: Iterable[Operation]) -> Route:
    by_method = {operation.method: operation for operation in of_path}

    async def endpoint(request: Request) -> ASGIApp:
        operation = by_method["GET" if request.method == "HEAD" else request.method]
        return await _serve(operation, request, await read_body(request), service)

    return Route(BASE_PATH + path, endpoint, methods=list(by_method))


async def _serve(operation: Operation, request: Request, body: bytes, service: Service) -> ASGIApp:
    """Answer a call, with the fault that was armed for it."""
    fault = service.faults.take(operation.id)
    request.state.fault = fault and fault.fault
    key = request.headers.get("idempotency-key", "") if operation.key_pattern else ""
    # of two requests with one key the second waits here: on the one worker it would block every other call
    waits = (
        service.in_flight.holding(f"{operation.method} {request.url.path} {key}") if key else nullcontext()
    )
    async with waits:
        instead = await fault.before(service.stopping) if fault else None
        if instead is not None:
            return instead
        answer = await service.do(lambda: _answer(operation, request, body, service.store, fault))
        return fault.after(answer, service.stopping) if fault else answer


def _answer(operation: Operation, request: Request, body: bytes, store: Store, fault: Fault | None) -> Answer:
    """Answer a call; an unforeseen error is logged without the request's data and answered with a problem."""
    booking = book_other_vehicle if fault and fault.books_another else book
    try:
        return answer_call(operation, request, body, store, book=booking)
    except CallRefused as refused:
        # an answer like any other: a fault that alters or loses answers meets it too
        return problem_answer(refused)
    except Exception as error:  # whatever goes wrong in here, a caller gets a problem document
        if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            headers = {"Retry-After": "1"}
            return problem_answer(CallRefused("maintenance", "The database is in use.", headers=headers))
        log.exception("failed in %s", operation.id)
        return problem_answer(CallRefused("internal_error", "It has been logged."))


async def _refusal(_: Request, refused: CallRefused) -> Answer:
    return problem_answer(refused)


async def _http_problem(_: Request, error: HTTPException) -> Answer:
    """Answer what the framework refuses: an unknown path, a method that is not offered."""
    code = code_of_status(error.status_code)
    refused = CallRefused(code, "See openapi.json for what there is.", headers=dict(error.headers or {}))
    return problem_answer(refused, status=error.status_code)
