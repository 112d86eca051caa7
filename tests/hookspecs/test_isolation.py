"""Hostile providers: each costs its own answer alone, and is named."""

import threading
import warnings

import pytest

from mobility_hookspecs import MobilityProblem, make_problem


class Unprintable(Exception):
    """An exception that cannot be shown."""

    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__


class Disguised(Exception):
    """An exception that raises when asked what it is."""

    @property
    def __class__(self):
        raise RuntimeError("no class")


def raising(error):
    """Write a hook that raises."""

    def hook():
        raise error

    return hook


async def _coroutine():
    return {}


async def _async_generator():
    yield {}


class HostileDict(dict[str, object]):
    """A dict whose methods raise."""

    def _fail(self, *_):
        raise SystemExit("methods of an answer")

    __iter__ = keys = items = values = get = __getitem__ = __len__ = copy = _fail


BUGS = {
    "ValueError": ValueError("bug"),
    "SystemExit": SystemExit(3),
    "KeyboardInterrupt": KeyboardInterrupt(),
    "StopIteration": StopIteration(),
    "RecursionError": RecursionError(),
    "a group": BaseExceptionGroup("several", [ValueError(), SystemExit()]),
    "unprintable": Unprintable(),
    "an exception that denies its class": Disguised(),
    "an invalid problem": MobilityProblem({"code": "made_up"}),
}


INVALID = {
    "nothing": lambda _: None,
    "an object": lambda _: object(),
    "a missing field": lambda p: {k: v for k, v in p.offer("bad").items() if k != "total"},
    "a wrong time": lambda p: p.offer("bad", as_of="2026-02-30T08:00:00Z"),
    "another's offer": lambda p: p.offer("good"),
    "another's option": lambda p: p.offer("bad", [p.option("good")]),
    "a coroutine": lambda _: _coroutine(),
    "an async generator": lambda _: _async_generator(),
    "not JSON": lambda p: p.offer("bad", explanation={1, 2}),
    "a hostile dict": lambda p: HostileDict(p.offer("bad", total=-1)),
    "options that are none": lambda p: p.offer("bad", [None]),
}


FAILING = {name: (lambda _, bug=bug: raising(bug), "provider_failed") for name, bug in BUGS.items()}
FAILING |= {
    name: (lambda p, answer=answer: lambda: answer(p), "invalid_answer") for name, answer in INVALID.items()
}


@pytest.mark.parametrize("case", FAILING)
def test_a_provider_that_fails_costs_its_own_answer_alone(case, make_host, make_provider, documents):
    """Whatever it raises or answers: the others' offers are there, and the failure is a value."""
    hook, code = FAILING[case]
    good = make_provider("good", provide_mobility_options=documents.offer("good"))
    bad = make_provider("bad", provide_mobility_options=hook(documents))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gathered = make_host(bad, good).mobility_options(documents.request(), locale="en")
    assert gathered.answers == {"good": documents.offer("good")}
    (failure,) = gathered.failures
    assert (failure.provider, failure.problem["code"]) == ("bad", code)
    assert failure.problem["title"] == make_problem(code, locale="en")["title"]
    assert "detail" not in failure.problem or code == "invalid_answer"


def test_an_answer_of_unusual_make_is_an_answer_all_the_same(make_host, make_provider, documents):
    """Tuples and subclasses of dict are JSON-like: the host gets plain lists and dicts, with links cleaned."""

    class Row(dict[str, object]):
        pass

    vehicle = Row(documents.vehicle(image_url="javascript:alert(1)"))
    offer = Row(documents.offer("taxi", (Row(documents.option(vehicle=vehicle)),)))
    provider = make_provider(provide_mobility_options=lambda: offer)
    answer = make_host(provider).mobility_options(documents.request()).answers["taxi"]
    assert answer == documents.offer("taxi", [documents.option(vehicle=documents.vehicle())])
    assert type(answer["options"][0]["vehicle"]) is dict


def test_answers_and_failures_are_sorted_and_silence_is_absent(make_host, make_provider, documents):
    """By id; a provider without the hook, or with None where that is an answer, appears nowhere."""
    host = make_host(
        make_provider("d", on_appointment_saved=documents.step("d")),
        make_provider("c", on_appointment_saved=raising(ValueError)),
        make_provider("b", on_appointment_saved=documents.step("b")),
        make_provider("a", on_appointment_saved=raising(ValueError)),
        make_provider("e", on_appointment_saved=None),
        make_provider("f"),
    )
    gathered = host.appointment_saved(documents.appointment())
    assert list(gathered.answers) == ["b", "d"]
    assert [failure.provider for failure in gathered.failures] == ["a", "c"]
    assert [info["id"] for info in host.providers] == ["a", "b", "c", "d", "e", "f"]


