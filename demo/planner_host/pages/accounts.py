"""Accounts: the administration's list, which disables and deletes; and everybody's own password."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from planner_host.pages import planner_of
from planner_host.storage.audit import Deed
from web_base.access import (
    SHORTEST_PASSWORD,
    Busy,
    Changed,
    TooManyTries,
)
from web_base.pages import (
    Page,
    Program,
    Refused,
    page_route,
)
from web_base.signing_in import try_later

ROLES = ("admin",)


def routes(program: Program) -> list[Route]:
    """Return the routes of the accounts."""
    return [
        page_route("/accounts", show_accounts, program, roles=ROLES),
        page_route("/accounts", change_account, program, methods=["POST"], roles=ROLES),
        page_route("/password", show_password, program),
        page_route("/password", change_password, program, methods=["POST"]),
    ]


def show_accounts(page: Page) -> Response:
    """List the accounts."""
    return _draw(page, asks=page.query("ask"), said=page.query("done"))


def change_account(page: Page) -> Response:
    """Disable, enable or delete an account; deleting asks first."""
    name, do, access = page.form["name"], page.form["do"], page.program.access
    deeds = {"disable": access.disable, "enable": access.enable, "delete": access.delete}
    if do not in deeds:
        raise Refused(400, "form")
    if do == "delete" and page.form["sure"] != "yes":
        return _draw(page, asks=name)
    changed = deeds[do](name)
    if changed is not Changed.DONE:
        return _draw(page, refused=changed, status=409)
    action = {"disable": "account_disabled", "enable": "account_enabled", "delete": "account_deleted"}[do]
    _note(page, action, name)
    return page.go(f"/accounts?done={action}")


def show_password(page: Page) -> Response:
    """Show the form for one's own password."""
    return page.render("password.html", problems={}, said=page.query("done"))


def change_password(page: Page) -> Response:
    """Change one's own password; every other session of the account ends."""
    assert page.user is not None  # noqa: S101  # the route asks for it
    old, new = page.form["old"], page.form["new"]
    problems = {}
    if len(new) < SHORTEST_PASSWORD:
        problems["new"] = page.text("password.short", n=SHORTEST_PASSWORD)
    elif new != page.form["again"]:
        problems["again"] = page.text("password.differs")
    if problems:
        return page.render("password.html", status=400, problems=problems, said="")
    changed = page.program.access.change_password(
        page.user.name, old, new, session=page.session, address=page.address
    )
    if isinstance(changed, TooManyTries | Busy):
        status, problem = try_later(page, changed)
        response = page.render("password.html", status=status, problems={"old": problem}, said="")
        response.headers["Retry-After"] = str(changed.seconds)
        return response
    if changed is not Changed.DONE:
        problems = {"old": page.text("password.wrong")}
        return page.render("password.html", status=400, problems=problems, said="")
    _note(page, "password_changed", page.user.name)
    return page.go("/password?done=changed")


def _draw(
    page: Page, *, asks: str = "", said: str = "", refused: Changed | None = None, status: int = 200
) -> Response:
    page.here = "/accounts"
    accounts = page.program.access.accounts
    return page.render(
        "accounts.html", status=status, accounts=accounts, asks=asks, said=said, refused=refused
    )


def _note(page: Page, action: str, name: str) -> None:
    planner = planner_of(page)
    assert page.user is not None  # noqa: S101  # the route asks for it
    planner.audit.note(Deed(planner.now(), page.user.name, action, name))
