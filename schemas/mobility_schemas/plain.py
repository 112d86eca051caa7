"""Whether a document is made of nothing but what JSON has.

JSON: dict with text keys, list or tuple, text that UTF-8 can encode, finite numbers, True, False, None. Subclasses
of dict and list and the members of text and number enums count as what they are. Everything here is iterative: a
document may be nested a hundred thousand deep, or hold itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from math import isfinite

MAX_DEPTH = 64
"""How many containers deep a document may be nested."""

MAX_INTEGER = 2**63 - 1
"""Greatest whole number: what databases and other languages hold."""

_CONTAINERS = (dict, list, tuple)
_NUMBERS = (int, float)


def is_plain(document: object) -> bool:
    """Tell whether a document is made of nothing but what JSON has, at most `MAX_DEPTH` deep.

    A key that is a subclass of text may escape notice next to an equal key that is text; the engine refuses it.
    """
    level: list[object] = [document]
    try:
        for _ in range(MAX_DEPTH + 1):
            containers = _plain_containers(level)
            if containers is None:
                return False
            if not containers:
                return True
            level, keys = _parts(containers)
            if not all(map(_is_key, keys)) or not _encodable(keys):
                return False
    except Exception:  # noqa: BLE001 - a foreign object may raise anything when it is compared
        return False
    return False


def first_foreign(document: object) -> tuple[list[str | int], str] | None:
    """Find the first thing that JSON does not have: the path to it, and what it is (a key of the sentences)."""
    level: list[tuple[list[str | int], object]] = [([], document)]
    for _ in range(MAX_DEPTH + 1):
        below: dict[int, list[tuple[list[str | int], object]]] = {}
        for path, value in level:
            if what := _foreign(value):
                return path, what
            if isinstance(value, _CONTAINERS) and id(value) not in below:
                below[id(value)] = [([*path, step], part) for step, part in _entries(value)]
        level = [entry for entries in below.values() for entry in entries]
        if not level:
            return None
    return [], "too_deep"


def _plain_containers(values: list[object]) -> list[object] | None:
    """Give the containers among some values, or None when one of the values is nothing that JSON has."""
    texts: list[object] = []
    # Each container once a level: a list that holds itself twice would double from level to level.
    containers: dict[int, object] = {}
    for value in values:
        kind = type(value)
        if kind is str:
            texts.append(value)
        elif kind is dict or kind is list:
            containers[id(value)] = value
        elif value is None or kind is bool:
            continue
        elif not _is_plain_kind(kind) or (kind in _NUMBERS and not _is_plain_number(value)):
            return None
        elif isinstance(value, _CONTAINERS):
            containers[id(value)] = value
    return list(containers.values()) if _encodable(texts) else None


def _parts(containers: list[object]) -> tuple[list[object], set[object]]:
    """Give what is directly inside some containers, and the keys of the dicts among them."""
    parts: list[object] = []
    keys: set[object] = set()
    for container in containers:
        if isinstance(container, dict):
            keys.update(dict.keys(container))
            parts.extend(dict.values(container))
        elif isinstance(container, (list, tuple)):
            parts.extend(_items(container))
    return parts, keys


def _is_plain_kind(kind: type) -> bool:
    if kind in (str, int, float, bool, type(None), tuple):
        return True
    return issubclass(kind, (dict, list)) or (issubclass(kind, Enum) and issubclass(kind, (str, int, float)))


def _is_plain_number(number: object) -> bool:
    if isinstance(number, float):
        return isfinite(number)
    return isinstance(number, int) and -MAX_INTEGER <= number <= MAX_INTEGER


def _is_key(key: object) -> bool:
    return isinstance(key, str) and _is_plain_kind(type(key))


def _encodable(texts: Iterable[object]) -> bool:
    try:
        "".join(texts).encode()  # type: ignore[arg-type]  # the callers pass text alone
    except UnicodeEncodeError:
        return False
    return True


def _foreign(value: object) -> str:
    """Name what is wrong with a value itself, "" when nothing is."""
    if not _is_plain_kind(type(value)):
        return "not_json"
    if type(value) in _NUMBERS and not _is_plain_number(value):
        return "not_finite" if isinstance(value, float) else "too_great"
    if isinstance(value, str) and not _encodable([value]):
        return "broken_text"
    if isinstance(value, dict):
        keys: list[object] = list(dict.keys(value))
        if not all(map(_is_key, keys)):
            return "key_not_text"
        return "" if _encodable(keys) else "broken_text"
    return ""


def _entries(container: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(container, dict):
        yield from ((str(key), part) for key, part in dict.items(container))
    elif isinstance(container, (list, tuple)):
        yield from enumerate(_items(container))


def _items(container: list[object] | tuple[object, ...]) -> Iterator[object]:
    """Go through a list or tuple by its own items, whatever a subclass makes of iteration."""
    return list.__iter__(container) if isinstance(container, list) else tuple.__iter__(container)
