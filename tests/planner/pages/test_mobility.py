"""Step 4: search, save a rental, change its end, withdraw a booking; what is refused, and why."""

import pytest

from planner_host.dms import Dms, DmsProblem, Finding

from ..conftest import PERIOD, Elements, hidden, problem
from .conftest import (
    SCRIPT,
    book,
    by_page_and_script,
    change_end,
    end_form,
    options_of,
    path_of,
    refused,
    search,
    search_form,
    words,
)

ASK = "Bitte die Werkstattleitung informieren."


@by_page_and_script
def test_what_is_found_can_be_chosen(anna, saved, fake, headers):
    """The page keeps what was ticked for the search."""
    fake.options = [fake.option("V1"), fake.option("V2")]
    answer = search(anna, saved, headers, vehicle_class="kombi", feature=["navi", "automatik"])
    assert options_of(answer) == ["fake:V1", "fake:V2"]
    found = Elements(answer.text)
    sent_to = [each["formaction"] for _, each in found.tags if "formaction" in each]
    assert sent_to == [f"{path_of(saved)}/rental"]
    if not headers:
        ticked = {each["value"] for each in found.all("input") if "checked" in each}
        assert ticked == {"kombi", "navi", "automatik"}


def test_a_rental_is_saved_and_then_only_changed_at_its_end_or_cancelled(anna, saved, fake):
    """Period and customer go as they are; a form that is sent again is the same change."""
    fields = search_form(anna, saved) | {"option": "fake:V1"}
    for _ in range(3):
        answer = anna.post(f"{path_of(saved)}/rental", data=fields)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{path_of(saved)}?done=book#step-4")
    assert {each["change_id"] for each in fake.changes} == {fields["change_id"]}
    change = {"action": "book", "option_id": "V1", "period": PERIOD, "customer": saved.visit.customer}
    assert fake.changes[0] == fake.changes[0] | change | {"appointment_id": saved.id}
    page = Elements(anna.get(path_of(saved)).text)
    actions = {each["action"] for each in page.all("form")} | {each["href"] for each in page.all("a")}
    step_4 = {each.partition(path_of(saved))[2] for each in actions if path_of(saved) in each}
    of_the_visit = "?ask=appointment-cancellation#appointment-cancellation"
    expected = {"", of_the_visit, "/rental/end", "?ask=cancel#cancel", "/print"}
    assert {each for each in step_4 if "lang=" not in each} == expected


@pytest.mark.parametrize(("code", "is_kept"), [("unreachable", True), ("vehicle_unavailable", False)])
def test_a_refusal_says_why_and_what_can_be_had_instead(anna, saved, fake, code, is_kept):
    """The next try is the same change where nothing was kept of it, else another."""
    instead = {"alternatives": [fake.option("V9", match="alternative")]}
    fake.outcomes = [refused(problem(code, title="Leider nein."), **instead)]
    fields = search_form(anna, saved) | {"option": "fake:V1"}
    answer = anna.post(f"{path_of(saved)}/rental", data=fields)
    assert ("Leider nein." in words(answer), options_of(answer)) == (True, ["fake:V9"])
    again = hidden(answer.text, f"{path_of(saved)}/offers")["change_id"]
    assert (again == fields["change_id"]) == is_kept


def test_a_refusal_marks_its_field(anna, saved, fake):
    """By its JSON Pointer; of an end, the detail stands there and in the notice, and replaces the title."""
    fake.book(saved.id)
    fake.outcomes = [refused(problem("vehicle_unavailable", detail="Danach vergeben.", pointer="/end"))]
    answer = change_end(anna, saved, end_date="26.11.")
    (field,) = Elements(answer.text).all("input", id="rental_end_date")
    assert (field["aria-invalid"], field["value"]) == ("true", "26.11.")
    assert (words(answer).count("Danach vergeben."), words(answer).count("nicht mehr frei")) == (2, 0)
    fake.states, fake.outcomes = {}, [refused(problem("period_invalid", pointer="/period/start"))]
    inputs = Elements(book(anna, saved).text).all("input")
    assert [each["id"] for each in inputs if "aria-invalid" in each] == ["rent_start_date"]


