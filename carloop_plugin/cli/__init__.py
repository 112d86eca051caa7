"""The command line, `carloop …`: a small planner host, and what the person who looks after Carloop needs."""

from __future__ import annotations


def main() -> None:
    """Run the program and leave with its exit code."""
    from carloop_plugin.cli.program import carloop

    carloop.main()
