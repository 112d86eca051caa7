"""The desk: what a rental's status offers, what is done, and why something is not."""

import re

import pytest


@pytest.fixture
def rental(planner):
    """A reserved rental from day 3 to day 5."""
    return planner.book("V1001", planner.at(3), planner.at(5))


def offered(text):
    """Give the actions that a rental's page offers."""
    actions = re.findall(r'name="action" value="(\w+)"', text)
    return {*actions, *(["swap"] if "/swap" in text else [])}


def candidates(text):
    """Give the vehicles to choose from, in their order."""
    return re.findall(r'name="vehicle" value="(V\d+)"', text)


def test_only_what_the_status_allows_is_offered(clerk, planner, rental):
    """Hand out, swap or cancel what is reserved; take back or swap what is out; nothing when it is over."""
    path = f"/rentals/{rental['id']}"
    assert offered(clerk.look(path)) == {"hand_out", "swap", "cancel"}
    planner.desk(rental, "hand_out")
    assert offered(clerk.look(path)) == {"take_back", "swap"}
    planner.desk(rental, "take_back")
    assert offered(clerk.look(path)) == set()
    other = planner.book("V1002", planner.at(3), planner.at(5))
    planner.cancel(other)
    assert offered(clerk.look(f"/rentals/{other['id']}")) == set()


@pytest.mark.parametrize(
    ("before", "action", "status", "words"),
    [
        ([], "hand_out", "picked_up", "Das Fahrzeug ist ausgegeben."),
        (["hand_out"], "take_back", "returned", "Das Fahrzeug ist zurückgenommen."),
        ([], "cancel", "cancelled", "Der Verleihvorgang ist storniert."),
    ],
)
def test_it_is_done_and_said(clerk, planner, rental, before, action, status, words):
    """A redirect, so that a reload does nothing again, to the page that says it."""
    for each in before:
        planner.desk(rental, each)
    answer = clerk.desk(rental, action)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/rentals/{rental['id']}?done={action}")
    assert planner.read(rental)["status"] == status
    assert words in clerk.look(answer.headers["location"])


def test_cancelling_asks_first(clerk, rental):
    """The form stands in what the button opens, with a way out."""
    text = clerk.look(f"/rentals/{rental['id']}")
    asking = text.partition('popover role="dialog"')[2].partition("</section>")[0]
    assert 'value="cancel"' in asking
    assert "Nicht stornieren" in asking
    assert 'value="cancel"' not in text.partition('popover role="dialog"')[0]


REFUSED = [
    (
        [],
        "take_back",
        "Der Status des Verleihvorgangs lässt das nicht zu.",
        "The rental's status does not allow this.",
    ),
    (["hand_out"], "hand_out", "Der Status", "The rental's status"),
    (["hand_out"], "cancel", "Der Status", "The rental's status"),
    (
        ["hand_out", "take_back"],
        "take_back",
        "Der Verleihvorgang ist abgeschlossen.",
        "The rental is closed.",
    ),
    (["cancel"], "hand_out", "Der Verleihvorgang ist abgeschlossen.", "The rental is closed."),
]


@pytest.mark.parametrize(("before", "action", "german", "english"), REFUSED)
def test_what_the_status_forbids_is_refused_in_both_languages(
    clerk, planner, rental, before, action, german, english
):
    """On the rental's page, with how it is now."""
    for each in before:
        rental = planner.desk(rental, each).json()
    for language, words in (("de", german), ("en", english)):
        fields = {"action": action, "revision": str(rental["revision"])}
        answer = clerk.send(f"/rentals/{rental['id']}", language=language, **fields)
        assert answer.status_code == 409
        assert words in answer.text.replace("&#39;", "'")
    assert planner.read(rental) == rental


@pytest.mark.parametrize(("language", "words"), [("de", "inzwischen geändert"), ("en", "changed meanwhile")])
def test_what_was_changed_meanwhile_is_looked_at_again(clerk, planner, rental, language, words):
    """Nothing is handed out that looks different from what the clerk saw; a double click does it once."""
    path = f"/rentals/{rental['id']}"
    revision = clerk.hidden(path, "revision")
    planner.change_end(rental, planner.at(6))
    answer = clerk.send(path, language=language, action="hand_out", revision=revision)
    assert (answer.status_code, words in answer.text) == (412, True)
    assert planner.read(rental)["status"] == "reserved"
    revision = clerk.hidden(path, "revision")
    first, second = (clerk.send(path, action="hand_out", revision=revision) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 412)
    assert planner.read(rental)["revision"] == int(revision) + 1


