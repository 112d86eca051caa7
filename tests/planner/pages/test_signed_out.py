"""A session that ends while somebody fills step 4 in: nothing is done, and what was entered is there again."""

import pytest

from ..conftest import PASSWORD, Elements, all_hidden, hidden
from .conftest import about, path_of, search_form, words


def come_back(browser, path, fields):
    """Send a form without a session, sign in, and go on; return the answer."""
    asked = browser.post(path, data=fields)
    assert (asked.status_code, "es wurde nichts gespeichert" in words(asked)) == (401, True)
    signing_in = all_hidden(asked.text, "/sign-in") | {"name": ["anna"], "password": [PASSWORD]}
    signed_in = browser.post("/sign-in", data=signing_in)
    return browser.post(path, data=all_hidden(signed_in.text, path) | {"do": ["again"]})


@pytest.mark.parametrize("to", ["offers", "rental"])
def test_a_search_and_a_choice_are_there_again(anna, site, saved, fake, to):
    """Ticked, typed and chosen, in a list that is searched anew; then the change first asked for is saved."""
    fake.options = [fake.option("V1"), fake.option("V2")]
    entered = {"vehicle_class": "kombi", "feature": ["navi", "automatik"], "option": "fake:V2"}
    fields = search_form(anna, saved) | entered | {"renter_last_name": "Winter", "end_time": "16:30"}
    browser = site.browser()
    page = come_back(browser, f"{path_of(saved)}/{to}", fields)
    found = Elements(page.text)
    checked = {each["value"] for each in found.all("input") if each.get("value") and "checked" in each}
    assert checked == {"kombi", "navi", "automatik", "fake:V2"}
    typed = (found.field("renter_last_name"), found.all("input", id="rent_end_time")[0]["value"])
    assert typed == ("Winter", "16:30")
    assert (fake.changes, "nicht gespeichert" in words(page)) == ([], False)
    drawn = hidden(page.text, f"{path_of(saved)}/offers")
    again = fields | {name: drawn[name] for name in ("change_id", "found_period", "found_filters")}
    assert browser.post(f"{path_of(saved)}/rental", data=again).status_code == 303
    (change,) = fake.changes
    assert (change["change_id"], change["option_id"]) == (fields["change_id"], "V2")
    assert change["customer"]["last_name"] == "Winter"


def test_a_new_end_is_there_again(site, saved, fake):
    """As the same change."""
    fake.book(saved.id)
    browser, path = site.browser(), f"{path_of(saved)}/rental/end"
    page = come_back(browser, path, sent := about(end_date="26.11."))
    found = Elements(page.text)
    typed = [found.all("input", id=f"rental_end_{each}")[0]["value"] for each in ("date", "time")]
    assert (typed, fake.changes) == (["26.11.", "9"], [])
    assert hidden(page.text, path)["change_id"] == sent["change_id"]
