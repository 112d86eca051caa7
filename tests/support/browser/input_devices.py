"""How a user operates a page: with a mouse, or with the keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

MAX_STEPS = 250

# Whether the focus changes the look of an element or what is around it; an outline of style none has a width, too.
_LOOK = """el => {
  const look = e => { const s = getComputedStyle(e);
    const outline = s.outlineStyle === "none" ? "" : [s.outlineStyle, s.outlineWidth, s.outlineColor].join();
    const shadow = s.boxShadow.startsWith("rgba(0, 0, 0, 0)") ? "none" : s.boxShadow;
    return [outline, shadow, s.borderColor, s.backgroundColor].join() };
  const seen = () => [el, el.parentElement, el.closest("label")].filter(Boolean).map(look).join("|");
  const focused = seen();
  el.blur();
  const blurred = seen();
  el.focus();
  return focused !== blurred;
}"""


class Mouse:
    """Clicks, and types where it has clicked; it works without the page's script, too."""

    def __init__(self, page: Page) -> None:
        """Use it on a page."""
        self.page = page

    @property
    def has_script(self) -> bool:
        """Return whether the page's own script runs."""
        return self.page.locator("[data-pick]:visible").count() > 0

    def fill(self, field: Locator, text: str) -> None:
        """Put a text into a field."""
        field.fill(text)

    def press(self, thing: Locator) -> None:
        """Press a button, or follow a link."""
        thing.click()

    def tick(self, box: Locator) -> None:
        """Tick a check box."""
        box.check()

    def choose(self, radio: Locator) -> None:
        """Choose one of several."""
        radio.check()


class Keyboard(Mouse):
    """Tab, Enter, Space and arrows without a mouse; the focus must always be visible."""

    def fill(self, field: Locator, text: str) -> None:
        """Go to a field and replace its text."""
        self.reach(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        self.page.keyboard.type(text)

    def press(self, thing: Locator) -> None:
        """Go to a button or link and press Enter."""
        self.reach(thing)
        self.page.keyboard.press("Enter")

    def tick(self, box: Locator) -> None:
        """Go to a check box and press Space."""
        self.reach(box)
        self.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def choose(self, radio: Locator) -> None:
        """Go to the group of a radio button, and by the arrows to it."""
        name = radio.get_attribute("name")
        self._press_tab_until(f"el => el.type === 'radio' && el.name === {name!r}")
        for _ in range(MAX_STEPS):
            if radio.evaluate("el => el === document.activeElement"):
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Space")
        expect(radio).to_be_checked()

    def reach(self, thing: Locator) -> None:
        """Press Tab until the focus is there."""
        expect(thing).to_be_visible()
        handle = thing.element_handle()
        for _ in range(MAX_STEPS):
            if handle.evaluate("el => el === document.activeElement"):
                assert handle.evaluate(_LOOK), f"the focus is not visible on {thing}"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {thing}")

    def _press_tab_until(self, is_there: str) -> None:
        for _ in range(MAX_STEPS):
            if self.page.evaluate(f"({is_there})(document.activeElement)"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError("Tab does not lead there")


class KeyCounter:
    """Presses keys, and counts them."""

    def __init__(self, page: Page) -> None:
        """Use it on a page."""
        self.page = page
        self.count = 0

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1

    def press_until(self, key: str, thing: Locator) -> None:
        """Press a key until the focus is somewhere."""
        expect(thing).to_be_visible()
        for _ in range(MAX_STEPS):
            if thing.evaluate("el => el === document.activeElement"):
                return
            self.press(key)
        raise AssertionError(f"{key} does not lead to {thing}")

    def press_access_key(self, key: str) -> None:
        """Press Alt with a key; Playwright leaves out the text of a key by which Chromium knows it."""
        session = self.page.context.new_cdp_session(self.page)
        pressed = {"modifiers": 1, "key": key, "unmodifiedText": key}
        session.send("Input.dispatchKeyEvent", pressed | {"type": "keyDown", "text": key})
        session.send("Input.dispatchKeyEvent", pressed | {"type": "keyUp"})
        self.count += 1
