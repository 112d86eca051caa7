"""`carloop doctor` and `carloop recover --rebuild`."""

import pytest


def codes(document):
    return {each["code"] for each in document["findings"]}


def test_all_is_well(run, configured, sandbox):
    """The doctor tells versions, records, sites, providers and where the token is, and no secret."""
    run("classes")
    ran = run("doctor", "--json")
    report = ran.document
    assert (ran.code, report["ok"]) == (0, True)
    assert {"python", "contract", "carloop-plugin", "sqlite"} <= report["versions"].keys()
    assert report["versions"]["contract"] == "1.0"
    assert report["store"]["location"] == str(configured)
    assert (report["store"]["pending"], report["store"]["unknown"]) == (0, 0)
    assert report["sites"][0]["token"] == {"set": True, "place": "environment"}
    assert "carloop" in {each["id"] for each in report["providers"]}
    assert report["load_failures"] == []
    assert sandbox.token not in ran.out + run("doctor").out


def test_the_doctor_speaks_german(run, configured):
    """A person reads it in German."""
    ran = run("--lang", "de", "doctor")
    assert ("Ablage" in ran.out, "Alles in Ordnung." in ran.err) == (True, True)


def test_nothing_is_set_up(run, plugin_environment):
    """Without settings the doctor says what to enter, and exits 1."""
    ran = run("doctor", "--json")
    assert (ran.code, codes(ran.document) >= {"not_configured"}) == (1, True)


