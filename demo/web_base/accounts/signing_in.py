"""Signing in and out, as both programs do it.

What was on a form when the session ended travels along as fields of the sign-in (`KEPT` before their names), and is
sent to its page by a click of its own: signing in changes nothing.
"""

from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from web_base.accounts.access import TryLater
from web_base.pages import Page, Program, own_path, page_route
from web_base.running.loopback import is_loopback

KEPT: Final = "kept_"


def sign_in_routes(program: Program) -> list[Route]:
    """Return the routes of the sign-in page and of signing out."""
    return [
        page_route("/sign-in", show_sign_in, program, roles=None),
        page_route("/sign-in", sign_in, program, methods=["POST"], roles=None),
        page_route("/sign-out", sign_out, program, methods=["POST"], roles=None),
    ]


def show_sign_in(page: Page) -> Response:
    """Show the form; who has signed in goes where they wanted to."""
    wanted = own_path(page.query("next") or "/")
    return page.go(wanted) if page.user else _ask(page, wanted)


def sign_in(page: Page) -> Response:
    """Begin a session under a new id, which ends the one there was; or say why not."""
    wanted, name = own_path(page.form["next"] or "/"), page.form["name"]
    signed_in = page.program.access.sign_in(name, page.form["password"], address=page.address)
    if signed_in is None:
        return _ask(page, wanted, status=401, problem=page.text("sign_in.wrong"), name=name)
    if isinstance(signed_in, TryLater):
        status, problem = try_later(page, signed_in)
        response = _ask(page, wanted, status=status, problem=problem, name=name)
        response.headers["Retry-After"] = str(signed_in.seconds)
        return response
    # A session that somebody else planted in this browser must not become this user's.
    page.program.access.sign_out(page.session)
    page.user = signed_in.user
    kept = page.form.starting_with(KEPT)
    response = page.render("go_on.html", wanted=wanted, kept=kept) if kept else page.go(wanted)
    response.set_cookie(
        page.program.session_cookie,
        signed_in.session,
        httponly=True,
        # Not `strict`: who follows a link from the garage's other programs has signed in already.
        samesite="lax",
        # Over plain http on this machine only, where nobody reads along.
        secure=not is_loopback(page.request.url.hostname or ""),
    )
    return response


def try_later(page: Page, why: TryLater) -> tuple[int, str]:
    """Return the status and the sentence for a password that was not looked at."""
    if why.is_busy:
        return 503, page.text("sign_in.busy")
    return 429, page.text("sign_in.too_many", seconds=why.seconds)


def _ask(page: Page, wanted: str, *, status: int = 200, problem: str = "", name: str = "") -> Response:
    kept = page.form.starting_with(KEPT)
    return page.render("sign_in.html", status=status, wanted=wanted, kept=kept, problem=problem, name=name)


def sign_out(page: Page) -> Response:
    """End the session here and in the browser."""
    page.program.access.sign_out(page.session)
    response = page.go("/sign-in")
    response.delete_cookie(page.program.session_cookie, httponly=True, samesite="lax")
    return response
