"""Mistakes in how a command is given: exit code 2 and a sentence that helps."""

import pytest

PERIOD = ["--start", "2031-03-02T08:30:00Z", "--end", "2031-03-03T17:00:00Z"]
MISTAKES = {
    "an unknown command": (["serach"], "“serach”. Did you mean search"),
    "a command with an underscore": (["change_end"], "Did you mean change-end"),
    "a command of a group": (["settings", "tset"], "Did you mean set, test?"),
    "a command in capitals": (["DOCTOR"], "Did you mean doctor?"),
    "an unknown option": (["search", "--colour", "red"], "--colour"),
    "a misspelt option": (["search", "--clas", "kombi"], "Did you mean --class"),
    "no period": (["search"], "--start"),
    "a limit of none": (["search", "--limit", "0"], "--limit"),
    "a missing option": (["book", "--option", "V1"], "--appointment"),
    "a missing argument": (["change-end", "R1"], "TIME"),
    "arguments too many": (["classes", "one", "two"], "Too many arguments: one two."),
    "an option without its value": (["search", "--class"], "--class"),
    "neither rental nor booking": (["cancel"], "--booking"),
    "both rental and booking": (["cancel", "R1", "--booking", "x"], "--booking"),
    "a file that is not there": (["appointment", "save", "/nowhere/a.json"], "/nowhere/a.json"),
    "nothing to erase": (["erase"], "--customer"),
    "nothing to set": (["settings", "set"], "Please say what is to be saved."),
    "an unknown setting": (["settings", "set", "--delete", "staton"], "there are: base_url, token, station."),
    "an unknown class": (["search", *PERIOD, "--class", "combi"], "“combi”; there are: kleinwagen (Small"),
    "an unknown station": (["search", *PERIOD, "--station", "mond"], "“mond”; there are: "),
    "a misspelt class": (["search", *PERIOD, "--class", "Kombi"], "Did you mean kombi?"),
    "JSON of nothing": (["demo", "--json"], "--scripted"),
    "an empty option": (["search", "--class", ""], "“--class”: The value is empty."),
    "an empty argument": (["cancel", ""], "The value is empty."),
    "an unknown language": (["--lang", "fr", "classes"], "“fr”; there are: de, en."),
}


@pytest.mark.parametrize(("words", "said"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(run, configured, words, said):
    """A mistake is exit code 2 and a sentence in each language: what was wrong, what there is, where the help is."""
    german, english = run("--lang", "de", *words), run("--lang", "en", *words)
    assert (german.code, german.out, english.code, english.out) == (2, "", 2, "")
    assert said in english.err
    assert ("Error: " in english.err, "Fehler: " in german.err, "Error" in german.err) == (True, True, False)
    assert "--help" in german.err


@pytest.mark.parametrize(
    "words", [["--lang", "en"], ["settings"], ["settings", "--lang", "en"], ["--site", "main"]], ids=" ".join
)
def test_options_or_a_group_alone_show_the_help(run, words):
    """Options without a command are not too many arguments: the help says which commands there are."""
    ran = run(*words)
    assert (ran.code, "Commands:" in ran.err, "Error" in ran.err) == (2, True, False)


@pytest.mark.parametrize("words", [["classes"], ["rentals"], ["search", *PERIOD]], ids=lambda words: words[0])
def test_an_unknown_site(run, plugin_environment, sandbox, monkeypatch, tmp_path, words):
    """Where sites have addresses of their own, those there are get named; an address for all serves any site."""
    (tmp_path / "token").write_text(sandbox.token)
    (tmp_path / "c.toml").write_text(f'[sites.nord]\nbase_url = "{sandbox.url}"\ntoken_file = "token"\n')
    monkeypatch.setenv("CARLOOP_CONFIG", str(tmp_path / "c.toml"))
    ran = run(*words, "--site", "nort")
    assert (ran.code, "“nort”; known are: nord. Did you mean nord?" in ran.err) == (2, True)
    assert run(*words, "--site", "nord").code == 0
    monkeypatch.setenv("CARLOOP_BASE_URL", sandbox.url)
    monkeypatch.setenv("CARLOOP_TOKEN", sandbox.token)
    assert run(*words, "--site", "nort").code == 0


@pytest.mark.parametrize(
    "content",
    ["", "nonsense", "[]", "5", "[" * 100_000, '{"a": NaN}', "\udcff", '{"id": "J\udcf6rg"}'],
    ids=["empty", "no JSON", "a list", "a number", "deep", "NaN", "no text", "Latin-1"],
)
def test_documents_that_are_none(run, configured, tmp_path, content):
    """What holds no JSON object is a usage error that names file or standard input; an object may be refused."""
    path = tmp_path / "a.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    ran = run("--lang", "de", "appointment", "save", str(path))
    assert (ran.code, f"Fehler: {path} " in ran.err) == (2, True)
    assert ("ist kein Text in UTF-8" in ran.err) == any("\udc80" <= each <= "\udcff" for each in content)
    piped = run("--lang", "de", "appointment", "save", "-", given="nonsense")
    assert (piped.code, "Fehler: Standardeingabe ist kein" in piped.err) == (2, True)
    invalid = run("appointment", "save", "-", "--json", given='{"id": "A-1"}')
    assert (invalid.code, invalid.document["code"]) == (1, "invalid_document")
