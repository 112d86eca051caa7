"""What a service advisor does at the planner's pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.support.browser.carloop_state import Period
from tests.support.browser.input_devices import Mouse
from tests.support.browser.texts import Texts


def pressable(within: Page | Locator, name: str) -> Locator:
    """Return the button or link with a name."""
    button = within.get_by_role("button", name=name, exact=True)
    return button.or_(within.get_by_role("link", name=name, exact=True))


@dataclass
class Advisor:
    """A user of a planner's pages."""

    page: Page
    url: str
    t: Texts
    device: Mouse

    # where things are

    @property
    def step_1(self) -> Locator:
        """Return the customer's part of the page."""
        return self._region("step.1")

    @property
    def step_3(self) -> Locator:
        """Return the visit's part of the page."""
        return self._region("step.3")

    @property
    def step_4(self) -> Locator:
        """Return the part of the page that is about the replacement car."""
        return self._region("step.4")

    @property
    def options(self) -> Locator:
        """Return the cars that were found."""
        return self.step_4.locator("input[name=option]")

    @property
    def rental(self) -> Locator:
        """Return the saved rental."""
        return self.step_4.get_by_role("article")

    @property
    def appointment_id(self) -> str:
        """Return the id of the appointment that is open."""
        found = re.fullmatch(r"/appointments/(T-[0-9a-f]{12})(?:/.*)?", urlsplit(self.page.url).path)
        assert found is not None, self.page.url
        return found[1]

    def button(self, key: str, *, within: Locator | None = None) -> Locator:
        """Return a button, or a link that does what one would."""
        return pressable(within or self.page.locator("main"), self.t(key))

    def field(self, key: str, *, within: Locator | None = None) -> Locator:
        """Return a field by its label."""
        return (within or self.page.locator("main")).get_by_label(self.t(key), exact=True)

    def setting(self, name: str) -> Locator:
        """Return a field of Carloop's settings."""
        return self.page.get_by_label(self.t.by_plugin(f"settings.{name}"), exact=True)

    # the input device

    def press(self, target: str | Locator) -> None:
        """Press a button, which may be named by its text's key, or follow a link."""
        self.device.press(self.button(target) if isinstance(target, str) else target)

    def fill(self, field: Locator, text: str) -> None:
        """Put a text into a field; a step that is folded is opened."""
        self._unfold(field.locator("xpath=ancestor::details[@class='step' and not(@open)]/summary"))
        self.device.fill(field, text)

    def tick(self, box: Locator) -> None:
        """Tick a check box."""
        self.device.tick(box)

    def choose(self, radio: Locator) -> None:
        """Choose one of several."""
        self.device.choose(radio)

    # the planner

    def open(self, path: str = "/") -> None:
        """Open a page."""
        self.page.goto(self.url + path)

    def sign_in(self, name: str, password: str) -> None:
        """Sign in on the page that asks for it."""
        self.fill(self.page.get_by_label(self.t("sign_in.name")), name)
        self.fill(self.page.get_by_label(self.t("sign_in.password")), password)
        self.press("sign_in.submit")
        expect(self.page.get_by_role("button", name=self.t("base.sign_out"))).to_be_attached()

    def follow(self, key: str) -> None:
        """Follow a link of the navigation."""
        bar = self.page.get_by_role("navigation", name=self.t("base.navigation"))
        self.press(bar.get_by_role("link", name=self.t(key), exact=True))

    # steps 1 to 3

    def new_appointment(self, period: Period, *, number: str = "10001") -> str:
        """Make an appointment for a customer of the DMS, and return its id."""
        self.open("/appointments/new")
        self.pick_customer(number)
        self.set_visit(period)
        return self.save_appointment()

    def new_appointment_by_hand(self, period: Period, **customer: str) -> str:
        """Make an appointment for a customer typed by hand, and return its id."""
        self.open("/appointments/new")
        self.type_customer(**customer)
        self.set_visit(period)
        return self.save_appointment()

    def edit(self, step: int) -> None:
        """Open a step of a saved appointment."""
        self._unfold(self.page.locator(f"#step-{step} details.step:not([open]) > summary"))

    def pick_customer(self, words: str) -> None:
        """Find a customer in the DMS and take the first that is found."""
        self.fill(self.field("customer.search"), words)
        if not self.device.has_script:
            self.press(self.button("customer.find", within=self.step_1))
        hits = self.page.get_by_role("list", name=self.t("customer.hits")).get_by_role("button")
        expect(hits.first).to_be_visible()
        self.press(hits.first)
        expect(self.button("customer.other")).to_be_visible()

    def type_customer(self, **fields: str) -> None:
        """Type a customer by hand; the fields are named as in the contract."""
        self.edit(1)
        by_hand = self.step_1.get_by_text(self.t("customer.by_hand"))
        if by_hand.count() and not self.step_1.get_by_label(self.t("customer.city")).is_visible():
            self.press(by_hand)
        for name, text in fields.items():
            self.fill(self.field(f"customer.{name}", within=self.step_1), text)

    def set_visit(self, period: Period) -> None:
        """Type drop-off and pick-up."""
        self.edit(3)
        for key, moment in (("visit.drop_off", period.start), ("visit.pick_up", period.end)):
            group = self.step_3.get_by_role("group", name=self.t(key))
            self.fill(self.field("visit.date", within=group), self.day(moment))
            self.fill(self.field("visit.time", within=group), f"{moment:%H:%M}")

    def save_appointment(self) -> str:
        """Save the appointment, and return its id."""
        self.press("appointment.save")
        expect(self.page.get_by_text(self.t("said.saved"), exact=True)).to_be_visible()
        return self.appointment_id

    # step 4

    def set_rental_period(self, period: Period) -> None:
        """Type the period of the rental that shall be saved."""
        for side, moment in (("start", period.start), ("end", period.end)):
            self.fill(self.field(f"offer.{side}_date", within=self.step_4), self.day(moment))
            self.fill(self.field(f"offer.{side}_time", within=self.step_4), f"{moment:%H:%M}")

    def search(self, *, classes: Iterable[str] = (), features: Iterable[str] = ()) -> None:
        """Tick classes and features, which are named, and search."""
        for key, names in (("offer.classes", classes), ("offer.features", features)):
            group = self.step_4.get_by_role("group", name=self.t(key))
            for name in names:
                self.tick(group.get_by_label(name, exact=True))
        self.press(self.button("offer.search", within=self.step_4))
        # Each box that was ticked has searched already: the list that the button fetches has the focus.
        expect(self.step_4.locator("#offers [data-focus]")).to_be_focused()

    def option(self, vehicle_id: str, *, provider: str = "carloop") -> Locator:
        """Return one of the cars that were found."""
        return self.step_4.locator(f"input[name=option][value='{provider}:{vehicle_id}']")

    def save_rental(self, option: Locator | None = None) -> None:
        """Choose a car, the first by default, and save the rental."""
        self.choose(option or self.options.first)
        self.press(self.button("offer.save", within=self.step_4))

    def book(self, **filters: Iterable[str]) -> None:
        """Search, and save a rental of the first car."""
        self.search(**filters)
        self.save_rental()
        expect(self.button("rental.cancel")).to_be_visible()

    def change_end(self, end: datetime) -> None:
        """Ask for another end of the saved rental."""
        self.fill(self.field("rental.new_end_date", within=self.rental), self.day(end))
        self.fill(self.field("rental.new_end_time", within=self.rental), f"{end:%H:%M}")
        self.press(self.button("rental.change_end", within=self.rental))

    @property
    def decisions(self) -> Locator:
        """Return what the page asks to be decided, before everything else."""
        return self.page.locator("#decisions")

    def cancel(self) -> None:
        """Cancel the saved rental, and confirm it."""
        self.press(self.button("rental.cancel", within=self.rental))
        self.press(self.button("rental.cancel_yes", within=self.rental))
        expect(self.button("offer.search", within=self.step_4)).to_be_visible()

    # what is read

    def loaded_at(self) -> float:
        """Return when the page was loaded, which a reload would change."""
        return float(self.page.evaluate("performance.timeOrigin"))

    def day(self, moment: datetime) -> str:
        """Write a day as the pages do."""
        return self.t.planner.day(moment)

    def moment(self, moment: datetime) -> str:
        """Write a day and a time as a rental does."""
        language = self.t.planner
        return f"{language.weekday(moment, short=True)} {language.short_day(moment)}, {moment:%H:%M}"

    def offered(self) -> list[str]:
        """Return the ids of the cars that were found, in their order."""
        keys = self.options.evaluate_all("all => all.map(each => each.value)")
        return [key.partition(":")[2] for key in keys]

    def _unfold(self, summary: Locator) -> None:
        if summary.count():
            self.press(summary)

    def _region(self, key: str) -> Locator:
        return self.page.get_by_role("region", name=self.t(key), exact=True)
