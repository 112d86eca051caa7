"""Accounts: the administration's list, which disables and deletes; and everybody's own password."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from planner_host.planner import audit, user_name
from web_base.accounts.access import SHORTEST_PASSWORD, Changed, TryLater
from web_base.accounts.signing_in import try_later
from web_base.pages import Page, Program, Refused, page_route

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
    changes = {
        "disable": (access.disable, "account_disabled"),
        "enable": (access.enable, "account_enabled"),
        "delete": (access.delete, "account_deleted"),
    }
    if do not in changes:
        raise Refused(400, "form")
    if do == "delete" and page.form["sure"] != "yes":
        return _draw(page, asks=name)
    change, action = changes[do]
    changed = change(name)
    if changed is not Changed.DONE:
        return _draw(page, refused=changed, status=409)
    audit(page, action, name)
    return page.go(f"/accounts?done={action}")


def show_password(page: Page) -> Response:
    """Show the form for one's own password."""
    return page.render("password.html", problems={}, said=page.query("done"))


def change_password(page: Page) -> Response:
    """Change one's own password; every other session of the account ends."""
    old, new = page.form["old"], page.form["new"]
    if len(new) < SHORTEST_PASSWORD:
        return _draw_password(page, new=page.text("password.short", n=SHORTEST_PASSWORD))
    if new != page.form["again"]:
        return _draw_password(page, again=page.text("password.differs"))
    # A wrong old password counts as a failed sign-in, so it cannot be guessed here either.
    changed = page.program.access.change_password(
        user_name(page), old, new, session=page.session, address=page.address
    )
    if isinstance(changed, TryLater):
        status, problem = try_later(page, changed)
        response = _draw_password(page, status, old=problem)
        response.headers["Retry-After"] = str(changed.seconds)
        return response
    if changed is not Changed.DONE:
        return _draw_password(page, old=page.text("password.wrong"))
    audit(page, "password_changed", user_name(page))
    return page.go("/password?done=changed")


def _draw_password(page: Page, status: int = 400, **problems: str) -> Response:
    return page.render("password.html", status=status, problems=problems, said="")


def _draw(
    page: Page, *, asks: str = "", said: str = "", refused: Changed | None = None, status: int = 200
) -> Response:
    page.here = "/accounts"
    known = page.program.access.accounts
    return page.render("accounts.html", status=status, accounts=known, asks=asks, said=said, refused=refused)
