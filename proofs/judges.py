"""Run the tests beside the proofs: each judge must see each kind of wrong.

python -m proofs.judges [PYTEST ARGUMENTS]
"""

import sys

from proofs.suites import run_suite

SUITES = ("bench", "browser", "properties", "timing")
"""What is a proof itself, and has no judge."""

if __name__ == "__main__":
    sys.argv += ["-n", "2", *(f"--ignore=proofs/{name}" for name in SUITES)]
    sys.exit(run_suite(".", quickest=()))
