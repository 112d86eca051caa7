"""Run the fault matrix. The workers import `matrix`, which they could not import as `__main__`."""

import sys

from proofs.faults.matrix import main

if __name__ == "__main__":
    sys.exit(main())
