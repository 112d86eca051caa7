"""What only somebody who tries everything finds: hostile objects, slow neighbours, rebuilt records."""

import math
import socket
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from carloop_plugin import bootstrap, plugin
from carloop_plugin.messages import text
from carloop_plugin.model import ChangeId
from mobility_hookspecs import CallContext, MobilityProblem

if TYPE_CHECKING:
    from tests.support.planner import Planner
else:
    Planner = Any


def soon(seconds=10):
    return CallContext.within(seconds).deadline


def test_a_slow_site_costs_the_others_no_news(planner, tmp_path, monkeypatch):
    """One Carloop accepts and never answers; the other one's desk is heard all the same."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        (tmp_path / "t").write_text("tok_x")
        config = tmp_path / "carloop.toml"
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        config.write_text(f'[sites.a]\nbase_url = "{url}"\ntoken_file = "t"\n')
        monkeypatch.setenv("CARLOOP_CONFIG", str(config))
        planner.save()
        rental = planner.book()
        planner.control.desk(rental["id"], "hand_out")
        report = planner.host.reconcile(timeout=2.0).answers["carloop"]
    assert [each["status"] for each in report["changed"]] == ["picked_up"]


def test_an_intent_that_can_never_be_looked_up_is_set_aside(planner):
    """After twenty tries with a Carloop that answers everything else; the news from there link it all the same."""
    change = set_aside(planner, "drop_after")
    planner.control.calm()
    assert outcomes(planner.reconcile()) == [("done", change["change_id"])]
    assert planner.state()["state"] == "booked"


def test_what_was_set_aside_is_settled_once_look_ups_work_again(planner):
    """Carloop has no news of what never arrived: the next round looks, finds nothing, and sends it again."""
    change = set_aside(planner, "drop_before")
    planner.control.calm()
    assert outcomes(planner.reconcile()) == [("done", change["change_id"])]


OUTAGES = {
    "unavailable": ("any", "status", 503),
    "look-ups fail": ("read", "status", 500),
    "too many requests": ("any", "status", 429),
    "no answer": ("read", "drop_before", None),
    "slow": ("read", "delay", 5),
}


@pytest.mark.parametrize("outage", OUTAGES)
def test_an_outage_sets_nothing_aside(planner, outage):
    """However many rounds it lasts: none of them counts, and the first round after it settles the booking."""
    planner.save()
    operation, fault, value = OUTAGES[outage]
    planner.control.fault("book", "drop_before", times=3)
    change = planner.booking()
    assert planner.do(change)["status"] == "unknown"
    planner.control.fault(operation, fault, times=1000, value=value)
    for _ in range(3):
        plugin.reconcile_rentals(CallContext.within(0.3))
    with bootstrap.opened(deadline=soon()) as wired:
        pending = wired.call.store.intent(ChangeId(change["change_id"]))
    assert pending is not None
    assert pending.tries == 0
    planner.control.calm()
    assert outcomes(planner.reconcile()) == [("done", change["change_id"])]


def set_aside(planner, fault):
    """Book, hear nothing of it, and have recovery give up on it; Carloop cannot be asked for rentals yet."""
    planner.save()
    planner.control.fault("book", fault, times=3)
    change = planner.booking()
    assert planner.do(change)["status"] == "unknown"
    planner.control.fault("read", "garbage", times=1000)
    for _ in range(20):
        plugin.reconcile_rentals(CallContext.within(2))
    with bootstrap.opened(deadline=soon()) as wired:
        assert wired.call.store.figures().set_aside == (change["change_id"],)
    return change


def outcomes(report):
    return [(each["status"], each["change_id"]) for each in report["settled"]]


def test_a_round_gets_on_however_much_is_pending(planner):
    """A slow Carloop and a short round: shared out evenly, the time would do for none of the changes."""
    for number in range(3):
        planner.save(id=f"{planner.id}-{number}")
        planner.control.fault("book", "drop_after", times=3)
        assert planner.do(planner.booking())["status"] == "unknown"
    planner.control.fault("read", "delay", times=9, value=0.6)
    assert planner.host.reconcile(timeout=2.4).answers["carloop"]["settled"]


def test_another_providers_settings_are_none_of_ours(planner):
    """By plain pluggy every provider is asked to save them."""
    settings = {"provider": "taxi", "site": "main", "values": {"base_url": "https://taxi.example"}}
    assert plugin.save_provider_settings(settings, CallContext.within(5)) is None
    with bootstrap.opened(deadline=soon()) as wired:
        assert wired.call.store.stored_settings(bootstrap.DEFAULT_SITE) is None


@pytest.mark.parametrize("fault", [None, "drop_after"])
def test_rebuilt_records_know_the_change_that_made_a_rental(planner, fault):
    """Damaged, moved aside and rebuilt from Carloop: the same change again is the same rental."""
    planner.save()
    change = planner.booking()
    if fault:
        planner.control.fault("book", fault, times=3)
    planner.do(change)
    bootstrap.close()
    planner.store.write_bytes(b"not a database any more" * 1000)
    aside, rebuilt = bootstrap.rebuild_store(deadline=soon())
    assert (aside is not None and aside.exists(), rebuilt.rentals, rebuilt.missing) == (True, 1, ())
    outcome = planner.do(change)
    assert outcome["status"] == "done", outcome
    assert ("booked", outcome["rental"]) == (planner.state()["state"], planner.state()["rental"])
    assert len(planner.control.rentals(planner.id)) == 1


def test_erasing_deletes_the_records_moved_aside(planner):
    """A damaged file cannot be searched for a person."""
    planner.save()
    planner.book()
    bootstrap.close()
    planner.store.write_bytes(b"Canary" * 1000)
    aside, _ = bootstrap.rebuild_store(deadline=soon())
    planner.host.erase({"customer_numbers": ["4711"], "appointment_ids": []})
    assert aside is not None
    assert not aside.exists()


def notices(step):
    return [each["code"] for each in step["notices"]]


def test_a_rental_found_changed_says_so(planner):
    """The desk swapped the car before we knew that the booking had worked; who then goes on from there has seen it."""
    planner.save()
    change = planner.booking()
    planner.control.fault("book", "drop_after", times=3)
    planner.do(change)
    rental = planner.control.rentals(planner.id)[0]
    planner.control.desk(rental["id"], "swap", vehicle_id=planner.search()["options"][0]["id"])
    step = planner.save(revision=2)
    assert (step["state"], notices(step)) == ("booked", ["differs"])
    planner.control.desk(rental["id"], "hand_out")
    assert [each["status"] for each in planner.reconcile()["changed"]] == ["picked_up"]
    assert notices(planner.save(revision=3)) == ["differs"]
    longer = planner.end_change(planner.state()["rental"], planner.end() + timedelta(hours=1))
    assert planner.do(longer)["status"] == "done"
    assert notices(planner.save(revision=3)) == []


def test_a_refusal_that_shows_our_record_behind_brings_it_up_to_date(planner):
    """The desk cancelled it; the advisor, who could not know, is shown that."""
    planner.save()
    rental = planner.book()
    planner.control.desk(rental["id"], "cancel")
    outcome = planner.do(planner.end_change(rental, planner.end(), revision=rental["revision"]))
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "rental_closed")
    assert outcome["rental"]["status"] == "cancelled"
    assert planner.state()["state"] == "open"


def test_a_call_without_a_deadline_is_answered(planner):
    """A host of its own making may know none."""
    context = CallContext(math.inf)
    planner.save()
    outcome = plugin.on_rental_change(planner.booking(), context)
    assert outcome is not None
    assert outcome["status"] == "done"


class Hostile(dict):
    """A dict that is valid to look at, and raises when read."""

    def __getitem__(self, key):
        raise RuntimeError("hostile")

    def __iter__(self):
        raise RuntimeError("hostile")

    def get(self, *_):
        raise RuntimeError("hostile")

    def items(self):
        raise RuntimeError("hostile")


class Liar(str):
    """A text that ends the process when compared."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other):
        raise SystemExit(1)


