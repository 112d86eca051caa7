"""Measure what only an idle machine can: run it alone.

python -m proofs.timing [--short] [PYTEST ARGUMENTS]
"""

import sys

from proofs.suites import run_suite

QUICKEST = ("test_host_deadlines.py",)

if __name__ == "__main__":
    sys.exit(run_suite("timing", quickest=QUICKEST))
