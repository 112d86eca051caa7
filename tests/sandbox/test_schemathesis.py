"""schemathesis looks for anything that the sandbox does and the document does not say."""

import os
import subprocess
import sys
from pathlib import Path

# What a schema cannot say is no finding: that a period lies in the future (422), that a cursor was given by the
# server (422), which revision a rental has (412), and that a missing If-Match has a status of its own (428).
CONFIGURATION = """
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "3xx", "401", "404", "409", "412", "422"]
missing_required_header.expected-statuses = ["400", "401", "404", "422", "428"]
"""


def test_schemathesis_finds_nothing(planner, sandbox, tmp_path):
    """Every check on every call, also on calls that build on each other's answers."""
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    address = f"{sandbox.url}/api/planner/v1/openapi.json"
    options = ["--max-examples", "20", "--generation-deterministic", "--no-color"]
    options += ["-H", f"Authorization: Bearer {sandbox.token}"]
    hooks = {"PYTHONPATH": str(Path(__file__).parent), "SCHEMATHESIS_HOOKS": "schemathesis_hooks"}
    result = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", address, *options],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        env={**os.environ, **hooks, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "100"},
    )
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
    assert "Tested: 10" in result.stdout
    statuses = {each["status"] for each in planner.get("/rentals", limit=1000).json()["items"]}
    assert statuses == {"reserved", "cancelled"}, "nothing was booked or cancelled: the hooks do not work"
