"""Erasing a person: found, asked about, erased here and at Carloop's provider, and the report read."""

import os

from playwright.sync_api import expect


def test_a_person_is_erased_as_soon_as_the_car_is_not_needed(advisor, advisor_at, planner_program, period, t):
    """While a car is reserved the appointment stays; once it is cancelled nothing is left but the receipts."""
    name = f"Löschmann-{os.urandom(3).hex()}"
    appointment = advisor.new_appointment_by_hand(period, last_name=name)
    advisor.book()
    admin = advisor_at(planner_program, t, name="admin")
    first = _erase(admin, name)
    expect(first.get_by_role("row", name=t("privacy.place.planner"))).to_contain_text(
        t("privacy.held.rental")
    )
    expect(first.get_by_role("row", name="Carloop")).to_contain_text(t("privacy.waits"))
    advisor.cancel()
    second = _erase(admin, name)
    for place in (t("privacy.place.planner"), "Carloop"):
        expect(second.get_by_role("row", name=place)).to_contain_text("1 Eintrag gelöscht")
    expect(admin.page.get_by_text(t("privacy.state.done"), exact=True)).to_be_visible()
    _find(admin, name)
    expect(admin.page.get_by_text(t("privacy.none"))).to_be_visible()
    advisor.open(f"/appointments/{appointment}")
    expect(advisor.page.get_by_role("heading", level=1)).to_have_text(t("refused.no_appointment.title"))


def _find(admin, words):
    admin.open("/privacy")
    admin.fill(admin.field("privacy.words"), words)
    admin.press("search.find")


def _erase(admin, words):
    """Erase the one who is found, in three clicks; return the report."""
    _find(admin, words)
    admin.press("privacy.ask")
    admin.press("privacy.erase")
    return admin.page.get_by_role("table")
