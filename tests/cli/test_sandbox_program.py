"""How `carloop-sandbox` speaks to a person."""

import subprocess
import sys

import pytest


def sandbox(*words):
    """Run the program in German."""
    command = [sys.executable, "-m", "carloop_sandbox", "--lang", "de", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize("words", [["--help"], ["serve", "--help"]], ids=" ".join)
def test_help_in_german(words):
    """The help is German throughout."""
    ran = sandbox(*words)
    assert (ran.returncode, "Aufruf: carloop-sandbox" in ran.stdout, "Optionen:" in ran.stdout) == (
        0,
        True,
        True,
    )
    for word in ("Usage", "Options", "[OPTIONS]", "Show", "INTEGER", "TEXT", "default"):
        assert word not in ran.stdout


@pytest.mark.parametrize("words", [[], ["serve", "--port", "x"], ["serve", "--colour"], ["serve", "x"]])
def test_mistakes_in_german(words):
    """A mistake is exit code 2 and a German sentence."""
    ran = sandbox(*words)
    assert (ran.returncode, ran.stdout, "Fehler: " in ran.stderr, "Error" in ran.stderr) == (
        2,
        "",
        True,
        False,
    )


def test_a_host_that_is_not_ours():
    """A host that cannot be listened on is not answered with another port."""
    ran = sandbox("serve", "--host", "192.0.2.1", "--port", "0")
    assert (ran.returncode, "--host" in ran.stderr, "--port" in ran.stderr) == (1, True, False)
