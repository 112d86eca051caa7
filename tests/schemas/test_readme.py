"""The README's example does what it says."""

import contextlib
import io
import re
from pathlib import Path

README = Path(__file__).parents[2] / "schemas" / "README.md"


def test_example():
    """Each line that says what it prints prints that."""
    code = README.read_text("utf-8").split("```python\n")[1].split("```")[0]
    printed = io.StringIO()

    with contextlib.redirect_stdout(printed):
        exec(code, {})  # noqa: S102 - our own page

    lines = printed.getvalue().splitlines()
    assert lines[:3] == re.findall(r"print\(.*\)\s+# (.*)", code)
    assert "/end Diese Angabe fehlt." in lines[3:]
