"""What is on the cassettes, request by request."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

import yaml

from carloop_sandbox.interface.contract import BASE_PATH

# reading, unlike writing, gives the same with libyaml, ten times as fast
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer. `path` lies below the interface's address; bodies are as they were sent."""

    cassette: str
    method: str
    url: str
    request_headers: dict[str, str]
    request_body: str | None
    status: int
    headers: dict[str, str]
    body: str

    def __str__(self):
        return f"{self.cassette}: {self.method} {self.path} -> {self.status}"

    @property
    def path(self):
        """Return the path below the interface's address."""
        return urlsplit(self.url).path.removeprefix(BASE_PATH)

    @property
    def code(self):
        """Return the code of a problem document, None for any other answer."""
        return json.loads(self.body)["code"] if self.status >= 400 else None


def exchanges_of(path):
    """Read a cassette."""
    cassette = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  # both are the safe one
    return [_exchange(path.stem, each["request"], each["response"]) for each in cassette["interactions"]]


def _exchange(cassette, request, response):
    asked, answered = _flat(request["headers"]), _flat(response["headers"])
    status, body = response["status"]["code"], response["body"]["string"]
    return Exchange(
        cassette, request["method"], request["uri"], asked, request["body"], status, answered, body
    )


def _flat(headers):
    return {name: ", ".join(values) for name, values in headers.items()}
