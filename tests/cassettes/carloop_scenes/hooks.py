"""Scenes of the whole plugin: a planner host asks, through the hooks, and Carloop answers."""

from __future__ import annotations

from datetime import UTC, datetime

from carloop_scenes.planner import planner
from carloop_scenes.scene import Playbill
from carloop_scenes.stage import END, Stage, key, reference

scene = Playbill("plugin")
SCENES = scene.scenes


@scene
def check(stage: Stage) -> None:
    """The settings are tested: the right token is welcome."""
    with planner(stage) as desk:
        report = desk.host.check("carloop", "main")
    assert (report["ok"], [each["severity"] for each in report["findings"]]) == (True, ["info"])


@scene
def check_with_a_wrong_token(stage: Stage) -> None:
    """The settings are tested: a wrong token is told by its code."""
    with planner(stage, token="not-a-token") as desk:
        report = desk.host.check("carloop", "main")
    assert (report["ok"], report["findings"][0]["code"]) == (False, "not_authorised")


@scene
def filters(stage: Stage) -> None:
    """The advisor sees the classes and features of this Carloop."""
    with planner(stage) as desk:
        found = desk.host.mobility_filters("main").answers["carloop"]
    assert found["vehicle_classes"][0] == {"id": "kleinwagen", "name": "Kleinwagen"}
    assert {"id": "allrad", "name": "Allrad", "group": "Antrieb"} in found["features"]


@scene
def search(stage: Stage) -> None:
    """A search by two classes and two features offers cars that fit and are free."""
    with planner(stage) as desk:
        offer = desk.search(
            vehicle_classes=["kompaktklasse", "kombi"], features=["klimaanlage", "winterreifen"]
        )
    assert (offer["total"], len(offer["options"]), offer["truncated"]) == (2, 2, False)
    assert {each["vehicle"]["vehicle_class"] for each in offer["options"]} == {"kompaktklasse", "kombi"}
    assert all(each["match"] == "exact" for each in offer["options"])


@scene
def search_explained(stage: Stage) -> None:
    """An empty list says how many match and until when they are rented, and offers other cars."""
    stage.booked(vehicle_id="V1005")
    with planner(stage) as desk:
        offer = desk.search(vehicle_classes=["suv"], features=[])
    explanation = offer["explanation"]
    assert (offer["total"], explanation["matching"], explanation["busy"]) == (0, 1, 1)
    assert explanation["next_free"] == END
    assert {each["match"] for each in offer["options"]} == {"alternative"}


@scene
def book(stage: Stage) -> None:
    """A saved appointment's car is booked once, however often the change is sent; a second one is refused."""
    with planner(stage) as desk:
        assert desk.save()["state"] == "open"
        first, again = desk.book(1), desk.book(1)
        second = desk.book(2, option_id="V1002")
        state = desk.state()
    assert (first["status"], again) == ("done", first)
    assert (first["rental"]["id"], first["rental"]["status"]) == ("R100001", "reserved")
    assert first["rental"]["web_url"] == f"{stage.base_url}/rentals/R100001"
    assert (second["problem"]["code"], second["rental"]["id"]) == ("already_booked", "R100001")
    assert state["state"] == "booked"


@scene
def book_what_another_planner_took(stage: Stage) -> None:
    """The car is taken meanwhile: refused, with other cars."""
    with planner(stage) as desk:
        desk.save()
        stage.booked(9)
        outcome = desk.book(1)
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "vehicle_unavailable")
    assert "V1001" not in [each["id"] for each in outcome["alternatives"]] != []


@scene
def book_what_is_there_already(stage: Stage) -> None:
    """A rental that carries this booking's reference is this booking, whoever's key made it: linked, and done."""
    with planner(stage) as desk:
        desk.save()
        stage.booked(1, change=key(9))
        outcome, state = desk.book(1), desk.state()
    assert (outcome["status"], outcome["rental"]["id"], state["state"]) == ("done", "R100001", "booked")


@scene
def book_in_the_past(stage: Stage) -> None:
    """Carloop's clock decides what the past is."""
    with planner(stage) as desk:
        desk.save()
        outcome = desk.book(1, period={"start": "2027-03-01T06:00:00Z", "end": END})
    assert outcome["problem"]["code"] == "period_in_past"


@scene
def change_end(stage: Stage) -> None:
    """A rental is extended, and once it has begun, shortened; nothing else of it can be changed."""
    with planner(stage) as desk:
        desk.save()
        rental = desk.book(1)["rental"]
        longer = desk.change(2, "change_end", rental_id=rental["id"], end="2027-03-05T10:00:00Z")
        stage.backstage.desk(rental["id"], "hand_out")
        stage.clock.move_to(datetime(2027, 3, 4, 12, tzinfo=UTC))
        shorter = desk.change(3, "change_end", rental_id=rental["id"], end="2027-03-04T15:00:00Z")
        other = desk.change(4, "change_end", rental_id=rental["id"], end=END, option_id="V1002")
    ends = [each["rental"]["period"]["end"] for each in (longer, shorter)]
    assert ends == ["2027-03-05T10:00:00Z", "2027-03-04T15:00:00Z"]
    assert (shorter["rental"]["status"], shorter["rental"]["planned_end"]) == ("picked_up", END)
    assert (other["problem"]["code"], other["problem"]["pointer"]) == ("rental_immutable", "/option_id")


