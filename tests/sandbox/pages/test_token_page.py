"""The token's page: found where the planner's manual says; a token is shown once, renewed and revoked."""

import logging
import re

import pytest

EDIT = "/administration/interfaces/workshop-planner/edit"
SHOWN = re.compile(r'<input id="token" type="text" value="([^"]+)" readonly')
LABEL = "Werkstatt Süd & <b>Co</b>"
AGAIN = "bereits erzeugt"


def make(clerk, label=LABEL, **more):
    """Make a token by the form of the page."""
    fields = {"form": clerk.hidden(EDIT, "form"), "action": "make", "label": label} | more
    return clerk.send(EDIT, **fields)


def shown(answer):
    """Return the token that a page shows."""
    (token,) = SHOWN.findall(answer.text)
    return token


def admits(planner, token):
    """Return whether the interface accepts a token."""
    return planner.get("/account", headers={"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("de", ["Administration", "Schnittstellen", "Werkstattplaner Schnittstelle", "Bearbeiten"]),
        ("en", ["Administration", "Interfaces", "Workshop planner interface", "Edit"]),
    ],
)
def test_the_way_to_the_token(clerk, words_of, language, names):
    """Each name is a link on the page before, and all of them are in the breadcrumb of the last."""
    text = clerk.look("/", language=language)
    path = ""
    for name in names:
        link = rf'<a [^>]*href="([^"]+)"[^>]*(?:aria-label="{name}"|>{name}</a>)'
        (path,) = set(re.findall(link, text)) - {path}
        text = clerk.look(path, language=language)
    assert path == EDIT
    assert [each for each in names if each not in words_of(text)] == []


def test_a_token_is_made_shown_once_and_works(planner, clerk, caplog):
    """In a read-only field with a button that copies it; it is in no address, header, cookie or log."""
    with caplog.at_level(logging.DEBUG):
        answer = make(clerk)
    token = shown(answer)
    assert answer.status_code == 200
    assert '<label for="token">Token</label>' in answer.text
    assert 'data-copy="token"' in answer.text
    assert answer.text.count(token) == 1
    assert answer.headers["cache-control"] == "no-store"
    for place in (answer.url, answer.headers, clerk.http.cookies, caplog.text):
        assert token not in str(place)
    assert admits(planner, token)
    for path in (EDIT, EDIT.removesuffix("/edit"), "/administration/interfaces"):
        assert token not in clerk.look(path)


def test_a_form_sent_again_makes_no_second_token(sandbox, planner, clerk):
    """The first one stays valid; once it is revoked, its form makes none either."""
    form = clerk.hidden(EDIT, "form")
    token = shown(make(clerk, form=form))
    again = make(clerk, form=form)
    assert (SHOWN.findall(again.text), AGAIN in again.text) == ([], True)
    assert len(sandbox.store.tokens.labels) == 2
    assert admits(planner, token)
    clerk.send(EDIT, form="a" * 32, action="revoke", label=LABEL)
    assert AGAIN in make(clerk, form=form).text
    assert sandbox.store.tokens.labels == ("start",)


def test_a_token_is_renewed(planner, clerk):
    """The old one is invalid at once; the form sent again leaves the new one valid."""
    old = shown(make(clerk))
    fields = {"form": clerk.hidden(EDIT, "form"), "action": "renew", "label": LABEL}
    new = shown(clerk.send(EDIT, **fields))
    assert (admits(planner, old), admits(planner, new)) == (False, True)
    assert AGAIN in clerk.send(EDIT, **fields).text
    assert admits(planner, new)


def test_a_token_is_revoked(planner, clerk):
    """From the next request on; the form sent again changes nothing."""
    token = shown(make(clerk))
    fields = {"form": clerk.hidden(EDIT, "form"), "action": "revoke", "label": LABEL}
    for _ in range(2):
        answer = clerk.send(EDIT, **fields)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{EDIT}?done=revoked")
    assert not admits(planner, token)
    assert "Der Token ist widerrufen." in clerk.look(f"{EDIT}?done=revoked")


def test_the_list_shows_label_and_times(clerk, planner, words_of):
    """When a token was made and last used; a label is text."""
    planner.clock("2031-07-01T06:30:00Z")
    token = shown(make(clerk))
    assert f"{LABEL} 01.07.2031, 08:30 noch nie" in words_of(clerk.look(EDIT))
    assert "<b>Co" not in clerk.look(EDIT)
    planner.clock("2031-07-02T07:00:00Z")
    assert admits(planner, token)
    assert f"{LABEL} 01.07.2031, 08:30 02.07.2031, 09:00" in words_of(clerk.look(EDIT))


@pytest.mark.parametrize(
    ("label", "status", "words"),
    [
        ("", 422, "Eine Bezeichnung hat 1 bis 60 Zeichen."),
        ("x" * 61, 422, "Eine Bezeichnung hat 1 bis 60 Zeichen."),
        ("a\tb", 422, "Eine Bezeichnung hat 1 bis 60 Zeichen."),
        ("start", 409, "Einen Token mit dieser Bezeichnung gibt es schon."),
    ],
)
def test_a_wrong_label_is_refused(sandbox, clerk, label, status, words):
    """With a sentence, and no token is made."""
    answer = make(clerk, label=label)
    assert (answer.status_code, words in answer.text, SHOWN.findall(answer.text)) == (status, True, [])
    assert sandbox.store.tokens.labels == ("start",)


@pytest.mark.parametrize("action", ["renew", "revoke"])
def test_a_token_that_is_gone_is_neither_renewed_nor_revoked(clerk, action):
    """404: another person was faster."""
    answer = clerk.send(EDIT, form="b" * 32, action=action, label="gone")
    assert (answer.status_code, "gibt es nicht mehr" in answer.text) == (404, True)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"action": "make", "label": "x"},
        {"action": "sell", "form": "c" * 32},
        {"action": "make", "form": "x"},
    ],
)
def test_a_form_that_makes_no_sense_is_refused(sandbox, clerk, fields):
    """400, and no token is made."""
    assert clerk.send(EDIT, **fields).status_code == 400
    assert sandbox.store.tokens.labels == ("start",)


def test_a_form_with_other_values_is_refused(clerk):
    """422: a form counts once, as an idempotency key does."""
    form = clerk.hidden(EDIT, "form")
    make(clerk, form=form)
    answer = make(clerk, form=form, label="another")
    assert (answer.status_code, "schon für etwas anderes benutzt" in answer.text) == (422, True)
