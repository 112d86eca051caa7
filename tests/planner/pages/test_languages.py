"""Each page in both languages."""

from .conftest import path_of


def test_each_page_speaks_both_languages(site, saved, fake):
    """The switch is on the page and is remembered."""
    browser = site.browser("admin", **{"Accept-Language": "fr, en;q=0.5"})
    fake.book(saved.id)
    for path in ("/", path_of(saved), "/settings", "/audit", f"{path_of(saved)}/print"):
        assert '<html lang="en">' in browser.get(path).text
    browser.get("/?lang=de")
    assert '<html lang="de">' in browser.get(path_of(saved)).text
