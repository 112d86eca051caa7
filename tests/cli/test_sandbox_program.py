"""`carloop-sandbox` in German."""

import sys

import pytest

from carloop_sandbox.cli import main

NOT_GERMAN = ("Usage", "Options", "[OPTIONS]", "Show", "INTEGER", "TEXT", "default", "Error")


@pytest.fixture
def sandbox_program(capsys, monkeypatch):
    """Run the program in German, in this process; return its exit code and what it printed."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["carloop-sandbox", "--lang", "de", *words])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        return code, *capsys.readouterr()

    return call


@pytest.mark.parametrize("words", [["--help"], ["serve", "--help"]], ids=" ".join)
def test_help_in_german(sandbox_program, words):
    """The help is German throughout."""
    code, out, err = sandbox_program(*words)
    assert (code, "Aufruf: carloop-sandbox" in out, "Optionen:" in out, err) == (0, True, True, "")
    assert [word for word in NOT_GERMAN if word in out] == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], 2),
        (["serve", "--port", "x"], 2),
        (["serve", "--colour"], 2),
        (["serve", "x"], 2),
        (["serve", "--host", "192.0.2.1", "--port", "0"], 1),
    ],
)
def test_mistakes_in_german(sandbox_program, words, code):
    """A mistake is exit code 2 and a German sentence, an address that cannot be bound is exit code 1."""
    ended, out, err = sandbox_program(*words)
    assert (ended, out, "Error" in err) == (code, "", False)
    assert ("Fehler: " if code == 2 else "--host") in err
    assert ("--port" in err) == (words[1:2] == ["--port"])
