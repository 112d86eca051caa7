"""The token, from Carloop's administration to the clipboard."""

import pytest
from playwright.sync_api import expect

WAY = {
    "de": ("Administration", "Schnittstellen", "Werkstattplaner Schnittstelle", "Bearbeiten"),
    "en": ("Administration", "Interfaces", "Workshop planner interface", "Edit"),
}
MORE = {"de": "Weitere Token", "en": "More tokens"}
WORDS = {
    "de": (
        "Bezeichnung",
        "Token erzeugen",
        "Kopieren",
        "Kopiert",
        "bereits erzeugt",
        "Widerrufen",
        "widerrufen.",
    ),
    "en": ("Label", "Make the token", "Copy", "Copied", "made already", "Revoke", "is revoked."),
}


def walk(page, office, language):
    """Go the way that the planner's manual names, link by link."""
    page.goto(office.url)
    *links, edit = WAY[language]
    for name in links:
        page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("button", name=edit, exact=True).click()
    page.get_by_text(MORE[language], exact=True).click()


def row_of(page, label):
    """Find a token in the list."""
    return page.get_by_role("row").filter(has_text=label)


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_token_is_made_copied_and_revoked(clerk, office, language):
    """Shown once, copied by its button, valid until it is revoked, which asks first."""
    label, make, copy, copied, again, revoke, revoked = WORDS[language]
    name = f"Browser {language}"
    page = clerk(language=language, permissions=["clipboard-read", "clipboard-write"])
    walk(page, office, language)
    page.get_by_label(label).fill(name)
    page.get_by_role("button", name=make).click()
    field = page.get_by_label("Token", exact=True)
    expect(field).to_have_attribute("readonly", "")
    token = field.input_value()
    page.get_by_role("button", name=copy, exact=True).click()
    expect(page.get_by_role("button", name=copied, exact=True)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == token
    assert office.admits(token)

    page.reload()
    expect(page.get_by_role("status")).to_contain_text(again)
    expect(page.get_by_label("Token", exact=True)).to_have_count(0)
    assert token not in page.content()

    row = row_of(page, name)
    row.get_by_role("button", name=f"{revoke} …").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert office.admits(token)
    row.get_by_role("button", name=f"{revoke} …").click()
    page.get_by_role("dialog").get_by_role("button", name=revoke, exact=True).click()
    expect(page.get_by_role("status")).to_contain_text(revoked)
    expect(row_of(page, name)).to_have_count(0)
    assert not office.admits(token)


def test_a_double_click_makes_one_token(clerk, office):
    """The browser sends one form, and the token it shows is the one that is valid."""
    page = clerk()
    walk(page, office, "de")
    page.get_by_label("Bezeichnung").fill("Doppelt")
    page.get_by_role("button", name="Token erzeugen").dblclick()
    token = page.get_by_label("Token", exact=True).input_value()
    assert office.admits(token)
    expect(row_of(page, "Doppelt")).to_have_count(1)


def test_a_token_without_javascript(clerk, office):
    """Made, renewed and revoked; what asks first needs no script."""
    page = clerk(java_script_enabled=False, width=400)
    walk(page, office, "de")
    page.get_by_label("Bezeichnung").fill("Ohne Skript")
    page.get_by_role("button", name="Token erzeugen").click()
    token = page.get_by_label("Token", exact=True).input_value()
    row_of(page, "Ohne Skript").get_by_role("button", name="Erneuern …").click()
    page.get_by_role("dialog").get_by_role("button", name="Erneuern", exact=True).click()
    renewed = page.get_by_label("Token", exact=True).input_value()
    assert (office.admits(token), office.admits(renewed)) == (False, True)
    row_of(page, "Ohne Skript").get_by_role("button", name="Widerrufen …").click()
    page.get_by_role("dialog").get_by_role("button", name="Widerrufen", exact=True).click()
    expect(row_of(page, "Ohne Skript")).to_have_count(0)
    assert not office.admits(renewed)
