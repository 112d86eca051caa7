"""Let Carloop be away while planners go on working: `make outage`."""

import sys

from carloop_faults.outage.command import main

if __name__ == "__main__":
    sys.exit(main())
