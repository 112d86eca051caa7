"""Each wheel, built as it would be published and installed alone, works and holds what it must."""

import re
import subprocess

import httpx
import pytest
from packaging.specifiers import SpecifierSet

PACKAGES = {
    "mobility-schemas": {"mobility_schemas"},
    "mobility-hookspecs": {"mobility_hookspecs"},
    "carloop-plugin": {"carloop_plugin"},
    "carloop-demo": {"carloop_sandbox", "carloop_story", "planner_host", "web_base"},
}
TREES = dict(zip(PACKAGES, ("schemas", "hookspecs", ".", "demo"), strict=True))
EXTRAS = {"carloop-plugin": ("cli", "keyring", "postgres")}


@pytest.mark.parametrize("name", PACKAGES)
def test_every_module_can_be_imported(name, environment, wheels):
    """What a module imports, also when it is needed only, is asked for by the wheel's metadata or its extras."""
    program = (
        "import importlib.metadata, pkgutil\n"
        f"for package in map(importlib.import_module, {sorted(PACKAGES[name])!r}):\n"
        "    names = [m.name for m in pkgutil.walk_packages(package.__path__, package.__name__ + '.')]\n"
        "    for name in names:\n"
        "        if not name.endswith('.__main__'): importlib.import_module(name)\n"
        "    print(len(names), package.__file__)\n"
        f"print(importlib.metadata.version({name!r}))"
    )

    alone = environment(name, EXTRAS.get(name, ()))
    done = alone.python(program)

    assert done.returncode == 0, done.stderr
    *lines, version = done.stdout.splitlines()
    assert version == wheels.metadata(name)["Version"]
    assert all(int(line.split()[0]) > 5 for line in lines)
    assert all(str(alone.folder) in line for line in lines)


def test_hookspecs_alone(environment):
    """The host kit loads no provider where none is installed; it brings neither httpx nor a store nor Carloop."""
    names = [
        "httpx",
        "sqlite_utils",
        "carloop_plugin",
        "carloop_sandbox",
        "click",
        "rich",
        "keyring",
        "pluggy",
    ]
    program = (
        "import importlib.util\n"
        "from mobility_hookspecs.host import MobilityHost\n"
        "with MobilityHost.load() as host: print(host.providers, host.failures)\n"
        f"print([name for name in {names} if importlib.util.find_spec(name)])"
    )

    done = environment("mobility-hookspecs").python(program)

    assert (done.stdout, done.stderr) == ("() ()\n['pluggy']\n", "")


def test_the_plugin_is_found_by_its_entry_point(environment):
    """A host that installs carloop-plugin finds the provider without naming it, and needs no extra."""
    program = (
        "from mobility_hookspecs.host import MobilityHost\n"
        "with MobilityHost.load(strict=True) as host: print(host.providers[0]['id'], host.failures)"
    )

    done = environment("carloop-plugin").python(program)

    assert (done.stdout, done.stderr) == ("carloop ()\n", "")


@pytest.mark.parametrize(
    ("extras", "arguments", "install"),
    [((), ["--help"], 'pip install "carloop-plugin[cli]"'), (("cli",), ["demo"], "pip install carloop-demo")],
    ids=["without cli", "without carloop-demo"],
)
def test_what_is_not_installed_is_named(extras, arguments, install, environment):
    """`carloop` names the extra or the package to install, in one sentence."""
    done = environment("carloop-plugin", extras).run("carloop", *arguments)

    assert (done.returncode, done.stdout) == (1, "")
    assert install in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_without_keyring_a_file_keeps_the_token(environment):
    """Without [keyring] a token entered is kept in the 0600 file, whose path `doctor` prints."""
    plain = environment("carloop-plugin", ("cli",))
    store = plain.cwd / "carloop.sqlite3"
    words = "settings set --base-url https://127.0.0.1:9 --token-stdin --json"
    plain.run("carloop", *words.split(), given="token", CARLOOP_STORE=str(store))
    doctor = plain.run("carloop", "doctor", CARLOOP_STORE=str(store))

    secrets = store.with_name("carloop.sqlite3.secrets.json")
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert str(secrets) in "".join((doctor.stdout + doctor.stderr).split())


def test_the_sandbox_serves_its_pages_from_the_wheel(environment):
    """The server starts; templates, texts and what they load are found where the wheel was installed."""
    words = ("carloop-sandbox", "serve", "--port", "0")
    serve = environment("carloop-demo").command(*words, LC_ALL="C.UTF-8")
    with (
        subprocess.Popen(**serve, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process,
        httpx.Client(verify=False, headers={"Accept-Language": "en"}) as browser,  # noqa: S501 - no encryption
    ):
        try:
            url = process.stdout.readline().removeprefix("ready ").strip()
            page = browser.get(f"{url}/sign-in")
            addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
            loaded = [browser.get(url + address).status_code for address in addresses]
        finally:
            process.terminate()

    assert "Sign in" in page.text
    assert len(loaded) >= 6
    assert set(loaded) == {200}


@pytest.mark.parametrize("name", PACKAGES)
def test_siblings_are_required_by_version(name, wheels):
    """A wheel asks for those before it, of the same major version, which those built beside it are."""
    siblings = list(PACKAGES)[: list(PACKAGES).index(name)]
    asked = {each.name: each.specifier for each in wheels.requirements(name) if each.name in PACKAGES}

    assert asked == dict.fromkeys(siblings, SpecifierSet(">=1.1,<2"))
    assert all(asked[each].contains(wheels.metadata(each)["Version"]) for each in siblings)


@pytest.mark.parametrize(("name", "tree"), TREES.items())
def test_what_a_wheel_holds(name, tree, wheels, root):
    """Every file of its packages, the modules and the data, its licence and the mark of types, and nothing else."""
    base = root / tree
    expected = {
        path.relative_to(base).as_posix()
        for package in PACKAGES[name]
        for path in (base / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    files = wheels.files(name)

    assert {path for path in files if not path.startswith("dist-info/")} == expected
    assert {f"{package}/py.typed" for package in PACKAGES[name]} <= files
    assert "dist-info/licenses/LICENSE" in files
    assert wheels.metadata(name)["License-Expression"] == "Apache-2.0"
