"""Rows are read into values by several threads at once, also when each is the first to need a type."""

import re
import subprocess
import sys
from pathlib import Path

from carloop_plugin.store import rows

PROGRAM = """
from carloop_plugin.store import rows
print(*sorted(each.__name__ for each in vars(rows).values() if "__msgspec_cache__" in getattr(each, "__dict__", ())))
"""


def test_types_are_prepared_before_a_thread_reads_one():
    """msgspec prepares a type at its first use without a lock, and two threads that do so crash the process."""
    folder = Path(rows.__file__).parent
    sources = [path.read_text("utf-8") for path in folder.rglob("*.py")]
    read = {kind for source in sources for kind in re.findall(r"read_row\(.*?, ([A-Z]\w+)\)", source)}
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert len(read) >= 6
    assert read - set(done.stdout.split()) == set()
