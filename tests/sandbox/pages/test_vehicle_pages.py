"""The fleet as a list, each vehicle with its rentals, and the overview."""

import re

import pytest


def listed(text):
    """Give the vehicles of a list."""
    return re.findall(r'<th scope="row"><a href="/vehicles/(V\d+)"', text)


def state_of(text, vehicle_id):
    """Give a vehicle's state as a person reads it in the list."""
    row = text.partition(f'href="/vehicles/{vehicle_id}"')[2].partition("</tr>")[0]
    return re.findall(r'<span class="badge badge-(\w+)">([^<]+)</span>', row)


def test_the_list_tells_what_a_vehicle_is(visitor, words_of):
    """Plate, model, class, features, station, rate."""
    text = visitor.look("/vehicles")
    assert len(listed(text)) == 40
    words = words_of(text)
    for expected in ("Karlsruhe Mitte", "Kleinwagen", "Anhängerkupplung", "€", "VW Golf"):
        assert expected in words


@pytest.mark.parametrize(("language", "words"), [("de", ["Frei", "Reserviert", "Unterwegs", "Überfällig"]),
                                                 ("en", ["Free", "Reserved", "Out", "Overdue"])])  # fmt: skip
def test_where_each_vehicle_is_now(clerk, planner, language, words):
    """Free, reserved for now, out, out past its end."""
    planner.book("V1002", planner.at(2), planner.at(9))
    for vehicle_id, end in (("V1003", 9), ("V1004", 2.5)):
        planner.desk(planner.book(vehicle_id, planner.at(2), planner.at(end)), "hand_out")
    planner.book("V1001", planner.at(5), planner.at(9))
    planner.clock(planner.at(3))
    text = clerk.look("/vehicles", language=language)
    found = [state_of(text, f"V100{number}") for number in (1, 2, 3, 4)]
    states = ["free", "reserved", "out", "overdue"]
    assert found == [[(state, word)] for state, word in zip(states, words, strict=True)]
    for number, state in enumerate(states, 1001):
        only = listed(clerk.look(f"/vehicles?state={state}"))
        assert f"V{number}" in only
        assert state == "free" or only == [f"V{number}"]


def test_the_list_is_narrowed(visitor, busy_sandbox):
    """By class, station, plate and model, alone and together."""
    rows = busy_sandbox.store.database.all("SELECT id, station, vehicle_class, licence_plate FROM vehicles")
    by = {(row["station"], row["vehicle_class"]): row for row in rows}
    one = by["rastatt", "kombi"]
    kombis = {row["id"] for row in rows if row["vehicle_class"] == "kombi"}
    assert set(listed(visitor.look("/vehicles?class=kombi"))) == kombis
    both = {row["id"] for row in rows if (row["station"], row["vehicle_class"]) == ("rastatt", "kombi")}
    assert set(listed(visitor.look("/vehicles?class=kombi&station=rastatt"))) == both
    typed = one["licence_plate"].replace("-", "").lower()
    assert listed(visitor.look(f"/vehicles?q={typed}")) == [one["id"]]
    assert all("Škoda" in name for name in models(visitor.look("/vehicles?q=skoda")))
    assert "Kein Fahrzeug passt" in visitor.look("/vehicles?class=nonsense")


def models(text):
    """Give the models of a list."""
    return re.findall(r"</a></th>\s*<td>([^<]+)</td>", text)


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_vehicle_has_its_page(clerk, planner, language, words_of):
    """What it is, what lies ahead, what is over."""
    ahead = planner.book("V1001", planner.at(3), planner.at(5))
    over = planner.book("V1001", planner.at(6), planner.at(7))
    planner.cancel(over)
    text = clerk.look("/vehicles/V1001", language=language)
    words = words_of(text)
    vehicle = ahead["vehicle"]
    assert f"{vehicle['licence_plate']} {vehicle['make']} {vehicle['model']}" in words
    assert words.index(ahead["id"]) < words.index(over["id"])
    assert ("Diesel" in words or "Benzin" in words or "Elektro" in words) or language == "en"


def test_a_large_fleet_has_pages(tmp_path):
    """Each vehicle once."""
    from carloop_sandbox.pages.finding import teach
    from carloop_sandbox.pages.paging import Slice
    from carloop_sandbox.pages.vehicle_rows import VehicleFilters, list_vehicles
    from carloop_sandbox.store import Fleet, open_store

    store = open_store(tmp_path, fleet=Fleet(vehicles=120, rentals=False))
    try:
        teach(store.database)
        pages = [
            list_vehicles(store.database, VehicleFilters(), part=Slice(number, 50), now=0)
            for number in (1, 2, 3, 4)
        ]
    finally:
        store.close()
    assert [len(page.items) for page in pages] == [50, 50, 20, 0]
    assert [page.has_more for page in pages] == [True, True, False, False]
    assert len({vehicle.id for page in pages for vehicle in page.items}) == 120


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_overview_tells_what_the_day_brings(clerk, planner, language, words_of):
    """What is handed out and comes back today, what is overdue, and what is free of each class."""
    later = planner.book("V1001", planner.at(2, 14), planner.at(4))
    tomorrow = planner.book("V1002", planner.at(3, 14), planner.at(4))
    back = planner.book("V1003", planner.at(1), planner.at(2, 15))
    overdue = planner.book("V1004", planner.at(1), planner.at(2))
    for each in (back, overdue):
        planner.desk(each, "hand_out")
    planner.clock(planner.at(2, 10))
    text = clerk.look("/", language=language)
    sections = {
        name: text.partition(f'aria-labelledby="{name}"')[2].partition("</section>")[0]
        for name in ("hand-out", "back", "overdue", "free")
    }
    assert re.findall(r"/rentals/(R\d+)", sections["hand-out"]) == [later["id"]]
    assert re.findall(r"/rentals/(R\d+)", sections["back"]) == [back["id"]]
    assert re.findall(r"/rentals/(R\d+)", sections["overdue"]) == [overdue["id"]]
    assert f"/rentals/{tomorrow['id']}" not in text
    figures = re.findall(r"<dd>(\d+)", text.partition('class="tiles"')[2].partition("</dl>")[0])
    assert figures == ["1", "1", "1", "10"]
    assert len(re.findall("<meter", sections["free"])) == 7
    assert ("Heute ausgeben" if language == "de" else "To hand out today") in words_of(text)
