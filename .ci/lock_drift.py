"""Check that the locks fit the pyproject files; works without a network.

`make lock` resolves anew. This only checks: every requirement has a pin that satisfies it, every pin has
hashes, no line names an address, and the demo's lock pins what the whole lock pins.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECTS = ("pyproject.toml", "hookspecs/pyproject.toml", "schemas/pyproject.toml", "demo/pyproject.toml")
LOCAL = frozenset({"mobility-schemas", "mobility-hookspecs", "carloop-plugin", "carloop-demo"})
# A pin, then perhaps a marker, then its hashes a line each.
PIN = re.compile(
    r"^([A-Za-z0-9._-]+)==([^ ;\\\n]+)(?: .*)?\n((?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)*)", re.MULTILINE
)


def requirements(root: Path, extras: set[str] | None, groups: set[str]) -> Iterator[Requirement]:
    """Yield what the pyproject files ask for: dependencies, those extras (None: all), those groups."""
    for name in PROJECTS:
        document = tomllib.loads((root / name).read_text("utf-8"))
        lists = [document["project"]["dependencies"]]
        optional = document["project"].get("optional-dependencies", {})
        lists += [rows for extra, rows in optional.items() if extras is None or extra in extras]
        lists += [rows for group, rows in document.get("dependency-groups", {}).items() if group in groups]
        for row in (row for rows in lists for row in rows if isinstance(row, str)):
            requirement = Requirement(row)
            if canonicalize_name(requirement.name) not in LOCAL:
                yield requirement


def pins(lock: str) -> dict[str, tuple[Version, int]]:
    """Map each locked name to its version and its number of hashes."""
    return {
        canonicalize_name(match[1]): (Version(match[2]), match[3].count("--hash="))
        for match in PIN.finditer(lock)
    }


def findings(root: Path = ROOT) -> list[str]:
    """List, a sentence each, what is wrong with the two locks under `root`; empty when they fit."""
    whole = (root / "requirements.lock").read_text("utf-8")
    demo = (root / "requirements-demo.lock").read_text("utf-8")
    rows = [*_unfit("requirements.lock", whole, requirements(root, None, {"build", "dev"}))]
    rows += _unfit("requirements-demo.lock", demo, requirements(root, {"cli"}, {"build"}))
    known = pins(whole)
    rows += [
        f"requirements-demo.lock pins {name} {version}, requirements.lock does not"
        for name, (version, _) in pins(demo).items()
        if name not in known or known[name][0] != version
    ]
    return rows


def _unfit(name: str, lock: str, wanted: Iterator[Requirement]) -> Iterator[str]:
    locked = pins(lock)
    for requirement in wanted:
        pin = locked.get(canonicalize_name(requirement.name))
        if pin is None:
            yield f"{name} lacks {requirement.name}"
        elif not requirement.specifier.contains(pin[0], prereleases=True):
            yield f"{name} pins {requirement.name} {pin[0]}, wanted is {requirement.specifier}"
    yield from (f"{name} has no hash for {package}" for package, (_, hashes) in locked.items() if not hashes)
    if "://" in lock or re.search(r"^-", lock, re.MULTILINE):
        yield f"{name} names an address or an option"


if __name__ == "__main__":
    found = findings()
    for row in found:
        print(f"lock drift: {row}; run `make lock`", file=sys.stderr)  # noqa: T201 - a command's output
    sys.exit(bool(found))
