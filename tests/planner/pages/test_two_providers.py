"""A second rental with another provider is warned of, and so is one that nobody can rule out."""

import uuid

import pytest

from planner_host.step import look_up

from ..conftest import HOOKS, Elements, Fake, problem, served
from .conftest import path_of, search_form, words


@pytest.fixture
def other():
    """Another provider."""
    return Fake("other", "Other")


@pytest.fixture
def desk(workshop, fake, other):
    """A planner with both."""
    return workshop.planner(fake.module(*HOOKS), other.module(*HOOKS))


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "script"])
def test_a_second_rental_needs_a_tick(anna, saved, fake, other, headers):
    """The list has the box, by script as well; without it nothing is asked."""
    fake.book(saved.id)
    other.options = [other.option("O1")]
    fields = search_form(anna, saved)
    found = Elements(anna.post(f"{path_of(saved)}/offers", data=fields, headers=headers).text)
    assert len(found.all("input", name="second")) == 1
    fields |= {"option": "other:O1"}
    anna.post(f"{path_of(saved)}/rental", data=fields)
    assert other.changes == []
    assert anna.post(f"{path_of(saved)}/rental", data=fields | {"second": "yes"}).status_code == 303
    assert [each["option_id"] for each in other.changes] == ["O1"]


SAYS = {
    "de": "Ob zu diesem Termin schon ein Verleihvorgang besteht, sagt gerade nicht: Other.",
    "en": "This provider does not say at the moment whether there is a rental for this appointment already: Other.",
}


def _fail(*_, **__):
    raise problem("unreachable")


def silenced(hooks):
    """Return a planner's providers: one that answers, and one whose hooks fail."""
    other, fake = Fake("other", "Other"), Fake()
    fake.options = [fake.option("V1")]
    names = [name for name in HOOKS if name not in hooks]
    return fake, fake.module(*HOOKS), other.module(*names, **dict.fromkeys(hooks, lambda: _fail()))


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "script"])
def test_a_booking_asks_where_another_provider_is_silent(workshop, draft, tmp_path, language, headers):
    """It may have a rental for the appointment; who says yes to one provider's silence books."""
    fake, *modules = silenced(["on_appointment_saved", "provide_mobility_states"])
    planner = workshop.planner(*modules)
    saved = planner.records.save(draft()).appointment
    with served(planner, tmp_path) as site:
        anna = site.browser("anna", **{"Accept-Language": language})
        fields = search_form(anna, saved) | {"option": "fake:V1"}
        for more in ({}, {"second": "yes"}, {"silent": "fake"}):
            asked = anna.post(f"{path_of(saved)}/rental", data=fields | more, headers=headers)
            assert SAYS[language] in words(asked)
            (tick,) = Elements(asked.text).all("input", name="silent")
            assert (tick["value"], "checked" in tick) == ("other", False)
        assert fake.changes == []
        assert anna.post(f"{path_of(saved)}/rental", data=fields | {"silent": "other"}).status_code == 303
        assert [each["option_id"] for each in fake.changes] == ["V1"]


def test_a_booking_asks_where_a_provider_was_taken_out_that_has_a_rental(workshop, draft, tmp_path, other):
    """It was booked here, and nobody can say what became of it."""
    fake, module, _ = silenced([])
    planner = workshop.planner(module)
    saved = planner.records.save(draft()).appointment
    planner.records.note_renter(saved.id, saved.visit.customer, provider="other", rental_id="R-9")
    with served(planner, tmp_path) as site:
        anna = site.browser("anna")
        fields = search_form(anna, saved) | {"option": "fake:V1"}
        assert "Der Anbieter ist nicht geladen" in words(anna.post(f"{path_of(saved)}/rental", data=fields))
        assert fake.changes == []


def test_a_booking_asks_where_another_is_being_found_out(anna, saved, fake, other):
    """It may have arrived."""
    other.options, other.outcomes = [other.option("O1")], ["unknown"]
    fake.options = [fake.option("V1")]
    anna.post(f"{path_of(saved)}/rental", data=search_form(anna, saved) | {"option": "other:O1"})
    fields = search_form(anna, saved) | {"option": "fake:V1", "change_id": str(uuid.uuid4())}
    asked = anna.post(f"{path_of(saved)}/rental", data=fields)
    assert "oder es wird dort gerade geklärt" in words(asked)
    assert (fake.changes, len(Elements(asked.text).all("input", name="second"))) == ([], 1)
    assert anna.post(f"{path_of(saved)}/rental", data=fields | {"second": "yes"}).status_code == 303


EVERY = (
    "on_appointment_saved",
    "provide_mobility_states",
    "provide_mobility_filters",
    "provide_mobility_options",
)


@pytest.mark.parametrize("hooks", [EVERY, EVERY[1:]], ids=["all hooks", "all but the save"])
def test_no_page_hides_that_a_provider_did_not_answer(workshop, draft, tmp_path, hooks):
    """The week, what was found, the appointment, the search and the sheet of paper name it."""
    fake, fake_module, other_module = silenced(hooks)
    planner = workshop.planner(fake_module, other_module)
    saved = planner.records.save(draft()).appointment
    fake.book(saved.id)
    fails = "Other antwortet gerade nicht oder fehlerhaft"
    with served(planner, tmp_path) as site:
        anna, path = site.browser("anna"), path_of(saved)
        week = f"/?week={saved.visit.start.date()}"
        shown = [anna.get(each) for each in (week, path, f"{path}/print")]
        fake.states = {}
        form = search_form(anna, saved)
        shown += [anna.post(each, data=form) for each in (f"{path}/offers", f"{path}/rental")]
        shown += [anna.post("/appointments", data={"words": "som"})]
        shown += [anna.post(f"{path}/offers", data=form, headers={"HX-Request": "true"})]
        assert [True] * len(shown) == [fails in words(each) for each in shown]
        assert "keine Auskunft" in words(anna.get(week))
        assert "ohne Ersatzwagen" not in words(anna.get(week))


def test_one_that_keeps_states_alone_and_fails_is_named(workshop, draft):
    """It has nothing to say of saves, which is no failure; that it cannot tell its state is one."""
    quiet = Fake("quiet", "Quiet").module("provide_mobility_options", provide_mobility_states=lambda: _fail())
    planner = workshop.planner(quiet)
    saved = planner.records.save(draft()).appointment
    step = look_up(saved, planner, locale="de")
    assert ([each.provider for each in step.failures], step.open_providers) == (["quiet"], ())
