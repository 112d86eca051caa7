"""Measure what hostile answers cost: `make hostile`."""

import sys

from carloop_faults.hostile.command import main

if __name__ == "__main__":
    sys.exit(main())
