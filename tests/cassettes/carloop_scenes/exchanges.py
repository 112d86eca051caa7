"""What is on the cassettes, request by request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from carloop_scenes.stage import BASE_PATH

# reading, unlike writing, gives the same with libyaml, ten times as fast
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer. `path` lies below the interface's address; bodies are as they were sent."""

    cassette: str
    number: int
    method: str
    url: str
    path: str
    request_headers: dict[str, str]
    request_body: str | None
    status: int
    headers: dict[str, str]
    body: str

    def __str__(self) -> str:
        return f"{self.cassette} #{self.number}: {self.method} {self.path} -> {self.status}"

    @property
    def code(self) -> str | None:
        """Give the code of a problem document, None for any other answer."""
        return json.loads(self.body)["code"] if self.status >= 400 else None

    def documents(self) -> Iterator[Any]:
        """Give the bodies that are JSON: the request's, then the answer's."""
        for body in (self.request_body, self.body):
            try:
                yield json.loads(body or "")
            except ValueError:  # none, or one that was sent to be refused for that
                continue


def exchanges_of(path: Path) -> list[Exchange]:
    """Read a cassette."""
    tape = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  # both are the safe one
    return [
        _exchange(path.stem, number, each["request"], each["response"])
        for number, each in enumerate(tape["interactions"], 1)
    ]


def _exchange(cassette: str, number: int, request: dict[str, Any], response: dict[str, Any]) -> Exchange:
    return Exchange(
        cassette=cassette,
        number=number,
        method=request["method"],
        url=request["uri"],
        path=urlsplit(request["uri"]).path.removeprefix(BASE_PATH),
        request_headers=_flat(request["headers"]),
        request_body=request["body"],
        status=response["status"]["code"],
        headers=_flat(response["headers"]),
        body=response["body"]["string"],
    )


def _flat(headers: dict[str, list[str]]) -> dict[str, str]:
    return {name: ", ".join(values) for name, values in headers.items()}
