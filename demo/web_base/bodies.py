"""Read what a request sends, as it comes, and never more than a program takes."""

from starlette.requests import Request


async def read_body(request: Request, *, most: int) -> bytes | None:
    """Return the body; None as soon as it is longer than `most` bytes, whatever its headers say.

    ClientDisconnect where it does not arrive. Who gets None answers with `Connection: close`: nothing more is read.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)
