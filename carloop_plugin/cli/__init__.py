"""The command line, `carloop …`: a small planner host, and what the person who looks after Carloop needs."""

from __future__ import annotations

import sys
from importlib.util import find_spec

_MISSING = 'carloop needs click and rich. Install them with: pip install "carloop-plugin[cli]"'


def main() -> None:
    """Run the program and exit with its code; without the extra `[cli]` name it and exit with 1."""
    if not (find_spec("click") and find_spec("rich")):
        sys.exit(_MISSING)
    from carloop_plugin.cli.program import carloop

    carloop.main()
