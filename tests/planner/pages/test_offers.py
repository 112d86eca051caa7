"""The list of offers: only what was searched for is booked, and alternatives are shown for a car that is gone."""

import pytest

from ..conftest import HOOKS, Elements, failing, hidden, problem
from .conftest import book, by_page_and_script, options_of, path_of, refused, search, search_form, words

OTHER_PERIOD = "Sie haben den Zeitraum geändert. Hier sind die Fahrzeuge und Preise dafür."
OTHER_FILTERS = "Sie haben die Filter geändert. Hier sind die Fahrzeuge und Preise dafür."
FEWER = "Mit weniger Filtern"
TAKEN = problem("vehicle_unavailable")


@by_page_and_script
@pytest.mark.parametrize(
    ("changed", "reason"),
    [({"end_time": "18:00"}, OTHER_PERIOD), ({"feature": "navi"}, OTHER_FILTERS)],
    ids=["period", "filters"],
)
def test_a_list_of_another_search_books_nothing(anna, saved, fake, headers, changed, reason):
    """The search is made anew, and then the same form books."""
    fake.options = [fake.option("V1")]
    searched = search_form(anna, saved)
    found = Elements(anna.post(f"{path_of(saved)}/offers", data=searched, headers=headers).text)
    carried = {name: found.field(name) for name in ("found_period", "found_filters")}
    assert carried == {name: searched[name] for name in carried}
    fields = searched | {"option": "fake:V1"} | changed
    answer = anna.post(f"{path_of(saved)}/rental", data=fields)
    assert (fake.changes, reason in words(answer)) == ([], True)
    fields |= {name: Elements(answer.text).field(name) for name in carried}
    assert anna.post(f"{path_of(saved)}/rental", data=fields).status_code == 303
    assert len(fake.changes) == 1


def test_a_list_is_of_a_period(anna, saved, fake):
    """What counts are its instants; without a list nothing is booked."""
    assert (book(anna, saved, found_period="").status_code, fake.changes) == (200, [])
    assert book(anna, saved, start_time="8", end_date="25.11.").status_code == 303


def test_alternatives_are_shown_for_a_car_that_is_gone(anna, saved, fake):
    """What is near first, then all that is free, each once; nothing is said of filters that nobody has set."""
    near = fake.option("V2", match="alternative", differs=["vehicle", "station"])
    fake.outcomes = [refused(TAKEN, alternatives=[near])]
    fake.options = [fake.option("V2"), fake.option("V3")]
    answer = book(anna, saved)
    assert options_of(answer) == ["fake:V2", "fake:V3"]
    page = words(answer)
    assert (FEWER in page, "Genau das Gewünschte ist nicht verfügbar" in page) == (False, False)
    assert page.index("Ähnliche Angebote") < page.index("Alle weiteren verfügbaren Mietwagen")
    assert ("andere Station" in page, " vehicle " in page) == (True, False)
    form = search_form(anna, saved) | hidden(answer.text, f"{path_of(saved)}/offers")
    fake.outcomes = ["done"]
    assert anna.post(f"{path_of(saved)}/rental", data=form | {"option": "fake:V2"}).status_code == 303


@pytest.mark.parametrize(("fields", "is_said"), [({}, False), ({"feature": "navi"}, True)])
def test_an_empty_list_suggests_fewer_filters_where_there_are_any(anna, saved, fields, is_said):
    """Else only another period can help."""
    page = words(search(anna, saved, **fields))
    assert (FEWER in page, "In einem anderen Zeitraum" in page) == (is_said, not is_said)


@by_page_and_script
def test_a_list_is_of_some_stations_in_an_order(anna, saved, fake, headers):
    """The own station is remembered, and so the next list begins with it."""
    fake.stations = [{"id": each, "name": each.title()} for each in ("nord", "süd")]
    for name in ("V1", "V2"):
        vehicle = fake.option(name)["vehicle"] | {"station": "süd" if name == "V2" else "nord"}
        price = {"amount": name[1:], "currency": "EUR", "tax_included": True}
        fake.options.append(fake.option(name, vehicle=vehicle, price=price))
    answer = search(anna, saved, headers, station=["süd", "nord"], sort="price", own_station="süd")
    assert fake.request["filters"]["stations"] == ["süd", "nord"]
    assert options_of(answer) == ["fake:V1", "fake:V2"]
    chosen = [each["value"] for each in Elements(answer.text).all("option") if "selected" in each]
    assert chosen == ["süd", "price"]
    again = anna.get(f"{path_of(saved)}?search=yes")
    assert (options_of(again), fake.request["filters"].get("stations")) == (["fake:V2", "fake:V1"], None)


def test_there_is_no_choice_of_stations_without_two(anna, saved, fake):
    """Neither as a filter nor as an order."""
    fake.stations, fake.options = [{"id": "n", "name": "Nord"}], [fake.option("V1"), fake.option("V2")]
    page = Elements(search(anna, saved).text)
    names = {attributes.get("name") for _, attributes in page.tags}
    assert names & {"station", "own_station", "sort"} == {"sort"}
    assert [each["value"] for each in page.all("option") if not each["value"][0].isdigit()] == [
        "best",
        "price",
    ]


def test_what_is_chosen_is_named_where_it_is_saved(anna, saved, fake):
    """With what the period is and when its station is open, which a time outside is no reason to refuse."""
    hours = [{"days": ["mon"], "opens": "07:00", "closes": "18:00"}]
    fake.stations = [{"id": "n", "name": "Nord", "opening_hours": hours}]
    price = {"amount": "56.90", "currency": "EUR", "tax_included": True}
    vehicle = fake.option()["vehicle"] | {"station": "n", "licence_plate": "RA-FA 3269"}
    fake.options = [fake.option("V1", vehicle=vehicle, price=price)]
    page = words(book(anna, saved, found_period=""))
    bar = page[page.index("VW Golf Variant · RA-FA 3269 · 56,90 €") :]
    assert bar.index("Mi 25.11., 08:00 – 17:00") < bar.index("Nord: geöffnet Mo 07:00–18:00")
    assert bar.index("Der Verleihbeginn liegt außerhalb der Öffnungszeiten.") < bar.index(
        "Verleihvorgang speichern"
    )
    assert book(anna, saved).status_code == 303


def test_filters_can_be_left_out_of_an_empty_list(anna, saved, fake):
    """One button searches without them, and none is ticked any more."""
    fields = search_form(anna, saved) | {"feature": "navi", "vehicle_class": "kombi"}
    found = Elements(anna.post(f"{path_of(saved)}/offers", data=fields).text)
    assert len(found.all("button", name="do", value="clear")) == 1
    answer = anna.post(f"{path_of(saved)}/offers", data=fields | {"do": "clear"})
    assert (fake.request["filters"]["features"], "checked" in answer.text) == ([], False)


def test_a_list_that_nobody_answers_says_so(workshop, fake, draft, serve):
    """It does not say that no car is free, which nobody knows."""
    planner = workshop.planner(fake.module(*HOOKS[:3], provide_mobility_options=failing()))
    page = words(search(serve(planner).browser("anna"), planner.records.save(draft()).appointment))
    assert ("Kein Anbieter hat geantwortet." in page, "Kein Mietwagen verfügbar" in page) == (True, False)
