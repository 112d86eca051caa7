"""The command that imports an export, `python -m planner_host.dms`."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

from click.testing import CliRunner

from planner_host.dms import Dms
from planner_host.dms.__main__ import import_dms


def test_the_program_imports_an_export(tmp_path):
    """It says what has changed, in the language asked for, or in a sentence why nothing was imported."""
    customers, cars = tmp_path / "customers.csv", tmp_path / "cars.csv"
    customers.write_text("Kundennummer;Nachname\n1;Müller\n", "cp1252")
    cars.write_text("Kundennummer;Kennzeichen\n1;K-MU 123\n", "cp1252")
    export = [str(path) for path in (customers, cars, "--into", tmp_path / "dms.sqlite3")]
    command = [sys.executable, "-W", "error", "-m", "planner_host.dms", *export]
    ran = subprocess.run(command, capture_output=True, check=False, env={"PYTHONUTF8": "1"})
    said = "Kunden: 1 neu, 0 geändert, 0 entfernt, 0 unverändert.\n"
    assert (ran.returncode, ran.stdout.decode(), ran.stderr) == (0, said, b"")
    again = CliRunner().invoke(import_dms, [*export, "--lang", "en"])
    assert again.output == "Customers: 0 new, 0 changed, 0 removed, 1 unchanged.\n"
    with closing(Dms(Path(export[-1]))) as dms:
        assert [hit.name for hit in dms.search("kmu")] == ["Müller"]
    customers.unlink()
    refused = CliRunner().invoke(import_dms, [*export, "--lang", "en"])
    first = "customers.csv: The file cannot be read. Please check its path and permissions."
    assert (refused.exit_code, refused.stdout, refused.stderr.splitlines()[0]) == (1, "", first)
