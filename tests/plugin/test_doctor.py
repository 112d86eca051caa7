"""The doctor's findings, one cause at a time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from carloop_plugin import plugin
from carloop_plugin.credentials import SecretsFile
from carloop_plugin.doctor import diagnose
from carloop_plugin.model import (
    Account,
    AccountId,
    Action,
    CallFailed,
    ChangeId,
    Contact,
    Figures,
    MovedAside,
    Reason,
    SettledChange,
    Site,
    StoredToken,
    UnreadableRental,
)
from carloop_plugin.ports import Carloop
from carloop_plugin.settings import Environment
from mobility_hookspecs import MobilityHost

NOW = datetime.now(UTC)
CANARY = "canary-token-0815"
MAIN = Site("main")
WELL = Figures(
    installation="i1",
    location="s.sqlite3",
    journal="wal",
    rentals=3,
    pending=0,
    unknown=0,
    oldest_pending=None,
    set_aside=(),
    contacts=(Contact(AccountId("a1"), NOW, timedelta(seconds=1)),),
)


class Reachable:
    """A Carloop that answers with its account, or fails with `failure`."""

    def __init__(self, failure):
        self.failure = failure

    def read_account(self, *, deadline):
        if self.failure is not None:
            raise self.failure
        return Account(AccountId("a1"), "Autohaus", "Europe/Berlin", (), NOW, timedelta())


OURS = UnreadableRental(AccountId("a1"), "r-1", "i1/main/A-1/c-1", NOW)
STRANGERS = UnreadableRental(AccountId("a1"), "r-2", None, NOW)


class NoSettings:
    """A store in which nothing was saved."""

    def stored_settings(self, site):
        return None

    def save_settings(self, site, settings):
        raise NotImplementedError


@pytest.fixture
def look(tmp_path, monkeypatch):
    """Have the doctor look, with an environment."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))

    def call(figures=WELL, *plugins, locale="en", failure=None, **environ):
        given = {"CARLOOP_STORE": str(tmp_path / "s"), "CARLOOP_BASE_URL": "https://a.example"} | environ
        with MobilityHost.of(*(plugins or (plugin,))) as host:
            return diagnose(
                environment=Environment.read(given),
                credentials=SecretsFile(tmp_path / "secrets.json"),
                store=NoSettings() if isinstance(figures, Figures) else None,
                connect=lambda _: cast("Carloop", Reachable(failure)),
                figures=figures,
                sites=[MAIN],
                host=host,
                sqlite="3.52.0",
                locale=locale,
            )

    return call


def codes(diagnosis):
    return [each["code"] for each in diagnosis.findings]


def but(**figures):
    """Give figures that are well but for these."""
    names = Figures.__dataclass_fields__
    return Figures(**({name: getattr(WELL, name) for name in names} | figures))


def test_all_is_well(look):
    """With nothing to complain of, the report says that Carloop answers and where the token is."""
    diagnosis = look(CARLOOP_TOKEN=CANARY)
    assert (diagnosis.is_well, codes(diagnosis)) == (True, ["connected", "token_place"])
    assert diagnosis.document()["sites"][0]["connected"] is True
    assert CANARY not in repr(diagnosis) + str(diagnosis.document())


@pytest.mark.parametrize(
    ("figures", "code"),
    [
        (but(pending=2, unknown=2, oldest_pending=NOW), "unknown_outcomes"),
        (but(pending=1, oldest_pending=NOW - timedelta(hours=2)), "long_pending"),
        (but(pending=1, set_aside=(ChangeId("c1"),)), "set_aside"),
        (but(unfinished_erasures=1), "erasure_unfinished"),
        (but(moved_aside=(MovedAside("s.damaged-1", NOW),)), "moved_aside"),
        (but(contacts=(Contact(AccountId("a1"), NOW, timedelta(seconds=-90)),)), "clock_skew"),
    ],
)
def test_what_is_to_be_seen_to(look, figures, code):
    """What waits too long, was set aside or has a wrong clock is a warning; the provider still works."""
    diagnosis = look(figures, CARLOOP_TOKEN=CANARY)
    assert (diagnosis.is_well, codes(diagnosis)) == (True, [code, "connected", "token_place"])


@pytest.mark.parametrize(
    ("figures", "found", "is_well"),
    [
        (but(unreadable=(OURS,)), ["unreadable_rentals"], False),
        (but(unreadable=(STRANGERS,) * 11), ["unreadable_rentals"], True),
        (but(unreadable=(OURS, STRANGERS)), ["unreadable_rentals"] * 2, False),
        (but(contacts=(replace(WELL.contacts[0], trouble="invalid_answer"),)), ["feed_unreadable"], False),
        (but(contacts=(replace(WELL.contacts[0], trouble="unreachable"),)), [], True),
    ],
)
def test_what_of_carloop_cannot_be_read(look, figures, found, is_well):
    """One of ours is an error, a stranger's a warning; ten are named, and how many there are is said."""
    diagnosis = look(figures, CARLOOP_TOKEN=CANARY)
    assert (diagnosis.is_well, codes(diagnosis)) == (is_well, [*found, "connected", "token_place"])
    if len(figures.unreadable) == 11:
        assert "11 (" in diagnosis.findings[0]["message"]
        assert diagnosis.findings[0]["message"].count("r-2") == 10


