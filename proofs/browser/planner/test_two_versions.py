"""Two people save one appointment: nobody overwrites what somebody else has saved without having seen it."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def colleague(advisor_at, planner_program, t):
    """Somebody else at the same planner."""
    return advisor_at(planner_program, t, name="admin")


def test_two_versions_of_an_appointment_are_compared(advisor, colleague, period):
    """The second to save sees both versions, field by field, and keeps one; until then the first one's is saved."""
    t = advisor.t
    appointment = advisor.new_appointment_by_hand(period, last_name="Weiß", phone="0721 1")
    colleague.open(f"/appointments/{appointment}")
    _change(colleague, "Räder wechseln <b>vorn</b>", phone="0721 2")
    colleague.save_appointment()
    _change(advisor, "Bremsen prüfen", phone="0721 1")
    advisor.press("appointment.save")
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
    advisor.press("conflict.keep_mine")
    expect(advisor.field("visit.work")).to_have_value("Bremsen prüfen")
    colleague.page.reload()
    expect(colleague.field("visit.work")).to_have_value("Bremsen prüfen")
    expect(colleague.field("customer.phone", within=colleague.step_1)).to_have_value("0721 1")


def _change(advisor, work, *, phone):
    advisor.type_customer(phone=phone)
    advisor.fill(advisor.field("visit.work"), work)
