"""What somebody is typing: nothing of it is lost, and the focus is where one goes on."""

from planner_steps.advisor import Advisor, Stay
from playwright.sync_api import expect


def test_a_mistake_out_of_sight_is_shown(advisor: Advisor, stay: Stay) -> None:
    """The section is closed when its e-mail address is none: saving says so in the page's language."""
    advisor.open("/appointments/new")
    advisor.type_customer(last_name="Sommer", email="k. A.")
    advisor.set_stay(stay)
    advisor.hands.press(advisor.step_1.get_by_text(advisor.t("customer.by_hand")))
    advisor.hands.press(advisor.button("appointment.save"))
    wrong = advisor.field("customer.email", within=advisor.step_1)
    expect(wrong).to_be_visible()
    expect(wrong).to_be_focused()
    expect(wrong).to_have_accessible_description(advisor.t("customer.email_wrong"))
