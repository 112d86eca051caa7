"""`carloop-sandbox` in German."""

import sys

import pytest

from carloop_sandbox.cli import main

NOT_GERMAN = ("Usage", "Options", "[OPTIONS]", "Show", "INTEGER", "TEXT", "default", "Error")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--help"], 0, "Optionen:"),
        (["serve", "--help"], 0, "Optionen:"),
        ([], 2, "Fehler: "),
        (["serve", "--port", "x"], 2, "Fehler: "),
        (["serve", "--colour"], 2, "Fehler: "),
        (["serve", "x"], 2, "Fehler: "),
        (["serve", "--host", "192.0.2.1", "--port", "0"], 1, "--host"),
    ],
)
def test_it_speaks_german(capsys, monkeypatch, words, code, said):
    """Help and mistakes are German throughout; for an address that cannot be bound another port is no help."""
    monkeypatch.setattr(sys, "argv", ["carloop-sandbox", "--lang", "de", *words])
    ended = 0
    try:
        main()
    except SystemExit as stopped:
        ended = stopped.code
    out, err = capsys.readouterr()
    assert (ended, said in out, said in err) == (code, code == 0, code != 0)
    assert [word for word in NOT_GERMAN if word in out + err] == []
    assert code != 1 or "--port" not in err
