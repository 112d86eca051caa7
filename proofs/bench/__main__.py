"""See that `make bench` runs and writes what it promises. How fast anything is depends on the machine: not tested.

python -m proofs.bench [--short] [PYTEST ARGUMENTS]
"""

import sys

from proofs.suites import run_suite

if __name__ == "__main__":
    sys.exit(
        run_suite(
            "bench", quickest=("test_measuring.py", "test_bench.py::test_one_row_alone_can_be_measured")
        )
    )
