"""Several providers in one list: cars, a taxi, and one that fails."""

import pytest
from playwright.sync_api import expect

from proofs.browser.planner.steps import lose_answers, wait_for_polling


@pytest.fixture
def advisor(advisor_at, planner_with_providers, t):
    """An advisor who has the choice."""
    return advisor_at(planner_with_providers, t)


def test_all_offers_stand_in_one_list_beside_the_one_that_failed(advisor, period, carloop):
    """Cars and the taxi can be chosen; the bus is named with its reason, as text."""
    appointment = advisor.new_appointment(period)
    advisor.search()
    keys = advisor.options.evaluate_all("all => all.map(each => each.value)")
    cars = [f"carloop:{each['id']}" for each in carloop.free_vehicles(period)]
    assert sorted(keys) == sorted([*cars, "taxi_voucher:voucher"])
    failed = advisor.step_4.locator("#offers").get_by_role("status").first
    expect(failed).to_contain_text(advisor.t("step_4.provider_failed", provider="Bus & <b>Bahn</b>"))
    expect(failed).to_contain_text("Signalstörung")
    advisor.save_rental(advisor.option("voucher", provider="taxi_voucher"))
    expect(advisor.rental).to_contain_text(advisor.t("status.reserved"))
    expect(advisor.rental).to_contain_text("Taxi")
    assert carloop.statuses(appointment) == []


def test_what_was_found_stays_while_another_provider_finds_out(advisor, period, carloop):
    """Whether a car is booked is not known, so the customer takes a taxi: the list stays while the page polls."""
    t = advisor.t
    appointment = advisor.new_appointment(period)
    advisor.search()
    lose_answers(carloop, "book")
    advisor.save_rental()
    unknown = advisor.step_4.get_by_text(t("unknown.title.book"))
    expect(unknown).to_be_visible(timeout=25_000)
    advisor.search()
    taxi = advisor.option("voucher", provider="taxi_voucher")
    advisor.choose(taxi)
    wait_for_polling(advisor)
    expect(unknown).to_be_visible()
    expect(taxi).to_be_checked()
    advisor.save_rental(taxi)
    expect(advisor.step_4.get_by_role("alert")).to_contain_text(t("option.second"))
    advisor.tick(advisor.step_4.get_by_label(t("option.accept_second")))
    advisor.save_rental(taxi)
    expect(advisor.rental).to_contain_text("Taxi")
    carloop.reset_faults()
    expect(unknown).to_be_hidden(timeout=25_000)
    expect(advisor.rental).to_have_count(2)
    assert carloop.statuses(appointment) == ["reserved"]


def test_what_did_not_load_is_named_in_the_settings(advisor_at, planner_with_providers, t):
    """The others can be set up."""
    admin = advisor_at(planner_with_providers, t, name="admin")
    admin.open("/settings")
    expect(admin.page.get_by_role("alert")).to_contain_text(t("settings.not_loaded", provider="no_ship"))
    for name in ("Carloop", "Taxi"):
        expect(admin.page.locator("main").get_by_role("link", name=name)).to_be_visible()
