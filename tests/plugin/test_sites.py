"""Several sites and accounts: each has its own Carloop, and no rental is taken for another's."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pluggy
import pytest

from carloop_plugin import bootstrap, plugin
from carloop_plugin.messages import text
from carloop_sandbox.running import run_sandbox
from mobility_hookspecs import ENTRY_POINT_GROUP, PROJECT_NAME, CallContext, specs

if TYPE_CHECKING:
    from tests.support.planner import Planner
else:
    Planner = Any


@pytest.fixture
def other_carloop():
    """Another Carloop, of another account."""
    with run_sandbox(token="tok_other", allow_faults=True) as running:
        yield running


@pytest.fixture
def two_sites(planner, other_carloop, tmp_path, monkeypatch):
    """Site `nord` has an entry of its own, all others are served by the environment."""
    (tmp_path / "nord.token").write_text("tok_other\n")
    (tmp_path / "nord.token").chmod(0o600)
    config = tmp_path / "carloop.toml"
    config.write_text(f'[sites.nord]\nbase_url = "{other_carloop.url}"\ntoken_file = "nord.token"\n')
    monkeypatch.setenv("CARLOOP_CONFIG", str(config))


def code(outcome):
    return outcome["status"], outcome.get("problem", {}).get("code", "")


def test_each_site_books_at_its_own_carloop(planner, two_sites):
    """And both are reconciled."""
    planner.save()
    planner.book()
    first = planner.appointment
    planner.appointment = first | {"id": f"{planner.id}-nord", "site": "nord"}
    planner.save()
    option = planner.search(site="nord")["options"][0]["id"]
    rental = planner.book(site="nord", option_id=option)
    assert rental["site"] == "nord"
    assert planner.control.rentals(planner.id) == []
    assert planner.reconcile()["pending"] == 0
    assert planner.state()["state"] == "booked"


def test_a_token_of_another_account_changes_nothing(planner, other_carloop, monkeypatch):
    """A "not found" of another account says nothing about this rental."""
    planner.save()
    rental = planner.book()
    monkeypatch.setenv("CARLOOP_BASE_URL", other_carloop.url)
    monkeypatch.setenv("CARLOOP_TOKEN", other_carloop.token)
    changes = [planner.end_change(rental, planner.end()), planner.cancellation(rental_id=rental["id"])]
    assert [code(planner.do(change)) for change in changes] == [("refused", "account_changed")] * 2
    planner.reconcile()
    assert planner.state()["state"] == "booked"
    monkeypatch.setenv("CARLOOP_BASE_URL", planner.control.url)
    monkeypatch.setenv("CARLOOP_TOKEN", planner.control.token)
    assert planner.do(changes[1])["status"] == "done"


@pytest.mark.parametrize("revision", [{}, {"revision": 1}], ids=["read anew", "as seen"])
def test_a_carloop_whose_data_are_gone_has_not_cancelled_anything(planner, monkeypatch, revision):
    """At the same address, with the same token: what it does not know is not gone but another account's."""
    with run_sandbox(token="tok_first") as first:
        monkeypatch.setenv("CARLOOP_BASE_URL", first.url)
        monkeypatch.setenv("CARLOOP_TOKEN", first.token)
        planner.save()
        rental = planner.book()
        port = urlsplit(first.url).port or 0
    with run_sandbox(token="tok_first", port=port):
        changes = [
            planner.end_change(rental, planner.end() + timedelta(hours=1), **revision),
            planner.cancellation(rental_id=rental["id"], **revision),
        ]
        outcomes = [planner.do(change) for change in changes]
        assert [code(outcome) for outcome in outcomes] == [("refused", "account_changed")] * 2
        assert {text("change.account_changed", "de")} == {o["problem"]["detail"] for o in outcomes}
        assert planner.state()["state"] == "booked"


def test_a_rental_of_accounts_that_are_not_in_use_is_left_alone(planner):
    """However many have one of this number."""
    planner.save()
    rental = planner.book()
    with bootstrap.opened(deadline=CallContext.within(10).deadline) as wired:
        (known,) = wired.call.store.rentals_named(rental["id"])
        for number in (1, 2):
            twin = replace(known, id="R-twin", account=f"other-{number}", appointment_id=f"A-{number}")
            wired.call.store.keep_rental(twin)
    outcome = planner.do(planner.cancellation(rental_id="R-twin"))
    assert code(outcome) == ("refused", "account_changed")
    assert text("change.account_changed", "de") == outcome["problem"]["detail"]


def test_a_change_goes_to_the_site_it_names(planner, two_sites):
    """A rental of another site is not there."""
    planner.save()
    rental = planner.book()
    for site, expected in (("nord", ("refused", "rental_not_found")), ("main", ("done", ""))):
        assert code(planner.do(planner.cancellation(rental_id=rental["id"], site=site))) == expected


