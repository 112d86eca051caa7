"""Each wheel, built as it would be published and installed alone, works and holds what it must."""

import json
import re
import subprocess

import httpx
import pytest
from packaging.specifiers import SpecifierSet

ALL = ["mobility-schemas", "mobility-hookspecs", "carloop-plugin"]
IMPORT = {
    "mobility-schemas": "import mobility_schemas as m, mobility_schemas.documents",
    "mobility-hookspecs": "import mobility_hookspecs as m, mobility_hookspecs.specs, mobility_hookspecs.host",
    "carloop-plugin": "import carloop_plugin as m, carloop_plugin.plugin, carloop_plugin.cli",
}


@pytest.mark.parametrize("name", ALL)
def test_imports_when_installed_alone(name, environment, wheels):
    """A wheel with what its own metadata asks for, and nothing else, imports with the version it carries."""
    done = environment(name).python(IMPORT[name] + "; print(m.__version__, m.__file__)")

    assert done.returncode == 0, done.stderr
    version, file = done.stdout.split()
    assert version == wheels.metadata(name)["Version"]
    assert str(environment(name).folder) in file


@pytest.mark.parametrize(
    ("name", "extras"),
    [("mobility-schemas", ()), ("mobility-hookspecs", ()), ("carloop-plugin", ("postgres",))],
)
def test_every_module_has_what_it_imports(name, extras, environment):
    """Also what is imported only when it is needed is asked for by the wheel's metadata, or by the extra it needs."""
    program = (
        "import importlib, pkgutil, sys\n"
        f"package = importlib.import_module({name.replace('-', '_')!r})\n"
        "names = [m.name for m in pkgutil.walk_packages(package.__path__, package.__name__ + '.')]\n"
        "for name in names:\n"
        "    if not name.endswith('.__main__'): importlib.import_module(name)\n"
        "print(len(names))"
    )

    done = environment(name, extras).python(program)

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 5


def test_hookspecs_bring_no_client_and_no_store(environment):
    """An author of another provider gets the contract, and neither httpx nor sqlite-utils nor Carloop."""
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
    program = f"import importlib.util as u, json; print(json.dumps([n for n in {names} if u.find_spec(n)]))"

    done = environment("mobility-hookspecs").python(program)

    assert json.loads(done.stdout) == ["pluggy"]


def test_hookspecs_load_an_empty_house(environment):
    """The host kit works where no provider is installed: nothing loaded, nothing failed."""
    program = (
        "from mobility_hookspecs.host import MobilityHost\n"
        "with MobilityHost.load() as host: print(host.providers, host.failures)"
    )

    done = environment("mobility-hookspecs").python(program)

    assert (done.stdout, done.stderr) == ("() ()\n", "")


def test_plugin_is_found_by_entry_point(environment):
    """A host that installs carloop-plugin finds the provider without naming it."""
    program = (
        "from mobility_hookspecs.host import MobilityHost\n"
        "with MobilityHost.load(strict=True) as host: print(host.providers[0]['id'], host.failures)"
    )

    done = environment("carloop-plugin").python(program)

    assert (done.stdout, done.stderr) == ("carloop ()\n", "")


def test_commands_start(environment):
    """`carloop` runs without the extra; it says what it can do and touches nothing."""
    done = environment("carloop-plugin").run("carloop", "--help")

    assert done.returncode == 0, done.stderr
    assert "appointment" in done.stdout


@pytest.mark.parametrize("command", [("carloop-sandbox", "serve"), ("carloop", "demo")])
def test_a_program_behind_the_extra_names_it(command, environment):
    """Without [demo] the sandbox names the extra to install, instead of a ModuleNotFoundError."""
    done = environment("carloop-plugin").run(*command, "--port", "0")

    assert done.returncode == 1
    assert "carloop-plugin[demo]" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_extra_brings_the_sandbox(environment):
    """With [demo] the sandbox's server can be imported."""
    done = environment("carloop-plugin", ("demo",)).python(
        "import sys, starlette, uvicorn, carloop_sandbox.cli as cli; sys.argv[1:] = ['serve', '--help']; cli.main()"
    )

    assert done.returncode == 0, done.stderr
    assert "--allow-faults" in done.stdout


def test_the_sandbox_serves_its_pages_from_the_wheel(environment):
    """Templates, texts and what they load are found where the wheel was installed."""
    installed = environment("carloop-plugin", ("demo",))
    command = [installed.folder / "bin/carloop-sandbox", "serve", "--port", "0"]
    variables = {"PATH": "/usr/bin:/bin", "HOME": str(installed.cwd), "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(
        command, cwd=installed.cwd, env=variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            url = process.stdout.readline().removeprefix("ready ").strip()
            page = httpx.get(f"{url}/sign-in", headers={"Accept-Language": "en"})
            loaded = [
                httpx.get(url + path) for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
            ]
        finally:
            process.terminate()

    assert "Sign in" in page.text
    assert len(loaded) >= 6
    assert {answer.status_code for answer in loaded} == {200}


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


@pytest.mark.parametrize("name", ALL)
def test_holds_license_and_types(name, wheels):
    """Each wheel carries its licence and the mark that it is typed."""
    files = wheels.files(name)

    assert wheels.metadata(name)["License-Expression"] == "Apache-2.0"
    assert "dist-info/licenses/LICENSE" in files
    assert f"{name.replace('-', '_')}/py.typed" in files


@pytest.mark.parametrize(
    ("name", "folder", "tree"),
    [
        ("mobility-schemas", "mobility_schemas", "schemas"),
        ("mobility-hookspecs", "mobility_hookspecs", "hookspecs"),
        ("carloop-plugin", "carloop_plugin", "."),
        ("carloop-plugin", "carloop_sandbox", "."),
        ("carloop-plugin", "demo_base", "."),
        ("carloop-plugin", "planner_host", "."),
    ],
)
def test_holds_every_file_of_the_package(name, folder, tree, wheels, root):
    """What lies in the folder is in the wheel: schemas, catalogues and SQL too, not the modules alone."""
    base = root / tree
    expected = {
        path.relative_to(base).as_posix()
        for path in (base / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert {path for path in wheels.files(name) if path.startswith(folder + "/")} == expected


def test_schemas_hold_the_documents(wheels):
    """The documents of the contract and Carloop's interface are data in mobility-schemas."""
    files = wheels.files("mobility-schemas")

    assert "mobility_schemas/carloop/openapi.json" in files
    assert {
        "mobility_schemas/contract/appointment.json",
        "mobility_schemas/contract/rental_change.json",
    } <= files


@pytest.mark.parametrize("name", ALL)
def test_holds_nothing_else(name, wheels):
    """No tests, no benchmarks, no folder named `schemas` or `hookspecs` that would shadow a host's own."""
    packages = {"mobility-schemas": {"mobility_schemas"}, "mobility-hookspecs": {"mobility_hookspecs"}}

    found = {path.split("/")[0] for path in wheels.files(name)} - {"dist-info"}

    assert found == packages.get(name, {"carloop_plugin", "carloop_sandbox", "demo_base", "planner_host"})
