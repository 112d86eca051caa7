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
def test_the_way_to_the_token(clerk, language, names):
    """Each name is a link on the page before, the last a button; all of them are in the breadcrumb of the last."""
    path = "/"
    for name in names[:-1]:
        link = rf'<a [^>]*href="([^"]+)"[^>]*>{name}</a>'
        (path,) = set(re.findall(link, clerk.look(path, language=language))) - {path}
    page = clerk.look(path, language=language)
    assert (f'action="{EDIT}"' in page, f'aria-label="{names[-1]}"' in page) == (True, True)
    path = EDIT
    words = clerk.words(path, language=language)
    assert [each for each in names if each not in words] == []


def test_a_token_stands_ready_once(planner, clerk, sandbox):
    """Behind `Bearbeiten`, without a name; afterwards the page says when it was shown, and renews it."""
    ready = {"form": clerk.hidden(EDIT.removesuffix("/edit"), "form"), "action": "ready"}
    first = clerk.send(EDIT, **ready)
    token = shown(first)
    assert (first.status_code, "nur dieses eine Mal" in first.text) == (200, True)
    assert admits(planner, token)
    for answer in (clerk.send(EDIT, **ready), clerk.send(EDIT, **ready | {"form": "c" * 32})):
        assert (SHOWN.findall(answer.text), "nicht noch einmal angezeigt" in answer.text) == ([], True)
    assert sandbox.store.tokens.labels == ("Werkstattplaner", "start")
    renewed = shown(clerk.send(EDIT, form="d" * 32, action="renew", label="Werkstattplaner"))
    assert (admits(planner, token), admits(planner, renewed)) == (False, True)


def test_a_token_is_made_shown_once_and_works(planner, clerk, caplog):
    """In a read-only field with a button that copies it; it is in no address, header, cookie or log."""
    with caplog.at_level(logging.DEBUG):
        answer = make(clerk)
    token = shown(answer)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    for part, count in (('<label for="token">Token</label>', 1), ('data-copy="token"', 1), (token, 1)):
        assert answer.text.count(part) == count
    for place in (answer.url, answer.headers, clerk.http.cookies, caplog.text):
        assert token not in str(place)
    assert admits(planner, token)
    for path in (EDIT, EDIT.removesuffix("/edit"), "/administration/interfaces"):
        assert token not in clerk.look(path)


def test_a_form_sent_again_makes_no_second_token(sandbox, planner, clerk):
    """The first one stays valid; once it is revoked, its form makes none either, nor one of another label."""
    form = clerk.hidden(EDIT, "form")
    token = shown(make(clerk, form=form))
    again = make(clerk, form=form)
    assert (SHOWN.findall(again.text), AGAIN in again.text) == ([], True)
    assert len(sandbox.store.tokens.labels) == 2
    assert admits(planner, token)
    clerk.send(EDIT, form="a" * 32, action="revoke", label=LABEL)
    assert AGAIN in make(clerk, form=form).text
    other = make(clerk, form=form, label="another")
    assert (other.status_code, "schon für etwas anderes benutzt" in other.text) == (422, True)
    assert sandbox.store.tokens.labels == ("start",)


def test_a_token_is_renewed_and_revoked(planner, clerk):
    """The old one is invalid at once; a form sent again changes nothing; what is gone cannot be renewed."""
    old = shown(make(clerk))
    renewal = {"form": clerk.hidden(EDIT, "form"), "action": "renew", "label": LABEL}
    new = shown(clerk.send(EDIT, **renewal))
    assert AGAIN in clerk.send(EDIT, **renewal).text
    assert (admits(planner, old), admits(planner, new)) == (False, True)
    revocation = {"form": clerk.hidden(EDIT, "form"), "action": "revoke", "label": LABEL}
    for _ in range(2):
        answer = clerk.send(EDIT, **revocation)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{EDIT}?done=revoked")
    assert not admits(planner, new)
    assert "Der Token ist widerrufen." in clerk.look(f"{EDIT}?done=revoked")
    for action in ("renew", "revoke"):
        answer = clerk.send(EDIT, form="b" * 32, action=action, label=LABEL)
        assert (answer.status_code, "gibt es nicht mehr" in answer.text) == (404, True)


def test_the_list_shows_label_and_times(clerk, planner):
    """When a token was made and last used; a label is text."""
    planner.clock("2031-07-01T06:30:00Z")
    token = shown(make(clerk))
    assert f"{LABEL} 01.07.2031, 08:30 noch nie" in clerk.words(EDIT)
    assert "<b>Co" not in clerk.look(EDIT)
    planner.clock("2031-07-02T07:00:00Z")
    assert admits(planner, token)
    assert f"{LABEL} 01.07.2031, 08:30 02.07.2031, 09:00" in clerk.words(EDIT)


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"label": ""}, 422, "Eine Bezeichnung hat 1 bis 60 Zeichen."),
        ({"label": "x" * 61}, 422, "Eine Bezeichnung hat 1 bis 60 Zeichen."),
        ({"label": "start"}, 409, "Einen Token mit dieser Bezeichnung gibt es schon."),
        ({"action": "sell"}, 400, "unvollständig"),
        ({"form": "x"}, 400, "unvollständig"),
    ],
)
def test_a_wrong_form_makes_no_token(sandbox, clerk, fields, status, words):
    """It is refused with a sentence."""
    answer = make(clerk, **fields)
    assert (answer.status_code, words in answer.text, SHOWN.findall(answer.text)) == (status, True, [])
    assert sandbox.store.tokens.labels == ("start",)