def test_where_two_sites_have_a_rental_of_one_number_the_site_must_be_named(planner, two_sites):
    """Two Carloops number alike; nothing is guessed."""
    planner.save()
    rental = planner.book()
    with bootstrap.opened(deadline=CallContext.within(10).deadline) as wired:
        (known,) = wired.call.store.rentals_named(rental["id"])
        wired.call.store.keep_rental(replace(known, site="nord", account="other", appointment_id="A-nord"))
    problem = planner.do(planner.cancellation(rental_id=rental["id"]))["problem"]
    assert ("invalid_document", "/site", text("change.site_needed", "de")) == (
        problem["code"],
        problem["pointer"],
        problem["detail"],
    )
    named = planner.do(planner.cancellation(rental_id=rental["id"], site="main"))
    assert ("done", planner.id) == (named["status"], named["rental"]["appointment_id"])


def test_a_carloop_that_is_back_with_its_data_is_known_again(planner, monkeypatch, tmp_path):
    """Another one stood at its address for a while, and was remembered."""
    with run_sandbox(token="tok_first", data=tmp_path) as first:
        monkeypatch.setenv("CARLOOP_BASE_URL", first.url)
        monkeypatch.setenv("CARLOOP_TOKEN", first.token)
        planner.save()
        rental = planner.book()
        port = urlsplit(first.url).port or 0
    with run_sandbox(token="tok_first", port=port):
        planner.reconcile()
    with run_sandbox(token="tok_first", data=tmp_path, port=port):
        assert code(planner.do(planner.cancellation(rental_id=rental["id"]))) == ("done", "")


@pytest.mark.parametrize("action", ["book", "change_end", "cancel", "give up"])
def test_a_pending_change_is_not_sent_to_another_account(planner, other_carloop, monkeypatch, action):
    """It stays unknown until its own account can be asked."""
    planner.save()
    change = planner.booking()
    if action in ("change_end", "cancel"):
        rental = planner.do(change)["rental"]
        cancellation = planner.cancellation(rental_id=rental["id"])
        change = planner.end_change(rental, planner.end()) if action == "change_end" else cancellation
    for operation in ("book", "change_end", "cancel"):
        planner.control.fault(operation, "drop_before", times=3)
    assert planner.do(change)["status"] == "unknown"
    if action == "give up":
        change = planner.cancellation(book_change_id=change["change_id"])
        assert planner.do(change)["status"] == "unknown"
    planner.control.calm()
    monkeypatch.setenv("CARLOOP_BASE_URL", other_carloop.url)
    monkeypatch.setenv("CARLOOP_TOKEN", other_carloop.token)
    outcome = planner.do(change)
    assert code(outcome) == ("unknown", "account_changed")
    assert text("change.account_changed", "de") == outcome["problem"]["detail"]
    assert (2 if action == "give up" else 1) == planner.reconcile()["pending"]
    monkeypatch.setenv("CARLOOP_BASE_URL", planner.control.url)
    monkeypatch.setenv("CARLOOP_TOKEN", planner.control.token)
    expected = "unknown" if action == "give up" else "done"
    assert planner.do(change)["status"] == expected


def test_a_revoked_token_keeps_what_is_pending(planner, monkeypatch):
    """Recovery goes on once the settings hold one that is accepted."""
    planner.save()
    change, before = planner.booking(), datetime.now(UTC)
    planner.control.fault("book", "drop_after", times=3)
    assert planner.do(change)["status"] == "unknown"
    monkeypatch.setenv("CARLOOP_TOKEN", "tok_revoked")
    assert code(planner.do(planner.booking(option_id="V1001"))) == ("refused", "outcome_pending")
    report = planner.reconcile()
    assert report["pending"] == 1
    assert before < datetime.fromisoformat(report["oldest_pending"]) < datetime.now(UTC)
    monkeypatch.setenv("CARLOOP_TOKEN", planner.control.token)
    assert planner.do(change)["status"] == "done"
    assert "oldest_pending" not in planner.reconcile()


def test_plain_pluggy_gets_the_same_answers(planner):
    """A host may do without the host kit, and without its isolation."""
    manager = pluggy.PluginManager(PROJECT_NAME)
    manager.add_hookspecs(specs)
    manager.load_setuptools_entrypoints(ENTRY_POINT_GROUP, name="carloop")
    manager.check_pending()
    context = CallContext.within(10)
    (step,) = manager.hook.on_appointment_saved(appointment=planner.appointment, context=context)
    assert step == planner.save()
    change = planner.booking()
    (outcome,) = manager.hook.on_rental_change(change=change, context=context)
    assert outcome == planner.do(change)
    assert manager.hook.on_rental_change(change=change | {"provider": "taxi"}, context=context) == []
    manager.hook.close_mobility_provider()
    manager.hook.close_mobility_provider()
    (states,) = manager.hook.provide_mobility_states(appointment_ids=[planner.id], context=context)
    assert states[0]["state"] == "booked"
    assert plugin in manager.get_plugins()
