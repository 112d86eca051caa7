"""Each wheel, built as it would be published and installed alone, works and holds what it must."""

import re
import subprocess

import httpx
import pytest
from packaging.specifiers import SpecifierSet

ALL = ["mobility-schemas", "mobility-hookspecs", "carloop-plugin"]
PROGRAMS = {"carloop_sandbox", "web_base", "planner_host"}


@pytest.mark.parametrize(
    ("name", "extras"),
    [("mobility-schemas", ()), ("mobility-hookspecs", ()), ("carloop-plugin", ("postgres",))],
)
def test_every_module_can_be_imported(name, extras, environment, wheels):
    """What a module imports, also when it is needed only, is asked for by the wheel's metadata or the extra."""
    program = (
        "import importlib, pkgutil, sys\n"
        f"package = importlib.import_module({name.replace('-', '_')!r})\n"
        "names = [m.name for m in pkgutil.walk_packages(package.__path__, package.__name__ + '.')]\n"
        "for name in names:\n"
        "    if not name.endswith('.__main__'): importlib.import_module(name)\n"
        "print(len(names), package.__version__, package.__file__)"
    )

    done = environment(name, extras).python(program)

    assert done.returncode == 0, done.stderr
    count, version, file = done.stdout.split()
    assert int(count) > 5
    assert version == wheels.metadata(name)["Version"]
    assert str(environment(name, extras).folder) in file


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
    """A host that installs carloop-plugin finds the provider without naming it, and `carloop` runs; no extra needed."""
    program = (
        "from mobility_hookspecs.host import MobilityHost\n"
        "with MobilityHost.load(strict=True) as host: print(host.providers[0]['id'], host.failures)"
    )

    done = environment("carloop-plugin").python(program)
    ran = environment("carloop-plugin").run("carloop", "--help")

    assert (done.stdout, done.stderr) == ("carloop ()\n", "")
    assert (ran.returncode, "appointment" in ran.stdout) == (0, True), ran.stderr


@pytest.mark.parametrize("command", [("carloop-sandbox", "serve"), ("carloop", "demo")])
def test_a_program_behind_the_extra_names_it(command, environment):
    """Without [demo] the sandbox names the extra to install, instead of a ModuleNotFoundError."""
    done = environment("carloop-plugin").run(*command, "--port", "0")

    assert done.returncode == 1
    assert "carloop-plugin[demo]" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_sandbox_serves_its_pages_from_the_wheel(environment):
    """With [demo] the server starts; templates, texts and what they load are found where the wheel was installed."""
    installed = environment("carloop-plugin", ("demo",))
    command = [installed.folder / "bin/carloop-sandbox", "serve", "--port", "0"]
    variables = {"PATH": "/usr/bin:/bin", "HOME": str(installed.cwd), "LC_ALL": "C.UTF-8"}
    with (
        subprocess.Popen(
            command,
            cwd=installed.cwd,
            env=variables,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process,
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


@pytest.mark.parametrize(
    ("name", "siblings"),
    [
        ("mobility-schemas", set()),
        ("mobility-hookspecs", {"mobility-schemas"}),
        ("carloop-plugin", {"mobility-schemas", "mobility-hookspecs"}),
    ],
)
def test_siblings_are_required_by_version(name, siblings, wheels):
    """A wheel asks for its siblings of the same major version, which those built beside it are."""
    asked = {each.name: each.specifier for each in wheels.requirements(name) if each.name in ALL}

    assert asked == dict.fromkeys(siblings, SpecifierSet(">=1.0,<2"))
    assert all(asked[each].contains(wheels.metadata(each)["Version"]) for each in siblings)


@pytest.mark.parametrize(
    ("name", "packages", "tree"),
    [
        ("mobility-schemas", {"mobility_schemas"}, "schemas"),
        ("mobility-hookspecs", {"mobility_hookspecs"}, "hookspecs"),
        ("carloop-plugin", {"carloop_plugin", *PROGRAMS}, "."),
    ],
)
def test_what_a_wheel_holds(name, packages, tree, wheels, root):
    """Every file of its packages, the modules and the data, its licence and the mark of types, and nothing else."""
    base = root / tree
    expected = {
        path.relative_to(base).as_posix()
        for package in packages
        for path in (base / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    files = wheels.files(name)

    assert {path for path in files if not path.startswith("dist-info/")} == expected
    assert f"{name.replace('-', '_')}/py.typed" in files
    assert "dist-info/licenses/LICENSE" in files
    assert wheels.metadata(name)["License-Expression"] == "Apache-2.0"
