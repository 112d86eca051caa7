"""Help in both languages, for every command."""

import string

import click
import pytest

from carloop_plugin.cli.program import COMMANDS, carloop
from carloop_plugin.cli.texts import LANGUAGES, choose_language
from carloop_plugin.cli.texts import de as german
from carloop_plugin.cli.texts import en as english


def paths():
    """Walk all commands."""
    context = click.Context(carloop, info_name="carloop")
    yield ()
    for name in COMMANDS:
        command = carloop.get_command(context, name)
        yield (name,)
        if isinstance(command, click.Group):
            yield from ((name, each) for each in command.commands)


PATHS = list(paths())


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_in_german(run, path):
    """Every command explains itself in German, with an example, and in German alone."""
    ran = run("--lang", "de", *path, "--help")
    assert (ran.code, ran.err) == (0, "")
    for word in ("Aufruf: carloop", "Optionen:", "Beispiele:", "Diese Hilfe zeigen."):
        assert word in ran.out
    placeholders = (" ID ", "TIME", "FILE", "NUMBER", "COUNT", "URL ")
    for word in (*placeholders, "Usage", "Options", "OPTIONS", "Commands", "Examples", "Show", "[required]"):
        assert word not in ran.out
    assert f"carloop {' '.join(path)}".strip() in ran.out.partition("Beispiele:")[2]


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_in_english(run, path):
    """Every command explains itself in English, with an example."""
    ran = run(*path, "--help", "--lang", "en")
    assert (ran.code, ran.err) == (0, "")
    for word in ("Usage: carloop", "Options:", "Examples:", "Show this help."):
        assert word in ran.out
    assert f"carloop {' '.join(path)}".strip() in ran.out.partition("Examples:")[2]


def test_the_commands_of_the_program(run):
    """The program has the commands it is documented with."""
    wanted = "appointment classes features search book change-end cancel rentals recover erase settings store"
    listed = run("--help").out
    assert all(f"\n  {name} " in listed for name in (*wanted.split(), "doctor", "demo"))


def test_the_catalogues_match():
    """Both languages have the same texts with the same names to fill in."""

    def names(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert german.TEXTS.keys() == english.TEXTS.keys()
    differing = [key for key in german.TEXTS if names(german.TEXTS[key]) != names(english.TEXTS[key])]
    assert differing == []


@pytest.mark.parametrize(
    ("arguments", "environ", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "de_DE.UTF-8"}, "de"),
        ([], {"LANG": "de_DE.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ([], {"LANG": "en_GB.UTF-8", "LC_ALL": "de_AT"}, "de"),
        ([], {"LANG": "fr_FR.UTF-8"}, "en"),
        ([], {"LC_ALL": "", "LANG": "de"}, "de"),
        (["--lang", "de"], {"LANG": "en_GB"}, "de"),
        (["search", "--lang=en"], {"LANG": "de_DE"}, "en"),
        (["--lang", "fr"], {"LANG": "de_DE"}, "de"),
        (["--lang"], {"LANG": "de_DE"}, "de"),
        (["--", "--lang", "de"], {}, "en"),
    ],
)
def test_the_language(arguments, environ, language):
    """`--lang` decides wherever it stands, else the locale; English for any but German."""
    assert choose_language(arguments, environ) == language


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run, shell):
    """Each shell gets a script that calls the program back."""
    ran = run("completion", shell)
    assert ran.code == 0
    assert "_CARLOOP_COMPLETE" in ran.out


def test_completion_completes(run, monkeypatch):
    """What the shell asks back is answered with commands, options and sub-commands."""
    monkeypatch.setenv("_CARLOOP_COMPLETE", "bash_complete")
    found = {}
    for words, position in (("carloop se", "1"), ("carloop settings ", "2"), ("carloop search --cl", "2")):
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", position)
        found[words] = {line.partition(",")[2] for line in run().out.split()}
    assert found == {
        "carloop se": {"search", "settings"},
        "carloop settings ": {"show", "set", "test"},
        "carloop search --cl": {"--class"},
    }


def test_the_version(run):
    """`--version` prints the name and the version."""
    assert run("--version").out.split()[0] == "carloop"


def test_two_languages_are_all(run):
    """A language there is none of is a usage error that names those there are."""
    ran = run("--lang", "fr", "classes")
    assert ran.code == 2
    assert all(language in ran.err for language in LANGUAGES)
