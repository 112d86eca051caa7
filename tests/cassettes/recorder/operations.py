"""What Carloop's OpenAPI document declares: its operations, their schemas, and its problem codes."""

import re
from dataclasses import dataclass

from carloop_sandbox.interface.contract import document, resolve

_METHODS = ("get", "post", "patch", "put", "delete")
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of the interface: `path` is a template, `declared` its part of the OpenAPI document."""

    id: str
    method: str
    path: str
    declared: dict[str, object]

    def fits(self, method, path):
        """Return whether a request, its path below the interface's address, is this call."""
        pattern = re.sub(r"\{\w+\}", "[^/]+", self.path)
        return self.method == method and re.fullmatch(pattern, path) is not None

    def successes(self):
        """Return the statuses that the call may succeed with."""
        return {int(status) for status in self.declared["responses"] if status < "4"}


def operations():
    """Return every operation."""
    return [
        Operation(item[method]["operationId"], method.upper(), path, item[method])
        for path, item in document()["paths"].items()
        for method in _METHODS
        if method in item
    ]


def operation_of(method, path):
    """Return the operation of a request, or None."""
    return next((each for each in operations() if each.fits(method, path)), None)


def problem_codes():
    """Return every status and code that a problem document may have, as its field `code` declares them."""
    prose = document()["components"]["schemas"]["Problem"]["properties"]["code"]["description"]
    # the brackets name fields of a code
    parts = re.sub(r"\([^)]*\)", "", prose).split(";")
    found = [(re.match(r"\s*(\d{3}) ", part), re.findall(r"`([a-z_]+)`", part)) for part in parts]
    return {(int(status[1]), code) for status, codes in found if status for code in codes}


def schema_of_answer(operation, status):
    """Return the media type and the component's name of an answer's body; None where it has none or any."""
    if operation is None:
        return PROBLEM, "Problem"
    answers = operation.declared["responses"]
    content = resolve(answers.get(str(status), answers["default"])).get("content")
    if content is None:
        return None, None
    ((media_type, body),) = content.items()
    return media_type, _component(body["schema"])


def schema_of_request(operation):
    """Return the component's name of a request's body; None where it has none."""
    body = operation.declared.get("requestBody") if operation else None
    return _component(body["content"]["application/json"]["schema"]) if body else None


def _component(schema):
    return schema["$ref"].rpartition("/")[2] if "$ref" in schema else None
