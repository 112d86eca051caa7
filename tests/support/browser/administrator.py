"""What an administrator does at Carloop's pages."""

from __future__ import annotations

import os

from playwright.sync_api import expect

from tests.support.browser.advisor import Advisor, pressable
from tests.support.browser.programs import PASSWORD


def make_token(at: Advisor, carloop_url: str) -> str:
    """Sign in to Carloop, follow the links that the user's document names, and return the token that is shown there."""
    page, text = at.page, at.t.at_carloop
    page.goto(carloop_url)
    at.fill(page.get_by_label(text("sign_in.name")), "admin")
    at.fill(page.get_by_label(text("sign_in.password")), PASSWORD)
    at.press(page.get_by_role("button", name=text("sign_in.submit")))
    bar = page.get_by_role("navigation", name=text("base.navigation"))
    at.press(bar.get_by_role("link", name=text("nav.administration"), exact=True))
    for key in ("interfaces.title", "planner.title", "planner.edit"):
        at.press(pressable(page.locator("main"), text(key)))
    expect(page.get_by_role("heading", level=1)).to_have_text(text("tokens.title"))
    token = page.get_by_label(text("planner.token"), exact=True)
    # the one that stands ready is shown once; another test may have seen it
    if token.count() == 0:
        at.press(page.get_by_text(text("tokens.more"), exact=True))
        at.fill(page.get_by_label(text("tokens.label")), f"Browser {os.urandom(4).hex()}")
        at.press(page.get_by_role("button", name=text("tokens.make"), exact=True))
    expect(token).to_have_attribute("readonly", "")
    return token.input_value()
