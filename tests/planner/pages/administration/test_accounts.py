"""Accounts: the admin's list, and changing one's own password."""

import pytest

from ...conftest import PASSWORD, Elements
from ..conftest import words

NEW = "another-password"


def change(browser, do, name="bert", **fields):
    """Send a form of the list."""
    return browser.post("/accounts", data={"name": name, "do": do, **fields})


def test_an_account_is_disabled_enabled_and_deleted(site):
    """Its browser is signed out at once; deleting asks first; the audit log names the admin."""
    admin, bert = site.browser("admin"), site.browser("bert")
    assert bert.get("/").status_code == 200
    answer = change(admin, "disable")
    assert "Das Konto ist gesperrt" in words(admin.get(answer.headers["location"]))
    assert bert.get("/").status_code == 303
    assert change(admin, "enable").status_code == 303
    (link,) = [each for each in Elements(admin.get("/accounts").text).addresses if "delete=bert" in each]
    for asked in (admin.get(link.partition("#")[0]), change(admin, "delete")):
        assert "Das Konto bert wirklich löschen?" in words(asked)
    assert "bert" in [each.name for each in site.access.accounts]
    assert change(admin, "delete", sure="yes").status_code == 303
    assert "bert" not in [each.name for each in site.access.accounts]
    entries = [(entry.user, entry.action) for entry in site.planner.audit.of("bert")]
    assert entries == [("admin", f"account_{action}") for action in ("disabled", "enabled", "deleted")]
    log = admin.get("/audit")
    assert ("Löschung eines Kontos" in words(log), '/appointments/bert"' in log.text) == (True, False)
    change(admin, "delete", "anna", sure="yes")
    assert "Es gibt noch kein weiteres Konto." in words(admin.get("/accounts"))


def password_on(page):
    """Return the password that a page shows."""
    return page.text.partition("<code>")[2].partition("</code>")[0]


def test_an_account_is_added_and_gets_a_new_password(site):
    """Drawn and shown once; a name that exists is refused, and stays as it was."""
    admin = site.browser("admin")
    added = admin.post("/accounts", data={"do": "add", "name": "Zoë", "role": "admin"})
    assert site.access.sign_in("Zoë", password_on(added)).user.role == "admin"
    assert password_on(admin.get("/accounts")) == ""
    bert = site.browser("bert")
    assert "Ein neues Passwort für bert setzen?" in words(change(admin, "reset"))
    assert bert.get("/").status_code == 200
    reset = change(admin, "reset", sure="yes")
    assert (bert.get("/").status_code, site.access.sign_in("bert", PASSWORD)) == (303, None)
    assert site.access.sign_in("bert", password_on(reset)).user.role == "advisor"
    for name, role, status, said in (
        ("BERT", "admin", 409, "gibt es schon"),
        ("a b", "admin", 400, "Der Name besteht aus"),
        ("x", "owner", 400, "unvollständig"),
    ):
        answer = admin.post("/accounts", data={"do": "add", "name": name, "role": role})
        assert (answer.status_code, said in words(answer)) == (status, True), name
    assert {each.name: each.role for each in site.access.accounts} | {"bert": "advisor"} == {
        "admin": "admin", "anna": "advisor", "bert": "advisor", "Zoë": "admin"
    }  # fmt: skip
    entries = [each.action for name in ("Zoë", "bert") for each in site.planner.audit.of(name)]
    assert entries == ["account_set", "password_reset"]


def test_a_change_that_is_not_possible_is_refused(site):
    """The page says why, and nothing is changed or noted."""
    before, admin = site.access.accounts, site.browser("admin", **{"Accept-Language": "en"})
    for do, name, status, reason in (
        ("disable", "admin", 409, "This is the last active administration account"),
        ("disable", "nobody", 409, "This account no longer exists"),
        ("explode", "bert", 400, "incomplete"),
    ):
        answer = change(admin, do, name, sure="yes")
        assert (answer.status_code, reason in words(answer)) == (status, True), (do, name)
    assert (site.access.accounts, site.planner.audit.page(1)[0]) == (before, [])


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"old": "wrong", "new": NEW, "again": NEW}, "Das bisherige Passwort stimmt nicht."),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "Ein Passwort hat mindestens 10 Zeichen."),
        ({"old": PASSWORD, "new": NEW, "again": f"{NEW}x"}, "Die beiden Eingaben sind nicht gleich."),
    ],
    ids=["wrong password", "too short", "not repeated"],
)
def test_a_new_password_may_be_refused(site, sent, reason):
    """The page says why, and the old one stays."""
    answer = site.browser("anna").post("/password", data=sent)
    assert (answer.status_code, reason in words(answer)) == (400, True)
    assert site.access.sign_in("anna", PASSWORD)
    assert site.planner.audit.page(1)[0] == []


def test_a_password_is_changed_by_its_owner(site):
    """This session goes on, the others end; every page has the link."""
    here, there = site.browser("anna"), site.browser("anna")
    assert here.get("/").text.count('href="/password"') == 1
    answer = here.post("/password", data={"old": PASSWORD, "new": NEW, "again": NEW})
    assert "Ihr Passwort ist geändert." in words(here.get(answer.headers["location"]))
    assert there.get("/").status_code == 303
    (entry,) = site.planner.audit.of("anna")
    assert (entry.user, entry.action) == ("anna", "password_changed")
    assert site.access.sign_in("anna", NEW)
