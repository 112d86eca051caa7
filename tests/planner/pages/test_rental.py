"""The rental as a card: what it costs to change is said before it is sent, and what the desk did until it is noted."""

import pytest

from ..conftest import HOOKS, PERIOD, Elements, hidden, problem
from .conftest import SCRIPT, change_end, end_form, path_of, proposal, refused, words

EUROS = {"currency": "EUR", "tax_included": True}
DEARER = {"price": {"amount": "59.90", **EUROS}, "difference": {"amount": "10.00", **EUROS}}
UNTIL = {"free_until": "2026-11-28T09:00:00+01:00"}
NOT_FREE = {"possible": False, "problem": problem("vehicle_unavailable", detail="Danach vergeben.").problem}
ALL = ["change_end", "cancel", "rebook"]
SWAPPED = {"code": "vehicle_swapped", "severity": "warning", "message": "Fabia statt Golf."}


@pytest.fixture
def planner(workshop, fake):
    """A planner with a provider that quotes and rebooks."""
    fake.capabilities = ["quote", "rebook"]
    return workshop.planner(fake.module(*HOOKS, "quote_rental_change"))


def decision(answer):
    """Return the words of what must be decided."""
    start = answer.text.index('id="decisions"')
    found = Elements(answer.text[start : answer.text.index('<div class="split"')]).text
    return " ".join(found.split()).partition("> ")[2]


def ask_for_price(browser, appointment, headers=None, **fields):
    """Ask what a new end would cost; return the answer."""
    sent = end_form(browser, appointment, **fields)
    return browser.post(f"{path_of(appointment)}/rental/end/quote", data=sent, headers=headers)


@pytest.mark.parametrize("headers", [{}, SCRIPT], ids=["page", "script"])
def test_a_new_end_is_priced_before_it_is_sent(anna, saved, fake, headers):
    """By the very change that would be sent; the present end asks nobody, and what is not known is said."""
    fake.book(saved.id)
    fake.quoted = DEARER | UNTIL
    answer = ask_for_price(anna, saved, headers)
    assert "+10,00 € · neu 59,90 € · frei bis Sa 28.11., 09:00" in words(answer)
    assert ("<html" in answer.text, fake.changes) == (not headers, [])
    (asked,) = fake.quotes
    assert asked == asked | {"action": "change_end", "rental_id": "R-1", "revision": 3}
    assert asked["end"] == "2026-11-26T09:00:00+01:00"
    fake.quoted = {}
    assert "gerade nicht zu erfahren" in words(ask_for_price(anna, saved, headers))
    ask_for_price(anna, saved, headers, end_date="25.11.2026", end_time="17:00")
    assert len(fake.quotes) == 2


def test_an_end_that_is_refused_says_until_when_it_would_go(anna, saved, fake):
    """Before it is sent, and after."""
    fake.book(saved.id)
    fake.quoted = NOT_FREE | UNTIL
    fake.outcomes = [refused(problem("vehicle_unavailable", detail="Danach vergeben."))]
    for ask in (ask_for_price, change_end):
        assert "Danach vergeben. Möglich bis Sa 28.11., 09:00." in words(ask(anna, saved))


def test_what_a_provider_cannot_is_not_shown(workshop, draft, serve, fake):
    """No price, no rebooking; only then the sentence that nothing but the end can be changed."""
    for capabilities, rebooks in (([], False), (["rebook"], True)):
        fake.capabilities = capabilities
        planner = workshop.planner(fake.module(*HOOKS))
        saved = planner.records.save(draft()).appointment
        fake.book(saved.id, allowed_changes=ALL)
        page = serve(planner).browser("anna").get(path_of(saved))
        shown = ("/quote" in page.text, "?rebook=yes" in page.text, "nur das Verleihende" in words(page))
        assert shown == (False, rebooks, not rebooks)


def test_what_is_proposed_is_priced_on_its_button(anna, saved, fake):
    """Heute leads there. With what it is now; where it is not possible there is no button, but another vehicle."""
    fake.book(saved.id, allowed_changes=ALL)
    later = proposal(reason="end_moved", change=proposal()["change"] | {"end": "2026-11-27T16:00:00+01:00"})
    fake.states[saved.id] |= {"state": "attention", "proposals": [later]}
    fake.quoted = DEARER | UNTIL
    assert decision(anna.get(path_of(saved))) == (
        "Vorschlag Anpassen? Verleihende bisher Mi 25.11., 17:00, neu Fr 27.11., 16:00 +10,00 € · neu 59,90 € · "
        "frei bis Sa 28.11., 09:00 Verleihende ändern (+10,00 €) Umbuchen So lassen"
    )
    assert f'href="{path_of(saved)}#decisions"' in anna.get("/").text
    fake.quoted = NOT_FREE | UNTIL
    page = anna.get(path_of(saved))
    assert decision(page).endswith("Möglich bis Sa 28.11., 09:00. Umbuchen So lassen")
    filled = [each for tag, each in Elements(page.text).tags if each.get("class") == "primary"]
    assert [each["href"] for each in filled] == [f"{path_of(saved)}?rebook=yes#rebooking"]


