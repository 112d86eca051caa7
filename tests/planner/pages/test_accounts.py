"""Accounts on the pages: an admin's list, and one's own password."""

import pytest

from ..conftest import PASSWORD, Elements
from .conftest import words


def change(browser, do, name="bert", **fields):
    """Send a form of the list."""
    return browser.post("/accounts", data={"name": name, "do": do, **fields})


def test_an_account_is_disabled_enabled_and_deleted(site):
    """Its browser is signed out at once; deleting asks first; the audit log says who did it."""
    admin, bert = site.browser("admin"), site.browser("bert")
    assert bert.get("/").status_code == 200
    answer = change(admin, "disable")
    assert "Das Konto ist gesperrt" in words(admin.get(answer.headers["location"]))
    assert bert.get("/").status_code == 303
    assert "gesperrt" in words(admin.get("/accounts"))
    assert change(admin, "enable").status_code == 303
    (link,) = [each for each in Elements(admin.get("/accounts").text).addresses if "ask=bert" in each]
    for asked in (admin.get(link.partition("#")[0]), change(admin, "delete")):
        assert "Das Konto bert wirklich löschen?" in words(asked)
    assert "bert" in [each.name for each in site.access.accounts]
    assert change(admin, "delete", sure="yes").status_code == 303
    assert "bert" not in [each.name for each in site.access.accounts]
    assert [("admin", action) for action in ("account_disabled", "account_enabled", "account_deleted")] == [
        (deed.user, deed.action) for deed in site.planner.audit.of("bert")
    ]
    assert "Löschung eines Kontos" in words(admin.get("/audit"))
    assert '/appointments/bert"' not in admin.get("/audit").text


@pytest.mark.parametrize(
    ("do", "name", "status", "says"),
    [
        ("disable", "admin", 409, "This is the last active administration account"),
        ("delete", "admin", 409, "This is the last active administration account"),
        ("disable", "nobody", 409, "This account no longer exists"),
        ("explode", "bert", 400, "incomplete"),
    ],
)
def test_what_cannot_be_done_is_said(site, do, name, status, says):
    """And nothing is changed or noted."""
    before = site.access.accounts
    answer = change(site.browser("admin", **{"Accept-Language": "en"}), do, name, sure="yes")
    assert (answer.status_code, says in words(answer)) == (status, True)
    assert (before, []) == (site.access.accounts, site.planner.audit.page(1)[0])


def test_who_is_alone_is_told(site):
    """A list of one has nothing to manage."""
    for name in ("anna", "bert"):
        site.access.delete(name)
    assert "Außer Ihrem gibt es kein Konto." in words(site.browser("admin").get("/accounts"))


NEW = "another-password"


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"old": "wrong", "new": NEW, "again": NEW}, "Das bisherige Passwort stimmt nicht."),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "Ein Passwort hat mindestens 10 Zeichen."),
        ({"old": PASSWORD, "new": NEW, "again": f"{NEW}x"}, "Die beiden Eingaben sind nicht gleich."),
        ({}, "Ein Passwort hat mindestens 10 Zeichen."),
    ],
)
def test_a_password_that_cannot_be_changed_stays(site, sent, says):
    """The page says what is wrong."""
    answer = site.browser("anna").post("/password", data=sent)
    assert (answer.status_code, says in words(answer)) == (400, True)
    assert site.access.sign_in("anna", PASSWORD)
    assert site.planner.audit.page(1)[0] == []


def test_ones_own_password_is_changed(site):
    """One stays signed in here and nowhere else; every page leads there."""
    here, there = site.browser("anna"), site.browser("anna")
    assert here.get("/").text.count('href="/password"') == 1
    answer = here.post("/password", data={"old": PASSWORD, "new": NEW, "again": NEW})
    assert "Ihr Passwort ist geändert." in words(here.get(answer.headers["location"]))
    assert there.get("/").status_code == 303
    assert [(deed.user, deed.action) for deed in site.planner.audit.of("anna")] == [
        ("anna", "password_changed")
    ]
    assert site.access.sign_in("anna", NEW)
