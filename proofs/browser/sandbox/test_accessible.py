"""Every page and state: accessible in both languages, light and dark, and within the width of a phone."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

EDIT = "/administration/interfaces/workshop-planner/edit"


@pytest.fixture(scope="module")
def scene(office):
    """A rental in every state; the clock is stopped."""
    ids = {
        "reserved": office.book(3, 5)["id"],
        "returned": office.desk(office.book(6, 7), "hand_out", "take_back")["id"],
        "cancelled": office.desk(office.book(3, 4), "cancel")["id"],
        "overdue": office.desk(office.book(0.01, 0.5), "hand_out")["id"],
        "missed": office.book(0.01, 0.5)["id"],
    }
    now = datetime.fromisoformat(office.http.get("/api/planner/v1/account").json()["server_time"])
    office.clock(now + timedelta(days=1))
    ids["picked_up"] = office.desk(office.book(0.01, 5), "hand_out")["id"]
    yield ids
    office.clock(None)


def paths_of(scene):
    """Return the address of every page."""
    rentals = [f"/rentals/{number}" for number in scene.values()]
    return [
        "/",
        *("/rentals", "/rentals?kind=all&page=2", "/rentals?kind=overdue&from=1.1.2000&to=2.1.2000"),
        *("/vehicles?sort=-rate", "/vehicles?q=nothing-of-this-name", "/vehicles/V1001"),
        *("/vehicles/V1001/rental", "/administration/testing", "/administration/testing?done=reset"),
        *rentals,
        *(f"/rentals/{scene['picked_up']}?done=hand_out", f"/rentals/{scene['reserved']}/swap"),
        *("/timeline", "/timeline?station=rastatt", "/timeline?station=nowhere"),
        *(
            "/administration",
            "/administration/interfaces",
            "/administration/interfaces/workshop-planner",
            EDIT,
        ),
        *(f"{EDIT}?done=revoked", "/nothing"),
    ]


def states_of(page, url, scene, label):
    """Bring a page into every state without an address of its own, and yield its name."""
    page.goto(f"{url}/rentals/{scene['reserved']}")
    page.locator("button[popovertarget=ask-cancel]").first.click()
    yield "asked before cancelling"
    page.goto(f"{url}/rentals/{scene['reserved']}/swap")
    page.locator("main button[type=submit]").click()
    yield "no vehicle chosen"
    page.goto(f"{url}/rentals")
    page.locator("#from").fill("gestern")
    page.locator("#narrow button[type=submit]").click()
    expect(page.locator("#found [role=status]")).to_be_visible()
    yield "a day that is none"
    page.locator("[data-pick=to]").click()
    expect(page.locator("dialog.calendar")).to_be_visible()
    yield "the calendar"
    page.goto(f"{url}{EDIT}")
    make = page.locator("section[aria-labelledby=make] button[type=submit]")
    page.locator("summary").click()
    page.locator("#label").fill(label)
    make.click()
    yield "a token shown"
    page.reload()
    yield "a token made already"
    page.locator("button[popovertarget=renew-1]").first.click()
    yield "asked before renewing"
    page.keyboard.press("Escape")
    page.locator("#label").fill("start")
    make.click()
    yield "a label that is taken"
    page.goto(f"{url}/vehicles/V1009/rental")
    page.locator("main button[type=submit]").click()
    yield "nobody to rent out to"
    page.goto(f"{url}/rentals/{scene['reserved']}")
    page.locator("button[popovertarget=ask-hand-out]").first.click()
    yield "asked before handing out early"
    page.goto(f"{url}/administration/testing")
    page.locator("#times").fill("x")
    page.locator("main form button[type=submit]").first.click()
    yield "no such fault"
    page.context.clear_cookies()
    page.goto(url)
    yield "the sign-in"
    page.locator("input[name=name]").fill("admin")
    page.locator("input[name=password]").fill("wrong")
    page.locator("main button[type=submit]").click()
    yield "a wrong password"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page_and_state_is_accessible(clerk, office, scene, axe, language, scheme):
    """axe finds nothing, the console is empty, and nothing is asked of another machine."""
    page = clerk(language=language, scheme=scheme)
    for path in paths_of(scene):
        page.goto(f"{office.url}{path}")
        axe(page)
    for _ in states_of(page, office.url, scene, f"axe {language} {scheme}"):
        axe(page)


@pytest.mark.parametrize("width", [320, 400, 768])
def test_every_page_fits_its_width(clerk, office, scene, width):
    """What is wider scrolls in itself."""
    page = clerk(width=width)
    wide = []
    for path in paths_of(scene):
        page.goto(f"{office.url}{path}")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)
    assert wide == []


def test_the_timeline_on_a_phone(clerk, office, scene):
    """It begins today and scrolls sideways, by keyboard too; the vehicle stays in sight; a bar leads to its rental."""
    page = clerk(width=400, height=800)
    page.goto(f"{office.url}/timeline")
    table = page.get_by_role("region", name="Zeitachse")
    vehicle = page.locator("tbody th[scope=row]").first
    bar = page.locator(f"a[href='/rentals/{scene['picked_up']}']")
    before = vehicle.bounding_box()
    expect(page.locator("thead th.today")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    begun = table.evaluate("element => element.scrollLeft")
    table.focus()
    for _ in range(60):
        page.keyboard.press("ArrowRight")
        if table.evaluate("element => element.scrollLeft") > begun + 100:
            break
    else:
        pytest.fail("the keyboard does not scroll it")
    assert vehicle.bounding_box()["x"] == before["x"]
    assert vehicle.bounding_box()["width"] < 140
    expect(page.locator("thead th.today")).to_have_count(1)
    bar.scroll_into_view_if_needed()
    expect(bar).to_contain_text("Jörg Möller-Weiß Ausgegeben")
    bar.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(scene["picked_up"])


def test_the_timeline_is_leafed_through_and_narrowed(clerk, office, scene):
    """Two weeks back and forth, and one station alone."""
    page = clerk()
    page.goto(f"{office.url}/timeline")
    now = page.locator("#weeks h2").inner_text()
    page.get_by_role("link", name="Nächste zwei Wochen").click()
    expect(page.locator("#weeks h2")).not_to_have_text(now)
    expect(page.locator("thead th.today")).to_have_count(0)
    page.get_by_label("Station").select_option("ettlingen")
    page.get_by_role("button", name="Anzeigen").click()
    expect(page.locator("tr.group").first).to_contain_text("Kleinwagen")
    page.get_by_role("link", name="Heute").click()
    expect(page.locator("#weeks h2")).to_have_text(now)
    expect(page.get_by_label("Station")).to_have_value("ettlingen")
