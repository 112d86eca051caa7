"""Proofs that are suites of pytest: their package's tests, or the quickest of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from proofs.reporting import ROOT


def run_suite(package: str, *, quickest: Sequence[str]) -> int:
    """Run the tests of `proofs/PACKAGE` and return pytest's exit code.

    `--short` runs only the tests whose names are in `quickest`; every other argument is pytest's.
    """
    arguments = sys.argv[1:]
    tests = [f"proofs/{package}"]
    if "--short" in arguments:
        arguments.remove("--short")
        tests = [f"proofs/{package}/{name}" for name in quickest]
    command = [sys.executable, "-m", "pytest", "-q", *tests, *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode
