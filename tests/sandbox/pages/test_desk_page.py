"""The desk on a rental's page: what its status offers, what is done, and why something is not."""

import re

import pytest


def offered(text):
    """Return the actions that a rental's page offers."""
    actions = re.findall(r'name="action" value="(\w+)"', text)
    return {*actions, *(["swap"] if "/swap" in text else [])}


def candidates(clerk, rental):
    """Return the vehicles to choose from, in their order."""
    return re.findall(r'name="vehicle" value="(V\d+)"', clerk.look(f"/rentals/{rental['id']}/swap"))


@pytest.mark.parametrize(
    ("before", "actions", "action", "words"),
    [
        ([], {"hand_out", "swap", "change_end", "cancel"}, "hand_out", "Das Fahrzeug ist ausgegeben."),
        (["hand_out"], {"take_back", "swap", "change_end"}, "take_back", "Das Fahrzeug ist zurückgenommen."),
        ([], {"hand_out", "swap", "change_end", "cancel"}, "cancel", "Der Verleihvorgang ist storniert."),
        (["hand_out", "take_back"], set(), None, None),
        (["cancel"], set(), None, None),
    ],
    ids=["hand out", "take back", "cancel", "returned", "cancelled"],
)
def test_an_action_that_the_status_allows_is_offered_and_done(
    clerk, planner, rental, before, actions, action, words
):
    """A redirect, so that a reload does nothing again, to the page that says it."""
    for each in before:
        planner.desk(rental, each)
    assert offered(clerk.look(f"/rentals/{rental['id']}")) == actions
    if action is not None:
        answer = clerk.desk(rental, action)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/rentals/{rental['id']}?done={action}"
        status = {"hand_out": "picked_up", "take_back": "returned", "cancel": "cancelled"}[action]
        assert planner.read(rental)["status"] == status
        assert words in clerk.look(answer.headers["location"])


def test_cancelling_asks_first(clerk, rental):
    """The form is in a dialog that the button opens, with a way out."""
    before, _, dialog = clerk.look(f"/rentals/{rental['id']}").partition('id="ask-cancel" class="asking"')
    dialog = dialog.partition("</section>")[0]
    assert ('value="cancel"' in before, 'value="cancel"' in dialog) == (False, True)
    assert "Nicht stornieren" in dialog


def test_a_forbidden_action_is_refused(clerk, planner, rental):
    """On the rental's page, which shows how it is now."""
    path = f"/rentals/{rental['id']}"
    answer = clerk.send(path, action="take_back", revision="1")
    assert (answer.status_code, "Der Status des Verleihvorgangs" in answer.text) == (409, True)
    closed = planner.desk(rental, "cancel").json()
    answer = clerk.send(path, action="hand_out", revision="2")
    assert (answer.status_code, "Der Verleihvorgang ist abgeschlossen." in answer.text) == (409, True)
    assert planner.read(rental) == closed


def test_a_rental_that_changed_meanwhile_is_shown_again(clerk, planner, rental):
    """Nothing is handed out that looks different from what the clerk saw; a double click does it once."""
    path = f"/rentals/{rental['id']}"
    revision = clerk.hidden(path, "revision")
    planner.change_end(rental, planner.at(6))
    answer = clerk.send(path, action="hand_out", revision=revision)
    assert (answer.status_code, "inzwischen geändert" in answer.text) == (412, True)
    assert planner.read(rental)["status"] == "reserved"
    revision = clerk.hidden(path, "revision")
    first, second = (clerk.send(path, action="hand_out", revision=revision) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 412)
    assert planner.read(rental)["revision"] == int(revision) + 1


def test_vehicles_that_can_be_handed_over_are_offered_for_a_swap(clerk, planner, rental):
    """The rental's own class first; none that is taken, nor one that is out for a rental that is out."""
    planner.book("V1002", planner.at(4), planner.at(6))
    planner.book("V1003", planner.at(5), planner.at(6))
    planner.desk(planner.book("V1004", planner.at(6), planner.at(8)), "hand_out")
    found = candidates(clerk, rental)
    assert set(found) == {f"V{number}" for number in range(1001, 1013)} - {"V1001", "V1002"}
    classes = {e["id"]: e["vehicle_class"] for e in planner.search(planner.at(30), planner.at(31))["items"]}
    assert classes[found[0]] == rental["vehicle"]["vehicle_class"]
    planner.desk(rental, "hand_out")
    assert set(candidates(clerk, rental)) == set(found) - {"V1004"}


def test_the_vehicle_is_swapped(clerk, planner, rental):
    """For the one that was chosen, unless it was taken meanwhile; a closed rental has no choice."""
    path = f"/rentals/{rental['id']}/swap"
    revision = clerk.hidden(path, "revision")
    planner.book("V1004", planner.at(4), planner.at(6))
    answer = clerk.send(path, vehicle="V1004", revision=revision)
    assert (answer.status_code, planner.read(rental)) == (409, rental)
    for words in ("Ein anderer Verleihvorgang belegt das Fahrzeug.", "Sein Zeitraum:"):
        assert words in answer.text
    answer = clerk.send(path, vehicle="V1005", revision=revision)
    assert answer.headers["location"] == f"/rentals/{rental['id']}?done=swap"
    assert planner.read(rental)["vehicle"]["id"] == "V1005"
    assert "Das Fahrzeug ist getauscht." in clerk.look(answer.headers["location"])
    planner.cancel(rental)
    assert "Der Verleihvorgang ist abgeschlossen." in clerk.look(path, status=409)


@pytest.mark.parametrize(
    ("path", "fields", "status", "words"),
    [
        ("/{id}/swap", {"revision": "1"}, 422, "Bitte wählen Sie ein Fahrzeug."),
        ("/{id}/swap", {"revision": "1", "vehicle": "V9"}, 422, "Dieses Fahrzeug gibt es nicht."),
        ("/{id}/swap", {"vehicle": "V1002", "revision": "x"}, 400, "unvollständig"),
        ("/{id}", {}, 400, "unvollständig"),
        ("/{id}", {"action": "sell", "revision": "1"}, 400, "unvollständig"),
        ("/R1", {"action": "hand_out", "revision": "1"}, 404, "gibt es nicht"),
        ("/R1/swap", {"vehicle": "V1001", "revision": "1"}, 404, "gibt es nicht"),
    ],
)
def test_a_form_that_makes_no_sense_is_refused(clerk, planner, rental, path, fields, status, words):
    """And nothing is changed."""
    answer = clerk.send("/rentals" + path.format(id=rental["id"]), **fields)
    assert (answer.status_code, words in answer.text) == (status, True)
    assert planner.read(rental) == rental


def test_an_overdue_rental_says_that_it_holds_its_vehicle(clerk, planner, rental):
    """And can be taken back."""
    planner.desk(rental, "hand_out")
    planner.clock(planner.at(6))
    assert "Bis zur Rücknahme bleibt das Fahrzeug vergeben." in clerk.look(f"/rentals/{rental['id']}")
    assert clerk.desk(rental, "take_back").status_code == 303