def test_another_customer_is_rebooked_by_one_button(anna, site, saved, fake):
    """It names who rents and who would; the change has the appointment's customer."""
    fake.book(saved.id, allowed_changes=ALL)
    winter = {"source": "manual", "last_name": "Winter"}
    site.planner.records.store_renter(saved.id, winter, provider="fake", rental_id="R-1")
    change = {"provider": "fake", "action": "rebook", "site": "main", "rental_id": "R-1", "revision": 3}
    change |= {"option_id": "V1", "period": PERIOD}
    one = proposal(reason="customer_changed", change=change)
    fake.states[saved.id] |= {"state": "attention", "proposals": [one]}
    fake.outcomes = [{"status": "done", "rental": fake.rental(saved.id, id="R-2")}]
    page = anna.get(path_of(saved))
    assert "Mieter bisher Winter, neu Änne Sommer" in decision(page)
    assert "Verleihzeitraum bisher" not in decision(page)
    answer = anna.post(f"{path_of(saved)}/proposal", data=hidden(page.text, f"{path_of(saved)}/proposal"))
    assert answer.headers["location"].endswith("?done=rebook#step-4")
    (sent,) = fake.changes
    assert sent == change | {"customer": saved.visit.customer, "change_id": sent["change_id"]}


def test_a_provider_that_gives_no_reason_asks_for_a_look(anna, saved, fake):
    """One of contract 1.0 says no more than that something does not fit."""
    fake.book(saved.id)
    fake.states[saved.id] |= {"state": "attention"}
    assert decision(anna.get(path_of(saved))) == "Fake & Co. bittet, den Mietwagen zu prüfen."


def test_a_swap_is_said_first_until_it_is_noted(anna, saved, fake):
    """Then it is not said any more, and the head has the rental's state again."""
    fake.book(saved.id, vehicle=fake.option()["vehicle"])
    fake.states[saved.id] |= {"state": "attention", "notices": [SWAPPED]}
    path = f"{path_of(saved)}/noted"
    page = anna.get(path_of(saved))
    assert decision(page) == "Fabia statt Golf. Zur Kenntnis genommen"
    assert "bitte prüfen" in words(page)
    answer = anna.post(path, data=hidden(page.text, path))
    assert answer.headers["location"] == f"{path_of(saved)}#step-4"
    after = words(anna.get(path_of(saved)))
    assert ("Fabia statt Golf." in after, "bitte prüfen" in after, "reserviert" in after) == (
        False,
        False,
        True,
    )


def test_a_rental_shows_how_far_it_is(anna, site, saved, fake):
    """Who booked it here; a voucher is neither handed out nor brought back."""
    fake.book(saved.id, status="picked_up")
    page = Elements(anna.get(path_of(saved)).text)
    reached = [each for each in page.all("li") if "reached" in each.get("class", "")]
    assert (len(reached), [each.get("aria-current") for each in reached]) == (2, [None, "step"])
    fake.book(saved.id, kind="taxi")
    assert 'class="stages"' not in anna.get(path_of(saved)).text


def test_saved_steps_are_lines_that_open(anna, saved):
    """Their fields are there, folded; a mistake opens its step. The tab names customer, plate and day."""
    page = Elements(anna.get(path_of(saved)).text)
    assert ["open" in each for each in page.all("details", **{"class": "step"})] == [False] * 3
    assert "Sommer, KA-AS 1 · Mi 25.11." in page.text
    assert page.field("work") == ""
    wrong = hidden(anna.get(path_of(saved)).text, path_of(saved)) | {"do": "save", "start_date": "31.2."}
    wrong |= {"customer_last_name": "Sommer", "customer_first_name": "Änne"}
    wrong |= {"vehicle_licence_plate": "KA-AS 1", "start_time": "08:00", "end_date": "25.11.2026"}
    again = Elements(anna.post(path_of(saved), data=wrong | {"end_time": "17:00", "work": "Inspektion"}).text)
    assert ["open" in each for each in again.all("details", **{"class": "step"})] == [False, False, True]
