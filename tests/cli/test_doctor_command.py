"""`carloop doctor`: its report for programs, its page for people, its exit codes."""

import pytest


def codes(document):
    """Return the codes of a report's findings."""
    return {each["code"] for each in document["findings"]}


def test_all_is_well(run, configured, sandbox):
    """The doctor reports versions, records, sites, providers and where the token is, and no secret."""
    run("classes")
    ran = run("doctor", "--json")
    report = ran.document
    assert (ran.code, report["ok"]) == (0, True)
    assert {"python", "contract", "carloop-plugin", "sqlite"} <= report["versions"].keys()
    assert report["versions"]["contract"] == "1.1"
    assert report["store"]["location"] == str(configured)
    assert (report["store"]["pending"], report["store"]["unknown"]) == (0, 0)
    assert report["sites"][0]["token"] == {"set": True, "place": "environment"}
    assert "carloop" in {each["id"] for each in report["providers"]}
    assert report["load_failures"] == []
    shown = run("--lang", "de", "doctor")
    assert ("Ablage" in shown.out, "Alles in Ordnung." in shown.err) == (True, True)
    assert sandbox.token not in ran.out + shown.out


@pytest.mark.parametrize(
    ("settings", "code", "found"),
    [
        ({"CARLOOP_TOKEN": "tok_wrong"}, 1, "not_authorised"),
        ({"CARLOOP_BASE_URL": "http://127.0.0.1:9"}, 4, "unreachable"),
        ({"WORKSHOP_PLANNER_DISABLE": "carloop"}, 1, "not_loaded"),
    ],
    ids=["a wrong token", "a wrong address", "the provider left out"],
)
def test_what_is_wrong_is_found(run, configured, monkeypatch, settings, code, found):
    """What keeps the provider from working has a finding, and the exit code for it; not all is well then."""
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    ran, shown = run("doctor", "--json"), run("doctor")
    assert (ran.code, ran.document["ok"], found in codes(ran.document)) == (code, False, True)
    assert (shown.code, "Everything is in order" in shown.err, f"Code: {found}" in shown.out) == (
        code,
        False,
        True,
    )


def test_how_changes_went(run, saved, booked):
    """Counted and timed from the records, whichever process made the changes; a person reads it in a line each."""
    run("book", "--appointment", saved.id, "--option", booked["vehicle"]["id"])
    run("cancel", booked["id"])
    run("recover")
    store = run("doctor", "--json").document["store"]
    changes, (contact,) = store["changes"], store["contacts"]
    assert (changes["counted"], changes["done"], changes["refused_by_code"]) == (3, 2, {"already_booked": 1})
    assert set(changes["seconds"]) == {"book", "cancel"}
    assert abs(contact["skew_seconds"]) < 5
    shown, wanted = run("doctor").out, ("2 done · 1 refused", "Duration: booking", "median ", "· clock ")
    assert [each for each in wanted if each not in shown] == []


def test_a_warning_is_not_all_well(run, configured, tmp_path, monkeypatch, sandbox):
    """Beside a warning not all is well; the token's finding names its site, and is no success."""
    token, config = tmp_path / "token", tmp_path / "carloop.toml"
    token.write_text(sandbox.token)
    token.chmod(0o644)
    config.write_text(f'[sites.nord]\nbase_url = "{sandbox.url}"\ntoken_file = "{token}"\n')
    monkeypatch.setenv("CARLOOP_CONFIG", str(config))
    ran = run("--lang", "de", "doctor")
    assert (ran.code, "Alles in Ordnung" in ran.err, "Hinweise" in ran.err) == (0, False, True)
    assert "· main: Der Authentifizierungsschlüssel kommt aus der Umgebung" in ran.out
    assert f"! nord: Die Datei {token} können auch andere lesen." in ran.out
    connected = [line for line in ran.out.splitlines() if line.startswith("✓")]
    assert [line.split(":")[0] for line in connected] == ["✓ main", "✓ nord"]
    assert "Token: Umgebung" in ran.out
