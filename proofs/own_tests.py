"""Run the tests beside the proofs: their checks must find each kind of error.

python -m proofs.own_tests [PYTEST ARGUMENTS]
"""

import sys

from proofs.suites import run_suite

SUITES = ("bench", "browser", "properties", "timing")
"""Folders whose tests are the proof itself."""

if __name__ == "__main__":
    sys.argv += ["-n", "2", *(f"--ignore=proofs/{name}" for name in SUITES)]
    sys.exit(run_suite(".", quickest=()))
