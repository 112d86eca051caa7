"""The two catalogues have the same texts, and every one that the code asks for."""

import re
import string
from pathlib import Path

import carloop_plugin
from carloop_plugin.messages import advice, text
from carloop_plugin.messages.de import TEXTS as GERMAN
from carloop_plugin.messages.en import TEXTS as ENGLISH

SOURCE = Path(carloop_plugin.__file__).parent


def names_in(template):
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_both_languages_have_the_same_texts():
    """A text a person reads exists twice, and a parameter that one language forgets is information lost."""
    assert GERMAN.keys() == ENGLISH.keys()
    assert [key for key in GERMAN if names_in(GERMAN[key]) != names_in(ENGLISH[key])] == []


def test_every_key_the_code_names_exists():
    """A key is a dotted word in quotes whose first part the catalogue knows. Those of the client are all named."""
    prefixes = {key.split(".")[0] for key in GERMAN}
    pattern = re.compile(r'"((?:' + "|".join(sorted(prefixes)) + r')\.[a-z_.]+[a-z])"')
    # An event has dots, too.
    others = {"messages", "cli", "events.py"}
    sources = [path for path in SOURCE.rglob("*.py") if not others & set(path.parts)]
    named = {key for path in sources for key in pattern.findall(path.read_text())}
    assert named - GERMAN.keys() == {key for key in GERMAN if key.startswith("api.")} - named == set()


def test_every_failure_of_a_call_says_what_to_do():
    """Whatever keeps Carloop from answering: a person is asked for something that may help."""
    for catalogue, please in ((GERMAN, "itte"), (ENGLISH, "lease")):
        assert [key for key in catalogue if key.startswith("api.") and please not in catalogue[key]] == []


def test_the_language_and_the_hint_of_a_text():
    """A locale this plugin does not know is answered in English; a text with a hint is shown with it."""
    assert text("change.given_up", "de-AT") == GERMAN["change.given_up"]
    assert text("change.given_up", "fr") == advice("change.given_up", "en") == ENGLISH["change.given_up"]
    assert advice("check.no_token", "en").endswith(ENGLISH["check.no_token.hint"])
