"""Loading by entry point: what does not load is left out, named, and harms nobody."""

import asyncio
import functools
import importlib
import sys
import threading
from types import ModuleType, SimpleNamespace

import pytest

from mobility_hookspecs import ENTRY_POINT_GROUP, LoadError, MobilityHost, MobilityProblem, hookimpl
from mobility_schemas import validate

DESCRIBE = """
from mobility_hookspecs import MobilityProblem, hookimpl, make_problem
@hookimpl
def describe_mobility_provider(): """


def good(provider, contract=">=1.0,<2", *, hook=None):
    """Write a module that loads; `hook` is a further one, which may keep it from loading."""
    info = {"id": provider, "name": provider, "version": "1", "contract": contract, "kinds": []}
    source = f"{DESCRIBE}return {info | {'capabilities': []}}\n"
    return source if hook is None else f"{source}{hook}\n"


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


MODULES = {
    "missing": ("import a_module_that_is_not_there", "provider_failed", "a_module_that_is_not_there"),
    "syntax": ("def (", "provider_failed", "provider_syntax.py:1"),
    "raises": ("raise SystemExit('canary')", "provider_failed", "SystemExit"),
    "future": (good("future", ">=2"), "not_supported", ">=2"),
    "unreadable": (good("unreadable", "whatever"), "invalid_answer", "contract"),
    "idless": (good("no id at all"), "invalid_answer", "/id"),
    "says_no": (f"{DESCRIBE}raise MobilityProblem(make_problem('storage_failed'))", "storage_failed", ""),
    "crashes": (f"{DESCRIBE}1 / 0", "provider_failed", ""),
}
"""By name: a module that does not load, the code of its failure, and what the English detail names."""

HOOKS = {
    "misspelt": ("def provide_mobility_option(request): pass", "provide_mobility_option is no hook"),
    "curious": ("def provide_mobility_options(user): pass", "provide_mobility_options asks for an argument"),
    "async": ("async def reconcile_rentals(): pass", "reconcile_rentals is (or wraps) an async function"),
    "yields": ("def reconcile_rentals(): yield", "reconcile_rentals contains yield"),
    "defaults": ("def reconcile_rentals(context=None): pass", "reconcile_rentals needs plain arguments"),
    "keywords": ("def reconcile_rentals(*, context): pass", "reconcile_rentals needs plain arguments"),
}
WRAPPERS = {"wraps": "wrapper", "wraps_the_old_way": "hookwrapper"}
"""The same of single hooks."""

