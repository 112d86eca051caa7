"""Several sites and accounts: each has its own Carloop, and no rental is taken for another's."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from carloop_plugin.messages import text
from carloop_sandbox.running import run_sandbox
from tests.support.interface import planner_of

ACCOUNT_CHANGED = text("change.account_changed", "de")


@pytest.fixture
def other_carloop():
    """Another Carloop, of another account, which numbers its rentals from the beginning."""
    with run_sandbox(token="tok_other", allow_faults=True) as running:
        yield running


@pytest.fixture
def use(monkeypatch):
    """Set the plugin up for a Carloop."""

    def use(carloop):
        monkeypatch.setenv("CARLOOP_BASE_URL", carloop.url)
        monkeypatch.setenv("CARLOOP_TOKEN", carloop.token)

    return use


@pytest.fixture
def two_sites(planner, other_carloop, tmp_path, monkeypatch):
    """Site `nord` has an entry of its own, all others are served by the environment."""
    (tmp_path / "nord.token").write_text("tok_other\n")
    config = tmp_path / "carloop.toml"
    config.write_text(f'[sites.nord]\nbase_url = "{other_carloop.url}"\ntoken_file = "nord.token"\n')
    monkeypatch.setenv("CARLOOP_CONFIG", str(config))


def code(outcome):
    return outcome["status"], outcome.get("problem", {}).get("code", "")


def test_each_site_has_a_carloop_of_its_own(planner, two_sites):
    """A change goes to the site it names, where another site's rental is not found; both are reconciled."""
    planner.save()
    rental = planner.book()
    at_nord, at_main = (planner.cancellation(rental_id=rental["id"], site=site) for site in ("nord", "main"))
    assert code(planner.do(at_nord)) == ("refused", "rental_not_found")
    planner.appointment = planner.appointment | {"id": f"{planner.id}-nord", "site": "nord"}
    planner.save()
    option = planner.search(site="nord")["options"][0]["id"]
    assert planner.book(site="nord", option_id=option)["site"] == "nord"
    assert planner.control.rentals(planner.id) == []
    assert planner.reconcile()["pending"] == 0
    assert planner.state()["state"] == "booked"
    assert code(planner.do(at_main)) == ("done", "")


def test_a_token_of_another_account_changes_nothing(planner, other_carloop, use, records):
    """Its Carloop numbers rentals alike, and whoever saw the revision does not read it again."""
    planner.save()
    ours = planner.cancellation(rental_id=planner.book()["id"])
    with planner_of(other_carloop) as stranger:
        period = stranger.at(1), stranger.at(2)
        theirs = stranger.book(stranger.free(*period)[0], *period)
        with records() as store:
            (known,) = store.rentals(appointment_ids=[planner.id])
            store.keep_rental(replace(known, id=theirs["id"], appointment_id="A-twin"))
        use(other_carloop)
        cancellation = planner.cancellation(rental_id=theirs["id"], revision=theirs["revision"])
        new_end = planner.end_change(theirs, planner.end(), revision=theirs["revision"])
        for change in (ours, cancellation, new_end):
            assert code(planner.do(change)) == ("refused", "account_changed")
        assert stranger.read(theirs) == theirs
    assert planner.state()["state"] == "booked"
    use(planner.control)
    assert planner.do(ours)["status"] == "done"


@pytest.mark.parametrize("revision", [{}, {"revision": 1}], ids=["read anew", "as seen"])
def test_a_carloop_whose_data_are_gone_has_not_cancelled_anything(planner, use, tmp_path, revision):
    """What it does not know is another account's; with its data back it is the account again."""
    with run_sandbox(token="tok_first", data=tmp_path) as first:
        use(first)
        planner.save()
        rental = planner.book()
        port = urlsplit(first.url).port
    with run_sandbox(token="tok_first", port=port):
        changes = [
            planner.end_change(rental, planner.end() + timedelta(hours=1), **revision),
            planner.cancellation(rental_id=rental["id"], **revision),
        ]
        for outcome in map(planner.do, changes):
            assert code(outcome) == ("refused", "account_changed")
            assert outcome["problem"]["detail"] == ACCOUNT_CHANGED
        planner.reconcile()
        assert planner.state()["state"] == "booked"
    with run_sandbox(token="tok_first", data=tmp_path, port=port):
        assert code(planner.do(planner.cancellation(rental_id=rental["id"]))) == ("done", "")


def test_rentals_of_one_number(planner, two_sites, records):
    """Two Carloops number alike: the site must be named; accounts that are not in use are left alone."""
    planner.save()
    rental = planner.book()
    with records() as store:
        (known,) = store.rentals(rental_id=rental["id"])
        for other in ("other-1", "other-2"):
            store.keep_rental(replace(known, id="R-twin", account=other, appointment_id=f"A-{other}"))
        store.keep_rental(replace(known, site="nord", account="other", appointment_id="A-nord"))
    outcome = planner.do(planner.cancellation(rental_id="R-twin"))
    assert (code(outcome), outcome["problem"]["detail"]) == (("refused", "account_changed"), ACCOUNT_CHANGED)
    problem = planner.do(planner.cancellation(rental_id=rental["id"]))["problem"]
    assert (problem["code"], problem["pointer"]) == ("invalid_document", "/site")
    assert problem["detail"] == text("change.site_needed", "de")
    named = planner.do(planner.cancellation(rental_id=rental["id"], site="main"))
    assert (named["status"], named["rental"]["appointment_id"]) == ("done", planner.id)


@pytest.mark.parametrize("action", ["book", "change_end", "cancel", "give up"])
def test_a_pending_change_is_not_sent_to_another_account(planner, other_carloop, use, action):
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
    planner.control.reset_faults()
    use(other_carloop)
    outcome = planner.do(change)
    assert (code(outcome), outcome["problem"]["detail"]) == (("unknown", "account_changed"), ACCOUNT_CHANGED)
    assert planner.reconcile()["pending"] == (2 if action == "give up" else 1)
    use(planner.control)
    assert planner.do(change)["status"] == ("unknown" if action == "give up" else "done")


def test_a_revoked_token_keeps_what_is_pending(planner, lost_booking, monkeypatch):
    """Recovery goes on once the settings hold one that is accepted."""
    before = datetime.now(UTC)
    change = lost_booking()
    monkeypatch.setenv("CARLOOP_TOKEN", "tok_revoked")
    assert code(planner.do(planner.booking(option_id="V1001"))) == ("refused", "outcome_pending")
    report = planner.reconcile()
    assert report["pending"] == 1
    assert before < datetime.fromisoformat(report["oldest_pending"]) < datetime.now(UTC)
    monkeypatch.setenv("CARLOOP_TOKEN", planner.control.token)
    assert planner.do(change)["status"] == "done"
    assert "oldest_pending" not in planner.reconcile()