@pytest.mark.parametrize(
    ("settings", "code", "found"),
    [
        ({"CARLOOP_TOKEN": "tok_wrong"}, 1, "not_authorised"),
        ({"CARLOOP_BASE_URL": "http://127.0.0.1:9"}, 4, "unreachable"),
        ({"CARLOOP_BASE_URL": ""}, 1, "not_configured"),
        ({"station": "nowhere"}, 1, "station_unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_the_connection_is_tested(run, configured, tmp_path, monkeypatch, settings, code, found):
    """A wrong token, address or station is found, with the exit code for it; nothing is well then."""
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    if "station" in settings:
        (tmp_path / "c.toml").write_text('station = "nowhere"\n')
        monkeypatch.setenv("CARLOOP_CONFIG", str(tmp_path / "c.toml"))
    ran, shown = run("doctor", "--json"), run("doctor")
    assert (ran.code, ran.document["ok"], found in codes(ran.document)) == (code, False, True)
    assert (shown.code, "All is well" in shown.err, f"Code: {found}" in shown.out) == (code, False, True)


def test_unknown_outcomes(run, planner, appointment_file):
    """A pending change is counted."""
    run("appointment", "save", str(appointment_file))
    option = planner.roomy_car()
    planner.control.fault("book", "drop_after", times=1000)
    run("book", "--appointment", planner.id, "--option", option)
    report = run("doctor", "--json").document
    assert (report["store"]["pending"], report["store"]["unknown"]) == (1, 1)
    assert report["store"]["oldest_pending"] is not None
    assert report["store"]["oldest_pending"] == report["store"]["oldest_unknown"]
    assert "unknown_outcomes" in codes(report)


@pytest.mark.parametrize("language", ["de", "en"])
def test_how_changes_went(run, planner, appointment_file, language):
    """Counted and timed from the records, whichever process made the changes; a person reads it in a line each."""
    run("appointment", "save", str(appointment_file))
    option = planner.roomy_car()
    rental = run("book", "--appointment", planner.id, "--option", option, "--json").document["rental"]
    run("book", "--appointment", planner.id, "--option", option)
    run("cancel", rental["id"])
    run("recover")
    store = run("doctor", "--json").document["store"]
    changes, (contact,) = store["changes"], store["contacts"]
    assert (changes["counted"], changes["done"], changes["refused_by_code"]) == (3, 2, {"already_booked": 1})
    assert set(changes["seconds"]) == {"book", "cancel"}
    assert 0 < changes["seconds"]["book"]["median"] <= changes["seconds"]["book"]["longest"] < 10
    assert abs(contact["skew_seconds"]) < 5
    shown = run("--lang", language, "doctor").out
    words = {
        "de": ("2 ausgeführt · 1 abgelehnt", "Dauer: Buchung", "Median 0,", "· Uhr "),
        "en": ("2 done · 1 refused", "Time taken: booking", "median 0.", "· clock "),
    }
    assert [each for each in words[language] if each not in shown] == []


def test_damaged_records(run, planner, appointment_file):
    """Damaged records are reported; `recover --rebuild` moves them aside and finds the rentals again."""
    run("appointment", "save", str(appointment_file))
    booked = run("book", "--appointment", planner.id, "--option", planner.roomy_car(), "--json").document
    planner.store.write_bytes(b"this is no database" * 100)
    from carloop_plugin import bootstrap

    bootstrap.close()
    ran = run("doctor", "--json")
    assert (ran.code, "storage_failed" in codes(ran.document)) == (1, True)
    assert run("rentals").code == 1
    rebuilt = run("recover", "--rebuild")
    assert rebuilt.code == 0, rebuilt.err
    listed = run("rentals", "--json").document
    assert booked["rental"]["id"] in {each["id"] for each in listed}


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_was_moved_aside(run, planner, language):
    """It may hold personal data, so the doctor lists it with its age, until an erasure deletes it."""
    planner.save()
    name = f"{planner.store.name}.damaged-20260102T030405"
    planner.store.with_name(name).write_text("damaged")
    report = run("doctor", "--json").document
    (moved,) = report["store"]["moved_aside"]
    assert (name, "2026-01-02T03:04:05Z") == (moved["file"], moved["at"])
    days = int(moved["age_seconds"] / 86400)
    assert (days > 0, "moved_aside" in codes(report)) == (True, True)
    shown = " ".join(run("--lang", language, "doctor").out.split())
    age = {"de": f"Alter in Tagen: {days}", "en": f"age in days: {days}"}[language]
    assert (name in shown, age in shown) == (True, True)
    run("erase", "--customer", "4711", "--yes")
    assert run("doctor", "--json").document["store"]["moved_aside"] == []


@pytest.mark.parametrize(
    ("language", "said", "how"),
    [
        ("de", "war nicht vollständig lesbar", "Nur die nächste Löschung („carloop erase“) entfernt sie"),
        (
            "en",
            "could not be read completely",
            "The next erasure (“carloop erase”) deletes them, nothing else",
        ),
    ],
)
def test_records_that_cannot_be_read_any_more(run, planner, appointment_file, language, said, how):
    """The command says what to look after; the file stays, and the doctor lists it and says how to be rid of it."""
    run("appointment", "save", str(appointment_file))
    from carloop_plugin import bootstrap

    bootstrap.close()
    planner.store.write_bytes(b"this is no database" * 100)
    ran = run("--lang", language, "recover", "--rebuild")
    assert (ran.code, said in " ".join(ran.err.split())) == (0, True)
    run("recover")
    (aside,) = planner.store.parent.glob("*damaged*")
    shown = run("--lang", language, "doctor")
    shown = " ".join((shown.out + shown.err).split())
    assert [each for each in (aside.name, how) if each not in shown] == []


def test_lost_records(run, planner, appointment_file):
    """No command begins them empty; each says what to do, and that works."""
    run("appointment", "save", str(appointment_file))
    booked = run("book", "--appointment", planner.id, "--option", planner.roomy_car(), "--json").document
    planner.store.unlink()
    for command in (["rentals"], ["recover"], ["doctor"], ["erase", "--customer", "4711", "--yes"]):
        ran = run("--lang", "en", *command)
        said = " ".join((ran.out + ran.err).split())
        assert (ran.code, "carloop recover --rebuild" in said) == (1, True), command
    assert not planner.store.exists()
    assert run("recover", "--rebuild").code == 0
    assert [booked["rental"]["id"]] == [each["id"] for each in run("rentals", "--json").document]


def test_a_site_that_is_missing(run, planner, monkeypatch):
    """It is named with the reason, the command fails, and the old records stay where they are."""
    planner.save()
    before = planner.damage()
    monkeypatch.delenv("CARLOOP_TOKEN")
    ran = run("--lang", "en", "recover", "--rebuild")
    said = " ".join(ran.err.split())
    assert (
        ran.code,
        "The site main could not be read" in said,
        "Nothing was moved" in said,
    ) == (1, True, True)
    assert planner.store.read_bytes() == before


def test_sound_records_with_a_pending_change_are_not_moved_aside(run, planner, appointment_file):
    """Rebuilding sound records would lose a pending change, so it is refused."""
    run("appointment", "save", str(appointment_file))
    option = planner.roomy_car()
    planner.control.fault("book", "drop_after", times=1000)
    run("book", "--appointment", planner.id, "--option", option)
    ran = run("--lang", "de", "recover", "--rebuild")
    assert (ran.code, "--rebuild" in ran.err) == (1, True)
    assert sorted(path.name for path in planner.store.parent.glob("*damaged*")) == []


def test_a_provider_left_out(run, configured, monkeypatch):
    """The doctor says so when the provider is disabled."""
    monkeypatch.setenv("WORKSHOP_PLANNER_DISABLE", "carloop")
    ran = run("doctor", "--json")
    assert (ran.code, "not_loaded" in codes(ran.document)) == (1, True)


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
