"""Help in both languages, for every command; the language of a run; completion in the shell."""

import string

import click
import pytest

from carloop_plugin.cli.program import COMMANDS, carloop
from carloop_plugin.cli.texts import choose_language
from carloop_plugin.cli.texts import de as german
from carloop_plugin.cli.texts import en as english

WORDS = {
    "de": ("Aufruf: carloop", "Optionen:", "Diese Hilfe zeigen.", "Beispiele:"),
    "en": ("Usage: carloop", "Options:", "Show this help.", "Examples:"),
}
NOT_GERMAN = (
    *(" ID ", "TIME", "FILE", "NUMBER", "COUNT", "URL "),
    *("Usage", "Options", "OPTIONS", "Commands", "Examples", "Show", "[required]"),
)


def paths():
    """Walk all commands."""
    context = click.Context(carloop, info_name="carloop")
    yield ()
    for name in COMMANDS:
        command = carloop.get_command(context, name)
        yield (name,)
        if isinstance(command, click.Group):
            yield from ((name, each) for each in command.commands)


@pytest.mark.parametrize("path", list(paths()), ids=" ".join)
@pytest.mark.parametrize("language", ["de", "en"])
def test_help(run, path, language):
    """Every command explains itself in the language, with an example, and in German without an English word."""
    ran = run("--lang", language, *path, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert [word for word in WORDS[language] if word not in ran.out] == []
    assert [word for word in NOT_GERMAN if language == "de" and word in ran.out] == []
    assert f"carloop {' '.join(path)}".strip() in ran.out.partition(WORDS[language][-1])[2]


def test_the_commands_of_the_program(run):
    """The program has the commands it is documented with, and `--version`."""
    wanted = (
        "appointment classes features stations search book change-end rebook cancel rentals recover erase"
    )
    names = [*wanted.split(), "settings", "store", "doctor", "demo"]
    listed = run("--help").out
    assert [name for name in names if f"\n  {name} " not in listed] == []
    assert run("--version").out.split()[0] == "carloop"


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
        (["--lang", "EN"], {"LANG": "de_DE"}, "en"),
        (["--lang", "en_GB.UTF-8"], {"LANG": "de_DE"}, "en"),
        (["--lang", "fr"], {"LANG": "de_DE"}, "de"),
        (["--lang"], {"LANG": "de_DE"}, "de"),
        (["--", "--lang", "de"], {}, "en"),
    ],
)
def test_the_language(arguments, environ, language):
    """`--lang` decides wherever it stands, else the locale; English for any but German."""
    assert choose_language(arguments, environ) == language


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run, monkeypatch, shell):
    """Each shell gets a script that calls the program back."""
    monkeypatch.setenv("_CARLOOP_COMPLETE", f"{shell}_source")
    ran = run()
    assert (ran.code, "_CARLOOP_COMPLETE" in ran.out) == (0, True)


@pytest.mark.parametrize(
    ("words", "position", "completions"),
    [
        ("carloop se", "1", {"search", "settings"}),
        ("carloop settings ", "2", {"show", "set", "test"}),
        ("carloop search --cl", "2", {"--class"}),
    ],
)
def test_what_is_completed(run, monkeypatch, words, position, completions):
    """What the shell asks back is answered with commands, sub-commands and options."""
    monkeypatch.setenv("_CARLOOP_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", position)
    assert {line.partition(",")[2] for line in run().out.split()} == completions
