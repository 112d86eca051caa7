"""The token: found where the planner's manual says, shown once, renewed, revoked."""

import logging
import re

import httpx
import pytest

EDIT = "/administration/interfaces/workshop-planner/edit"
SHOWN = re.compile(r'<input id="token" type="text" value="([^"]+)" readonly')
LABEL = "Werkstatt Süd & <b>Co</b>"


def make(clerk, label=LABEL, **more):
    """Make a token by the form of the page."""
    fields = {"form": clerk.hidden(EDIT, "form"), "action": "make", "label": label} | more
    return clerk.send(EDIT, **fields)


def admits(sandbox, token):
    """Say whether the interface takes a token."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{sandbox.url}/api/planner/v1/account", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("de", ["Administration", "Schnittstellen", "Werkstattplaner Schnittstelle", "Bearbeiten"]),
        ("en", ["Administration", "Interfaces", "Workshop planner interface", "Edit"]),
    ],
)
def test_the_way_to_the_token(clerk, words_of, language, names):
    """Each name is a link on the page before, and where one is stands in the breadcrumb."""
    text = clerk.look("/", language=language)
    path = ""
    for name in names:
        (path,) = set(
            re.findall(rf'<a [^>]*href="([^"]+)"[^>]*(?:aria-label="{name}"|>{name}</a>)', text)
        ) - {path}
        text = clerk.look(path, language=language)
    assert path == EDIT
    assert [each for each in names if each not in words_of(text)] == []


def test_a_token_is_made_shown_once_and_works(sandbox, clerk):
    """In a field named Token that can be read only, with a button that copies it."""
    answer = make(clerk)
    (token,) = SHOWN.findall(answer.text)
    assert answer.status_code == 200
    assert '<label for="token">Token</label>' in answer.text
    assert 'data-copy="token"' in answer.text
    assert answer.text.count(token) == 1
    assert admits(sandbox, token)
    for path in (EDIT, "/administration/interfaces/workshop-planner", "/administration/interfaces"):
        assert token not in clerk.look(path)


def test_the_token_is_in_no_address_cookie_or_log(clerk, caplog):
    """Nor does anything keep the answer that shows it."""
    with caplog.at_level(logging.DEBUG):
        answer = make(clerk)
    (token,) = SHOWN.findall(answer.text)
    assert token not in str(answer.url)
    assert token not in str(answer.headers)
    assert token not in caplog.text
    assert token not in str(clerk.http.cookies)
    assert answer.headers["cache-control"] == "no-store"


def test_a_form_sent_again_draws_no_second_token(sandbox, clerk):
    """A reload or double click is told that it was made already; the first one stays valid."""
    form = clerk.hidden(EDIT, "form")
    first = make(clerk, form=form)
    (token,) = SHOWN.findall(first.text)
    for _ in range(2):
        again = make(clerk, form=form)
        assert SHOWN.findall(again.text) == []
        assert "bereits erzeugt" in again.text
    assert len(sandbox.store.tokens.labels) == 2
    assert admits(sandbox, token)


def test_a_form_sent_again_after_the_token_was_revoked_makes_none(sandbox, clerk):
    """Its label is free again, and yet nothing is drawn unasked."""
    form = clerk.hidden(EDIT, "form")
    make(clerk, form=form)
    clerk.send(EDIT, form="a" * 32, action="revoke", label=LABEL)
    assert "bereits erzeugt" in make(clerk, form=form).text
    assert sandbox.store.tokens.labels == ("start",)


def test_a_token_is_renewed(sandbox, clerk):
    """The old one is invalid at once; sent again, the form does not make the new one invalid."""
    (old,) = SHOWN.findall(make(clerk).text)
    fields = {"form": clerk.hidden(EDIT, "form"), "action": "renew", "label": LABEL}
    (new,) = SHOWN.findall(clerk.send(EDIT, **fields).text)
    assert (admits(sandbox, old), admits(sandbox, new)) == (False, True)
    assert "bereits erzeugt" in clerk.send(EDIT, **fields).text
    assert admits(sandbox, new)


def test_a_token_is_revoked(sandbox, clerk):
    """From the next request on; sent again, it is revoked still."""
    (token,) = SHOWN.findall(make(clerk).text)
    fields = {"form": clerk.hidden(EDIT, "form"), "action": "revoke", "label": LABEL}
    for _ in range(2):
        answer = clerk.send(EDIT, **fields)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{EDIT}?done=revoked")
    assert not admits(sandbox, token)
    assert "Der Token ist widerrufen." in clerk.look(f"{EDIT}?done=revoked")


def test_the_list_tells_label_making_and_last_use(sandbox, clerk, planner, words_of):
    """All that can be told of a token; a label is text."""
    planner.clock("2031-07-01T06:30:00Z")
    (token,) = SHOWN.findall(make(clerk).text)
    assert f"{LABEL} 01.07.2031, 08:30 noch nie" in words_of(clerk.look(EDIT))
    assert "<b>Co" not in clerk.look(EDIT)
    planner.clock("2031-07-02T07:00:00Z")
    assert admits(sandbox, token)
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
def test_a_label_that_will_not_do_is_refused(sandbox, clerk, label, status, words):
    """With a sentence, and the label to go on with."""
    answer = make(clerk, label=label)
    assert (answer.status_code, words in answer.text) == (status, True)
    assert SHOWN.findall(answer.text) == []
    assert sandbox.store.tokens.labels == ("start",)


@pytest.mark.parametrize("action", ["renew", "revoke"])
@pytest.mark.parametrize(
    ("language", "words"), [("de", "gibt es nicht mehr"), ("en", "does not exist any more")]
)
def test_a_token_that_is_gone_cannot_be_worked_with(clerk, action, language, words):
    """Somebody else was faster."""
    answer = clerk.send(EDIT, language=language, form="b" * 32, action=action, label="gone")
    assert (answer.status_code, words in answer.text) == (404, True)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"action": "make", "label": "x"},
        {"action": "sell", "form": "c" * 32},
        {"action": "make", "form": "x"},
    ],
)
def test_a_form_that_is_none_of_ours_is_refused(sandbox, clerk, fields):
    """And makes nothing."""
    assert clerk.send(EDIT, **fields).status_code == 400
    assert sandbox.store.tokens.labels == ("start",)


def test_a_form_used_for_something_else_is_refused(clerk):
    """One form, one wish."""
    form = clerk.hidden(EDIT, "form")
    make(clerk, form=form)
    answer = make(clerk, form=form, label="another")
    assert (answer.status_code, "schon für etwas anderes benutzt" in answer.text) == (422, True)
