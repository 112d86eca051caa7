"""What somebody does at Carloop's administration pages."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.support.browser.advisor import pressable
from tests.support.browser.input_devices import Mouse
from tests.support.browser.texts import Texts


@dataclass
class Administrator:
    """Somebody at Carloop's administration pages."""

    page: Page
    url: str
    t: Texts
    device: Mouse

    def sign_in(self, password: str) -> None:
        """Sign in."""
        self.page.goto(self.url)
        self.device.fill(self.page.get_by_label(self.t.at_carloop("sign_in.name")), "admin")
        self.device.fill(self.page.get_by_label(self.t.at_carloop("sign_in.password")), password)
        self.device.press(self.page.get_by_role("button", name=self.t.at_carloop("sign_in.submit")))

    def go_to_the_token(self) -> None:
        """Follow the links that the user's document names."""
        bar = self.page.get_by_role("navigation", name=self.t.at_carloop("base.navigation"))
        self.device.press(bar.get_by_role("link", name=self.t.at_carloop("nav.administration"), exact=True))
        for key in ("interfaces.title", "planner.title", "planner.edit"):
            self.device.press(pressable(self.page.locator("main"), self.t.at_carloop(key)))
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.t.at_carloop("tokens.title"))

    def make_token(self, label: str) -> str:
        """Make a token, and return it from the page that shows it once."""
        self.device.fill(self.page.get_by_label(self.t.at_carloop("tokens.label")), label)
        self.device.press(self.page.get_by_role("button", name=self.t.at_carloop("tokens.make"), exact=True))
        field = self.page.get_by_label(self.t.at_carloop("planner.token"), exact=True)
        expect(field).to_have_attribute("readonly", "")
        return field.input_value()
