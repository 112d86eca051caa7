"""Feed every hook with bad documents: `make bad`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from carloop_faults.bad.command import main

if __name__ == "__main__":
    sys.exit(main())
