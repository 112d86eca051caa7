"""Bad documents into every hook: a problem with a code and a pointer, never a raw exception, and nothing kept."""

from __future__ import annotations

import copy
import functools
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import mobility_schemas
from carloop_plugin import plugin
from mobility_hookspecs import CallContext, MobilityProblem
from mobility_schemas import InvalidDocument, validate

Document = Any
ROUNDS = 1300

CONTRACT = Path(mobility_schemas.__file__).parent / "contract"
JUNK = [
    None,
    True,
    -1,
    1e308,
    float("nan"),
    10**400,
    "",
    " ",
    "x" * 5000,
    "\x00",
    "2026-02-30T00:00:00Z",
    "2026-03-02T08:00:00",
    "2026-12-31T23:59:60Z",
    "' OR 1=1 --",
    "\ud800",
    b"bytes",
    [],
    {},
    [[]],
    {"": {}},
    {1: 2},
    {"x"},
    object(),
]


def examples(name: str) -> list[Document]:
    return list(json.loads((CONTRACT / f"{name}.json").read_text())["examples"])


def places(document: Document, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give every place in a document, itself included."""
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


def spoil(document: Document, chance: random.Random) -> Document:
    """Put something else in one place, take one away, or add one."""
    document = copy.deepcopy(document)
    path = chance.choice(list(places(document)))
    if not path:
        return chance.choice(JUNK)
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    match chance.randrange(3):
        case 0:
            holder[path[-1]] = chance.choice(JUNK)
        case 1:
            del holder[path[-1]]
        case _ if isinstance(holder, dict):
            holder[chance.choice(["foo", "Change_id", "__class__", "x" * 300])] = chance.choice(JUNK)
        case _:
            holder.append(chance.choice(JUNK))
    return document


def is_invalid(document: Document, name: str, closed: bool | None) -> bool:
    try:
        validate(document, name, closed=closed)
    except InvalidDocument:
        return True
    return False


def invalid_documents(name: str, *, closed: bool | None = None) -> Iterator[Document]:
    chance, given = random.Random(name), 0
    while given < ROUNDS:
        document = spoil(chance.choice(examples(name)), chance)
        if is_invalid(document, name, closed):
            given += 1
            yield document


def problem_of(call: Callable[[], object]) -> Document:
    try:
        answer = call()
    except MobilityProblem as problem:
        return problem.problem
    assert isinstance(answer, dict), answer
    assert "refused" == answer["status"]
    return answer["problem"]


def kept(store: Path) -> int:
    """Count the rows of every table that a document could have left something in."""
    import sqlite3
    from contextlib import closing

    if not store.exists():
        return 0
    with closing(sqlite3.connect(store)) as db:
        tables = ("appointments", "intents", "rentals", "settings", "contacts")
        return sum(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)


@pytest.mark.parametrize(
    ("name", "hook", "closed"),
    [
        ("appointment", plugin.on_appointment_saved, None),
        ("mobility_request", plugin.provide_mobility_options, None),
        ("rental_change", plugin.on_rental_change, None),
        ("provider_settings", plugin.save_provider_settings, True),
        ("erasure_subjects", plugin.on_personal_data_erased, None),
    ],
)
def test_an_invalid_document_is_refused_and_leaves_nothing(
    configured: Path, name: str, hook: Callable[..., object], closed: bool | None
) -> None:
    """1,000 of them into each of the five hooks that take a document: said what and where, in two languages."""
    tried = 0
    for number, document in enumerate(invalid_documents(name, closed=closed)):
        locale = ("de", "en")[number % 2]
        if isinstance(document, dict) and isinstance(document.get("provider"), str):
            document["provider"] = "carloop" if name == "rental_change" else document["provider"]
            if not is_invalid(document, name, closed):
                continue
        problem = problem_of(functools.partial(hook, document, CallContext.within(5, locale=locale)))
        assert "invalid_document" == problem["code"]
        assert isinstance(problem["pointer"], str)
        assert problem["title"]
        assert problem["detail"]
        tried += 1
    assert tried >= 1000
    assert 0 == kept(configured)


@pytest.mark.parametrize(
    "hook",
    [plugin.provide_mobility_filters, plugin.provide_provider_settings, plugin.check_mobility_provider],
)
@pytest.mark.parametrize("site", JUNK, ids=lambda junk: type(junk).__name__)
def test_a_site_that_is_none_is_refused(configured: Path, hook: Callable[..., object], site: object) -> None:
    """Also by the hooks that take a site alone."""
    problem = problem_of(lambda: hook(site, CallContext.within(5)))
    assert ("invalid_document", "") == (problem["code"], problem["pointer"])


def spoilt_names(longest: int) -> Iterator[object]:
    """Give 1,000 names that are too long, or hold what a name cannot."""
    chance = random.Random(longest)
    for _ in range(1000):
        name = "".join(chance.choices("abcZ09._~-", k=chance.randint(0, longest)))
        bad = chance.choice([" ", "/", "ä", "\n", "\x00", "%", "🚗", "\udc80", "x" * (longest + 1)])
        place = chance.randint(0, len(name))
        yield name[:place] + bad + name[place:]


@pytest.mark.parametrize(
    "hook",
    [plugin.provide_mobility_filters, plugin.provide_provider_settings, plugin.check_mobility_provider],
)
def test_a_thousand_spoilt_sites_are_refused(configured: Path, hook: Callable[..., object]) -> None:
    """A site is 1 to 60 of a few characters."""
    for site in spoilt_names(60):
        assert "invalid_document" == problem_of(functools.partial(hook, site, CallContext.within(5)))["code"]
    assert 0 == kept(configured)


def test_a_thousand_spoilt_ids_are_refused(configured: Path) -> None:
    """An appointment's id is 1 to 80 of a few characters."""
    for spoilt in spoilt_names(80):
        ask = functools.partial(plugin.provide_mobility_states, ["ok", spoilt], CallContext.within(5))  # type: ignore[list-item]
        problem = problem_of(ask)
        assert ("invalid_document", "/1") == (problem["code"], problem["pointer"])


@pytest.mark.parametrize(
    "ids", [*JUNK, ["ok", ""], ["a b"], [5], ["x" * 81]], ids=lambda junk: type(junk).__name__
)
def test_ids_that_are_none_are_refused(configured: Path, ids: Any) -> None:
    """The pointer names the first that is wrong."""
    if ids == []:
        assert [] == plugin.provide_mobility_states(ids, CallContext.within(5))
        return
    problem = problem_of(lambda: plugin.provide_mobility_states(ids, CallContext.within(5)))  # type: ignore[arg-type,return-value]
    assert "invalid_document" == problem["code"]
    if ids == ["ok", ""]:
        assert "/1" == problem["pointer"]
