"""A form that is sent more than once makes one rental: the change's id is part of the form."""

import pytest
from playwright.sync_api import expect

# Sends the form as it stands twice at once, past the page's own guard against a second click.
_SEND_TWICE = """button => {
  const body = () => new URLSearchParams(new FormData(button.form));
  const send = () => fetch(button.formAction, {method: "POST", body: body()}).then(answer => answer.url);
  return Promise.all([send(), send()]);
}"""


@pytest.mark.parametrize("has_script", [True, False], ids=["with-script", "without-script"])
def test_a_double_click_is_one_rental(has_script, advisor_at, planner_program, period, carloop, t):
    """Clicking twice saves once, with the page's script and without."""
    advisor = advisor_at(planner_program, t, java_script_enabled=has_script)
    appointment = advisor.new_appointment(period)
    advisor.search()
    advisor.choose(advisor.options.first)
    advisor.button("offer.save").dblclick()
    expect(advisor.button("rental.cancel")).to_be_visible()
    assert carloop.statuses(appointment) == ["reserved"]


def test_three_requests_are_one_rental(advisor, period, carloop):
    """A form is sent twice at once, and again after its answers were lost: all are answered with the one rental."""
    appointment = advisor.new_appointment(period)
    advisor.search()
    advisor.choose(advisor.options.first)
    answers = advisor.button("offer.save").evaluate(_SEND_TWICE)
    shown = f"{advisor.url}/appointments/{appointment}?done=book"
    assert [each.partition("#")[0] for each in answers] == [shown, shown]
    advisor.press("offer.save")
    expect(advisor.button("rental.cancel")).to_be_visible()
    assert carloop.statuses(appointment) == ["reserved"]


def test_reloading_the_answer_changes_nothing(advisor, period, carloop):
    """What is shown after saving, changing and cancelling can be loaded again."""
    appointment = advisor.new_appointment(period)
    advisor.book()
    advisor.page.reload()
    expect(advisor.button("rental.cancel")).to_be_visible()
    assert carloop.statuses(appointment) == ["reserved"]
    advisor.cancel()
    advisor.page.reload()
    expect(advisor.button("offer.search")).to_be_visible()
    assert carloop.statuses(appointment) == ["cancelled"]


def test_going_back_does_not_lead_to_a_second_rental(advisor, period, carloop):
    """Back at the form the rental is shown in its place: there is nothing to send again."""
    appointment = advisor.new_appointment(period)
    advisor.book()
    advisor.page.go_back()
    expect(advisor.button("rental.cancel")).to_be_visible()
    expect(advisor.button("offer.save")).to_have_count(0)
    assert carloop.statuses(appointment) == ["reserved"]