def test_hostile_objects_are_read_by_their_content(planner):
    """What is judged is what is used: a plain copy."""
    step = plugin.on_appointment_saved(Hostile(planner.appointment), CallContext.within(5))
    assert planner.id == step["appointment_id"]
    outcome = plugin.on_rental_change(Hostile(planner.booking()), CallContext.within(5))
    assert outcome is not None
    assert outcome["status"] == "done"
    change = planner.cancellation(rental_id="R-1") | {"provider": Liar("carloop")}
    outcome = plugin.on_rental_change(change, CallContext.within(5))
    assert outcome is not None
    assert outcome["status"] == "refused"
    with pytest.raises(MobilityProblem):
        plugin.provide_mobility_states([Liar("A")], CallContext.within(5))


def test_a_filter_carloop_cannot_read_is_pointed_at(planner):
    """The contract admits any id; Carloop does not."""
    from mobility_hookspecs import MobilityHost

    request = {
        "site": "main",
        "period": planner.appointment["period"],
        "filters": {"vehicle_classes": [f"c{n}" for n in range(500)], "features": []},
    }
    assert isinstance(planner.host, MobilityHost)
    (failure,) = planner.host.mobility_options(request).failures
    assert (failure.problem["code"], failure.problem["pointer"]) == ("invalid_document", "/filters")


