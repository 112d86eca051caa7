"""Loading by entry point: what does not load is left out, named, and harms nobody."""

import asyncio
import functools
import importlib
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace

import pytest

from mobility_hookspecs import (
    ENTRY_POINT_GROUP,
    LoadError,
    MobilityHost,
    MobilityProblem,
    ProblemCode,
    hookimpl,
    make_problem,
)

Install = Callable[..., None]

GOOD = """
from mobility_hookspecs import hookimpl

@hookimpl
def describe_mobility_provider():
    return {{"id": "{0}", "name": "{0}", "version": "1", "contract": "{1}", "kinds": [], "capabilities": []}}
"""


SAYS_NO = """
from mobility_hookspecs import MobilityProblem, hookimpl, make_problem

@hookimpl
def describe_mobility_provider():
    raise MobilityProblem(make_problem("storage_failed"))
"""


def good(provider, contract=">=1.0,<2"):
    """Write a module that loads."""
    return GOOD.format(provider, contract)


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a provider as pip would: a module and its dist-info on sys.path."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("WORKSHOP_PLANNER_DISABLE", "carloop")
    installed = []

    def write(name, source, *, points_to=None):
        module = f"provider_{name}"
        installed.append(module)
        (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8"
        )
        entry = f"[{ENTRY_POINT_GROUP}]\n{name} = {points_to or module}\n"
        (info / "entry_points.txt").write_text(entry, encoding="utf-8")
        importlib.invalidate_caches()

    yield write
    for module in installed:
        sys.modules.pop(module, None)


@pytest.fixture
def load():
    """Load a host and close it when the test ends."""
    hosts = []

    def loaded(**options):
        hosts.append(MobilityHost.load(**options))
        return hosts[-1]

    yield loaded
    for host in hosts:
        host.close()


def _ids(host):
    return [info["id"] for info in host.providers]


def _failures(host):
    return [(failure.provider, failure.problem["code"]) for failure in host.failures]


