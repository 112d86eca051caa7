"""Run the tests as `make test` does, and write the seconds of each folder to `tests/README.md`.

python -m tests.support.times
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "tests" / "README.md"
TABLE = re.compile(r"(?<=<!-- times -->\n).*?(?=<!-- end of times -->)", re.DOTALL)
RUNS = {
    "all but the browser": ("-n", "2", "--dist", "worksteal", "--ignore", "tests/browser"),
    "in the browser": ("tests/browser",),
}
"""The two runs of `make test`."""


def main() -> int:
    """Run both, write the table, and return the worse exit code."""
    seconds: defaultdict[str, float] = defaultdict(float)
    tests: Counter[str] = Counter()
    walls: dict[str, float] = {}
    worst = 0
    with tempfile.TemporaryDirectory(prefix="times-") as folder:
        for name, arguments in RUNS.items():
            report, began = Path(folder) / "report.xml", time.monotonic()
            command = [sys.executable, "-m", "pytest", "-q", *arguments, f"--junitxml={report}"]
            worst = max(worst, subprocess.run(command, cwd=ROOT, check=False).returncode)
            walls[name] = time.monotonic() - began
            for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - pytest wrote it
                test_folder = case.attrib["classname"].split(".")[1]
                seconds[test_folder] += float(case.attrib["time"])
                tests[test_folder] += 1
    lines = ["| folder | tests | seconds |", "|---|---:|---:|"]
    lines += [f"| `{name}` | {tests[name]:,} | {each:.0f} |" for name, each in sorted(seconds.items())]
    whole = ", ".join(f"{name} {wall:.0f} s" for name, wall in walls.items())
    lines += ["", f"By the clock: {whole}, together {sum(walls.values()):.0f} s."]
    README.write_text(TABLE.sub("\n".join(lines) + "\n", README.read_text("utf-8")), "utf-8")
    print(lines[-1])
    return worst


if __name__ == "__main__":
    sys.exit(main())
