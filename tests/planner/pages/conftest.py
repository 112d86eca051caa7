"""What advisors do on an appointment's page."""

import uuid
from dataclasses import replace

import pytest

from planner_host.appointments.visit_form import FIELDS
from planner_host.mobility.states import states_of

from ..conftest import PERIOD, Elements, hidden

SCRIPT = {"HX-Request": "true"}

by_page_and_script = pytest.mark.parametrize("headers", [{}, SCRIPT], ids=["page", "script"])


def path_of(appointment):
    """Return the address of an appointment."""
    return f"/appointments/{appointment.id}"


def words(answer):
    """Return the text of a page, in one line."""
    return " ".join(Elements(answer.text).text.split())


def options_of(answer):
    """Return the options that can be chosen on a page."""
    return [each["value"] for each in Elements(answer.text).all("input", name="option")]


def state_of(site, appointment):
    """Return the word that the week has for an appointment."""
    return states_of([appointment.id], site.planner, locale="de").words[appointment.id]


def save_as_bert(planner, appointment, **fields):
    """Save an appointment from elsewhere, with other fields of the visit."""
    theirs = replace(appointment, visit=replace(appointment.visit, **fields), saved_by="bert")
    return planner.records.save(theirs).appointment


def typed(browser, appointment, **fields):
    """Return the fields of steps 1 to 3 as they stand on the page, some typed anew."""
    page = Elements(browser.get(path_of(appointment)).text)
    names = {attributes.get("name") for _, attributes in page.tags}
    texts = {name: page.field(name) if name in names else "" for name in FIELDS}
    return texts | {"work": "Inspektion"} | fields


def unsaved(browser, appointment, **fields):
    """Return what the script sends of them along with a form of step 4."""
    return {f"visit_{name}": text for name, text in typed(browser, appointment, **fields).items()}


def search_form(browser, appointment):
    """Open an appointment; return what its search sends, with the list that was found for it."""
    page = browser.get(path_of(appointment)).text
    times = {"start_date": "25.11.2026", "start_time": "08:00", "end_date": "25.11.2026", "end_time": "17:00"}
    found = {"found_period": f"{PERIOD['start']}/{PERIOD['end']}", "found_filters": "[[], [], []]"}
    return hidden(page, f"{path_of(appointment)}/offers") | times | found


def search(browser, appointment, headers=None, **fields):
    """Search; return the answer."""
    sent = search_form(browser, appointment) | fields
    return browser.post(f"{path_of(appointment)}/offers", data=sent, headers=headers)


def book(browser, appointment, headers=None, **fields):
    """Save the rental of a car that was found; return the answer."""
    sent = search_form(browser, appointment) | {"option": "fake:V1"} | fields
    return browser.post(f"{path_of(appointment)}/rental", data=sent, headers=headers)


def end_form(browser, appointment, **fields):
    """Open an appointment; return what the form of its rental's end sends, a day later at nine."""
    page = browser.get(path_of(appointment)).text
    later = {"end_date": "26.11.2026", "end_time": "9"}
    return hidden(page, f"{path_of(appointment)}/rental/end") | later | fields


def change_end(browser, appointment, **fields):
    """Change the end of a rental; return the answer."""
    return browser.post(f"{path_of(appointment)}/rental/end", data=end_form(browser, appointment, **fields))


def cancel(browser, appointment):
    """Cancel a rental, the question confirmed; return the answer."""
    path = f"{path_of(appointment)}/rental/cancellation"
    asked = browser.get(f"{path_of(appointment)}?ask=cancel")
    return browser.post(path, data=hidden(asked.text, path))


def about(**fields):
    """Write what a form of the rental `R-1` sends."""
    named = {"change_id": str(uuid.uuid4()), "provider": "fake", "site": "main", "rental_id": "R-1"}
    return named | {"revision": "3", "end_date": "26.11.2026", "end_time": "9"} | fields


def proposal(action="change_end", **fields):
    """Write a proposal about the rental `R-1`."""
    change = {"provider": "fake", "action": action, "site": "main", "rental_id": "R-1"}
    change |= {"end": PERIOD["end"]} if action == "change_end" else {"revision": 3}
    return {"id": "p&1", "reason": "appointment_moved", "message": "Anpassen?", "change": change} | fields


def refused(problem, **fields):
    """Write the outcome of a change that is refused."""
    return {"status": "refused", "problem": problem.problem, **fields}
