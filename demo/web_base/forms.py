"""What a request sends: its body, never more than a program takes, and the form in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

MOST_FIELDS: Final = 300
LARGEST_BODY: Final = 262_144


class Refused(Exception):
    """A page that is not shown, or a thing that is not done, with the HTTP status of the page that says why.

    The texts of that page are `refused.REASON.title` and `.help`.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Form:
    """What a form sent: white space at the ends removed, line ends as on Unix. No personal data in its repr."""

    _fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> str:
        """Return a field's value; the empty text where it was not sent."""
        return self._fields.get(name, ("",))[-1]

    def __iter__(self) -> Iterator[str]:
        """Return the names of the fields that were sent."""
        return iter(self._fields)

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a field, as of check boxes."""
        return self._fields.get(name, ())

    def starting_with(self, prefix: str) -> dict[str, tuple[str, ...]]:
        """Return the fields whose names begin with a prefix, without it, each with its values."""
        return {
            name.removeprefix(prefix): values
            for name, values in self._fields.items()
            if name.startswith(prefix)
        }


async def read_body(request: Request, *, most: int) -> bytes | None:
    """Return the body; None as soon as it is longer than `most` bytes, whatever its headers say.

    Raise ClientDisconnect where it does not arrive. A caller that gets None answers with `Connection: close`: nothing
    more is read.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)


async def read_form(request: Request) -> Form:
    """Read the form of a request. Raise `Refused` where it cannot be read, or is too large."""
    try:
        body = await read_body(request, most=LARGEST_BODY)
        if body is None:
            raise Refused(413, "too_large")

        # Starlette bounds a form's parts, not the whole, so it reads what was counted already.
        async def receive() -> Message:
            return {"type": "http.request", "body": body}

        fields: dict[str, tuple[str, ...]] = {}
        async with Request(request.scope, receive).form(max_files=0, max_fields=MOST_FIELDS) as sent:
            for name, value in sent.multi_items():
                text = str(value)
                # Half a character is a ValueError: no file and no page can hold it.
                text.encode()
                fields[name] = (*fields.get(name, ()), text.strip().replace("\r\n", "\n"))
        return Form(fields)
    except (HTTPException, ClientDisconnect, ValueError):
        raise Refused(400, "form") from None
