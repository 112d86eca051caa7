"""Record the cassettes anew: `make cassettes`; with `--check`, only say whether one would change."""

from __future__ import annotations

from carloop_scenes.command import main

if __name__ == "__main__":
    main(prog_name="record.py")