BROKEN = MODULES | {
    name: (good(name, hook=f"@hookimpl\n{hook}"), "provider_failed", reason)
    for name, (hook, reason) in HOOKS.items()
}
BROKEN |= {
    name: (
        good("wraps", hook=f"@hookimpl({kind}=True)\ndef reconcile_rentals(): yield"),
        "provider_failed",
        "reconcile_rentals is a wrapper",
    )
    for name, kind in WRAPPERS.items()
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_provider_that_does_not_load_is_named_and_the_others_work(name, install, load, caplog):
    """One Failure with the entry point's name, a code, and in each language what to mend; the log holds it too."""
    source, code, reason = BROKEN[name]
    install(name, source)
    install("zzz", good("zzz"))
    host = load(locale="en")
    assert (_ids(host), _failures(host)) == (["zzz"], [(name, code)])
    (failure,) = host.failures
    validate(failure.problem, "problem")
    detail = failure.problem.get("detail", "")
    assert reason in detail
    assert str(failure) == f"{name}: {failure.problem['title']} {detail}".rstrip()
    assert str(failure) in caplog.text
    sys.modules.pop(f"provider_{name}", None)
    german = load(locale="de").failures[0].problem
    assert german["title"] != failure.problem["title"] or code == "storage_failed"
    assert "canary" not in f"{german}{failure.problem}"


def test_loading_is_all_or_nothing_when_strict(install, load):
    """Strict raises, and the error names every provider that does not load."""
    install("good", good("good"))
    assert _ids(load(strict=True)) == ["good"]
    install("future", good("future", ">=2"))
    install("missing", "import a_module_that_is_not_there")
    with pytest.raises(LoadError, match=r"future: .*>=2.*; missing: .*a_module_that_is_not_there") as caught:
        load(strict=True)
    assert [failure.provider for failure in caught.value.failures] == ["future", "missing"]
    assert isinstance(caught.value, MobilityProblem)
    assert caught.value.problem["code"] == "not_supported"


@pytest.mark.parametrize("disabled", [("b", "c"), "b, c", ["other-b", "c"]])
def test_disabled_providers_are_left_out_in_silence(disabled, install, load, monkeypatch):
    """By entry point's name, its id or WORKSHOP_PLANNER_DISABLE; a broken one is not even imported."""
    monkeypatch.setenv("WORKSHOP_PLANNER_DISABLE", " d,, carloop ")
    install("a", good("a"))
    install("d", "raise SystemExit")
    install("b", good("other-b"))
    install("c", "raise SystemExit")
    host = load(disabled=disabled)
    assert (_ids(host), host.failures) == (["a"], ())


@pytest.mark.parametrize("points_to", [None, "provider_a"], ids=["same id", "same module"])
def test_the_second_of_the_same_provider_does_not_load(points_to, install, load):
    """The first by name stays; the second is named by its entry point."""
    install("a", good("taxi"))
    install("b", good("taxi"), points_to=points_to)
    host = load()
    assert (_ids(host), _failures(host)) == (["taxi"], [("b", "provider_failed")])


def test_an_entry_point_may_name_an_object(install, load):
    """An instance with methods is as good as a module."""
    indented = good("taxi").replace("\n", "\n    ").replace("provider()", "provider(self)")
    install("object", f"class Taxi:{indented}\nprovider = Taxi()\n", points_to="provider_object:provider")
    assert _ids(load(strict=True)) == ["taxi"]


def test_broken_metadata_of_another_distribution(install, load, tmp_path):
    """A file that cannot be read hides no provider."""
    install("good", good("good"))
    broken = tmp_path / "broken-1.0.dist-info"
    broken.mkdir()
    (broken / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n", encoding="utf-8")
    (broken / "entry_points.txt").write_bytes(b"[\xff\xfe")
    assert _ids(load()) == ["good"]


def test_a_description_that_hangs_does_not_hold_up_the_load(make_provider, make_host, release, monkeypatch):
    """All are asked in parallel, and given up after a while."""
    monkeypatch.setattr("mobility_hookspecs._kit.loading._DESCRIBE_SECONDS", 0.5)
    all_asked = threading.Barrier(3)

    def describe_mobility_provider():
        all_asked.wait(10)
        release.wait(10)

    hanging = [
        make_provider(f"hangs{n}", describe_mobility_provider=describe_mobility_provider) for n in range(3)
    ]
    host = make_host(*hanging, make_provider("good"))
    assert (all_asked.broken, all_asked.n_waiting, release.is_set()) == (False, 0, False)
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


class Opaque:
    """An object that does not let itself be looked at."""

    def __dir__(self):
        """Fail."""
        raise SystemExit


def test_failures_are_named_by_name_or_id(make_host, make_provider):
    """A given name comes first, then the id it said, then the object's own name, even if it cannot be looked at."""
    future = make_provider("future", info={"contract": ">=2"})
    other = make_provider("other", info={"contract": ">=2"})
    nameless = (ModuleType("nothing"), SimpleNamespace(), Opaque())
    host = make_host(("named", future), other, *nameless, make_provider("good"))
    assert [name for name, _ in _failures(host)] == ["named", "other", "nothing", "SimpleNamespace", "Opaque"]
    assert (_ids(host), _failures(host)[-1]) == (["good"], ("Opaque", "provider_failed"))


def test_an_async_hook_behind_a_decorator(make_host, make_provider):
    """What a decorator wraps is checked, for pluggy reads its arguments too."""

    async def asynchronous(context):
        await asyncio.sleep(0)

    @functools.wraps(asynchronous)
    def decorated(*arguments):
        return asynchronous(*arguments)

    (failure,) = make_host(make_provider(reconcile_rentals=decorated), locale="en").failures
    assert "reconcile_rentals is (or wraps) an async function" in failure.problem["detail"]


def test_a_hook_under_another_name(make_host, make_provider, documents):
    """pluggy's specname works; but one provider gives one answer, so that it does not load with two."""
    twice, plugin = make_provider(reconcile_rentals=documents.report()), make_provider("other")
    twice.another = hookimpl(specname="reconcile_rentals")(lambda: documents.report())
    plugin.another = hookimpl(specname="reconcile_rentals")(lambda: documents.report("other"))
    host = make_host(twice, plugin)
    assert _failures(host) == [("provider_taxi", "provider_failed")]
    assert list(host.reconcile().answers) == ["other"]


@pytest.mark.parametrize("contract", [">=1.0,<2", "~=1.0", "==1.*", ">=0.9", ">=1.1", "==1.1"])
def test_specifiers_that_admit_this_contract(contract, make_host, make_provider):
    """What packaging reads as a version specifier."""
    host = make_host(make_provider(info={"contract": contract}))
    assert [info["id"] for info in host.providers] == ["taxi"]
