"""The doctor's findings, one cause at a time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from carloop_plugin import plugin
from carloop_plugin.cli.commands.doctor import doctor_document
from carloop_plugin.domain.accounts import Contact, StoredToken
from carloop_plugin.domain.changes import Action
from carloop_plugin.domain.failures import CallFailed, Reason
from carloop_plugin.domain.figures import Figures, MovedAside, SettledChange
from carloop_plugin.domain.rentals import UnreadableRental
from carloop_plugin.domain.values import AccountId, ChangeId, Site
from carloop_plugin.ports import UseCaseContext
from carloop_plugin.settings import doctor
from carloop_plugin.settings.credentials import KeyringOrFile
from carloop_plugin.settings.doctor import examine
from carloop_plugin.settings.environment import Environment
from mobility_hookspecs import MobilityHost
from tests.support.fakes import FakeCarloop, FakeSettingsStore

NOW = datetime.now(UTC)
EARLIER = NOW - timedelta(hours=2)
CANARY = "canary-token-0815"
MAIN = Site("main")
CONTACT = Contact(AccountId("a1"), NOW, timedelta(seconds=1))
WELL = Figures(
    installation="i1",
    location="s.sqlite3",
    journal="wal",
    rentals=3,
    pending=0,
    unknown=0,
    oldest_pending=None,
    set_aside=(),
    contacts=(CONTACT,),
)


@pytest.fixture
def look(tmp_path, monkeypatch):
    """Return what the doctor reports, with an environment."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))

    def call(figures=WELL, *plugins, locale="en", failure=None, **environ):
        given = {"CARLOOP_STORE": str(tmp_path / "s"), "CARLOOP_BASE_URL": "https://a.example"} | environ
        with MobilityHost.of(*(plugins or (plugin,))) as host:
            store = FakeSettingsStore()
            store.figures = lambda: figures
            context = UseCaseContext(store, FakeCarloop(failure).connect, None, None, 0)
            report = examine(
                Environment.read(given),
                host,
                context=context if isinstance(figures, Figures) else figures,
                sites=[MAIN],
                sqlite="3.52.0",
            )
        assert CANARY not in repr(report)
        return doctor_document(report, locale=locale)

    return call


def codes(report):
    return [each["code"] for each in report["findings"]]


OURS = UnreadableRental(AccountId("a1"), "r-1", "i1/main/A-1/c-1", NOW)
OTHERS = UnreadableRental(AccountId("a1"), "r-2", None, NOW)

FINDINGS = {
    "nothing": ({}, [], True),
    "unknown outcomes": ({"pending": 2, "unknown": 2, "oldest_pending": NOW}, ["unknown_outcomes"], True),
    "pending for two hours": ({"pending": 1, "oldest_pending": EARLIER}, ["long_pending"], True),
    "set aside": ({"pending": 1, "set_aside": (ChangeId("c1"),)}, ["set_aside"], True),
    "unfinished erasure": ({"unfinished_erasures": 1}, ["erasure_unfinished"], True),
    "file moved aside": ({"moved_aside": (MovedAside("s.damaged-1", NOW),)}, ["moved_aside"], True),
    "clock behind": ({"contacts": (replace(CONTACT, skew=timedelta(seconds=-90)),)}, ["clock_skew"], True),
    "old SQLite": ({"journal": "delete"}, ["rollback_journal"], True),
    "our rental": ({"unreadable": (OURS,)}, ["unreadable_rentals"], False),
    "rentals of others": ({"unreadable": (OTHERS,)}, ["unreadable_rentals"], True),
    "feed": ({"contacts": (replace(CONTACT, trouble="invalid_answer"),)}, ["feed_unreadable"], False),
    "feed of yesterday": ({"contacts": (replace(CONTACT, trouble="unreachable"),)}, [], True),
}


@pytest.mark.parametrize(("figures", "found", "is_ok"), FINDINGS.values(), ids=FINDINGS)
def test_what_the_records_show(look, figures, found, is_ok):
    """A sentence in each language; an error where a rental of ours cannot be read, else a warning or a remark."""
    for locale in ("de", "en"):
        report = look(replace(WELL, **figures), locale=locale, CARLOOP_TOKEN=CANARY)
        assert (report["ok"], codes(report)) == (is_ok, [*found, "connected", "token_place"])
        assert all(each["message"].endswith((".", ")", "…")) for each in report["findings"])
    assert report["sites"][0]["connected"] is True
    assert CANARY not in str(report)


