"""Every page in every state: axe finds nothing, light and dark, wide and narrow, in both languages."""

import os
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from proofs.browser.planner.steps import check_width, lose_answers, move, shifted
from tests.support.browser.carloop_state import Period
from tests.support.browser.programs import TOKEN
from tests.support.browser.texts import Texts


@pytest.fixture(params=["de", "en"])
def t(request):
    """The texts of both languages."""
    return Texts(request.param)


@pytest.fixture
def look(axe):
    """Return what checks a page as it is, light and 400 pixels wide, dark and 1280 pixels wide."""

    def look(page):
        for width, scheme in ((400, "light"), (1280, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            check_width(page)
            page.emulate_media(color_scheme=scheme)
            axe(page)

    return look


@pytest.fixture
def admin(advisor_at, planner_program, t):
    """Somebody who may see everything."""
    return advisor_at(planner_program, t, name="admin")


def test_signing_in(advisor_at, planner_program, t, look):
    """The sign-in page, and what it says to a wrong password."""
    stranger = advisor_at(planner_program, t, name=None)
    stranger.open("/")
    look(stranger.page)
    stranger.fill(stranger.page.get_by_label(t("sign_in.name")), f"nobody-{os.urandom(3).hex()}")
    stranger.fill(stranger.page.get_by_label(t("sign_in.password")), "not the password")
    stranger.press("sign_in.submit")
    expect(stranger.page.get_by_role("alert")).to_contain_text(t("sign_in.wrong"))
    look(stranger.page)


def test_the_calendar(admin, period, look):
    """This week, a week without anything, what was found, and nothing found."""
    admin.open("/calendar")
    look(admin.page)
    admin.open("/calendar?day=2099-06-01")
    look(admin.page)
    for words in ("ma", "nobodyofthisname"):
        admin.fill(admin.page.get_by_role("searchbox"), words)
        admin.page.keyboard.press("Enter")
        expect(admin.page.get_by_role("heading", level=1)).to_have_text(admin.t("search.title"))
        look(admin.page)


def test_an_appointment_that_is_being_made(admin, period, look):
    """Empty, with customers found and none found, with what cannot be read, and saved."""
    admin.open("/appointments/new")
    look(admin.page)
    for words, found in (("zzzz", admin.t("customer.no_hits")), ("Schm", "Schm")):
        admin.fill(admin.field("customer.search"), words)
        expect(admin.page.locator("#hits")).to_contain_text(found)
        look(admin.page)
    admin.press("appointment.save")
    expect(admin.page.get_by_role("alert").first).to_be_visible()
    look(admin.page)
    admin.pick_customer("10009")
    admin.set_visit(period)
    admin.save_appointment()
    look(admin.page)


def test_a_rental_that_is_being_made(admin, period, look, carloop):
    """A list, one out of date, an empty one, a form with mistakes, a refusal with alternatives."""
    admin.new_appointment(period)
    admin.search()
    look(admin.page)
    outdated = admin.step_4.get_by_text(admin.t("offers.outdated"))
    expect(outdated).to_be_hidden()
    admin.set_rental_period(shifted(period, hours=1))
    expect(outdated).to_be_visible()
    look(admin.page)
    admin.save_rental()
    expect(admin.step_4.get_by_role("alert")).to_contain_text(admin.t("option.other_period"))
    look(admin.page)
    admin.set_rental_period(period)
    admin.search()
    expect(outdated).to_be_hidden()
    chosen = admin.offered()[0]
    admin.choose(admin.option(chosen))
    carloop.rent(chosen, period)
    admin.press("offer.save")
    expect(admin.step_4.get_by_role("alert").first).to_contain_text(admin.t("refusal.book"))
    look(admin.page)
    admin.set_rental_period(Period(period.start - timedelta(days=400), period.end))
    admin.press("offer.search")
    expect(admin.step_4).to_contain_text(admin.t("offer.not_searched"))
    look(admin.page)
    admin.set_rental_period(period)
    features = admin.step_4.get_by_role("group", name=admin.t("offer.features")).get_by_role("checkbox")
    for each in features.all():
        admin.tick(each)
    admin.press("offer.search")
    expect(admin.step_4.locator("#offers")).to_contain_text(admin.t("offers.none_help"))
    look(admin.page)


def test_a_saved_rental(admin, period, look):
    """Saved, on paper, its end priced and refused, asked whether to cancel, with proposals, rebooked, cancelled."""
    appointment = admin.new_appointment(period)
    admin.book()
    look(admin.page)
    admin.change_end(period.end)
    expect(admin.step_4).to_contain_text(admin.t("said.same_end"))
    look(admin.page)
    admin.change_end(period.start - timedelta(hours=1))
    expect(admin.field("rental.new_end_date", within=admin.rental)).to_have_attribute("aria-invalid", "true")
    look(admin.page)
    admin.open(f"/appointments/{appointment}/print")
    look(admin.page)
    admin.page.emulate_media(media="print", color_scheme="dark")
    expect(admin.page.get_by_role("article")).to_have_css("background-color", "rgb(255, 255, 255)")
    admin.page.emulate_media(media="screen")
    admin.open(f"/appointments/{appointment}")
    admin.press("rental.cancel")
    expect(admin.button("rental.cancel_yes")).to_be_visible()
    look(admin.page)
    move(admin, period.extended(hours=1))
    expect(admin.decisions.locator(".primary")).to_be_visible()
    look(admin.page)
    admin.edit(3)
    look(admin.page)
    move(admin, shifted(period, days=200))
    look(admin.page)
    admin.press(admin.decisions.get_by_role("button", name=admin.t("rental.rebook_by_hand")))
    expect(admin.page.locator("#rebooking-same")).to_contain_text(admin.t("quote.new"))
    look(admin.page)
    admin.open(f"/appointments/{appointment}")
    admin.fill(
        admin.field("rental.new_end_date", within=admin.rental), admin.day(period.end + timedelta(days=1))
    )
    expect(admin.rental.locator(".quote-possible")).to_be_visible()
    look(admin.page)
    admin.press("appointment.cancel")
    expect(admin.button("appointment.cancel_yes")).to_be_visible()
    look(admin.page)
    admin.press("appointment.cancel_yes")
    expect(admin.page.get_by_text(admin.t("appointment.is_cancelled"))).to_be_visible()
    look(admin.page)
    admin.open(f"/calendar?day={period.start.date().isoformat()}")
    look(admin.page)


def test_two_versions(admin, period, look):
    """The page that shows both."""
    admin.new_appointment(period)
    admin.page.evaluate("document.querySelector('#visit [name=revision]').value = '0'")
    admin.fill(admin.field("visit.work"), "Bremsen")
    admin.press("appointment.save")
    expect(admin.page.get_by_role("heading", level=1)).to_have_text(admin.t("conflict.title"))
    look(admin.page)


def test_what_is_not_known(advisor, period, t, look, carloop):
    """Unknown, asked whether to withdraw the booking, and settled; the same of an end."""
    advisor.new_appointment(period)
    advisor.search()
    lose_answers(carloop, "book")
    advisor.save_rental()
    expect(advisor.step_4.get_by_text(t("unknown.title.book"))).to_be_visible()
    look(advisor.page)
    advisor.press("unknown.withdraw")
    expect(advisor.button("unknown.withdraw_yes")).to_be_visible()
    look(advisor.page)
    carloop.reset_faults()
    expect(advisor.step_4.get_by_text(t("said.book"))).to_be_visible(timeout=25_000)
    look(advisor.page)
    lose_answers(carloop, "change_end")
    advisor.change_end(period.end + timedelta(hours=1))
    expect(advisor.step_4.get_by_text(t("unknown.end"))).to_be_visible(timeout=25_000)
    look(advisor.page)


def test_several_providers(advisor_at, planner_with_providers, t, period, look):
    """A list with one that failed, and the warning before a second rental."""
    advisor = advisor_at(planner_with_providers, t)
    advisor.new_appointment(period)
    advisor.search()
    look(advisor.page)
    advisor.save_rental()
    expect(advisor.button("rental.cancel")).to_be_visible()
    advisor.press(advisor.step_4.get_by_text(t("step_4.second"), exact=True))
    advisor.search()
    look(advisor.page)


def test_settings(advisor_at, new_planner, planner_with_providers, t, look, carloop_program):
    """The list, the form, a test that works and one that does not, values that are refused."""
    for program in (planner_with_providers, new_planner):
        admin = advisor_at(program, t, name="admin")
        admin.open("/settings")
        look(admin.page)
    admin.open("/settings/carloop")
    look(admin.page)
    address = admin.setting("base_url")
    key = admin.setting("token")
    for token, verdict in (("not-a-token", "tried.bad"), (TOKEN, "tried.good")):
        admin.fill(address, carloop_program.url)
        admin.fill(key, token)
        admin.press("settings.save")
        expect(admin.page.get_by_text(t(f"settings.{verdict}"))).to_be_visible()
        look(admin.page)
    admin.press("settings.check")
    expect(admin.page.get_by_text(t("settings.checked.good"))).to_be_visible()
    look(admin.page)
    admin.fill(address, "http://carloop.example")
    admin.press("settings.save")
    expect(admin.page.get_by_role("alert").first).to_be_visible()
    look(admin.page)


def test_accounts_and_ones_own_password(admin, advisor_at, planner_program, look):
    """The list, a new one, the question before deleting, what cannot be done; the form, and a wrong password."""
    admin.open("/settings")
    admin.press(admin.page.get_by_role("link", name=admin.t("nav.accounts"), exact=True))
    look(admin.page)
    for name, said in (("a b", "strange_name"), (f"x{os.urandom(3).hex()}", "drawn_help")):
        admin.fill(admin.page.locator("#name"), name)
        admin.press("accounts.add")
        expect(admin.page.get_by_text(admin.t(f"accounts.{said}"))).to_be_visible()
        look(admin.page)
    admin.press(admin.page.get_by_role("button", name=admin.t("accounts.delete_one", name="admin")))
    expect(admin.button("accounts.delete_yes")).to_be_visible()
    look(admin.page)
    admin.press("accounts.delete_yes")
    expect(admin.page.get_by_role("alert")).to_have_text(admin.t("accounts.refused.last_admin"))
    look(admin.page)
    advisor = advisor_at(planner_program, admin.t)
    advisor.open("/")
    advisor.press(advisor.page.get_by_role("link", name=advisor.t("base.own_account", name="advisor")))
    look(advisor.page)
    for name in ("old", "new", "again"):
        advisor.fill(advisor.page.locator(f"#{name}"), "not the password")
    advisor.press("password.submit")
    expect(advisor.page.get_by_role("alert")).to_be_visible()
    look(advisor.page)


def test_data_protection(admin, look):
    """Nothing asked for, many found, nobody, no choice, the question, the receipt; a period that is none."""
    admin.open("/privacy")
    look(admin.page)
    for words, said in (("schm", "privacy.ask"), ("nobodyofthisname", "privacy.none")):
        admin.fill(admin.field("privacy.words"), words)
        admin.press("search.find")
        expect(admin.page.get_by_text(admin.t(said)).first).to_be_visible()
        look(admin.page)
    admin.fill(admin.field("privacy.words"), "schm")
    admin.press("search.find")
    admin.press("privacy.ask")
    expect(admin.page.get_by_text(admin.t("privacy.choose"))).to_be_visible()
    look(admin.page)
    admin.tick(admin.page.get_by_role("checkbox").first)
    admin.press("privacy.ask")
    expect(admin.button("privacy.erase")).to_be_visible()
    look(admin.page)
    admin.press("privacy.erase")
    expect(admin.page.get_by_role("table")).to_be_visible()
    look(admin.page)
    admin.open("/privacy")
    look(admin.page)
    admin.fill(admin.field("privacy.months"), "x")
    admin.press("settings.save")
    expect(admin.field("privacy.months")).to_have_attribute("aria-invalid", "true")
    look(admin.page)


def test_the_audit_log_and_refusals(admin, advisor_at, planner_program, look):
    """Who did what; no such page, no such appointment, not for everybody."""
    for asked in ("", "?from=x&action=settings", "?user=nobody"):
        admin.open(f"/audit{asked}")
        look(admin.page)
    for path in ("/nowhere", "/appointments/T-000000000000"):
        admin.open(path)
        look(admin.page)
    advisor = advisor_at(planner_program, admin.t)
    advisor.open("/settings")
    expect(advisor.page.get_by_role("heading", level=1)).to_have_text(admin.t("refused.role.title"))
    look(advisor.page)