@pytest.mark.parametrize("code", ["not_authorised", "storage_failed", "provider_failed"])
@pytest.mark.parametrize(("user", "is_admin"), [("anna", False), ("admin", True)])
def test_only_an_admin_is_told_what_to_mend(site, saved, fake, user, is_admin, code):
    """An advisor is told whom to inform; in a refusal, and in what a provider says of an appointment."""
    browser, fix = site.browser(user), "Bitte Token erneuern."
    fake.outcomes = [refused(problem(code, detail=fix))]
    notice = {"code": code, "severity": "error", "message": fix}
    fake.states[saved.id] = {"notices": [notice]}
    for answer in (browser.get(path_of(saved)), book(browser, saved)):
        assert (fix in words(answer), ASK in words(answer)) == (is_admin, not is_admin)


@pytest.mark.parametrize(
    ("code", "user", "said"),
    [
        ("dms_damaged", "anna", f"Das DMS antwortet gerade nicht. {ASK}"),
        ("dms_damaged", "admin", "dms.sqlite3: Die Datei ist beschädigt"),
        ("dms_busy", "anna", "Das DMS ist gerade belegt."),
    ],
)
def test_a_broken_dms_is_the_administrations(site, monkeypatch, code, user, said):
    """An advisor is told whom to inform, an admin which file is broken; that it is busy passes by itself."""

    def search(self, words, **_):
        raise DmsProblem(Finding(code, "dms.sqlite3"))

    monkeypatch.setattr(Dms, "search", search)
    answer = site.browser(user).post("/dms/customers", data={"customer_query": "sommer"})
    assert said in words(answer)


def test_an_end_is_changed(anna, site, saved, fake):
    """With the revision that was shown; sent twice, the answer is the same. An end that is there asks nobody."""
    fake.book(saved.id)
    fields = end_form(anna, saved, end_date="26.11.")
    for _ in range(2):
        answer = anna.post(f"{path_of(saved)}/rental/end", data=fields)
        assert answer.headers["location"] == f"{path_of(saved)}?done=change_end#step-4"
        fake.book(saved.id, period=PERIOD | {"end": "2026-11-26T09:00:00+01:00"})
    change = {"action": "change_end", "site": "main", "rental_id": "R-1", "revision": 3}
    assert fake.changes[0] == fake.changes[0] | change | {"end": "2026-11-26T09:00:00+01:00"}
    asked = len(fake.changes)
    answer, already = words(change_end(anna, saved)), "Der Verleihvorgang endet bereits zu diesem Zeitpunkt."
    assert (already in answer, "geändert." in answer) == (True, False)
    assert (len(fake.changes), len(site.planner.audit.of(saved.id))) == (asked, 1)


def test_an_unknown_booking_is_asked_for_by_the_page_and_can_be_withdrawn(anna, saved, fake):
    """The page fetches itself until the outcome is known, and gets nothing while it is not."""
    fake.outcomes = ["unknown"]
    assert book(anna, saved).status_code == 303
    page = anna.get(f"{path_of(saved)}?ask=withdraw").text
    (step,) = Elements(page).all("section", id="step-4")
    asks = step["hx-get"]
    assert (step["hx-trigger"], asks.partition("?")[0]) == ("every 2s", path_of(saved))
    assert asks.endswith("&ask=withdraw")
    unchanged = anna.get(asks, headers=SCRIPT)
    assert (unchanged.status_code, unchanged.text) == (204, "")
    assert anna.get(asks).status_code == 200
    assert "Verfügbare Mietwagen suchen" not in page
    withdrawal = hidden(page, f"{path_of(saved)}/rental/withdrawal")
    assert withdrawal["book_change_id"] == fake.changes[0]["change_id"]
    fake.outcomes = ["done", "given_up"]
    anna.post(f"{path_of(saved)}/rental/withdrawal", data=withdrawal)
    for known in (anna.get(asks, headers=SCRIPT), anna.get(path_of(saved))):
        assert known.status_code == 200
        assert Elements(known.text).all("section", id="step-4")[0]["hx-trigger"] == "every 8s"
    asked = {each["change_id"] for each in fake.changes}
    assert asked == {withdrawal["book_change_id"], withdrawal["change_id"]}
