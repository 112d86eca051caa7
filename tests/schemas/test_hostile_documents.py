"""Whatever Python object is given, it is accepted or refused, and nothing else is raised."""

import collections
import datetime
import decimal
import enum
from concurrent.futures import ThreadPoolExecutor

import pytest

from mobility_schemas import InvalidDocument, explain, validate
from mobility_schemas.plain import NotPlain, plain_copy


class Text(str):
    __slots__ = ()


class Weird(dict):
    """A dict that lies about itself."""

    def __getitem__(self, key):
        raise OSError(key)

    def __iter__(self):
        raise OSError

    items = keys = values = get = __contains__ = __len__ = __getitem__


class Endless(list):
    """A list that goes on for ever when asked by its own methods."""

    def __iter__(self):
        while True:
            yield 1

    def __len__(self):
        return 2**60


class Sour:
    """An object that minds being looked at; all of them have the same hash."""

    def __eq__(self, other):
        raise OSError

    def __hash__(self):
        return 7

    def __repr__(self):
        raise OSError

    __str__ = __bool__ = __len__ = __iter__ = __repr__


class Pretender:
    """An object that claims to be text."""

    __class__ = str


class Colour(enum.Enum):
    RED = "red"


class Odd(enum.Enum):
    ONE = object()


def nested(depth, wrap):
    value = None
    for _ in range(depth):
        value = wrap(value)
    return value


def cyclic():
    value = {}
    value |= {"a": value, "b": [value, value]}
    return value


def bomb():
    value = "x"
    for _ in range(60):
        value = [value, value]
    return {"a": value, "b": {1}}


FOREIGN = {
    "bytes": lambda: b"x",
    "nan": lambda: float("nan"),
    "infinity": lambda: float("-inf"),
    "huge integer": lambda: 10**5000,
    "big negative integer": lambda: -(2**63) - 1,
    "decimal": lambda: decimal.Decimal("49.90"),
    "whole decimal": lambda: decimal.Decimal(5),
    "datetime": lambda: datetime.datetime.now(datetime.UTC),
    "sour object": Sour,
    "pretender": Pretender,
    "generator": lambda: (number for number in [1]),
    "text subclass": lambda: Text("a"),
    "enum": lambda: Colour.RED,
    "odd enum": lambda: Odd.ONE,
    "named tuple": lambda: collections.namedtuple("Pair", "a b")(1, 2),
    "lone surrogate": lambda: "a\ud800",
    "key not text": lambda: {1: "a"},
    "key subclass": lambda: {Text("a"): 1},
    "sour key": lambda: {"id": 1, Sour(): 2},
    "surrogate key": lambda: {"\udfff": 1},
    "deep list": lambda: nested(100_000, lambda value: [value]),
    "deep dict": lambda: nested(100_000, lambda value: {"a": value}),
    "deep mixture": lambda: nested(10_000, lambda value: [{"options": [value]}]),
    "cycle": cyclic,
    "bomb": bomb,
}


def refused(document, name, closed=None):
    with pytest.raises(InvalidDocument) as refusal:
        validate(document, name, closed=closed)
    assert explain(document, name, closed=closed)
    return refusal.value


@pytest.mark.parametrize("kind", FOREIGN)
def test_never_json(kind, contract_files, example):
    """What JSON does not have is refused: as the document, in each of its fields, and in an unknown one."""
    foreign = FOREIGN[kind]()
    for name, schema in contract_files.items():
        refused(foreign, name)
        for field in schema.get("properties", ()):
            refused(example(name) | {field: foreign}, name)
        if schema["type"] == "object":
            refused(example(name) | {"x_new": foreign}, name, closed=False)


@pytest.mark.parametrize("kind", FOREIGN)
def test_never_json_inside_a_long_list(kind, example):
    """The document that is decided at once is no exception."""
    offer = example("mobility_offer")
    foreign = FOREIGN[kind]()
    if kind not in {"decimal", "enum"}:  # the engine takes them for the number and the text they stand for
        refused(offer | {"options": [offer["options"][0] | {"title": foreign}]}, "mobility_offer")
    refused(offer | {"options": [offer["options"][0] | {"x_new": foreign}]}, "mobility_offer")
    if kind != "whole decimal":
        vehicle = offer["options"][0]["vehicle"] | {"seats": foreign}
        refused(offer | {"options": [offer["options"][0] | {"vehicle": vehicle}]}, "mobility_offer")
    refused(offer | {"total": float("nan")}, "mobility_offer")


@pytest.mark.parametrize("value", [Weird(a=1), Endless([1]), Weird(), collections.defaultdict(list)])
def test_subclasses_that_lie(value, contract_files, example):
    """A dict or list that behaves oddly is validated by what it holds, wherever it stands."""
    for name, schema in contract_files.items():
        explain(value, name)
        for field in schema.get("properties", ()):
            explain(example(name) | {field: value}, name)


def test_ordinary_subclasses(example):
    """What json would write is accepted: ordered dicts, tuples, members of text enums."""

    class Status(enum.StrEnum):
        SCHEDULED = "scheduled"

    appointment = collections.OrderedDict(example("appointment")) | {"status": Status.SCHEDULED}
    request = example("mobility_request") | {"filters": {"vehicle_classes": ("a", "b"), "features": ()}}

    validate(appointment, "appointment")
    validate(request, "mobility_request")


def test_copies_hold_what_a_subclass_holds():
    """Whatever it claims to hold; a list that is held often is copied once, a foreign object not at all."""
    assert plain_copy({"a": Weird(b=Endless([1]))}) == {"a": {"b": [1]}}
    bottom = plain_copy(nested(60, lambda value: [value or Endless(), value]))
    for _ in range(59):
        bottom = bottom[0]
    assert bottom == [[], None]
    for foreign in (Pretender(), Sour(), cyclic()):
        with pytest.raises(NotPlain):
            plain_copy({"a": foreign, "b": Endless()})


def test_depth(example):
    """A document may be 64 containers deep, its own included; what JSON does not have is pointed at."""
    step = example("mobility_step")
    validate(step | {"x_new": nested(63, lambda value: [value])}, "mobility_step")
    assert refused(step | {"x_new": nested(64, lambda value: [value])}, "mobility_step").pointer == ""
    change = example("rental_change")
    change["customer"]["city"] = b"Hamburg"
    assert refused(change, "rental_change").pointer == "/customer/city"


def test_many_threads_at_once(example):
    """Validators are shared: several threads get the right results."""
    good, bad = example("appointment"), example("appointment") | {"revision": 0}

    def results(_):
        return [explain(document, "appointment") == () for document in (good, bad) * 20]

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(results, range(8))) == [[True, False] * 20] * 8
