"""Several providers in one list: a taxi beside the cars, one that fails beside those that answer."""

import pytest
from planner_steps.trouble import silence
from planner_steps.truth import free_cars, statuses
from playwright.sync_api import expect


@pytest.fixture
def advisor(advisor_at, many, t):
    """An advisor who has the choice."""
    return advisor_at(many, t)


def test_all_offers_stand_in_one_list_beside_the_one_that_failed(advisor, stay, control):
    """Cars and taxi can be chosen from one list; the bus is named with its reason, as text."""
    appointment = advisor.new_appointment(stay)
    advisor.search()
    keys = advisor.options.evaluate_all("all => all.map(each => each.value)")
    cars = [f"carloop:{each['id']}" for each in free_cars(control, stay)]
    assert sorted([*cars, "taxi_voucher:voucher"]) == sorted(keys)
    failed = advisor.step_4.locator("#offers").get_by_role("status")
    expect(failed).to_contain_text(advisor.t("step_4.provider_failed", provider="Bus & <b>Bahn</b>"))
    expect(failed).to_contain_text("Signalstörung")
    advisor.save_rental(advisor.option("voucher", provider="taxi_voucher"))
    expect(advisor.rental).to_contain_text(advisor.t("status.reserved"))
    expect(advisor.rental).to_contain_text("Taxi")
    assert statuses(control, appointment) == []


def test_a_second_rental_is_warned_of_and_must_be_confirmed(advisor, stay, control):
    """Beside a car a taxi costs again: the page warns, refuses without a tick, and books with it."""
    t = advisor.t
    appointment = advisor.new_appointment(stay)
    advisor.book()
    advisor.hands.press(advisor.step_4.get_by_text(t("step_4.second"), exact=True))
    expect(advisor.step_4).to_contain_text(t("step_4.second_warning"))
    advisor.search()
    taxi = advisor.option("voucher", provider="taxi_voucher")
    advisor.save_rental(taxi)
    expect(advisor.step_4.get_by_role("alert")).to_contain_text(t("option.second"))
    expect(advisor.rental).to_have_count(1)
    advisor.hands.tick(advisor.step_4.get_by_label(t("option.accept_second")))
    advisor.save_rental(taxi)
    expect(advisor.rental).to_have_count(2)
    assert statuses(control, appointment) == ["reserved"]


def test_what_was_found_stays_while_another_provider_finds_out(advisor, stay, control):
    """A car may be booked, nobody knows: the customer takes a taxi, and the page does not take it away meanwhile."""
    t = advisor.t
    appointment = advisor.new_appointment(stay)
    advisor.search()
    silence(control, "book")
    advisor.save_rental()
    unknown = advisor.step_4.get_by_text(t("unknown.title.book"))
    expect(unknown).to_be_visible(timeout=25_000)
    advisor.search()
    taxi = advisor.option("voucher", provider="taxi_voucher")
    advisor.hands.choose(taxi)
    advisor.let_it_ask()
    expect(unknown).to_be_visible()
    expect(taxi).to_be_checked()
    advisor.save_rental(taxi)
    expect(advisor.step_4.get_by_role("alert")).to_contain_text(t("option.second"))
    advisor.hands.tick(advisor.step_4.get_by_label(t("option.accept_second")))
    advisor.save_rental(taxi)
    expect(advisor.rental).to_contain_text("Taxi")
    control.calm()
    expect(unknown).to_be_hidden(timeout=25_000)
    expect(advisor.rental).to_have_count(2)
    assert statuses(control, appointment) == ["reserved"]


def test_what_did_not_load_is_named_in_the_settings(advisor_at, many, t):
    """The administration sees which provider is not there, and why; the others can be set up."""
    admin = advisor_at(many, t, name="admin")
    admin.open("/settings")
    expect(admin.page.get_by_role("alert")).to_contain_text(t("settings.not_loaded", provider="no_ship"))
    for name in ("Carloop", "Taxi"):
        expect(admin.page.locator("main").get_by_role("link", name=name)).to_be_visible()
