"""Scenarios of the whole plugin: a planner host asks through the hooks, and Carloop answers."""

from datetime import UTC, datetime

from tests.cassettes.recorder.carloop import CUSTOMER, END, REASON, key, reference
from tests.cassettes.scenarios.planner import APPOINTMENT, planner_of


def check(carloop):
    """The settings are tested: the right token is welcome."""
    with planner_of(carloop) as planner:
        report = planner.host.check("carloop", "main")
    assert (report["ok"], [each["severity"] for each in report["findings"]]) == (True, ["info"])


def filters(carloop):
    """The advisor sees the classes and features of this Carloop."""
    with planner_of(carloop) as planner:
        found = planner.host.mobility_filters("main").answers["carloop"]
    assert found["vehicle_classes"][0] == {"id": "kleinwagen", "name": "Kleinwagen"}
    assert {"id": "allrad", "name": "Allrad", "group": "Antrieb"} in found["features"]


def search(carloop):
    """A search by two classes and two features offers cars that fit and are free."""
    with planner_of(carloop) as planner:
        offer = planner.search(
            vehicle_classes=["kompaktklasse", "kombi"], features=["klimaanlage", "winterreifen"]
        )
    assert (offer["total"], len(offer["options"]), offer["truncated"]) == (2, 2, False)
    assert {each["vehicle"]["vehicle_class"] for each in offer["options"]} == {"kompaktklasse", "kombi"}
    assert all(each["match"] == "exact" for each in offer["options"])


def book(carloop):
    """A saved appointment's car is booked once, however often the change is sent; a second one is refused."""
    with planner_of(carloop) as planner:
        assert planner.save()["state"] == "open"
        first, again = planner.book(1), planner.book(1)
        second = planner.book(2, option_id="V1002")
        state = planner.state()
    assert (first["status"], again) == ("done", first)
    assert (first["rental"]["id"], first["rental"]["status"]) == ("R100001", "reserved")
    assert first["rental"]["web_url"] == f"{carloop.base_url}/rentals/R100001"
    assert (second["problem"]["code"], second["rental"]["id"]) == ("already_booked", "R100001")
    assert state["state"] == "booked"


def book_what_another_planner_took(carloop):
    """The car is taken meanwhile: refused, with other cars."""
    with planner_of(carloop) as planner:
        planner.save()
        carloop.booked(9)
        outcome = planner.book(1)
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "vehicle_unavailable")
    assert "V1001" not in [each["id"] for each in outcome["alternatives"]] != []


def book_what_is_there_already(carloop):
    """A rental that carries this booking's reference is this booking, whoever's key made it: linked, and done."""
    with planner_of(carloop) as planner:
        planner.save()
        carloop.booked(1, change=key(9))
        outcome, state = planner.book(1), planner.state()
    assert (outcome["status"], outcome["rental"]["id"], state["state"]) == ("done", "R100001", "booked")


def change_end(carloop):
    """A rental is extended, and once it has begun, shortened; nothing else of it can be changed."""
    with planner_of(carloop) as planner:
        planner.save()
        rental = planner.book(1)["rental"]
        longer = planner.change(2, "change_end", rental_id=rental["id"], end="2027-03-05T10:00:00Z")
        carloop.controls.desk(rental["id"], "hand_out")
        carloop.clock.move_to(datetime(2027, 3, 4, 12, tzinfo=UTC))
        shorter = planner.change(3, "change_end", rental_id=rental["id"], end="2027-03-04T15:00:00Z")
        other = planner.change(4, "change_end", rental_id=rental["id"], end=END, option_id="V1002")
    ends = [each["rental"]["period"]["end"] for each in (longer, shorter)]
    assert ends == ["2027-03-05T10:00:00Z", "2027-03-04T15:00:00Z"]
    assert (shorter["rental"]["status"], shorter["rental"]["planned_end"]) == ("picked_up", END)
    assert (other["problem"]["code"], other["problem"]["pointer"]) == ("rental_immutable", "/option_id")


def cancel(carloop):
    """A rental is cancelled, and cancelled again; afterwards the appointment is open."""
    with planner_of(carloop) as planner:
        planner.save()
        rental = planner.book(1)["rental"]
        first = planner.change(2, "cancel", rental_id=rental["id"], reason=REASON)
        again = planner.change(3, "cancel", rental_id=rental["id"])
        state = planner.state()
    assert [first["status"], again["status"], state["state"]] == ["done", "done", "open"]
    assert first["rental"]["status"] == "cancelled"