def test_the_most_alike_of_the_free_are_offered_first(clerk, planner, rental):
    """Its own class first; what is not free for the whole period is not offered, nor is the vehicle itself."""
    planner.book("V1002", planner.at(4), planner.at(6))
    planner.book("V1003", planner.at(5), planner.at(6))
    out = planner.book("V1004", planner.at(1), planner.at(1.5))
    planner.desk(out, "hand_out")
    planner.clock(planner.at(2))  # V1004 is overdue
    found = candidates(clerk.look(f"/rentals/{rental['id']}/swap"))
    assert set(found) == {f"V{number}" for number in range(1001, 1013)} - {"V1001", "V1002", "V1004"}
    classes = {
        each["id"]: each["vehicle_class"] for each in planner.search(planner.at(30), planner.at(31))["items"]
    }
    assert classes[found[0]] == rental["vehicle"]["vehicle_class"]


def test_the_vehicle_is_swapped(clerk, planner, rental):
    """For the one that was chosen."""
    path = f"/rentals/{rental['id']}/swap"
    answer = clerk.send(path, vehicle="V1005", revision=clerk.hidden(path, "revision"))
    assert answer.headers["location"] == f"/rentals/{rental['id']}?done=swap"
    assert planner.read(rental)["vehicle"]["id"] == "V1005"
    assert "Das Fahrzeug ist getauscht." in clerk.look(answer.headers["location"])


@pytest.mark.parametrize(
    ("language", "words", "hint"),
    [
        ("de", "Ein anderer Verleihvorgang belegt das Fahrzeug.", "Sein Zeitraum:"),
        ("en", "Another rental holds the vehicle.", "Its period:"),
    ],
)
def test_a_vehicle_taken_meanwhile_is_refused_with_the_period_in_the_way(
    clerk, planner, rental, language, words, hint
):
    """And a choice can be made anew."""
    path = f"/rentals/{rental['id']}/swap"
    revision = clerk.hidden(path, "revision")
    planner.book("V1005", planner.at(4), planner.at(6))
    answer = clerk.send(path, language=language, vehicle="V1005", revision=revision)
    assert (answer.status_code, words in answer.text, hint in answer.text) == (409, True, True)
    assert planner.read(rental) == rental


@pytest.mark.parametrize(("language", "words"), [("de", "belegt das Fahrzeug"), ("en", "Another rental")])
def test_a_vehicle_that_is_still_out_is_not_handed_out(clerk, planner, rental, language, words):
    """The page says for which time it is out."""
    other = planner.book("V1001", planner.at(6), planner.at(8))
    planner.desk(other, "hand_out")
    answer = clerk.desk(rental, "hand_out", language=language)
    assert (answer.status_code, words in answer.text) == (409, True)
    assert planner.read(rental) == rental


def test_what_is_still_out_is_not_offered_for_what_is_out(clerk, planner, rental):
    """For a reserved rental it is: until then it may be back."""
    other = planner.book("V1002", planner.at(6), planner.at(8))
    planner.desk(other, "hand_out")
    path = f"/rentals/{rental['id']}/swap"
    assert "V1002" in candidates(clerk.look(path))
    planner.desk(rental, "hand_out")
    assert sorted(candidates(clerk.look(path))) == [f"V{number}" for number in range(1003, 1013)]


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"revision": "1"}, 422, "Bitte wählen Sie ein Fahrzeug."),
        ({"revision": "1", "vehicle": "V9"}, 422, "Dieses Fahrzeug gibt es nicht."),
        ({"vehicle": "V1002"}, 400, "unvollständig"),
        ({"vehicle": "V1002", "revision": "x"}, 400, "unvollständig"),
    ],
)
def test_a_choice_that_is_none_is_refused(clerk, planner, rental, fields, status, words):
    """And changes nothing."""
    answer = clerk.send(f"/rentals/{rental['id']}/swap", **fields)
    assert (answer.status_code, words in answer.text) == (status, True)
    assert planner.read(rental) == rental


@pytest.mark.parametrize(
    "fields", [{}, {"action": "sell", "revision": "1"}, {"action": "swap", "revision": "1"}]
)
def test_a_form_that_is_none_of_ours_is_refused(clerk, planner, rental, fields):
    """400, and nothing happens."""
    assert clerk.send(f"/rentals/{rental['id']}", **fields).status_code == 400
    assert planner.read(rental) == rental


def test_a_closed_rental_has_no_choice(clerk, planner, rental):
    """Its page says why."""
    planner.cancel(rental)
    assert "Der Verleihvorgang ist abgeschlossen." in clerk.look(f"/rentals/{rental['id']}/swap", status=409)


def test_a_rental_that_there_is_not(clerk):
    """404, as a page."""
    assert clerk.send("/rentals/R1", action="hand_out", revision="1").status_code == 404
    assert clerk.send("/rentals/R1/swap", vehicle="V1001", revision="1").status_code == 404


def test_an_overdue_rental_says_that_it_holds_its_vehicle(clerk, planner, rental):
    """And can be taken back."""
    planner.clock(planner.at(4))
    planner.desk(rental, "hand_out")
    planner.clock(planner.at(6))
    text = clerk.look(f"/rentals/{rental['id']}")
    assert "Bis zur Rücknahme bleibt das Fahrzeug vergeben." in text
    assert clerk.desk(rental, "take_back").status_code == 303
