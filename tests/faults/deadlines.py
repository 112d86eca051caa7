"""Measure how long after its deadline a call ends: `make deadlines`."""

import sys

from carloop_faults.deadlines.command import main

if __name__ == "__main__":
    sys.exit(main())