def test_a_rental_id_that_is_no_path_is_not_found(planner):
    """It would lead to another address."""
    outcome = planner.do(planner.cancellation(rental_id="..", site="main"))
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "rental_not_found")


def test_alternatives_are_like_what_was_wanted(planner, tmp_path, monkeypatch):
    """Of the site's own station, and of the wanted class first."""
    config = tmp_path / "carloop.toml"
    config.write_text('station = "rastatt"\n')
    monkeypatch.setenv("CARLOOP_CONFIG", str(config))
    planner.save()
    by_class = {}
    for option in planner.search()["options"]:
        by_class.setdefault(option["vehicle"]["vehicle_class"], []).append(option)
    # the class that has the fewest others beside the wanted one, so that the list goes on with other classes
    wanted, (first, *rest) = min(
        ((name, options) for name, options in by_class.items() if len(options) > 1),
        key=lambda each: len(each[1]),
    )
    other = {
        "external_reference": f"other/main/{planner.id}/x",
        "vehicle_id": first["id"],
        "start": planner.appointment["period"]["start"],
        "end": planner.appointment["period"]["end"],
        "customer": {"source": "manual", "last_name": "Faster"},
    }
    key = {"Idempotency-Key": planner.id.ljust(36, "0")}
    assert planner.control.api("POST", "/rentals", json=other, headers=key).status_code == 201
    # whoever searches last decides nothing
    other_class = next(name for name in by_class if name != wanted)
    planner.search(filters={"vehicle_classes": [other_class], "features": []})
    taken = planner.do(planner.booking(option_id=first["id"]))
    vehicles = [option["vehicle"] for option in taken["alternatives"]]
    assert {vehicle["station"] for vehicle in vehicles} == {"rastatt"}
    likest = [vehicle["id"] for vehicle in vehicles if vehicle["vehicle_class"] == wanted]
    assert {option["id"] for option in rest} >= set(likest) == {v["id"] for v in vehicles[: len(likest)]}
    assert 1 <= len(likest) < len(vehicles)


def test_a_time_zone_nobody_knows_is_refused(planner):
    """Its form is right; the page would show every time wrongly."""
    gathered = planner.host.appointment_saved(planner.appointment | {"time_zone": "Europa/Berlin"})
    (failure,) = gathered.failures
    assert (failure.problem["code"], failure.problem["pointer"]) == ("invalid_document", "/time_zone")
    assert text("appointment.zone_unknown", "de") == failure.problem["detail"]
    assert planner.state()["state"] == "open"


def test_a_newer_store_is_not_moved_aside(planner):
    """It is not broken: rebuilding would lose what only the newer version can read."""

    from carloop_plugin.model import StoreFailed

    planner.save()
    bootstrap.close()
    with closing(sqlite3.connect(planner.store)) as db, db:
        columns = "(migration_set, name, applied_at)"
        db.execute(f"INSERT INTO _sqlite_migrations {columns} VALUES ('carloop_plugin', 'of_2030', '')")
    before = planner.store.read_bytes()
    with pytest.raises(StoreFailed) as refused:
        bootstrap.rebuild_store(deadline=soon())
    assert refused.value.reason.text == "store.newer"
    assert planner.store.read_bytes() == before


def test_one_id_in_two_accounts_is_the_present_accounts_rental(planner):
    """Two Carloops number alike; a change goes to the one whose token is in use."""
    from dataclasses import replace

    from carloop_plugin.model import AccountId, AppointmentId

    planner.save()
    rental = planner.book()
    with bootstrap.opened(deadline=soon()) as wired:
        (known,) = wired.call.store.rentals_named(rental["id"])
        twin = replace(known, account=AccountId("other"), appointment_id=AppointmentId("A-twin"))
        assert wired.call.store.keep_rental(twin)
    outcome = planner.do(planner.cancellation(rental_id=rental["id"]))
    assert ("done", planner.id) == (outcome["status"], outcome["rental"]["appointment_id"])
    (state,) = planner.host.mobility_states(["A-twin"]).answers["carloop"]
    assert state["rental"]["status"] == "reserved"