def test_an_old_sqlite(look):
    """The rollback journal is told as a remark."""
    assert codes(look(but(journal="delete"), CARLOOP_TOKEN=CANARY)) == [
        "rollback_journal",
        "connected",
        "token_place",
    ]


def test_records_that_cannot_be_opened(look):
    """Records that cannot be opened are an error; the rest is still told."""
    diagnosis = look(Reason("storage_failed"))
    assert (diagnosis.is_well, codes(diagnosis)) == (False, ["storage_failed"])
    assert diagnosis.document()["versions"]["sqlite"] == "3.52.0"


def test_no_token(look):
    """A site without a token is an error that names the site."""
    diagnosis = look()
    assert (diagnosis.is_well, codes(diagnosis)) == (False, ["not_configured"])
    assert diagnosis.findings[0]["message"].startswith("main: ")


def test_a_token_alone(look):
    """A token without an address beside it is an error that says what to set."""
    diagnosis = look(CARLOOP_TOKEN=CANARY, CARLOOP_BASE_URL="")
    assert (diagnosis.is_well, codes(diagnosis)) == (False, ["not_configured"])
    assert "CARLOOP_BASE_URL" in diagnosis.findings[0]["message"]
    assert diagnosis.document()["sites"][0]["token"]["set"] is False


def test_a_connection_that_does_not_work(look):
    """A site whose Carloop refuses the token is an error that names the site."""
    diagnosis = look(failure=CallFailed(Reason("not_authorised")), CARLOOP_TOKEN=CANARY)
    assert (diagnosis.is_well, codes(diagnosis)) == (False, ["not_authorised", "token_place"])
    assert diagnosis.findings[0]["message"].startswith("main: ")
    assert diagnosis.document()["sites"][0]["connected"] is False


def test_a_token_file_that_others_can_read(look, tmp_path):
    """A token file open to others is a warning with what to do."""
    (tmp_path / "token").write_text(CANARY)
    (tmp_path / "token").chmod(0o644)
    (tmp_path / "c.toml").write_text('token_file = "token"\n')
    diagnosis = look(CARLOOP_CONFIG=str(tmp_path / "c.toml"))
    assert codes(diagnosis) == ["connected", "token_place", "token_file_open"]
    assert "0600" in diagnosis.findings[2]["message"]


def test_a_shared_store_with_a_token_of_one_server(look, tmp_path):
    """Where servers share their records, a token kept on one of them is a warning; its password is not shown."""
    SecretsFile(tmp_path / "secrets.json").keep_token(
        MAIN, StoredToken(value=CANARY, origin="https://a.example", since=NOW)
    )
    diagnosis = look(CARLOOP_STORE=f"postgresql://user:{CANARY}@db.example/carloop")
    assert codes(diagnosis) == ["connected", "token_place", "shared_store_token"]
    assert CANARY not in str(diagnosis.document())


def test_a_token_file_of_each_server_is_fine(look, tmp_path):
    """A token file that the configuration names is each server's own, so nothing is said."""
    (tmp_path / "token").write_text(CANARY)
    (tmp_path / "token").chmod(0o600)
    (tmp_path / "c.toml").write_text('token_file = "token"\n')
    diagnosis = look(CARLOOP_STORE="postgresql://db.example/carloop", CARLOOP_CONFIG=str(tmp_path / "c.toml"))
    assert codes(diagnosis) == ["connected", "token_place"]


def test_what_does_not_load(look):
    """A provider that does not load is named with the reason; ours missing is an error."""
    diagnosis = look(WELL, ("broken", object()), CARLOOP_TOKEN=CANARY)
    assert (diagnosis.is_well, codes(diagnosis)) == (
        False,
        [
            "load_failure",
            "not_loaded",
            "connected",
            "token_place",
        ],
    )
    assert diagnosis.document()["load_failures"][0]["provider"] == "broken"


def test_how_changes_end_and_how_long_they_take(look):
    """Refusals are counted by their code and are in no time taken; each action has times of its own."""
    settled = (
        *(SettledChange(Action.BOOK, "done", None, seconds / 100) for seconds in range(101)),
        SettledChange(Action.BOOK, "refused", "vehicle_unavailable", 0.0),
        SettledChange(Action.CANCEL, "done", None, 2.0),
        *(SettledChange(Action.CANCEL, "refused", "rental_closed", 0.1),) * 2,
    )
    changes = look(but(settled=settled), CARLOOP_TOKEN=CANARY).document()["store"]["changes"]
    assert (changes["counted"], changes["done"], changes["refused"]) == (105, 102, 3)
    assert list(changes["refused_by_code"].items()) == [("rental_closed", 2), ("vehicle_unavailable", 1)]
    assert changes["seconds"] == {
        "book": {"count": 101, "median": 0.5, "p95": 0.95, "longest": 1.0},
        "cancel": {"count": 1, "median": 2.0, "p95": 2.0, "longest": 2.0},
    }


@pytest.mark.parametrize("locale", ["de", "en"])
def test_findings_are_in_the_language(look, locale):
    """Every finding is a sentence in the language."""
    figures = but(
        pending=3,
        unknown=1,
        unfinished_erasures=2,
        moved_aside=(MovedAside("s.damaged-1", NOW),),
        oldest_pending=NOW - timedelta(days=1),
        set_aside=(ChangeId("c"),),
    )
    for each in look(figures, locale=locale, CARLOOP_TOKEN=CANARY).findings:
        assert each["message"].endswith((".", ")"))