def test_a_provider_that_changes_its_argument_harms_nobody(make_host, make_provider, documents):
    """Neither the host's document nor what the others see, nor the deadline they are given."""
    meeting = threading.Barrier(2, timeout=5)
    seen = []

    def vandal(request, context):
        request["period"]["start"] = request["site"] = "broken"
        request["filters"]["features"].append("broken")
        object.__setattr__(context, "deadline", 0.0)
        meeting.wait()
        return documents.offer("vandal")

    def witness(request, context):
        meeting.wait()
        seen.extend((request, context.remaining() > 0))
        return documents.offer("witness")

    asked = documents.request()
    host = make_host(
        make_provider("vandal", provide_mobility_options=vandal),
        make_provider("witness", provide_mobility_options=witness),
    )
    host.mobility_options(asked)
    assert seen == [documents.request(), True]
    assert asked == documents.request()


def test_an_answer_is_the_hosts_own(make_host, make_provider, documents):
    """A provider may answer from its cache: what either does with the answer does not change the other's."""
    kept = documents.step(notices=[{"code": "x", "severity": "info", "message": "before"}])
    vehicle = documents.vehicle(image_url="http://elsewhere.example/x.png")
    cached = documents.offer(options=[documents.option(vehicle=vehicle)])
    host = make_host(make_provider(on_appointment_saved=kept, provide_mobility_options=cached))
    step = host.appointment_saved(documents.appointment()).answers["taxi"]
    kept["notices"][0]["message"] = "after"
    assert step["notices"][0]["message"] == "before"
    offer = host.mobility_options(documents.request()).answers["taxi"]
    assert "image_url" not in offer["options"][0]["vehicle"]
    assert "image_url" in cached["options"][0]["vehicle"]


def _nested(depth, rows=()):
    for _ in range(depth):
        rows = [rows]
    return rows


CYCLE = []
CYCLE.append(CYCLE)


@pytest.mark.parametrize("monster", [CYCLE, _nested(50_000)], ids=["cycle", "deep"])
def test_endless_documents(monster, make_host, make_provider, documents):
    """Asked with or answered with: a refusal, not a crash."""
    host = make_host(
        make_provider(
            on_appointment_saved=lambda: documents.step(notices=monster),
            provide_mobility_options=lambda: documents.offer(options=monster),
        )
    )
    gathered = (
        host.appointment_saved(documents.appointment()),
        host.mobility_options(documents.request()),
        host.appointment_saved(documents.appointment(vehicle=monster)),
    )
    codes = [each.failures[0].problem["code"] for each in gathered]
    assert codes == ["invalid_answer", "invalid_answer", "invalid_document"]


INVALID_QUESTIONS = {
    "appointment": (lambda host, p: host.appointment_saved(p.appointment(revision=0)), "/revision"),
    "a field too many": (lambda host, p: host.appointment_saved(p.appointment(extra=1)), "/extra"),
    "not JSON": (lambda host, p: host.appointment_saved(p.appointment(work={1})), "/work"),
    "no document": (lambda host, _: host.appointment_saved(None), ""),
    "filters": (lambda host, _: host.mobility_filters("a b"), "/site"),
    "no site": (lambda host, _: host.mobility_filters(None), "/site"),
    "request": (lambda host, p: host.mobility_options(p.request(limit=0)), "/limit"),
    "states": (lambda host, _: host.mobility_states(["A-1", "A 2"]), "/1"),
    "one id": (lambda host, _: host.mobility_states("A-1"), ""),
    "subjects": (lambda host, p: host.erase(p.subjects(appointment_ids=[1])), "/appointment_ids/0"),
}


@pytest.mark.parametrize("case", INVALID_QUESTIONS)
def test_an_invalid_question_reaches_no_provider(case, make_host, make_provider, documents):
    """It is the failure of each, with a pointer, and nobody is called."""
    called = threading.Event()
    asked = ("on_appointment_saved", "on_personal_data_erased")
    asked += ("provide_mobility_filters", "provide_mobility_options", "provide_mobility_states")
    hooks = dict.fromkeys(asked, lambda: called.set())
    host = make_host(make_provider("b", **hooks), make_provider("a", **hooks))
    ask, pointer = INVALID_QUESTIONS[case]
    gathered = ask(host, documents)
    found = [(f.provider, f.problem["code"], f.problem["pointer"]) for f in gathered.failures]
    assert found == [("a", "invalid_document", pointer), ("b", "invalid_document", pointer)]
    assert (gathered.answers, called.is_set()) == ({}, False)
