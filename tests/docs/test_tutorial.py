"""The tutorial's commands work, run in order against a sandbox."""

import json
import re
import shlex
from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from carloop_plugin.cli.program import carloop


def in_the_future(text):
    """Move the tutorial's days, 1 March 2027 and after, to ten days from now and after."""
    first = date.today() + timedelta(days=10)  # noqa: DTZ011 - a day or two does not matter here
    return re.sub(r"2027-03-0(\d)", lambda day: str(first + timedelta(days=int(day[1]))), text)


@pytest.fixture
def shell(configured, tmp_path, monkeypatch):
    """Return a function that runs a line of the tutorial in an empty folder; `carloop` runs in this process."""
    monkeypatch.chdir(tmp_path)

    def run(line):
        program, *arguments = shlex.split(line)
        assert program == "carloop"
        return CliRunner().invoke(carloop, arguments, prog_name=program)

    return run


def test_every_command_does_what_the_tutorial_says(shell, tmp_path, root):
    """Each command succeeds except the second booking, which is refused; in the end both rentals are cancelled."""
    page = in_the_future((root / "docs/tutorial/first-rental.md").read_text("utf-8"))
    (appointment,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    (tmp_path / "appointment.json").write_text(appointment, "utf-8")
    names, codes = {}, []

    for line in re.findall(r"^carloop .*$", page, re.MULTILINE):
        for name, value in names.items():
            line = line.replace(name, value)
        done = shell(line)
        codes.append((line.split(" --")[0], int(done.exit_code)))
        if line.startswith("carloop search"):
            names["OPTION"] = json.loads(shell(f"{line} --json").stdout)["options"][0]["id"]
        if line.startswith("carloop rentals"):
            names["RENTAL"] = json.loads(shell(f"{line} --json").stdout)[0]["id"]

    rebooked, extended = json.loads(shell("carloop rentals --all --json").stdout)
    assert [row for row in codes if row[1]] == [("carloop book", 1)]
    assert [row[0] for row in codes].count("carloop book") == 2
    assert [each["status"] for each in (extended, rebooked)] == ["cancelled", "cancelled"]
    assert extended["period"]["end"] > extended["planned_end"]
    assert rebooked["period"]["start"] > extended["period"]["start"]
