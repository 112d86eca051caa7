"""A session that ends while somebody fills step 4 in: nothing is done, and what was entered is there again."""

import pytest

from ..conftest import PASSWORD, Elements, all_hidden, hidden
from .conftest import path_of, search_form, words


def come_back(browser, path, fields):
    """Send a form without a session, sign in, and go on."""
    asked = browser.post(path, data=fields)
    assert (asked.status_code, "es wurde nichts gespeichert" in words(asked)) == (401, True)
    signing_in = all_hidden(asked.text, "/sign-in") | {"name": ["anna"], "password": [PASSWORD]}
    signed_in = browser.post("/sign-in", data=signing_in)
    return browser.post(path, data=all_hidden(signed_in.text, path) | {"do": ["again"]})


@pytest.mark.parametrize("to", ["offers", "rental"])
def test_a_search_and_a_choice_are_there_again(anna, site, saved, fake, to):
    """Ticked, typed and chosen, in a list that is searched anew; what is then saved is the change first asked for."""
    fake.options = [fake.option("V1"), fake.option("V2")]
    entered = {"vehicle_class": "kombi", "feature": ["navi", "automatik"], "option": "fake:V2"}
    fields = search_form(anna, saved) | entered | {"renter_last_name": "Winter", "end_time": "16:30"}
    browser = site.browser()
    page = come_back(browser, f"{path_of(saved)}/{to}", fields)
    found = Elements(page.text)
    on_form = (each for each in found.all("input") if each.get("value"))
    checked = {each["value"] for each in on_form if "checked" in each}
    assert checked == {"kombi", "navi", "automatik", "fake:V2"}
    assert (
        found.field("renter_last_name"),
        found.all("input", id="rent_end_time")[0]["value"],
    ) == ("Winter", "16:30")
    assert (fake.changes, "nicht gespeichert" in words(page)) == ([], False)
    drawn = hidden(page.text, f"{path_of(saved)}/offers")
    again = fields | {name: drawn[name] for name in ("change_id", "found_period", "found_filters")}
    assert browser.post(f"{path_of(saved)}/rental", data=again).status_code == 303
    assert [(fields["change_id"], "V2", "Winter")] == [
        (change["change_id"], change["option_id"], change["customer"]["last_name"]) for change in fake.changes
    ]


def test_a_new_end_is_there_again(site, saved, fake):
    """It is changed once somebody says so."""
    fake.book(saved.id)
    browser = site.browser()
    path = f"{path_of(saved)}/rental/end"
    fields = {"end_date": "26.11.", "end_time": "9", "change_id": "6b1e7c3e-6d0b-4a53-8f6e-1f0d2a9a7c11"}
    page = come_back(browser, path, fields)
    found = Elements(page.text)
    typed = [found.all("input", id=f"rental_end_{each}")[0]["value"] for each in ("date", "time")]
    assert (typed, fake.changes) == (["26.11.", "9"], [])
    fields |= hidden(page.text, path)
    assert browser.post(path, data=fields).status_code == 303
    assert [(change["action"], change["change_id"]) for change in fake.changes] == [
        ("change_end", "6b1e7c3e-6d0b-4a53-8f6e-1f0d2a9a7c11")
    ]


@pytest.mark.parametrize("to", ["cancellation", "giving-up", "gone"])
def test_where_nothing_was_entered_there_is_nothing_to_keep(site, saved, fake, to):
    """The page says that the session has ended."""
    answer = site.browser().post(f"{path_of(saved)}/rental/{to}", data={"provider": "fake", "change_id": "x"})
    assert (answer.status_code, fake.changes, "kept_" in answer.text) == (401, [], False)
