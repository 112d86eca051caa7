"""How somebody works a page: with a mouse, without the page's script, on a phone, by the keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

MOST_STEPS = 250

# What changes when the focus comes or goes, on the thing itself or on what is drawn around it.
_LOOK = """el => {
  const look = e => { const s = getComputedStyle(e);
    return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor, s.backgroundColor].join() };
  const seen = () => [el, el.parentElement, el.closest("label")].filter(Boolean).map(look).join("|");
  const focused = seen();
  el.blur();
  const blurred = seen();
  el.focus();
  return focused !== blurred;
}"""


class Mouse:
    """Clicks, and types where it has clicked."""

    def __init__(self, page: Page) -> None:
        """Take the page it works."""
        self.page = page

    @property
    def has_script(self) -> bool:
        """Tell whether the page's own script runs."""
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


class Phone(Mouse):
    """Works a narrow screen, on which a page may be long but never wide."""

    def press(self, thing: Locator) -> None:
        """Press, and look at the page that comes."""
        super().press(thing)
        self.page.wait_for_load_state()
        self.look()

    def look(self) -> None:
        """Fail where the page is wider than the screen."""
        size = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert size[0] <= size[1], f"{self.page.url} is {size[0]} pixels wide on a screen of {size[1]}"


class Keyboard(Mouse):
    """Never touches the mouse: Tab, Enter, Space and arrows, and the focus is always to be seen."""

    def fill(self, field: Locator, text: str) -> None:
        """Go to a field and type over what stands there."""
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
        self._go_on("Tab", f"el => el.type === 'radio' && el.name === {name!r}")
        for _ in range(MOST_STEPS):
            if radio.evaluate("el => el === document.activeElement"):
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Space")
        expect(radio).to_be_checked()

    def reach(self, thing: Locator) -> None:
        """Press Tab until the focus is there."""
        expect(thing).to_be_visible()
        handle = thing.element_handle()
        for _ in range(MOST_STEPS):
            if handle.evaluate("el => el === document.activeElement"):
                assert handle.evaluate(_LOOK), f"the focus is not to be seen on {thing}"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {thing}")

    def _go_on(self, key: str, is_there: str) -> None:
        for _ in range(MOST_STEPS):
            if self.page.evaluate(f"({is_there})(document.activeElement)"):
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{key} does not lead there")