def test_many_unreadable_rentals(look):
    """Ours come first; of more than ten the number is shown."""
    report = look(replace(WELL, unreadable=(OURS, *[OTHERS] * 11)), CARLOOP_TOKEN=CANARY)
    assert codes(report)[:2] == ["unreadable_rentals"] * 2
    ours, others = (each["message"] for each in report["findings"][:2])
    assert ("r-1" in ours, "11 (" in others, others.count("r-2")) == (True, True, 10)


def test_what_does_not_open_or_load(look):
    """Records that cannot be opened and our own provider missing are errors; another provider is named."""
    report = look(Reason("storage_failed"))
    assert (report["ok"], codes(report)) == (False, ["storage_failed"])
    assert report["versions"]["sqlite"] == "3.52.0"
    report = look(WELL, ("broken", object()), CARLOOP_TOKEN=CANARY)
    assert report["ok"] is False
    assert codes(report) == ["load_failure", "not_loaded", "connected", "token_place"]
    assert report["load_failures"][0]["provider"] == "broken"


def test_a_site_that_does_not_work(look):
    """An error that names the site, with what is set for it."""
    refused = look(failure=CallFailed(Reason("not_authorised")), CARLOOP_TOKEN=CANARY)
    assert (refused["ok"], codes(refused)) == (False, ["not_authorised", "token_place"])
    missing = look()
    assert (missing["ok"], codes(missing)) == (False, ["not_configured"])
    for report, is_set in ((refused, True), (missing, False)):
        assert report["findings"][0]["message"].startswith("main: ")
        site = report["sites"][0]
        assert (site["connected"], site["token"]["set"]) == (False, is_set)


@pytest.mark.parametrize(("store", "mode"), [("s.sqlite3", 0o644), ("postgresql://db.example/c", 0o600)])
def test_a_token_file(look, tmp_path, store, mode):
    """A token file open to others is a warning; each server has its own, so a shared store is none."""
    (tmp_path / "token").write_text(CANARY)
    (tmp_path / "token").chmod(mode)
    (tmp_path / "c.toml").write_text('token_file = "token"\n')
    report = look(CARLOOP_STORE=store, CARLOOP_CONFIG=str(tmp_path / "c.toml"))
    assert codes(report) == ["connected", "token_place"] + ["token_file_open"] * (mode == 0o644)
    assert ("0600" in report["findings"][-1]["message"]) == (mode == 0o644)


def test_a_shared_store_with_a_token_of_one_server(look, tmp_path, monkeypatch):
    """Where servers share their records, a token kept on one of them is a warning; its password is not shown."""
    token = StoredToken(value=CANARY, origin="https://a.example", since=NOW)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    store = f"postgresql://user:{CANARY}@db.example/carloop"
    KeyringOrFile(store).keep_token(MAIN, token)
    report = look(CARLOOP_STORE=store)
    assert codes(report) == ["connected", "token_place", "shared_store_token"]
    assert CANARY not in str(report)


@pytest.mark.parametrize("is_installed", [True, False])
def test_the_keyring_is_an_extra(look, tmp_path, monkeypatch, is_installed):
    """Where a token of the settings page is in a file, the doctor names the extra that is missing."""
    token = StoredToken(value=CANARY, origin="https://a.example", since=NOW)
    KeyringOrFile(str(tmp_path / "s")).keep_token(MAIN, token)
    monkeypatch.setattr(doctor, "has_keyring", lambda: is_installed)
    finding = look()["findings"][-1]
    assert (finding["code"], "carloop-plugin[keyring]" in finding.get("hint", "")) == (
        "token_place",
        not is_installed,
    )


def test_how_changes_end_and_how_long_they_take(look):
    """Refusals are counted by their code and are in no time taken; each action has times of its own."""
    settled = (
        *(SettledChange(Action.BOOK, "done", None, seconds / 100) for seconds in range(101)),
        SettledChange(Action.BOOK, "refused", "vehicle_unavailable", 0.0),
        SettledChange(Action.CANCEL, "done", None, 2.0),
        *(SettledChange(Action.CANCEL, "refused", "rental_closed", 0.1),) * 2,
    )
    changes = look(replace(WELL, settled=settled), CARLOOP_TOKEN=CANARY)["store"]["changes"]
    assert (changes["counted"], changes["done"], changes["refused"]) == (105, 102, 3)
    assert list(changes["refused_by_code"].items()) == [("rental_closed", 2), ("vehicle_unavailable", 1)]
    assert changes["seconds"] == {
        "book": {"count": 101, "median": 0.5, "p95": 0.95, "longest": 1.0},
        "cancel": {"count": 1, "median": 2.0, "p95": 2.0, "longest": 2.0},
    }
