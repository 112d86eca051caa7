"""The list of offers: what was searched for is what is booked, and what stands instead of a car that is gone."""

import pytest

from ..conftest import Elements, hidden, problem
from .conftest import path_of, search_form, words

OTHER_PERIOD = "Sie haben den Zeitraum geändert. Hier sind die Fahrzeuge und Preise dafür."
OTHER_FILTERS = "Sie haben Klassen oder Eigenschaften geändert. Hier sind die Fahrzeuge und Preise dafür."
FEWER = "Mit weniger Fahrzeugklassen"


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "script"])
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"end_time": "18:00"}, OTHER_PERIOD),
        ({"start_date": "24.11.2026", "start_time": "12"}, OTHER_PERIOD),
        ({"vehicle_class": "kombi"}, OTHER_FILTERS),
        ({"feature": "navi"}, OTHER_FILTERS),
    ],
)
def test_what_was_not_shown_is_not_booked(anna, saved, fake, headers, changed, said):
    """A list of another search books nothing: the search is made anew, and then the same form does."""
    fake.options = [fake.option("V1")]
    searched = search_form(anna, saved)
    found = Elements(anna.post(f"{path_of(saved)}/offers", data=searched, headers=headers).text)
    carried = {name: found.field(name) for name in ("found_period", "found_filters")}
    assert carried == {name: searched[name] for name in carried}
    fields = searched | carried | {"option": "fake:V1"} | changed
    answer = anna.post(f"{path_of(saved)}/rental", data=fields)
    assert (fake.changes, said in words(answer)) == ([], True)
    page = Elements(answer.text)
    fields |= {name: page.field(name) for name in carried}
    assert anna.post(f"{path_of(saved)}/rental", data=fields).status_code == 303
    assert len(fake.changes) == 1


def test_a_choice_from_no_list_books_nothing(anna, saved, fake):
    """No page of ours sends one."""
    fields = search_form(anna, saved) | {"option": "fake:V1"}
    del fields["found_period"]
    assert anna.post(f"{path_of(saved)}/rental", data=fields).status_code == 200
    assert fake.changes == []


def test_the_same_period_typed_otherwise_is_the_same(anna, saved, fake):
    """What counts are the instants."""
    fields = search_form(anna, saved) | {"option": "fake:V1", "start_time": "8", "end_date": "25.11."}
    assert anna.post(f"{path_of(saved)}/rental", data=fields).status_code == 303


def refuse(anna, saved, fake, **fields):
    """Ask for a car that somebody else has got; give the page."""
    taken = {"status": "refused", "problem": problem("vehicle_unavailable").problem}
    fake.outcomes = [
        taken | {"alternatives": [fake.option("V2", match="alternative", differs=["vehicle", "station"])]}
    ]
    fake.options = [fake.option("V2"), fake.option("V3")]
    return anna.post(
        f"{path_of(saved)}/rental", data=search_form(anna, saved) | {"option": "fake:V1"} | fields
    )


def test_instead_of_a_car_that_is_gone_stand_the_others(anna, saved, fake):
    """What is near first, then all that is free, each once; no word of filters that nobody has set."""
    answer = refuse(anna, saved, fake)
    page = Elements(answer.text)
    assert [each["value"] for each in page.all("input", name="option")] == ["fake:V2", "fake:V3"]
    said = words(answer)
    assert (
        FEWER in said,
        "Genau das ist nicht verfügbar" in said,
        said.index("Ähnliche Angebote") < said.index("Alle weiteren verfügbaren Mietwagen"),
    ) == (False, False, True)
    form = search_form(anna, saved) | hidden(answer.text, f"{path_of(saved)}/offers")
    fake.outcomes = ["done"]
    assert anna.post(f"{path_of(saved)}/rental", data=form | {"option": "fake:V2"}).status_code == 303


def test_no_raw_word_is_a_badge(anna, saved, fake):
    """That an alternative is another vehicle goes without saying."""
    badges = Elements(refuse(anna, saved, fake).text).text
    assert ("andere Station" in badges, " vehicle " in badges) == (True, False)


@pytest.mark.parametrize(("fields", "is_said"), [({}, False), ({"feature": "navi"}, True)])
def test_an_empty_list_speaks_of_filters_where_there_are_any(anna, saved, fake, fields, is_said):
    """Else only another period could help."""
    answer = words(anna.post(f"{path_of(saved)}/offers", data=search_form(anna, saved) | fields))
    assert (FEWER in answer, "In einem anderen Zeitraum" in answer) == (is_said, not is_said)


@pytest.mark.parametrize(
    ("prices", "is_said"),
    [({}, False), ({"price": {"amount": "49.90", "currency": "EUR", "tax_included": True}}, True)],
)
def test_what_a_price_is_for_is_said_where_there_is_one(anna, saved, fake, prices, is_said):
    """Once, and not with each car."""
    fake.options = [fake.option("V1"), fake.option("V2", **prices)]
    answer = words(anna.post(f"{path_of(saved)}/offers", data=search_form(anna, saved)))
    assert int(is_said) == answer.count("Die Preise gelten für den ganzen Zeitraum.")
