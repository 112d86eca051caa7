"""Plant bugs one at a time in a copy of the tree, and check that the suite notices each of them.

    python -m proofs.planted [NAME]… [--report docs/evidence/planted.md]

A bug is a patch in `patches/`: a sentence that says what is broken, a line `Caught by TEST` for each test that must
fail, and the diff. Each is applied to a copy of its own, in which the named tests are run as the suite would run
them. Prints a table, ends with the line `N planted, N caught`, and exits 1 where that is not so.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from proofs.reporting import NO_SEED, ROOT, provenance, write_report

FOLDER = Path(__file__).parent
PATCHES = FOLDER / "patches"
LONGEST = 300
ONE_DATABASE = ("-k", "not postgres")
"""Bugs are looked for on SQLite alone, which needs no server."""
_NEITHER = shutil.ignore_patterns(".*", "__pycache__", "docs", "dist", "build", "mutants", "*.egg-info")
_FAILED = re.compile(r"^FAILED (\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Bug:
    """A bug to plant: what it breaks, and the tests that must notice."""

    name: str
    what: str
    tests: tuple[str, ...]
    patch: Path


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of a planted bug: the tests that noticed it, and those that should have and did not."""

    bug: Bug
    noticed: tuple[str, ...]
    missed: tuple[str, ...]
    seconds: float
    said: str = ""

    @property
    def is_caught(self) -> bool:
        """Return whether every named test noticed it."""
        return bool(self.noticed) and not self.missed


def read_bug(patch: Path) -> Bug:
    """Read a bug from its patch."""
    head = patch.read_text("utf-8").partition("\n--- ")[0].splitlines()
    tests = tuple(line.removeprefix("Caught by ") for line in head if line.startswith("Caught by "))
    return Bug(patch.stem, head[0], tests, patch)


def all_bugs() -> list[Bug]:
    """Read every bug there is."""
    return [read_bug(each) for each in sorted(PATCHES.glob("*.patch"))]


@contextmanager
def copied_tree() -> Iterator[Path]:
    """Yield a copy of the tree, without generated files."""
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=_NEITHER)
        yield copy


def plant(bug: Bug, tree: Path) -> str:
    """Apply a bug's patch to a tree; return git's error, empty if there is none."""
    # git ignores patches in a copy that lies inside of another repository
    environment = os.environ | {"GIT_CEILING_DIRECTORIES": str(tree.parent)}
    done = subprocess.run(
        ["git", "apply", str(bug.patch)],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr if done.returncode else ""


def look_for(bug: Bug) -> Finding:
    """Plant a bug in a copy of the tree and run the tests that must notice."""
    began = time.monotonic()
    with copied_tree() as tree:
        if trouble := plant(bug, tree):
            return Finding(bug, (), bug.tests, 0.0, f"the patch does not apply any more:\n{trouble}")
        said = run_tests(tree, bug.tests)
    failed = _FAILED.findall(said)
    noticed = tuple(each for each in bug.tests if any(one.startswith(each) for one in failed))
    missed = tuple(each for each in bug.tests if each not in noticed)
    return Finding(bug, noticed, missed, time.monotonic() - began, said)


def run_tests(tree: Path, tests: Sequence[str]) -> str:
    """Run tests of a tree against its own code; return pytest's output."""
    # before the installed packages, which are those of the original tree
    beside = os.pathsep.join(str(tree / each) for each in (".", "schemas", "hookspecs", "demo"))
    environment = os.environ | {"PYTHONPATH": beside, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-rf",
        "--tb=no",
        "-p",
        "no:cacheprovider",
        *ONE_DATABASE,
        *tests,
    ]
    done = subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, check=False, timeout=LONGEST
    )
    return done.stdout + done.stderr


def look_for_all(bugs: Sequence[Bug]) -> Iterator[Finding]:
    """Look for bugs, two at a time, and yield the findings in order."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield from pool.map(look_for, bugs)


def line_of(finding: Finding) -> str:
    """Return a finding as a line."""
    verdict = "caught" if finding.is_caught else "MISSED"
    return f"{finding.bug.name:26} {verdict}  {finding.seconds:5.1f} s  {finding.bug.what}"


def report(findings: Sequence[Finding]) -> str:
    """Return the findings as a page."""
    rows = "\n".join(
        f"| `{each.bug.name}` | {each.bug.what} | {'<br>'.join(f'`{test}`' for test in each.noticed) or '**missed**'} |"
        for each in findings
    )
    return (
        "# Planted bugs\n\nEach bug of `proofs/planted/patches/` is planted alone in a copy of the tree, and each"
        f" of the tests beside it, all part of `make test`, must fail.\n\n**{summary(findings)}**\n\n"
        f"{provenance(command='`make planted`', seed=NO_SEED)}\n\n"
        f"| bug | what is broken | caught by |\n|---|---|---|\n{rows}"
    )


def summary(findings: Sequence[Finding]) -> str:
    """Count."""
    return f"{len(findings)} planted, {sum(each.is_caught for each in findings)} caught"


def main() -> int:
    """Plant the bugs named, or all, and print which were caught."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("names", nargs="*", metavar="NAME")
    options.add_argument("--report", type=Path, help="write the findings to a page")
    asked = options.parse_args()
    bugs = [bug for bug in all_bugs() if bug.name in asked.names or not asked.names]
    unknown = set(asked.names) - {bug.name for bug in bugs}
    if unknown:
        options.error(f"no such bug: {', '.join(sorted(unknown))}")
    findings = []
    for finding in look_for_all(bugs):
        findings.append(finding)
        print(line_of(finding), flush=True)
        if not finding.is_caught:
            print(f"  not by: {', '.join(finding.missed) or 'any test'}\n{finding.said}", file=sys.stderr)
    if asked.report:
        write_report(asked.report, report(findings))
    print(summary(findings))
    return 0 if findings and all(each.is_caught for each in findings) else 1


if __name__ == "__main__":
    sys.exit(main())
