"""Which language a page is in, and how it writes days, times, money and numbers."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from web_base.languages import Catalogues, preferred
from web_base.templates import BASE

BERLIN = ZoneInfo("Europe/Berlin")
WHEN = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def catalogues():
    """Read the shared catalogues."""
    return Catalogues(BASE / "locale")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "de"),
        ("fr", "de"),
        ("en", "en"),
        ("en-US,en;q=0.9", "en"),
        ("de-AT, en;q=0.8", "de"),
        ("fr, en;q=0.5, de;q=0.4", "en"),
        ("en;q=0, de", "de"),
        ("en;q=0", "de"),
        ("EN-gb;q=0.9, de;q=0.3", "en"),
        ("en;q=nonsense, de;q=0.1", "de"),
        (";;,,;q=", "de"),
    ],
)
def test_the_browsers_preference_is_read(accepted, language):
    """The language it likes best of the two; German where it says nothing that can be read."""
    assert preferred(accepted) == language


@pytest.mark.parametrize(
    ("query", "cookie", "language"),
    [({"lang": "de"}, "en", "de"), ({}, "de", "de"), ({"lang": "xx"}, "", "en"), ({}, "xx", "en")],
)
def test_what_was_chosen_goes_before_what_is_preferred(catalogues, query, cookie, language):
    """First the address, then the cookie, then the browser; what is no language of ours counts for nothing."""
    assert catalogues.choose(query, {"lang": cookie}, "en").code == language


def test_days_times_and_money_are_written_as_the_language_has_them(catalogues):
    """On the wall clock of the zone, summer and winter, in 24 hours."""
    german, english = catalogues["de"], catalogues["en"]
    assert german.moment(WHEN, BERLIN) == "02.03.2026, 08:30"
    assert english.moment(WHEN, BERLIN) == "02/03/2026, 08:30"
    assert (german.day_and_month(date(2026, 3, 2)), german.weekday(date(2026, 3, 2))) == ("2. März", "Montag")
    assert (english.day_and_month(date(2026, 3, 2)), english.weekday(date(2026, 3, 2))) == (
        "2 March",
        "Monday",
    )
    assert german.money("1249.90", "EUR") == "1.249,90\N{NO-BREAK SPACE}€"
    assert english.money("1249.90", "EUR") == "€1,249.90"
    assert (german.time(WHEN, BERLIN), german.time(WHEN.replace(month=7), BERLIN)) == ("08:30", "09:30")
    assert (german.number(1250), english.number(1250)) == ("1.250", "1,250")


def test_a_text_shows_what_it_is_given_as_it_is(catalogues):
    """Braces in a value are no placeholders."""
    assert catalogues["de"].text("picker.open", field="{key} {0}") == "Kalender öffnen: {key} {0}"


def test_an_own_text_goes_before_a_shared_one(tmp_path):
    """And counts in the singular and the plural."""
    for language in ("de", "en"):
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "messages.po").write_text(
            'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
            '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
            '\nmsgid "base.skip"\nmsgstr "Überspringen"\n'
            '\nmsgid "cars"\nmsgid_plural "cars"\nmsgstr[0] "ein Auto"\nmsgstr[1] "{n} Autos"\n',
            "utf-8",
        )
    german = Catalogues(BASE / "locale", tmp_path)["de"]
    assert (german.text("base.skip"), german.text("sign_in.title")) == ("Überspringen", "Anmelden")
    assert [german.count("cars", number) for number in (0, 1, 1234)] == ["0 Autos", "ein Auto", "1.234 Autos"]
