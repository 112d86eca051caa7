"""The command that imports, started as a program."""

import subprocess
import sys

from planner_host.dms import open_dms


def run(*arguments):
    """Run it; give exit code, standard output and standard error."""
    command = [sys.executable, "-W", "error", "-m", "planner_host.dms", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=False, env={"PYTHONUTF8": "1"})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_an_export_is_imported(tmp_path):
    """It says what has changed, and the customers are found."""
    customers, cars, path = (tmp_path / name for name in ("customers.csv", "cars.csv", "dms.sqlite3"))
    customers.write_text("Kundennummer;Nachname\n1;Müller\n", "cp1252")
    cars.write_text("Kundennummer;Kennzeichen\n1;K-MU 123\n", "cp1252")
    assert run(customers, cars, "--into", path) == (
        0,
        "Kunden: 1 neu, 0 geändert, 0 entfernt, 0 unverändert.\n",
        "",
    )
    with open_dms(path) as dms:
        assert [hit.name for hit in dms.search("kmu")] == ["Müller"]


def test_a_refusal_is_a_sentence(tmp_path):
    """Exit code 1, and the problem on standard error in the language asked for."""
    missing = tmp_path / "customers.csv"
    code, out, error = run(missing, missing, "--into", tmp_path / "dms.sqlite3", "--lang", "en")
    assert (code, out) == (1, "")
    assert (
        error.splitlines()[0]
        == "customers.csv: The file cannot be read. Please check its path and permissions."
    )


def test_what_is_missing_is_a_mistake_of_usage():
    """Exit code 2."""
    assert run()[0] == 2