@scene
def change_end_that_was_changed_elsewhere(stage: Stage) -> None:
    """A change of the revision that the advisor saw is refused when there is a newer one."""
    with planner(stage) as desk:
        desk.save()
        rental = desk.book(1)["rental"]
        stage.backstage.desk(rental["id"], "swap", vehicle_id="V1008")
        outcome = desk.change(
            2, "change_end", rental_id=rental["id"], end="2027-03-05T10:00:00Z", revision=rental["revision"]
        )
    assert outcome["problem"]["code"] == "changed_elsewhere"


@scene
def change_end_into_another_rental(stage: Stage) -> None:
    """An extension into somebody else's rental is refused."""
    stage.booked(9, start="2027-03-05T07:00:00Z", end="2027-03-06T07:00:00Z")
    with planner(stage) as desk:
        desk.save()
        rental = desk.book(1)["rental"]
        outcome = desk.change(2, "change_end", rental_id=rental["id"], end="2027-03-05T10:00:00Z")
    assert outcome["problem"]["code"] == "vehicle_unavailable"


@scene
def cancel(stage: Stage) -> None:
    """A rental is cancelled, and cancelled again; afterwards the appointment is open."""
    with planner(stage) as desk:
        desk.save()
        rental = desk.book(1)["rental"]
        first = desk.change(2, "cancel", rental_id=rental["id"], reason="Termin verschoben")
        again = desk.change(3, "cancel", rental_id=rental["id"])
        state = desk.state()
    assert [first["status"], again["status"], state["state"]] == ["done", "done", "open"]
    assert first["rental"]["status"] == "cancelled"


@scene
def cancel_what_was_handed_out(stage: Stage) -> None:
    """A car on the road cannot be cancelled."""
    with planner(stage) as desk:
        desk.save()
        rental = desk.book(1)["rental"]
        stage.backstage.desk(rental["id"], "hand_out")
        outcome = desk.change(2, "cancel", rental_id=rental["id"])
    assert outcome["problem"]["code"] == "rental_closed"


@scene
def reconcile(stage: Stage) -> None:
    """What happens at the desk is seen after the next round of reconciling."""
    with planner(stage) as desk:
        desk.save()
        rental = desk.book(1)["rental"]
        stage.backstage.desk(rental["id"], "swap", vehicle_id="V1008")
        swapped = desk.host.reconcile().answers["carloop"]["changed"]
        stage.backstage.desk(rental["id"], "hand_out")
        stage.clock.move_to(datetime(2027, 3, 4, 15, tzinfo=UTC))
        stage.backstage.desk(rental["id"], "take_back")
        returned = desk.host.reconcile().answers["carloop"]["changed"]
    assert [each["vehicle"]["id"] for each in swapped] == ["V1008"]
    assert [(each["status"], each["period"]["end"], each["planned_end"]) for each in returned] == [
        ("returned", "2027-03-04T15:00:00Z", END)
    ]


@scene
def answer_lost(stage: Stage) -> None:
    """A booking whose answers are all failures is unknown, until it is found and is the one rental."""
    with planner(stage) as desk:
        desk.save()
        stage.backstage.fault("book", "status", times=3, value={"status": 500, "after": True})
        outcome, state = desk.book(1), desk.state()
        settled = desk.host.reconcile().answers["carloop"]["settled"]
        same = desk.book(1)
    assert (outcome["status"], state["state"], state["pending"]["change_id"]) == (
        "unknown",
        "unknown",
        key(1),
    )
    assert ([each["status"] for each in settled], same) == (["done"], settled[0])


@scene
def turned_away(stage: Stage) -> None:
    """Too many requests, or maintenance: refused and nothing kept, so that the same change succeeds later."""
    with planner(stage) as desk:
        desk.save()
        stage.backstage.fault("book", "status", times=3, value={"status": 429, "retry_after": 0})
        limited = desk.book(1)
        stage.backstage.fault("book", "status", times=3, value={"status": 503, "retry_after": 0})
        maintained = desk.book(1)
        afterwards = desk.book(1)
    codes = [limited["problem"]["code"], maintained["problem"]["code"]]
    assert (codes, afterwards["status"]) == (["rate_limited", "unreachable"], "done")


@scene
def token_revoked(stage: Stage) -> None:
    """A token revoked between search and booking is told, and the change may be sent again."""
    token = stage.backstage.issue_token("planner")
    with planner(stage, token=token) as desk:
        desk.save()
        assert desk.search(vehicle_classes=[], features=[])["total"] == 8
        stage.backstage.revoke_token("planner")
        outcome = desk.book(1)
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "not_authorised")
    assert outcome["problem"]["retryable"] is True


@scene
def rental_of_somebody_else(stage: Stage) -> None:
    """A rental that Carloop never had is not found, nor is one that another planner made."""
    foreign = stage.booked(9, external_reference=f"another-planner/{reference(9)}")
    with planner(stage) as desk:
        desk.save()
        end = "2027-03-05T10:00:00Z"
        never = desk.change(1, "change_end", site="main", rental_id="R999999", end=end)
        other = desk.change(2, "change_end", site="main", rental_id=foreign["id"], end=end)
    assert [never["problem"]["code"], other["problem"]["code"]] == ["rental_not_found", "rental_not_found"]
