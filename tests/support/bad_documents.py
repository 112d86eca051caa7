"""Bad documents, each a valid example of the contract with one part altered; and invalid names."""

from __future__ import annotations

import copy
import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mobility_schemas
from mobility_schemas import InvalidDocument, validate

Document = Any

CONTRACT = Path(mobility_schemas.__file__).parent / "contract"
JUNK = [
    *(None, True, -1, 1e308, float("nan"), 10**400),
    *("", " ", "x" * 5000, "\x00"),
    *("2026-02-30T00:00:00Z", "2026-03-02T08:00:00", "2026-12-31T23:59:60Z"),
    *("' OR 1=1 --", "\ud800", b"bytes"),
    *([], {}, [[]], {"": {}}, {1: 2}, {"x"}, object()),
]


def examples(name: str) -> list[Document]:
    """Return the contract's own examples of a document."""
    return list(json.loads((CONTRACT / f"{name}.json").read_text("utf-8"))["examples"])


def places(document: Document, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Return every place in a document, itself included."""
    yield path
    items = (
        document.items()
        if isinstance(document, dict)
        else enumerate(document)
        if isinstance(document, list)
        else ()
    )
    for key, value in items:
        yield from places(value, (*path, key))


def corrupt(document: Document, rng: random.Random) -> Document:
    """Put something else in one place, take one away, or add one."""
    document = copy.deepcopy(document)
    path = rng.choice(list(places(document)))
    if not path:
        return rng.choice(JUNK)
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    match rng.randrange(3):
        case 0:
            holder[path[-1]] = rng.choice(JUNK)
        case 1:
            del holder[path[-1]]
        case _ if isinstance(holder, dict):
            holder[rng.choice(["foo", "Change_id", "__class__", "x" * 300])] = rng.choice(JUNK)
        case _:
            holder.append(rng.choice(JUNK))
    return document


def invalid_documents(name: str, *, seed: int, closed: bool | None = None) -> Iterator[Document]:
    """Return altered documents without end; those that are still valid, or another provider's, are left out.

    :param closed: what a host writes is checked more strictly, as `mobility_schemas.validate` has it.
    """
    rng, good = random.Random(f"{seed} {name}"), examples(name)
    while True:
        document = corrupt(rng.choice(good), rng)
        if (
            name == "rental_change"
            and isinstance(document, dict)
            and isinstance(document.get("provider"), str)
        ):
            document["provider"] = "carloop"
        if _is_invalid(document, name, closed):
            yield document


def _is_invalid(document: Document, name: str, closed: bool | None) -> bool:
    try:
        validate(document, name, closed=closed)
    except InvalidDocument:
        return True
    return False


def invalid_sites(*, seed: int) -> Iterator[object]:
    """Return values that are no site: a site is 1 to 60 of a few characters."""
    return itertools.chain(JUNK, _invalid_names(60, random.Random(f"{seed} sites")))


def invalid_ids(*, seed: int) -> Iterator[object]:
    """Return lists with an invalid appointment id: a valid one is 1 to 80 of a few characters."""
    names = _invalid_names(80, random.Random(f"{seed} ids"))
    return (["ok", bad] for bad in itertools.chain(JUNK, names))


def _invalid_names(longest: int, rng: random.Random) -> Iterator[str]:
    """Return names that are too long, or contain a character that is not allowed."""
    while True:
        name = "".join(rng.choices("abcZ09._~-", k=rng.randint(0, longest)))
        bad = rng.choice([" ", "/", "ä", "\n", "\x00", "%", "🚗", "\udc80", "x" * (longest + 1)])
        place = rng.randint(0, len(name))
        yield name[:place] + bad + name[place:]
