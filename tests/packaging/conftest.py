"""The four wheels as pip builds them, and environments that hold one of them and what it asks for.

Nothing is fetched: an environment gets the third-party distributions from the one the tests run in, and exactly
those that a wheel's own metadata reaches. So a missing requirement shows as ImportError.
"""

import email
import subprocess
import sys
import venv
import zipfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Wheels:
    """The built wheels, by canonical distribution name."""

    paths: dict[str, Path]

    def requirements(self, name):
        """Read what the wheel `name` asks for, from its own METADATA."""
        return [Requirement(row) for row in self.metadata(name).get_all("Requires-Dist") or []]

    def metadata(self, name):
        """Read the wheel's METADATA file."""
        with zipfile.ZipFile(self.paths[name]) as archive:
            (entry,) = [row for row in archive.namelist() if row.endswith(".dist-info/METADATA")]
            return email.message_from_bytes(archive.read(entry))

    def files(self, name):
        """List the paths in the wheel, those of its dist-info without the version: `dist-info/…`."""
        with zipfile.ZipFile(self.paths[name]) as archive:
            return {
                "dist-info/" + row.split("/", 1)[1] if ".dist-info/" in row else row
                for row in archive.namelist()
            }


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment; programs run in an empty folder, so nothing is imported by accident."""

    folder: Path
    cwd: Path

    def command(self, name, *arguments, **variables):
        """Return what runs a program of the environment, apart from the tests' own variables."""
        env = {"PATH": "/usr/bin:/bin", "HOME": str(self.cwd)} | variables
        return {"args": [self.folder / "bin" / name, *arguments], "cwd": self.cwd, "env": env, "text": True}

    def run(self, *command, given=None, **variables):
        """Run a program of the environment and return its output and exit code."""
        return subprocess.run(
            **self.command(*command, **variables), input=given, capture_output=True, timeout=60, check=False
        )

    def python(self, program):
        """Run a piece of Python in the environment."""
        return self.run("python", "-c", program)


@pytest.fixture(scope="session")
def root():
    """Return the project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def wheels(tmp_path_factory):
    """Build the four wheels from this tree, without a network."""
    folder = tmp_path_factory.mktemp("dist")
    options = ("--no-deps", "--no-index", "--no-build-isolation", "-w", str(folder))
    pip(sys.executable, "wheel", *options, "./schemas", "./hookspecs", ".", "./demo")
    return Wheels({canonicalize_name(path.name.split("-")[0]): path for path in folder.glob("*.whl")})


@pytest.fixture(scope="session")
def environment(wheels, tmp_path_factory):
    """Make an environment with one wheel, those extras, and what they reach."""
    made = {}

    def make(name, extras=()):
        if (name, extras) not in made:
            made[name, extras] = _fill(wheels, name, extras, tmp_path_factory.mktemp(name))
        return made[name, extras]

    return make


def pip(python, *arguments):
    """Run the tests' own pip, for another environment if `python` is not ours; fail with its output."""
    target = [] if str(python) == sys.executable else ["--python", str(python)]
    command = [sys.executable, "-m", "pip", *target, "--disable-pip-version-check", "-qq", *arguments]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _fill(wheels, name, extras, folder):
    venv.create(folder / "env", with_pip=False, symlinks=True)
    python = folder / "env" / "bin" / "python"
    (site,) = (folder / "env" / "lib").glob("python*/site-packages")
    ours, theirs = _closure(wheels, name, extras)
    owners = metadata.packages_distributions()
    for distribution in theirs:
        _link(distribution, site, owners)
    paths = [str(wheels.paths[row]) for row in sorted(ours)]
    pip(python, "install", "--no-deps", "--no-index", "--no-compile", *paths)
    (folder / "empty").mkdir()
    return Environment(folder / "env", folder / "empty")


def _closure(wheels, name, extras):
    """Follow the requirements from one wheel: ours by name, the third parties' as installed here."""
    ours = set()
    theirs = {}
    waiting = [(name, frozenset(extras))]
    seen = set()
    while waiting:
        row = waiting.pop()
        if row in seen:
            continue
        seen.add(row)
        if row[0] in wheels.paths:
            ours.add(row[0])
            asked = wheels.requirements(row[0])
        else:
            theirs[row[0]] = metadata.distribution(row[0])
            asked = [Requirement(text) for text in theirs[row[0]].requires or []]
        waiting += list(_apply(asked, row[1]))
    return ours, list(theirs.values())


def _apply(asked, extras):
    for requirement in asked:
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield canonicalize_name(requirement.name), frozenset(requirement.extras)


def _link(distribution, site, owners):
    """Link an installed distribution's folders; file by file where others put files there as well (jaraco)."""
    linked = set()
    for file in distribution.files or []:
        top = file.parts[0]
        part = Path(file) if len(set(owners.get(top, ()))) > 1 else Path(top)
        if top not in ("..", "__pycache__") and part not in linked:
            linked.add(part)
            (site / part).parent.mkdir(parents=True, exist_ok=True)
            (site / part).symlink_to(Path(str(distribution.locate_file(part))))
