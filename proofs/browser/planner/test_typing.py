"""What somebody types: nothing of it is lost, and the focus is where they go on."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.support.browser.programs import PASSWORD

SESSION = "planner-host-session"


def test_a_mistake_in_a_closed_section_is_shown(advisor, period):
    """A closed section with an invalid e-mail address is opened, with a message in the page's language."""
    advisor.open("/appointments/new")
    advisor.type_customer(last_name="Sommer", email="k. A.")
    advisor.set_visit(period)
    advisor.press(advisor.step_1.get_by_text(advisor.t("customer.by_hand")))
    advisor.press("appointment.save")
    wrong = advisor.field("customer.email", within=advisor.step_1)
    expect(wrong).to_be_visible()
    expect(wrong).to_be_focused()
    expect(wrong).to_have_accessible_description(advisor.t("customer.email_wrong"))


def test_what_was_typed_outlives_the_session(advisor, period, watch):
    """While somebody types the page says so; when they save, they sign in and then save what they typed."""
    watch.allow("status of 401")
    t, page = advisor.t, advisor.page
    advisor.open("/appointments/new")
    advisor.type_customer(last_name="Sommer")
    advisor.set_visit(period)
    advisor.fill(advisor.field("visit.work"), "Bremsen")
    page.context.clear_cookies(name=SESSION)
    advisor.fill(advisor.field("customer.search"), "Schm")
    expect(page.get_by_role("alert")).to_contain_text(t("base.signed_out"))
    expect(advisor.field("visit.work")).to_have_value("Bremsen")
    advisor.fill(advisor.field("customer.search"), "")
    advisor.press("appointment.save")
    advisor.sign_in("advisor", PASSWORD)
    advisor.press("go_on.submit")
    expect(advisor.field("visit.work")).to_have_value("Bremsen")
    expect(advisor.field("customer.last_name", within=advisor.step_1)).to_have_value("Sommer")
    advisor.save_appointment()


def test_signing_in_elsewhere_is_noticed(advisor, period, watch):
    """Whoever signs in again in another tab can go on in this one."""
    watch.allow("status of 401")
    advisor.open("/appointments/new")
    kept = advisor.page.context.cookies()
    advisor.page.context.clear_cookies(name=SESSION)
    advisor.fill(advisor.field("customer.search"), "Schm")
    expect(advisor.page.locator("#signed-out")).to_be_visible()
    advisor.page.context.add_cookies(kept)
    advisor.fill(advisor.field("customer.search"), "Schmi")
    expect(advisor.page.locator("#hits")).to_contain_text("Schmi")
    expect(advisor.page.locator("#signed-out")).to_be_hidden()


def test_leaving_what_is_not_saved_is_asked_about(advisor, period):
    """Another form, the other language and a link ask; after saving nothing asks."""
    page, asked, answer = advisor.page, [], {"leaves": False}

    def decide(dialog):
        asked.append(dialog.type)
        dialog.accept() if answer["leaves"] else dialog.dismiss()

    page.on("dialog", decide)
    advisor.new_appointment(period)
    advisor.search()
    assert asked == []
    advisor.fill(advisor.field("visit.work"), "Bremsen")
    advisor.choose(advisor.options.first)
    other = page.get_by_role("navigation", name=advisor.t("base.language")).locator("a:not([aria-current])")
    another = page.get_by_role("button", name=advisor.t("base.sign_out"))
    for leads_away in (advisor.button("appointment.cancel"), another, other):
        with page.expect_event("dialog"):
            leads_away.click(no_wait_after=True)
    assert asked == ["beforeunload"] * 3
    expect(advisor.field("visit.work")).to_have_value("Bremsen")
    advisor.save_appointment()
    assert len(asked) == 3
    expect(advisor.field("visit.work")).to_have_value("Bremsen")
    answer["leaves"] = True
    advisor.fill(advisor.field("visit.work"), "Öl")
    other.click()
    page.wait_for_url("**lang=*")
    assert len(asked) == 4


def test_leaving_after_picking_a_customer_is_asked_about(advisor):
    """The page that shows the customer is new, but nothing of it is saved."""
    asked = []
    advisor.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    advisor.open("/appointments/new")
    advisor.pick_customer("10001")
    assert asked == []
    advisor.follow("nav.week")
    advisor.page.wait_for_url(advisor.url + "/calendar")
    assert asked == ["beforeunload"]


def test_the_focus_follows_the_work(advisor, period):
    """In the search, on what was found, on the car, on what was said, on the question."""
    t, page = advisor.t, advisor.page
    advisor.open("/appointments/new")
    expect(advisor.field("customer.search")).to_be_focused()
    page.keyboard.type("Schm")
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name=t("customer.hits")).get_by_role("button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(advisor.button("customer.other")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('#step-2') !== null")
    advisor.set_visit(period)
    advisor.save_appointment()
    assert page.evaluate("document.activeElement.textContent.trim()") == t("said.saved")
    advisor.press("appointment.cancel")
    expect(page.locator("#appointment-cancellation")).to_be_focused()
    advisor.open(f"/appointments/{advisor.appointment_id}")
    advisor.book()
    advisor.press("rental.cancel")
    expect(page.locator("#cancel")).to_be_focused()


def test_customers_are_found_while_typing(advisor):
    """Each letter narrows the list, with umlauts or without; no address contains what was typed."""
    addresses = []
    advisor.page.on("request", lambda request: addresses.append(request.url))
    advisor.open("/appointments/new")
    field = advisor.field("customer.search")
    hits = advisor.page.get_by_role("list", name=advisor.t("customer.hits")).get_by_role("button")
    field.press_sequentially("mueller")
    expect(hits.first).to_contain_text("Müller")
    many = hits.count()
    name = hits.first.locator("span").first.inner_text()
    first_name = name.replace(",", " ").split()[-1]
    field.press_sequentially(f" {first_name}")
    expect(hits.first).to_contain_text(first_name)
    assert 0 < hits.count() <= many
    field.press_sequentially("xyzxyz")
    expect(advisor.step_1).to_contain_text(advisor.t("customer.no_hits"))
    assert not [each for each in addresses if "mueller" in each.lower()]


def test_the_calendar_opens_at_the_day_that_was_typed(advisor):
    """In every form that the field understands, a day without its year included."""
    advisor.open("/appointments/new")
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    year = today.year + (date(today.year, 3, 1) < today - timedelta(days=180))
    for typed, month in (("1.3.", f"März {year}"), ("1.3.31", "März 2031"), ("2031-03-01", "März 2031")):
        advisor.fill(advisor.page.locator("#start_date"), typed)
        advisor.press(advisor.page.locator("[data-pick=start_date]"))
        expect(advisor.page.locator("dialog [slot=heading]")).to_have_text(month)
        advisor.page.keyboard.press("Escape")