def rebook(carloop):
    """Another car is booked in the place of the first, by one request and only while that is as it was read."""
    with planner_of(carloop) as planner:
        planner.save()
        old = planner.book(1, note=REASON)["rental"]
        wanted = {"period": APPOINTMENT["period"], "customer": CUSTOMER, "option_id": "V1002"}
        done = planner.change(2, "rebook", rental_id=old["id"], **wanted)
        again = planner.change(3, "rebook", rental_id=old["id"], **wanted)
        state = planner.state()
    assert (done["status"], done["rental"]["vehicle"]["id"]) == ("done", "V1002")
    assert (again["status"], again["problem"]["code"]) == ("refused", "rental_closed")
    assert (state["state"], state["rental"]) == ("booked", done["rental"])
    assert carloop.ask("GET", f"/rentals/{old['id']}").json()["status"] == "cancelled"


def quote(carloop):
    """What a booking, another end and a rebooking would cost; the rental's own period is not in the way."""
    with planner_of(carloop) as planner:
        planner.save()
        known = {"site": "main", "period": APPOINTMENT["period"], "customer": CUSTOMER, "option_id": "V1001"}
        first = planner.quote(1, "book", appointment_id=APPOINTMENT["id"], **known)
        rental = planner.book(1)["rental"]
        longer = planner.quote(2, "change_end", rental_id=rental["id"], end="2027-03-06T10:00:00Z")
        same = planner.quote(3, "rebook", rental_id=rental["id"], **known)
    assert [each["possible"] for each in (first, longer, same)] == [True, True, True]
    assert first["price"] == same["price"] == rental["price"]
    assert float(longer["difference"]["amount"]) > float(same["difference"]["amount"]) == 0


def reconcile(carloop):
    """What happens at the desk is seen after the next round of reconciling."""
    with planner_of(carloop) as planner:
        planner.save()
        rental = planner.book(1)["rental"]
        carloop.controls.desk(rental["id"], "swap", vehicle_id="V1008")
        swapped = planner.reconcile()["changed"]
        carloop.controls.desk(rental["id"], "hand_out")
        carloop.clock.move_to(datetime(2027, 3, 4, 15, tzinfo=UTC))
        carloop.controls.desk(rental["id"], "take_back")
        (returned,) = planner.reconcile()["changed"]
    assert [each["vehicle"]["id"] for each in swapped] == ["V1008"]
    ends = (returned["period"]["end"], returned["planned_end"])
    assert (returned["status"], ends) == ("returned", ("2027-03-04T15:00:00Z", END))


def answer_lost(carloop):
    """A booking whose answers are all failures is unknown, until it is found and is the one rental."""
    with planner_of(carloop) as planner:
        planner.save()
        carloop.controls.fault("book", "status", times=3, value={"status": 500, "after": True})
        outcome, state = planner.book(1), planner.state()
        settled = planner.reconcile()["settled"]
        same = planner.book(1)
    shown = (outcome["status"], state["state"], state["pending"]["change_id"])
    assert shown == ("unknown", "unknown", key(1))
    assert ([each["status"] for each in settled], same) == (["done"], settled[0])


def turned_away(carloop):
    """Too many requests, or maintenance: refused and nothing kept, so that the same change succeeds later."""
    with planner_of(carloop) as planner:
        planner.save()
        carloop.controls.fault("book", "status", times=3, value={"status": 429, "retry_after": 0})
        limited = planner.book(1)
        carloop.controls.fault("book", "status", times=3, value={"status": 503, "retry_after": 0})
        maintained = planner.book(1)
        afterwards = planner.book(1)
    codes = [limited["problem"]["code"], maintained["problem"]["code"]]
    assert (codes, afterwards["status"]) == (["rate_limited", "unreachable"], "done")


def rental_of_somebody_else(carloop):
    """A rental that Carloop never had is not found, nor is one that another planner made."""
    foreign = carloop.booked(9, external_reference=f"another-planner/{reference(9)}")
    with planner_of(carloop) as planner:
        planner.save()
        end = "2027-03-05T10:00:00Z"
        never = planner.change(1, "change_end", site="main", rental_id="R999999", end=end)
        other = planner.change(2, "change_end", site="main", rental_id=foreign["id"], end=end)
    assert [never["problem"]["code"], other["problem"]["code"]] == ["rental_not_found", "rental_not_found"]
