"""The administration's pages: the way to the workshop planner's tokens, where they are made, renewed and revoked.

A token is shown in the answer to the form that drew it and nowhere else. That answer cannot be a redirect, so the
browser may send the form again: each form has an id, and the same form draws one token however often it comes.
"""

import re
import uuid
from collections.abc import Callable
from typing import Final

from starlette.responses import Response

from carloop_sandbox.interface.answers import Answer
from carloop_sandbox.interface.idempotency import do_once
from carloop_sandbox.interface.problem_documents import CODES
from carloop_sandbox.interface.requests import origin_of
from carloop_sandbox.pages.showing import show, store_of
from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.store.tokens import draw_token
from web_base.pages import Page, Refused

PLANNER: Final = "/administration/interfaces/workshop-planner"
EDIT: Final = f"{PLANNER}/edit"
LONGEST_LABEL: Final = 60


def show_interfaces(page: Page) -> Response:
    """Show the interfaces there are."""
    return _show(page, "interfaces.html")


def show_planner_interface(page: Page) -> Response:
    """Show how the workshop planner reaches us, and whether it does."""
    last = max((each["last_used"] or 0 for each in store_of(page).tokens.listed()), default=0)
    return _show(page, "planner_interface.html", web_address=origin_of(page.request), last_used=last)


def show_tokens(page: Page) -> Response:
    """Show the tokens there are; after one was revoked, say so."""
    return _answer(page, notice="revoked" if page.query("done") == "revoked" else "")


def act(page: Page) -> Response:
    """Make, renew or revoke a token, once for each form."""
    store, action, label, token = store_of(page), page.form["action"], page.form["label"], draw_token()
    now = store.clock.now()
    actions: dict[str, Callable[[], None]] = {
        "make": lambda: store.tokens.add(label, token, now),
        "renew": lambda: store.tokens.renew(label, token, now),
        "revoke": lambda: store.tokens.revoke(label),
    }
    if action not in actions or not re.fullmatch("[0-9a-f]{32}", page.form["form"]):
        raise Refused(400, "form")
    if action == "make" and not (0 < len(label) <= LONGEST_LABEL and label.isprintable()):
        return _answer(page, status=422, problem=page.text("tokens.label_wrong", most=LONGEST_LABEL))
    try:
        is_first = _once(page, actions[action])
    except CallRefused as problem:
        status = CODES[problem.code][0]
        return _answer(page, status=status, problem=page.text(f"tokens.refused.{problem.code}"))
    if action == "revoke":
        return page.go(f"{EDIT}?done=revoked")
    # the token of a form that comes again was shown before, and is stored as a digest alone
    return _answer(page, token=token, label=label) if is_first else _answer(page, notice="again")


def _once(page: Page, do: Callable[[], None]) -> bool:
    """Do it unless this form has done it before; return whether it was done now."""

    def action() -> Answer:
        do()
        return Answer(204)

    request = {"action": page.form["action"], "label": page.form["label"]}
    answer = do_once(store_of(page).database, f"POST {EDIT}", page.form["form"], request, action)
    return "Idempotent-Replay" not in answer.headers


def _answer(
    page: Page, *, status: int = 200, token: str = "", label: str = "", notice: str = "", problem: str = ""
) -> Response:
    return _show(
        page,
        "tokens.html",
        status=status,
        edit=EDIT,
        token=token,
        label=label,
        typed=page.form["label"] if problem and page.form["action"] == "make" else "",
        notice_key=notice,
        problem=problem,
        new_form=lambda: uuid.uuid4().hex,
        most=LONGEST_LABEL,
    )


def _show(page: Page, template: str, *, status: int = 200, **values: object) -> Response:
    tokens = store_of(page).tokens.listed()
    return show(page, template, status=status, planner=PLANNER, tokens=tokens, **values)
