"""Mistakes in how a command is given, and other ends."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from carloop_plugin.cli.exits import tell_problem
from carloop_plugin.cli.findings import tell_findings
from carloop_plugin.cli.tables import print_table
from carloop_plugin.cli.texts import Texts

PROGRAM = [sys.executable, "-c", "from carloop_plugin.cli import main; main()"]

MISTAKES = {
    "an unknown command": ["nonsense"],
    "an unknown option": ["search", "--colour", "red"],
    "a misspelt option": ["search", "--clas", "kombi"],
    "no period": ["search"],
    "half a period": ["search", "--start", "2031-03-02 08:30"],
    "a limit of none": ["search", "--limit", "0"],
    "a limit that is no number": ["search", "--limit", "many"],
    "a missing option": ["book", "--option", "V1"],
    "a missing argument": ["change-end", "R1"],
    "an argument too many": ["classes", "more"],
    "an option without its value": ["search", "--class"],
    "no time": ["change-end", "R1", "tomorrow"],
    "neither rental nor booking": ["cancel"],
    "both rental and booking": ["cancel", "R1", "--booking", "x"],
    "a file that is not there": ["appointment", "save", "/nowhere/a.json"],
    "nothing to erase": ["erase"],
    "nothing to set": ["settings", "set"],
    "a setting there is none of": ["settings", "set", "--delete", "colour"],
    "a shell there is none of": ["completion", "tcsh"],
    "JSON of nothing": ["demo", "--json"],
    "a watch of no seconds": ["recover", "--watch", "0"],
    "an empty option": ["search", "--appointment", ""],
    "an empty site": ["classes", "--site", " "],
    "an empty argument": ["cancel", ""],
    "an empty setting": ["settings", "set", "--station", ""],
    "erasing unasked": ["erase", "--customer", "4711"],
}


@pytest.mark.parametrize("words", MISTAKES.values(), ids=MISTAKES)
def test_mistakes(run, configured, words):
    """A mistake is exit code 2 and one sentence in each language, with the way to the help."""
    german, english = run("--lang", "de", *words), run("--lang", "en", *words)
    assert (german.code, german.out, english.code, english.out) == (2, "", 2, "")
    assert "Fehler: " in german.err
    assert "Error: " in english.err
    assert "Error" not in german.err
    assert "--help" in german.err


PERIOD = ["--start", "2031-03-02T08:30:00Z", "--end", "2031-03-03T17:00:00Z"]
SAID = {
    "a command": (["serach"], "“serach”. Did you mean search"),
    "a command with an underscore": (["change_end"], "Did you mean change-end"),
    "a command of a group": (["settings", "tset"], "Did you mean set, test?"),
    "a command in capitals": (["DOCTOR"], "Did you mean doctor?"),
    "an option": (["search", "--clas", "kombi"], "Did you mean --class"),
    "too many": (["classes", "one", "two"], "Too many arguments: one two."),
    "an empty value": (["search", "--class", ""], "“--class”: The value is empty."),
    "a class": (["search", *PERIOD, "--class", "combi"], "“combi”; there are: kleinwagen (Kleinwagen)"),
    "a class, nearly": (["search", *PERIOD, "--class", "Kombi"], "Did you mean kombi?"),
    "a feature": (["search", *PERIOD, "--feature", "nope"], "“nope”; there are: automatik (Automatik)"),
    "a language": (["--lang", "fr", "classes"], "“fr”; there are: de, en."),
    "a setting": (["settings", "set", "--delete", "staton"], "there are: base_url, token, station."),
    "erasing unasked": (["erase", "--customer", "4711"], "--dry-run"),
}


@pytest.mark.parametrize(("words", "said"), SAID.values(), ids=SAID)
def test_what_was_meant_is_said(run, configured, words, said):
    """A word there is none of is answered with those there are, or with what is spelt much like it."""
    ran = run(*words)
    assert (ran.code, ran.out, said in ran.err) == (2, "", True)


@pytest.mark.parametrize(
    "words", [["--lang", "en"], ["settings", "--lang", "en"], ["--site", "main"]], ids=" ".join
)
def test_options_alone_show_the_help(run, words):
    """Options without a command are not too many arguments: the help says which commands there are."""
    ran = run(*words)
    assert (ran.code, "Commands:" in ran.err, "Error" in ran.err) == (2, True, False)


@pytest.mark.parametrize("language", ["EN", "en-GB", "en_GB.UTF-8"])
def test_a_language_in_any_spelling(run, configured, language):
    """A locale is as good as its language."""
    assert "Vehicle class" in run("--lang", language, "classes").out


@pytest.mark.parametrize("words", [["classes"], ["rentals"], ["search", *PERIOD]], ids=lambda words: words[0])
def test_a_site_nobody_knows(run, plugin_environment, sandbox, monkeypatch, tmp_path, words):
    """Where sites have addresses of their own, another one is told which there are; an address for all serves it."""
    (tmp_path / "token").write_text(sandbox.token)
    (tmp_path / "c.toml").write_text(f'[sites.nord]\nbase_url = "{sandbox.url}"\ntoken_file = "token"\n')
    monkeypatch.setenv("CARLOOP_CONFIG", str(tmp_path / "c.toml"))
    ran = run(*words, "--site", "nort")
    assert (ran.code, "“nort”; known are: nord. Did you mean nord?" in ran.err) == (2, True)
    assert run(*words, "--site", "nord").code == 0
    monkeypatch.setenv("CARLOOP_BASE_URL", sandbox.url)
    monkeypatch.setenv("CARLOOP_TOKEN", sandbox.token)
    assert run(*words, "--site", "nort").code == 0


def test_a_group_alone_shows_its_help(run):
    """A group without a command shows its help as a usage error."""
    ran = run("--lang", "de", "settings")
    assert (ran.code, "Befehle:" in ran.err) == (2, True)


@pytest.mark.parametrize("content", ["", "nonsense", "[]", "5", "[" * 100_000, '{"a": NaN}', "\udcff"])
def test_documents_that_are_none(run, configured, tmp_path, content):
    """A file that holds no JSON object is a usage error, whatever it holds."""
    path = tmp_path / "a.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    assert run("appointment", "save", str(path)).code == 2


def test_what_is_wrong_with_a_file(run, configured, tmp_path):
    """A file in another charset is told as such, and standard input by its name."""
    path = tmp_path / "a.json"
    path.write_bytes('{"id": "Jörg"}'.encode("latin-1"))
    other = run("--lang", "de", "appointment", "save", str(path))
    piped = run("--lang", "de", "appointment", "save", "-", given="nonsense")
    assert (other.code, piped.code) == (2, 2)
    assert f"{path} ist kein Text in UTF-8" in other.err
    assert "Fehler: Standardeingabe ist kein" in piped.err


def test_an_invalid_document(run, configured):
    """A JSON object that is no appointment is refused with the place that is wrong."""
    ran = run("appointment", "save", "-", "--json", given='{"id": "A-1"}')
    assert (ran.code, ran.document["code"]) == (1, "invalid_document")


def test_a_terminal_obeys_nothing_from_outside(capsys):
    """What a terminal would obey is shown as a dot, in tables, findings and problems."""
    bad = "\x1b[2Jgone\r\n"
    texts = Texts("en")
    print_table(["a"], [[bad]])
    tell_findings([{"code": bad, "severity": "error", "message": bad, "hint": bad}], texts)
    tell_problem({"code": bad, "title": bad, "detail": bad + "x", "pointer": bad}, texts)
    said = "".join(capsys.readouterr())
    assert ("\x1b" in said, "\r" in said, said.count("·[2Jgone··")) == (False, False, 8)


def test_unexpected_trouble_is_a_sentence(run, configured, monkeypatch):
    """A bug is a sentence in the language, and exit code 1."""
    from carloop_plugin.cli.commands import rentals

    def fail():
        raise RuntimeError("canary")

    monkeypatch.setattr(rentals, "records", fail)
    ran = run("--lang", "de", "rentals")
    assert (ran.code, "RuntimeError" in ran.err, "canary" in ran.err) == (1, True, False)


def test_a_reader_that_leaves(configured):
    """`carloop … | head -1` says nothing about the broken pipe."""
    with subprocess.Popen(
        [*PROGRAM, "completion", "bash"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        program.stdout.close()
        errors = program.stderr.read()
    assert (program.wait(10), errors) == (1, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
@pytest.mark.parametrize("words", [["--help"], ["doctor"], ["doctor", "--json"]], ids=" ".join)
def test_a_full_output(configured, words):
    """Output that cannot be written is one sentence and exit code 1, for help too."""
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [*PROGRAM, "--lang", "de", *words], stdout=full, stderr=subprocess.PIPE, timeout=30, check=False
        )
    assert (ran.returncode, ran.stderr.decode().splitlines()) == (
        1,
        ["Fehler: Die Ausgabe lässt sich nicht schreiben: Der Datenträger ist voll oder das Gerät gestört."],
    )


def test_a_charset_that_lacks_letters(configured):
    """A terminal without ticks and half the letters gets marks in their place; JSON stays what it is."""
    environ = os.environ | {"PYTHONIOENCODING": "iso-8859-1"}
    period = ["--start", "2031-03-02 08:30", "--end", "2031-03-02 17:00", "--json"]
    shown, listed = (
        subprocess.run(
            [*PROGRAM, "--lang", "de", *words], capture_output=True, timeout=30, check=False, env=environ
        )
        for words in (["settings", "test"], ["search", *period])
    )
    titles = [each["title"] for each in json.loads(listed.stdout.decode("ascii"))["options"]]
    assert (shown.returncode, shown.stdout[:2], listed.returncode) == (0, b"? ", 0)
    assert any("Škoda" in title for title in titles)


def test_interrupted(configured):
    """Ctrl-C ends a watch with its last result, quietly."""
    with subprocess.Popen(
        [*PROGRAM, "recover", "--watch", "60", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        first = program.stdout.readline()
        program.send_signal(signal.SIGINT)
        code, errors = program.wait(20), program.stderr.read()
    assert first.startswith(b"{")
    assert (code, b"Traceback" in errors) == (0, False)


def test_interrupted_at_a_prompt():
    """Ctrl-C elsewhere is exit code 130 and a word."""
    script = (
        "import os, signal, sys\n"
        "from carloop_plugin.cli import program\n"
        "program.import_module = lambda name: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.argv = ['carloop', '--lang', 'de', 'classes']\n"
        "program.carloop.main()\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=30, check=False)
    assert (ran.returncode, ran.stderr.decode().strip()) == (130, "Abgebrochen.")


def test_starting_is_quick():
    """Help needs neither rich, nor httpx, nor the schema engines, nor the records."""
    script = (
        "import sys\n"
        "from carloop_plugin.cli.program import carloop\n"
        "try: carloop.main(['book', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'rich', 'httpx', 'jsonschema', 'jsonschema_rs', 'sqlite_utils', 'keyring', 'msgspec'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, timeout=30, check=True, env=dict(os.environ)
    )
    assert ran.stderr.decode().strip() == "[]"
