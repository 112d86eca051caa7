"""The list of vehicles, a vehicle's page, and the overview of the day."""

import re


def listed(text):
    """Return the vehicles of a list."""
    return re.findall(r'<th scope="row"><a href="/vehicles/(V\d+)"', text)


def state_of(text, vehicle_id):
    """Return a vehicle's state in the list, as its class and its text."""
    row = text.partition(f'href="/vehicles/{vehicle_id}"')[2].partition("</tr>")[0]
    return re.findall(r'<span class="badge badge-(\w+)">([^<]+)</span>', row)


def test_the_list_shows_what_a_vehicle_is(visitor):
    """Plate, model, class, features, station, rate."""
    assert len(listed(visitor.look("/vehicles"))) == 40
    words = visitor.words("/vehicles")
    for expected in ("Karlsruhe Mitte", "Kleinwagen", "Anhängerkupplung", "€", "VW Golf"):
        assert expected in words


def test_the_list_is_english_on_an_english_page(visitor):
    """Classes and features too, here and where they are chosen."""
    for path in ("/vehicles", "/vehicles/V1001", "/", "/timeline?station=rastatt"):
        words = visitor.words(path, language="en")
        assert ("Kleinwagen" in words, "Klimaanlage" in words) == (False, False), path
    assert "Air conditioning" in visitor.words("/vehicles", language="en")


def test_the_list_is_sorted_and_counted(visitor):
    """By a column's head, and the other way round by the same once more; further pages stay sorted."""
    text = visitor.look("/vehicles?sort=rate")
    assert ("40 Einträge" in text, 'aria-sort="ascending"' in text) == (True, True)
    rates = [float(each.replace(",", ".")) for each in re.findall(r'right">([0-9,]+)\xa0€', text)]
    assert len(rates) == 40
    assert rates == sorted(rates)
    assert 'name="sort" value="-rate"' in text
    down = visitor.look("/vehicles?sorted=-rate")
    assert ('aria-sort="descending"' in down, 'name="sorted" value="-rate"' in down) == (True, True)
    assert listed(down)[0] == listed(text)[-1] or rates[-1] == rates[-2]
    assert listed(visitor.look("/vehicles?sort=DROP")) == listed(visitor.look("/vehicles"))


def test_the_list_shows_where_each_vehicle_is_now(clerk, planner):
    """Free, reserved for now, out, out past its end; each state can be asked for."""
    planner.book("V1001", planner.at(5), planner.at(9))
    planner.book("V1002", planner.at(2), planner.at(9))
    for vehicle_id, end in (("V1003", 9), ("V1004", 2.5)):
        planner.desk(planner.book(vehicle_id, planner.at(2), planner.at(end)), "hand_out")
    planner.clock(planner.at(3))
    text = clerk.look("/vehicles")
    for vehicle_id, state, word in (
        ("V1001", "free", "Frei"),
        ("V1002", "reserved", "Reserviert"),
        ("V1003", "out", "Unterwegs"),
        ("V1004", "overdue", "Überfällig"),
    ):
        assert state_of(text, vehicle_id) == [(state, word)]
        only = listed(clerk.look(f"/vehicles?state={state}"))
        assert vehicle_id in only
        assert state == "free" or only == [vehicle_id]


def test_the_list_is_narrowed(visitor, busy_sandbox):
    """By class, station, plate and model, alone and together."""
    rows = busy_sandbox.store.database.all("SELECT id, station, vehicle_class, licence_plate FROM vehicles")
    kombis = [row for row in rows if row["vehicle_class"] == "kombi"]
    both = [row for row in kombis if row["station"] == "rastatt"]
    typed = both[0]["licence_plate"].replace("-", "").lower()
    for query, expected in (
        ("class=kombi", kombis),
        ("class=kombi&station=rastatt", both),
        (f"q={typed}", both[:1]),
    ):
        assert set(listed(visitor.look(f"/vehicles?{query}"))) == {row["id"] for row in expected}
    models = re.findall(r"</a></th>\s*<td>([^<]+)</td>", visitor.look("/vehicles?q=skoda"))
    assert models
    assert all("Škoda" in model for model in models)
    assert "Kein Fahrzeug passt" in visitor.look("/vehicles?class=nonsense")


def test_a_vehicle_has_its_page(clerk, planner, rental):
    """What it is, then the rentals ahead, then those that are over."""
    over = planner.book("V1001", planner.at(6), planner.at(7))
    planner.cancel(over)
    words = clerk.words("/vehicles/V1001")
    vehicle = rental["vehicle"]
    assert f"{vehicle['licence_plate']} {vehicle['make']} {vehicle['model']}" in words
    assert words.index(rental["id"]) < words.index(over["id"])
    assert any(fuel in words for fuel in ("Diesel", "Benzin", "Elektro"))


def test_the_overview_shows_what_the_day_brings(clerk, planner):
    """What is handed out and comes back today, what is overdue, and what is free of each class."""
    later = planner.book("V1001", planner.at(2, 14), planner.at(4))
    planner.book("V1002", planner.at(3, 14), planner.at(4))  # tomorrow: in no section
    back = planner.book("V1003", planner.at(1), planner.at(2, 15))
    overdue = planner.book("V1004", planner.at(1), planner.at(2))
    for each in (back, overdue):
        planner.desk(each, "hand_out")
    planner.clock(planner.at(2, 10))
    text = clerk.look("/")

    def section(name):
        return text.partition(f'aria-labelledby="{name}"')[2].partition("</section>")[0]

    for name, expected in (("hand-out", later), ("back", back), ("overdue", overdue)):
        assert re.findall(r"/rentals/(R\d+)", section(name)) == [expected["id"]]
    figures = re.findall(r"<dd>(\d+)", text.partition('class="tiles"')[2].partition("</dl>")[0])
    assert figures == ["1", "1", "1", "10"]
    assert len(re.findall("<meter", section("free"))) == 7
