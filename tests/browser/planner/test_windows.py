"""Two windows on one appointment: nobody overwrites what somebody else has saved without having seen it."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def colleague(advisor_at, planner_program, advisor):
    """Somebody else at the same planner."""
    return advisor_at(planner_program, advisor.t, name="admin")


@pytest.mark.parametrize("keeps", ["mine", "theirs"])
def test_both_versions_are_shown_and_one_is_chosen(keeps, advisor, colleague, stay):
    """The second to save sees both versions, field by field, and decides; until then the first one's stands."""
    t = advisor.t
    appointment = advisor.new_appointment_by_hand(stay, last_name="Weiß", phone="0721 1")
    colleague.open(f"/appointments/{appointment}")
    _write(colleague, "Räder wechseln <b>vorn</b>", phone="0721 2")
    colleague.save_appointment()
    _write(advisor, "Bremsen prüfen", phone="0721 1")
    advisor.hands.press(advisor.button("appointment.save"))
    expect(advisor.page.get_by_role("heading", level=1)).to_have_text(t("conflict.title"))
    expect(advisor.page.locator("main")).to_contain_text("admin")
    for field, mine, theirs in (
        ("work", "Bremsen prüfen", "Räder wechseln <b>vorn</b>"),
        ("customer_phone", "0721 1", "0721 2"),
    ):
        row = advisor.page.get_by_role("row", name=t(f"conflict.fields.{field}"))
        assert row.get_by_role("cell").all_inner_texts() == [mine, theirs]
    colleague.page.reload()
    expect(colleague.field("visit.work")).to_have_value("Räder wechseln <b>vorn</b>")
    advisor.hands.press(advisor.button(f"conflict.keep_{keeps}"))
    work, phone = {"mine": ("Bremsen prüfen", "0721 1"), "theirs": ("Räder wechseln <b>vorn</b>", "0721 2")}[
        keeps
    ]
    expect(advisor.field("visit.work")).to_have_value(work)
    colleague.page.reload()
    expect(colleague.field("visit.work")).to_have_value(work)
    expect(colleague.field("customer.phone", within=colleague.step_1)).to_have_value(phone)


def test_calling_off_what_was_changed_meanwhile_asks(advisor, colleague, stay):
    """Who wanted to call an older version off is shown that there is a newer one, and can do so all the same."""
    t = advisor.t
    appointment = advisor.new_appointment(stay)
    advisor.hands.press(advisor.button("appointment.call_off"))
    colleague.open(f"/appointments/{appointment}")
    colleague.move(stay.later(hours=1))
    advisor.hands.press(advisor.button("appointment.call_off_yes"))
    expect(advisor.page.get_by_role("heading", level=1)).to_have_text(t("conflict.title"))
    expect(advisor.page.locator("main")).to_contain_text(t("conflict.status.cancelled"))
    advisor.hands.press(advisor.button("conflict.keep_mine"))
    expect(advisor.page.get_by_text(t("appointment.is_cancelled"))).to_be_visible()
    drop_off = advisor.step_3.get_by_role("group", name=t("visit.drop_off"))
    expect(advisor.field("visit.time", within=drop_off)).to_have_value("09:00")


def _write(advisor, work, *, phone):
    advisor.type_customer(phone=phone)
    advisor.hands.fill(advisor.field("visit.work"), work)
