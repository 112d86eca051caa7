"""Between the web framework and the interface: a request's body, the sandbox's own origin, the answer."""

import re

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from carloop_sandbox.interface.answers import Answer
from carloop_sandbox.interface.requests import MAX_BODY
from carloop_sandbox.refusals import CallRefused
from web_base import forms


async def read_body(request: Request) -> bytes:
    """Read the body of a request, but never more than MAX_BODY bytes of it."""
    try:
        body = await forms.read_body(request, most=MAX_BODY)
    except ClientDisconnect:
        raise CallRefused("malformed_request", "The body did not arrive.") from None
    if body is None:
        detail = f"A body has at most {MAX_BODY} bytes."
        raise CallRefused("too_large", detail, headers={"Connection": "close"})
    return body


def origin_of(request: Request) -> str:
    """Return the sandbox's own origin: as the caller named it if that is a plain host, else as it is bound."""
    host = request.headers.get("host", "")
    if not re.fullmatch(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?", host):
        address, port = request.scope["server"]
        host = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    return f"{request.scope['scheme']}://{host}"


def to_response(answer: Answer) -> Response:
    """Convert an answer for the web framework."""
    media_type = {} if answer.media_type is None else {"Content-Type": answer.media_type}
    return Response(answer.body, answer.status, {**answer.headers, **media_type})
