"""schemathesis looks for anything that the sandbox does and the OpenAPI document does not say, in every phase."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from carloop_sandbox.running import run_sandbox
from carloop_sandbox.store import Fleet
from tests.support.interface import planner_of

FOLDER = Path(__file__).parent


@pytest.fixture
def sandbox():
    """A sandbox with twelve vehicles and nothing booked."""
    with run_sandbox(fleet=Fleet(vehicles=12, rentals=False)) as running:
        yield running


def test_schemathesis_finds_nothing_in_any_phase(sandbox, tmp_path):
    """Every check on every call, also on calls that build on each other's answers."""
    address = f"{sandbox.url}/api/planner/v1/openapi.json"
    options = ["--max-examples", "20", "--generation-deterministic", "--no-color"]
    options += ["-H", f"Authorization: Bearer {sandbox.token}"]
    configuration = ["--config-file", FOLDER / "schemathesis.toml"]
    command = [sys.executable, "-m", "schemathesis.cli", *configuration, "run", address, *options]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "100"}
    environment |= {"PYTHONPATH": str(FOLDER), "SCHEMATHESIS_HOOKS": "schemathesis_hooks"}
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
    assert "Tested: 12" in result.stdout
    with planner_of(sandbox) as planner:
        statuses = {each["status"] for each in planner.get("/rentals", limit=1000).json()["items"]}
    assert statuses == {"reserved", "cancelled"}, "nothing was booked or cancelled: the hooks do not work"
