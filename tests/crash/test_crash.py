"""A process killed anywhere in a booking leaves one rental, linked, after a restart."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HARNESS = Path(__file__).with_name("harness.py")


def test_fifty_kills_double_nothing_and_lose_nothing() -> None:
    """SIGKILL at any call of the booking, and in every other round of the recovery too."""
    done = subprocess.run(
        [sys.executable, str(HARNESS), "--rounds", "50"], capture_output=True, text=True, timeout=300
    )
    assert "50 rounds, 0 doubled, 0 unlinked\n" == done.stdout[-33:], done.stdout + done.stderr
    assert 0 == done.returncode
