"""Play the fault matrix: `make faults`."""

import sys

from carloop_faults.matrix import main

if __name__ == "__main__":
    sys.exit(main())
