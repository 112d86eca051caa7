"""schemathesis compares the sandbox with its OpenAPI document."""

import os
import subprocess
import sys
from pathlib import Path

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


def test_schemathesis_finds_nothing(sandbox, tmp_path):
    """The search, the list and the booking, with the values that their schemas suggest, at and beyond the limits."""
    address = f"{sandbox.url}/api/planner/v1/openapi.json"
    options = ["--include-path", "/vehicles", "--include-path", "/rentals", "--phases", "coverage"]
    options += ["--generation-deterministic", "--no-color"]
    options += ["-H", f"Authorization: Bearer {sandbox.token}"]
    command = [
        sys.executable,
        "-m",
        "schemathesis.cli",
        "--config-file",
        CONFIGURATION,
        "run",
        address,
        *options,
    ]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "100"}
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
    assert "Tested: 3" in result.stdout
