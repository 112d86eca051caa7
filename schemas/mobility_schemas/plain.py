"""Whether a document is made of nothing but what JSON has, and copies of such documents.

JSON: dict with text keys, list or tuple, text that UTF-8 can encode, finite numbers, True, False, None. Subclasses
of dict and list and the members of text and number enums count as what they are. Everything here copes with a document
that is nested a hundred thousand deep, or holds itself.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator
from enum import Enum
from math import isfinite

MAX_DEPTH = 64
"""How many containers deep a document may be nested."""

MAX_INTEGER = 2**63 - 1
"""Greatest whole number: what databases and other languages hold."""

_CONTAINERS = (dict, list, tuple)
_PLAIN_TYPES = frozenset({str, int, float, bool, type(None), dict, list, tuple})


class NotPlain(ValueError):
    """Raised for something that is no JSON-like document: too deep, or made of foreign objects."""


def plain_copy(document: object) -> object:
    """Copy a JSON-like document to its depth, so that nobody can change what another holds; validate nothing.

    :param document: dicts, lists, strings, numbers, booleans and None; subclasses of them become what they are.
    :raises NotPlain: there is something else in it, or it is nested too deep.
    """
    try:
        # Four times faster than copy.deepcopy, and runs no method of the document's objects.
        copied: object = marshal.loads(marshal.dumps(document))  # type: ignore[arg-type]  # noqa: S302 - our own bytes
    except (ValueError, RecursionError):
        return _copy_of_subclasses(document)
    return copied


def is_plain(document: object) -> bool:
    """Return whether a document is made of nothing but what JSON has, at most `MAX_DEPTH` deep.

    A key that is a subclass of text may escape notice next to an equal key that is text; the engine refuses it.
    """
    values: list[object] = [document]
    try:
        for _ in range(MAX_DEPTH + 1):
            containers = _plain_containers(values)
            if not containers:
                return True
            values, keys = _parts(containers)
            "".join(keys).encode()  # type: ignore[arg-type]  # a key that is no text raises, too
            if not all(map(_is_plain_type, set(map(type, keys)) - _PLAIN_TYPES)):
                return False
    except Exception:  # noqa: BLE001 - text that is not UTF-8, and what a foreign object may raise when looked at
        return False
    return False


def first_not_plain(document: object) -> tuple[list[str | int], str] | None:
    """Find the first thing that JSON does not have: the path to it, and what it is (a key of the sentences)."""
    level: list[tuple[list[str | int], object]] = [([], document)]
    for _ in range(MAX_DEPTH + 1):
        below: dict[int, list[tuple[list[str | int], object]]] = {}
        for path, value in level:
            if what := _what_is_wrong(value):
                return path, what
            if isinstance(value, _CONTAINERS) and id(value) not in below:
                below[id(value)] = [([*path, step], part) for step, part in _entries(value)]
        level = [entry for entries in below.values() for entry in entries]
        if not level:
            return None
    return [], "too_deep"


def _plain_containers(values: list[object]) -> list[object]:
    """Return the containers among some values, each once; raise when one of the values is nothing that JSON has.

    In one loop without a call for each value: this is most of the time that a short document takes.
    """
    texts: list[str] = []
    # Each container once a level: a list that holds itself twice would double from level to level.
    containers: dict[int, object] = {}
    for value in values:
        kind = type(value)
        if kind is str:
            texts.append(value)  # type: ignore[arg-type]
        elif kind is dict or kind is list:
            containers[id(value)] = value
        elif value is not None and kind is not bool:
            _require_plain(value)
            if isinstance(value, _CONTAINERS):
                containers[id(value)] = value
    "".join(texts).encode()
    return list(containers.values())


def _parts(containers: list[object]) -> tuple[list[object], set[object]]:
    """Return what is directly inside some containers, and the keys of the dicts among them."""
    parts: list[object] = []
    keys: set[object] = set()
    for container in containers:
        if isinstance(container, dict):
            keys.update(dict.keys(container))
            parts.extend(dict.values(container))
        elif isinstance(container, list):
            parts.extend(list.__iter__(container))
        else:
            parts.extend(tuple.__iter__(container))  # type: ignore[arg-type]
    return parts, keys


def _require_plain(value: object) -> None:
    """Raise `NotPlain` for what JSON does not have, text and what is inside a container not looked at."""
    kind = type(value)
    if kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:  # type: ignore[operator]
            raise NotPlain("too_great")
    elif kind is float:
        if not isfinite(value):  # type: ignore[arg-type]
            raise NotPlain("not_finite")
    elif not _is_plain_type(kind):
        raise NotPlain("not_json")


def _is_plain_type(kind: type) -> bool:
    # By identity: the comparison of a foreign class may raise.
    if any(kind is plain for plain in _PLAIN_TYPES) or issubclass(kind, (dict, list)):
        return True
    return issubclass(kind, Enum) and issubclass(kind, (str, int, float))


def _items(container: object) -> Iterator[object]:
    return list.__iter__(container) if isinstance(container, list) else tuple.__iter__(container)  # type: ignore[arg-type]


def _entries(container: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(container, dict):
        yield from ((str(key), part) for key, part in dict.items(container))
    else:
        yield from enumerate(_items(container))


def _what_is_wrong(value: object) -> str:
    """Return what is wrong with a value itself, "" when nothing is."""
    try:
        _require_plain(value)
        texts = (
            [value] if isinstance(value, str) else list(dict.keys(value)) if isinstance(value, dict) else []
        )
        if not all(isinstance(text, str) and _is_plain_type(type(text)) for text in texts):
            return "key_not_text"
        "".join(texts).encode()
    except NotPlain as wrong:
        return str(wrong)
    except UnicodeEncodeError:
        return "broken_text"
    return ""


def _copy_of_subclasses(document: object) -> object:
    try:
        return _copied(document, {})
    except RecursionError:
        raise NotPlain("nested too deep") from None


def _copied(value: object, known: dict[int, object]) -> object:
    # By type and by unbound methods: a subclass, or an object that lies about its class, may override what it likes.
    kind = type(value)
    if value is None or kind is bool:
        return value
    if issubclass(kind, str):
        return str.__str__(value)
    if issubclass(kind, int):
        return int.__int__(value)  # type: ignore[arg-type]
    if issubclass(kind, float):
        return float.__float__(value)  # type: ignore[arg-type]
    if not issubclass(kind, _CONTAINERS):
        raise NotPlain(f"holds a {kind.__name__}")
    if (
        id(value) not in known
    ):  # a container that is held twice is copied once: copies may double at each level
        known[id(value)] = _copied_container(value, known)
    return known[id(value)]


def _copied_container(container: object, known: dict[int, object]) -> object:
    if isinstance(container, dict):
        return {_copied(key, known): _copied(held, known) for key, held in dict.items(container)}
    return [_copied(held, known) for held in _items(container)]
