"""Standard output and error as they are: closed, full, of another charset, interrupted; and what is never printed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from carloop_plugin.cli.commands import rentals
from carloop_plugin.cli.layout import print_table
from carloop_plugin.cli.output import print_findings, print_problem
from carloop_plugin.cli.texts import Texts


def test_control_characters_are_not_printed(capsys):
    """What a terminal would obey is shown as a dot, in tables, findings and problems."""
    bad = "\x1b[2Jgone\r\n"
    texts = Texts("en")
    print_table(["id"], [{"id": bad}], texts)
    print_findings([{"code": bad, "severity": "error", "message": bad, "hint": bad}], texts)
    print_problem({"code": bad, "title": bad, "detail": bad + "x", "pointer": bad}, texts)
    said = "".join(capsys.readouterr())
    assert ("\x1b" in said, "\r" in said, said.count("·[2Jgone··")) == (False, False, 8)


def test_an_unexpected_error_is_a_sentence(run, configured, monkeypatch):
    """A bug is a sentence in the language, and exit code 1."""

    def fail():
        raise RuntimeError("canary")

    monkeypatch.setattr(rentals, "records", fail)
    ran = run("--lang", "de", "rentals")
    assert (ran.code, "RuntimeError" in ran.err, "canary" in ran.err) == (1, True, False)


def test_a_closed_pipe(program, configured):
    """`carloop … | head -1` says nothing about the broken pipe."""
    command = [*program, "search", "--help"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        errors = process.stderr.read()
    assert (process.wait(10), errors) == (1, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
@pytest.mark.parametrize("words", [["--help"], ["doctor"], ["doctor", "--json"]], ids=" ".join)
def test_a_full_disk(program, configured, words):
    """Output that cannot be written is one sentence and exit code 1, for help too."""
    command = [*program, "--lang", "de", *words]
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=30, check=False)
    assert (ran.returncode, ran.stderr.decode().splitlines()) == (
        1,
        ["Fehler: Die Ausgabe lässt sich nicht schreiben: Der Datenträger ist voll oder das Gerät gestört."],
    )


def test_a_charset_that_lacks_letters(program, configured):
    """A terminal without ticks and half the letters gets marks in their place; JSON stays what it is."""
    environ = os.environ | {"PYTHONIOENCODING": "iso-8859-1"}
    period = ["--start", "2031-03-02 08:30", "--end", "2031-03-02 17:00", "--json"]
    shown, listed = (
        subprocess.run(
            [*program, "--lang", "de", *words], capture_output=True, timeout=30, check=False, env=environ
        )
        for words in (["settings", "test"], ["search", *period])
    )
    titles = [each["title"] for each in json.loads(listed.stdout.decode("ascii"))["options"]]
    assert (shown.returncode, shown.stdout[:2], listed.returncode) == (0, b"? ", 0)
    assert any("Škoda" in title for title in titles)


def test_interrupted():
    """Ctrl-C where no change is being sent is exit code 130 and a word."""
    script = (
        "import os, signal, sys\n"
        "from carloop_plugin.cli import program\n"
        "program.import_module = lambda name: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.argv = ['carloop', '--lang', 'de', 'classes']\n"
        "program.carloop.main()\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=30, check=False)
    assert (ran.returncode, ran.stderr.decode().strip()) == (130, "Abgebrochen.")


def test_help_imports_nothing_heavy():
    """Help needs neither rich, nor httpx, nor the schema engines, nor the records."""
    script = (
        "import sys\n"
        "from carloop_plugin.cli.program import carloop\n"
        "try: carloop.main(['book', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'rich', 'httpx', 'jsonschema', 'jsonschema_rs', 'sqlite_utils', 'keyring', 'msgspec'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=30, check=True)
    assert ran.stderr.decode().strip() == "[]"