BROKEN = {
    "missing": ("import a_module_that_is_not_there", "provider_failed"),
    "syntax": ("def (", "provider_failed"),
    "exits": ("raise SystemExit(3)", "provider_failed"),
    "raises": ("raise ValueError('canary')", "provider_failed"),
    "blank": ("", "provider_failed"),
    "future": (good("future", ">=2"), "not_supported"),
    "unreadable": (good("unreadable", "whatever"), "invalid_answer"),
    "idless": (good("no id at all"), "invalid_answer"),
    "misspelt": (
        good("misspelt") + "\n@hookimpl\ndef provide_mobility_option(request): pass\n",
        "provider_failed",
    ),
    "curious": (
        good("curious") + "\n@hookimpl\ndef provide_mobility_options(request, user): pass\n",
        "provider_failed",
    ),
    "async": (good("async") + "\n@hookimpl\nasync def reconcile_rentals(context): pass\n", "provider_failed"),
    "yields": (good("yields") + "\n@hookimpl\ndef reconcile_rentals(context): yield\n", "provider_failed"),
    "wraps": (
        good("wraps") + "\n@hookimpl(wrapper=True)\ndef reconcile_rentals(context): return (yield)\n",
        "provider_failed",
    ),
    "wraps_the_old_way": (
        good("wraps") + "\n@hookimpl(hookwrapper=True)\ndef reconcile_rentals(context): yield\n",
        "provider_failed",
    ),
    "defaults": (
        good("defaults") + "\n@hookimpl\ndef reconcile_rentals(context=None): pass\n",
        "provider_failed",
    ),
    "keywords": (
        good("keywords") + "\n@hookimpl\ndef reconcile_rentals(*, context): pass\n",
        "provider_failed",
    ),
    "stars": (good("stars") + "\n@hookimpl\ndef reconcile_rentals(**kwargs): pass\n", "provider_failed"),
    "says_no": (SAYS_NO, "storage_failed"),
    "crashes": (
        "from mobility_hookspecs import hookimpl\n@hookimpl\ndef describe_mobility_provider(): 1 / 0\n",
        "provider_failed",
    ),
    "is_silent": (
        "from mobility_hookspecs import hookimpl\n@hookimpl\ndef describe_mobility_provider(): pass\n",
        "invalid_answer",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_provider_that_does_not_load_is_named_and_the_others_work(name, install, load):
    """One Failure with the entry point's name, a code and a sentence in each language."""
    source, code = BROKEN[name]
    install(name, source)
    install("zzz", good("zzz"))
    if name == "blank":
        code = "invalid_answer"
    host = load()
    assert (_ids(host), _failures(host)) == (["zzz"], [(name, code)])
    sys.modules.pop(f"provider_{name}", None)
    english = load(locale="en").failures[0].problem
    german = host.failures[0].problem
    if code != "storage_failed":
        assert (german["title"], german.get("detail")) != (english["title"], english.get("detail"))
    assert "canary" not in str(german) + str(english)


REASONS = {
    "missing": "a_module_that_is_not_there",
    "syntax": "provider_syntax.py:1",
    "blank": "describe_mobility_provider",
    "future": ">=2",
    "misspelt": "provide_mobility_option is no hook",
    "curious": "provide_mobility_options asks for an argument",
    "async": "reconcile_rentals is (or wraps) an async function",
    "yields": "reconcile_rentals contains yield",
    "wraps": "reconcile_rentals is a wrapper",
    "wraps_the_old_way": "reconcile_rentals is a wrapper",
    "defaults": "reconcile_rentals needs plain arguments",
    "idless": "/id",
}


@pytest.mark.parametrize("name", REASONS)
def test_the_reason_says_what_to_mend(name, install, load, caplog):
    """The detail names the hook, the module or the field; the failure as text and the log hold it too."""
    install(name, BROKEN[name][0])
    (failure,) = load(locale="en").failures
    assert REASONS[name] in failure.problem["detail"]
    assert str(failure) == f"{name}: {failure.problem['title']} {failure.problem['detail']}"
    assert str(failure) in caplog.text


def test_all_broken_ones_at_once(install, load):
    """Each is one failure, in the order of the names, and the good one works."""
    for name, (source, _) in BROKEN.items():
        install(name, source)
    install("good", good("good"))
    host = load()
    assert _ids(host) == ["good"]
    assert sorted(BROKEN) == [name for name, _ in _failures(host)]


def test_loading_is_all_or_nothing_when_strict(install, load):
    """Strict raises, and the error names every provider that does not load."""
    install("future", good("future", ">=2"))
    install("missing", "import a_module_that_is_not_there")
    install("good", good("good"))
    with pytest.raises(LoadError, match=r"future: .*>=2.*; missing: .*a_module_that_is_not_there") as caught:
        load(strict=True)
    assert [failure.provider for failure in caught.value.failures] == ["future", "missing"]
    assert isinstance(caught.value, MobilityProblem)
    assert caught.value.problem["code"] == "not_supported"


def test_strict_loading_of_good_ones(install, load):
    """Nothing to complain about."""
    install("good", good("good"))
    assert _ids(load(strict=True)) == ["good"]


@pytest.mark.parametrize("disabled", [("b", "c"), "b, c", ["other-b", "c"]])
def test_disabled_providers_are_left_out_in_silence(disabled, install, load):
    """By entry point's name, or by the id it turns out to have; a broken one is not even imported."""
    install("a", good("a"))
    install("b", good("other-b"))
    install("c", "raise SystemExit")
    host = load(disabled=disabled)
    assert (_ids(host), host.failures) == (["a"], ())


def test_the_environment_disables_too(install, load, monkeypatch):
    """WORKSHOP_PLANNER_DISABLE adds to what the host says."""
    for name in "abc":
        install(name, good(name))
    monkeypatch.setenv("WORKSHOP_PLANNER_DISABLE", " a,, carloop ")
    assert _ids(load(disabled=("b",))) == ["c"]


def test_the_second_of_the_same_id_does_not_load(install, load):
    """The first by name stays; the second is named by its entry point."""
    install("b", good("taxi"))
    install("a", good("taxi"))
    host = load()
    assert (_ids(host), _failures(host)) == (["taxi"], [("b", "provider_failed")])


def test_the_same_module_twice(install, load):
    """Two entry points for one module: described once, loaded once, and the second named."""
    install("a", good("taxi"))
    install("b", "", points_to="provider_a")
    host = load()
    assert (_ids(host), _failures(host)) == (["taxi"], [("b", "provider_failed")])


def test_loading_asks_for_the_description_alone(install, load):
    """Every other hook waits for a question."""
    source = good("shy") + "".join(
        f"\n@hookimpl\ndef {hook}(): raise SystemExit\n"
        for hook in ("on_appointment_saved", "reconcile_rentals", "provide_mobility_filters")
    )
    install("shy", source)
    assert _ids(load(strict=True)) == ["shy"]


def test_an_entry_point_may_name_an_object(install, load):
    """An instance with methods is as good as a module."""
    indented = good("taxi").replace("\n", "\n    ").replace("provider()", "provider(self)")
    source = f"class Taxi:\n    {indented}\nprovider = Taxi()\n"
    install("object", source, points_to="provider_object:provider")
    assert _ids(load(strict=True)) == ["taxi"]


def test_broken_metadata_of_another_distribution(install, load, tmp_path):
    """A file that cannot be read hides no provider."""
    install("good", good("good"))
    broken = tmp_path / "broken-1.0.dist-info"
    broken.mkdir()
    (broken / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n", encoding="utf-8")
    (broken / "entry_points.txt").write_bytes(b"[\xff\xfe")
    assert _ids(load()) == ["good"]


def test_a_description_that_hangs_does_not_hold_up_the_load(
    make_provider, make_host, release, monkeypatch, stopwatch
):
    """All are asked in parallel, and given up after a while."""
    monkeypatch.setattr("mobility_hookspecs.loading._DESCRIBE_SECONDS", 0.2)
    hanging = [
        make_provider(f"hangs{n}", describe_mobility_provider=lambda: release.wait(10)) for n in range(5)
    ]
    watch = stopwatch()
    host = make_host(*hanging, make_provider("good"))
    assert watch.seconds() < 0.9
    assert _ids(host) == ["good"]
    assert {code for _, code in _failures(host)} == {"deadline_exceeded"}


def test_the_same_object_registered_twice(make_host, make_provider):
    """Described once; the second is a failure with the provider's id."""
    described = []
    twice = make_provider("twice")
    answer = twice.describe_mobility_provider()

    def describe_mobility_provider():
        described.append(1)
        return answer

    twice.describe_mobility_provider = hookimpl(describe_mobility_provider)
    host = make_host(twice, twice, make_provider("good"))
    assert (_ids(host), _failures(host)) == (["good", "twice"], [("twice", "provider_failed")])
    assert described == [1]


def test_failures_are_named_by_name_or_id(make_host, make_provider):
    """A given name comes first, then the id it said, then the object's own name."""
    future = make_provider("future", info={"contract": ">=2"})
    other = make_provider("other", info={"contract": ">=2"})
    host = make_host(("named", future), other, ModuleType("nothing"), SimpleNamespace())
    assert [name for name, _ in _failures(host)] == ["named", "other", "nothing", "SimpleNamespace"]


def test_given_providers_may_be_loaded_strictly(make_host, make_provider):
    """As by entry point."""
    with pytest.raises(LoadError):
        make_host(make_provider(info={"contract": "<1"}), strict=True)


@pytest.mark.parametrize("contract", [">=1.0,<2", "~=1.0", "==1.*", ">=0.9", "==1.0"])
def test_specifiers_that_admit_this_contract(contract, make_host, make_provider):
    """What packaging reads as a version specifier."""
    assert _ids(make_host(make_provider(info={"contract": contract}))) == ["taxi"]


def test_an_async_hook_behind_a_decorator(make_host, make_provider):
    """What a decorator wraps is judged, for pluggy reads its arguments too."""

    def logged(function):
        @functools.wraps(function)
        def inner(*args):
            return function(*args)

        return inner

    @logged
    async def reconcile_rentals(context):
        await asyncio.sleep(0)

    host = make_host(make_provider(reconcile_rentals=reconcile_rentals), locale="en")
    (failure,) = host.failures
    assert "reconcile_rentals" in (failure.problem.get("detail") or "")


def test_a_hook_implemented_twice(make_host, make_provider, papers):
    """One provider gives one answer."""
    plugin = make_provider(reconcile_rentals=papers.report())
    plugin.another = hookimpl(specname="reconcile_rentals")(lambda: papers.report())
    assert _failures(make_host(plugin)) == [("provider_taxi", "provider_failed")]


def test_a_hook_under_another_name(make_host, make_provider, papers):
    """pluggy's specname works, and reaches this provider alone."""
    plugin = make_provider()
    plugin.report = hookimpl(specname="reconcile_rentals")(lambda: papers.report())
    host = make_host(plugin, make_provider("other", reconcile_rentals=papers.report("other")))
    assert list(host.reconcile().answers) == ["other", "taxi"]
    assert host.reconcile().failures == ()


def test_an_optional_hook_of_a_later_contract(make_host, make_provider):
    """A provider may carry hooks that this contract does not know yet, if it says so."""
    plugin = make_provider()
    plugin.provide_mobility_weather = hookimpl(optionalhook=True)(lambda: None)
    assert _ids(make_host(plugin)) == ["taxi"]


class Unhashable:
    """An object that can neither be hashed nor compared."""

    __hash__ = None

    def __init__(self, info):
        self._info = info

    def __eq__(self, other):
        """Fail."""
        raise SystemExit

    @hookimpl
    def describe_mobility_provider(self):
        """Describe."""
        return self._info


def test_objects_that_cannot_be_compared(make_host, make_provider, papers):
    """Each is registered alone, so that no provider's code runs in another's call."""
    host = make_host(Unhashable(papers.info("a")), Unhashable(papers.info("b")), make_provider("good"))
    assert (_ids(host), host.failures) == (["a", "b", "good"], ())


class Opaque:
    """An object that does not let itself be looked at."""

    def __dir__(self):
        """Fail."""
        raise SystemExit


def test_an_object_that_cannot_be_looked_at(make_host, make_provider):
    """Registration is contained like everything else."""
    host = make_host(Opaque(), make_provider("good"))
    assert (_ids(host), _failures(host)) == (["good"], [("Opaque", "provider_failed")])


def test_codes_of_failures_are_the_contracts(install, load):
    """What the loader says is a problem document like any other."""
    from mobility_schemas import validate

    for name, (source, _) in BROKEN.items():
        install(name, source)
    for failure in load().failures:
        validate(failure.problem, "problem")
        assert failure.problem["code"] in set(ProblemCode)
        assert make_problem(failure.problem["code"])["retryable"] == failure.problem["retryable"]
