"""Accounts: the administration's list, which adds, disables and deletes; and everybody's own password."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from planner_host.planner import audit, user_name
from web_base.accounts.access import ACCOUNT_NAME, SHORTEST_PASSWORD, Changed, TryLater
from web_base.accounts.passwords import draw_password
from web_base.accounts.signing_in import try_later
from web_base.pages import Page, Program, Refused, page_route

ROLES: Final = ("admin",)
ACCOUNT_ROLES: Final = ("advisor", "admin")
ASKS: Final = ("delete", "reset")
"""What is asked about before it is done."""


def routes(program: Program) -> list[Route]:
    """Return the routes of the accounts."""
    return [
        page_route("/accounts", show_accounts, program, roles=ROLES),
        page_route("/accounts", change_account, program, methods=["POST"], roles=ROLES),
        page_route("/password", show_password, program),
        page_route("/password", change_password, program, methods=["POST"]),
    ]


def show_accounts(page: Page) -> Response:
    """List the accounts; an address may ask whether to delete one, or to give it a new password."""
    asks = next(((do, page.query(do)) for do in ASKS if page.query(do)), None)
    return _draw(page, asks=asks, said=page.query("done"))


def change_account(page: Page) -> Response:
    """Add, disable, enable or delete an account, or give it a new password; what hurts asks first."""
    name, do, access = page.form["name"], page.form["do"], page.program.access
    changes = {
        "disable": (access.disable, "account_disabled"),
        "enable": (access.enable, "account_enabled"),
        "delete": (access.delete, "account_deleted"),
    }
    if do in ASKS and page.form["sure"] != "yes":
        return _draw(page, asks=(do, name))
    if do == "add":
        return _add(page, name)
    if do == "reset":
        password = draw_password()
        return _show_password(page, access.reset_password(name, password), "password_reset", password)
    if do not in changes:
        raise Refused(400, "form")
    change, action = changes[do]
    changed = change(name)
    if changed is not Changed.DONE:
        return _draw(page, refused=changed, status=409)
    audit(page, action, name)
    return page.go(f"/accounts?done={action}")


def _add(page: Page, name: str) -> Response:
    role = page.form["role"]
    if role not in ACCOUNT_ROLES:
        raise Refused(400, "form")
    if not ACCOUNT_NAME.fullmatch(name):
        return _draw(page, problem=page.text("accounts.strange_name"), status=400)
    password = draw_password()
    added = page.program.access.add_account(name, role=role, password=password)
    if added is Changed.EXISTS:
        return _draw(page, problem=page.text("accounts.exists"), status=409)
    return _show_password(page, added, "account_set", password)


def _show_password(page: Page, changed: Changed, action: str, password: str) -> Response:
    """Show a password that was drawn, this once: no address may hold it, so nothing leads on from here."""
    if changed is not Changed.DONE:
        return _draw(page, refused=changed, status=409)
    audit(page, action, page.form["name"])
    return _draw(page, drawn=(page.form["name"], password))


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
    page: Page,
    *,
    asks: tuple[str, str] | None = None,
    said: str = "",
    refused: Changed | None = None,
    problem: str = "",
    drawn: tuple[str, str] | None = None,
    status: int = 200,
) -> Response:
    page.here = "/accounts"
    known = page.program.access.accounts
    return page.render(
        "accounts.html",
        status=status,
        accounts=known,
        asks=asks if asks and asks[1] in {each.name for each in known} else None,
        said=said,
        refused=refused,
        problem=problem,
        # What could not be added stays on the form.
        typed=page.form["name"] if problem else "",
        role=page.form["role"] or ACCOUNT_ROLES[0],
        roles=ACCOUNT_ROLES,
        drawn=drawn,
    )
