"""What somebody is typing: nothing of it is lost, and the focus is where one goes on."""

from typing import Any

from planner_steps.advisor import Advisor, Stay
from planner_steps.programs import PASSWORD
from playwright.sync_api import expect

SESSION = "planner-host-session"


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


def test_a_session_that_ends_costs_nothing(advisor: Advisor, stay: Stay, watch: Any) -> None:
    """While one types, the page says so and stays; whoever saves then signs in, and saves what was typed."""
    watch.admit("status of 401")
    t, page = advisor.t, advisor.page
    advisor.open("/appointments/new")
    advisor.type_customer(last_name="Sommer")
    advisor.set_stay(stay)
    advisor.hands.fill(advisor.field("visit.work"), "Bremsen")
    page.context.clear_cookies(name=SESSION)
    advisor.hands.fill(advisor.field("customer.search"), "Schm")
    expect(page.get_by_role("alert")).to_contain_text(t("base.signed_out"))
    expect(advisor.field("visit.work")).to_have_value("Bremsen")
    advisor.hands.fill(advisor.field("customer.search"), "")
    advisor.hands.press(advisor.button("appointment.save"))
    advisor.sign_in("advisor", PASSWORD)
    advisor.hands.press(advisor.button("go_on.submit"))
    expect(advisor.field("visit.work")).to_have_value("Bremsen")
    expect(advisor.field("customer.last_name", within=advisor.step_1)).to_have_value("Sommer")
    advisor.save_appointment()


def test_who_signs_in_elsewhere_goes_on(advisor: Advisor, stay: Stay, watch: Any) -> None:
    """In another tab; the page notices by itself."""
    watch.admit("status of 401")
    advisor.open("/appointments/new")
    kept = advisor.page.context.cookies()
    advisor.page.context.clear_cookies(name=SESSION)
    advisor.hands.fill(advisor.field("customer.search"), "Schm")
    expect(advisor.page.locator("#signed-out")).to_be_visible()
    advisor.page.context.add_cookies(kept)
    advisor.hands.fill(advisor.field("customer.search"), "Schmi")
    expect(advisor.page.locator("#hits")).to_contain_text("Schmi")
    expect(advisor.page.locator("#signed-out")).to_be_hidden()
