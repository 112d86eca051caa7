"""The tutorial works as it is written: its commands are run, in order, against a sandbox."""

import json
import os
import re
import shlex
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
TOKEN = "tutorial-token-0123456789"


def in_the_future(text):
    """Move the tutorial's days, 1 March 2027 and after, to ten days from now and after."""
    first = date.today() + timedelta(days=10)  # noqa: DTZ011 - a day or two does not matter here
    return re.sub(r"2027-03-0(\d)", lambda day: str(first + timedelta(days=int(day[1]))), text)


@pytest.fixture
def sandbox(tmp_path):
    """Start a sandbox as a person would, and give its address."""
    command = [BIN / "carloop-sandbox", "serve", "--port", "0", "--token", TOKEN]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        yield server.stdout.readline().removeprefix("ready ").strip()
        server.terminate()


@pytest.fixture
def shell(tmp_path, sandbox):
    """Run a line of the tutorial in a folder and environment of its own."""
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CARLOOP_")},
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
        "CARLOOP_BASE_URL": sandbox,
        "CARLOOP_TOKEN": TOKEN,
        "CARLOOP_STORE": str(tmp_path / "first-rental.sqlite3"),
    }

    def run(line):
        program, *arguments = shlex.split(line)
        return subprocess.run(
            [BIN / program, *arguments], cwd=tmp_path, env=env, text=True, capture_output=True, check=False
        )

    return run


def test_every_command_does_what_the_tutorial_says(shell, tmp_path, root):
    """Each command succeeds, but for the second booking, which is refused; the last state is a cancelled rental."""
    page = in_the_future((root / "docs/tutorial/first-rental.md").read_text("utf-8"))
    (appointment,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    (tmp_path / "appointment.json").write_text(appointment, "utf-8")
    lines = re.findall(r"^carloop .*$", page, re.MULTILINE)
    names, codes = {}, []

    for line in lines:
        for name, value in names.items():
            line = line.replace(name, value)
        done = shell(line)
        codes.append((line.split(" --")[0], done.returncode))
        if line.startswith("carloop search"):
            names["OPTION"] = json.loads(shell(f"{line} --json").stdout)["options"][0]["id"]
        if line.startswith("carloop rentals"):
            names["RENTAL"] = json.loads(shell(f"{line} --json").stdout)[0]["id"]

    rental = json.loads(shell("carloop rentals --all --json").stdout)[0]
    assert [row for row in codes if row[1]] == [("carloop book", 1)]
    assert [row[0] for row in codes].count("carloop book") == 2
    assert rental["status"] == "cancelled"
    assert rental["period"]["end"] > rental["planned_end"]
