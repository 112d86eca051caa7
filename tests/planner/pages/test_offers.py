"""The list of offers: only what was searched for is booked, and alternatives are shown for a car that is gone."""

import pytest

from ..conftest import Elements, hidden, problem
from .conftest import book, by_page_and_script, options_of, path_of, refused, search, search_form, words

OTHER_PERIOD = "Sie haben den Zeitraum geändert. Hier sind die Fahrzeuge und Preise dafür."
OTHER_FILTERS = "Sie haben Klassen oder Eigenschaften geändert. Hier sind die Fahrzeuge und Preise dafür."
FEWER = "Mit weniger Fahrzeugklassen"
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
