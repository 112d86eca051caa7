"""Look for what must never be on a tape: secrets, people, and the place it was recorded at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from carloop_sandbox import fleet
from carloop_scenes.exchanges import Exchange
from carloop_scenes.scrub import HOST, REQUEST_HEADERS, RESPONSE_HEADERS
from carloop_scenes.stage import CUSTOMER

REASONS = {"Termin verschoben"}
_DIALECT = "https://json-schema.org"
_PATTERNS = {
    "token": r"Bearer |\b(?:tok|clp)_|not-a-token|[A-Za-z0-9_-]{40,}",
    "e-mail address": r"[\w.+-]+@[\w-]+\.",
    "network address": r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\blocalhost\b|\[?::1\b|[a-z]:\d{2,5}\b",
    "other host": rf"https?://(?!{re.escape(HOST[8:])}/|{re.escape(_DIALECT[8:])}/)",
    "file": r"(?:^|[\s\"'=])/(?:home|root|tmp|usr|var|work|opt|Users|private)/|[A-Za-z]:\\\\|file:/",
    # the scenes play in 2027, and a vehicle is looked up five years ahead
    "time of another day": r"\b(?!2027-|2032-)\d{4}-\d\d-\d\dT",
    "transport header": r"(?im)^\s*(?:authorization|cookie|set-cookie|date|server|host|user-agent|www-authenticate):",
}
# long and opaque, but no secret: a place in a list, signed with a key that is made of the account's public id
_CURSOR = re.compile(r'cursor=[\w-]+|"next_cursor": "[\w-]+"')
_PERSONAL = {"phone", "mobile", "email", "note", "licence_holder", "iban"}
_FLEET_WORDS = {*fleet.FIRST_NAMES, *fleet.LAST_NAMES, *fleet.COMPANIES} | {
    word for town in fleet.TOWNS for word in town
}
_FLEET_FIELDS = {"source": {"manual"}, "kind": {"person", "company"}, "country": {"DE"}}


def leaks_in_text(text: str) -> list[str]:
    """Name the kinds of leaks in a cassette's text."""
    text = _CURSOR.sub("", text)
    return [kind for kind, pattern in _PATTERNS.items() if re.search(pattern, text)]


def leaks_in(exchange: Exchange) -> list[str]:
    """Name what an exchange holds beyond what is declared: headers, and data of people."""
    found = [f"header {name}" for name in sorted({*exchange.request_headers} - {*REQUEST_HEADERS})]
    found += [f"header {name}" for name in sorted({*exchange.headers} - {*RESPONSE_HEADERS})]
    for document in exchange.documents():
        if not (isinstance(document, dict) and "openapi" in document):
            found += people_in(document)
    return found


def people_in(node: Any) -> list[str]:
    """Name the fields of a document that hold data of anybody but the declared, fictional customers."""
    return sorted(set(_people_in(node)))


def _people_in(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _people_in(each)
    if not isinstance(node, dict):
        return
    for name, value in node.items():
        if name == "customer":
            if not (_is_ours(value) or _is_of_the_fleet(value)):
                yield name
        elif name in _PERSONAL or (name == "reason" and value not in REASONS):
            yield name
        else:
            yield from _people_in(value)


def _is_ours(customer: dict[str, str]) -> bool:
    """Say whether this is the scenes' customer, or a part of them."""
    return customer.items() <= CUSTOMER.items()


def _is_of_the_fleet(customer: dict[str, str]) -> bool:
    """Say whether this is one of the people who do not exist, whom the sandbox begins with."""
    return all(_is_fleet_value(name, value) for name, value in customer.items())


def _is_fleet_value(name: str, value: str) -> bool:
    if name == "street":
        return re.sub(r" \d+$", "", value) in fleet.STREETS
    return value in _FLEET_FIELDS.get(name, _FLEET_WORDS)
