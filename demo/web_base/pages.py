"""One page: the request, its user, language and form, and the answer.

A page's handler is an ordinary function `handler(page) -> Response`; it runs on a thread, so it may wait for a file or
for another program. What it refuses it raises as `Refused`, which becomes a page that says why.
"""

import logging
import secrets
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from web_base.accounts.access import Access, User
from web_base.forms import Form as Form
from web_base.forms import Refused as Refused
from web_base.forms import read_form
from web_base.languages import COOKIE, LANGUAGES, Catalogues, Language
from web_base.security import content_security_policy
from web_base.templates import Templates

log: Final = logging.getLogger(__name__)

A_YEAR: Final = 365 * 24 * 3600
"""In seconds, how long a browser remembers what somebody has chosen."""

Handler = Callable[["Page"], Response]
Run = Callable[[Callable[[], Response]], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Program:
    """What all pages of one program share. `state` is the program's own, handed to its handlers.

    :ivar own_account: the address of the page where one changes one's own password; empty where there is none.
    """

    name: str
    catalogues: Catalogues
    templates: Templates
    access: Access
    state: object = None
    run: Run = field(default=run_in_threadpool)
    own_account: str = ""

    @property
    def session_cookie(self) -> str:
        """Return the name of its session's cookie: a browser knows cookies by the machine, not by the port."""
        return f"{self.name}-session"


@dataclass(slots=True)
class Page:
    """One request for a page, and the way to answer it."""

    program: Program
    request: Request
    language: Language
    user: User | None
    form: Form = field(default_factory=Form)
    here: str = ""

    @property
    def is_partial(self) -> bool:
        """Return whether the script asks for a part of the page, and not the browser for the whole."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def address(self) -> str:
        """Return the client's address, by which failed sign-ins are counted."""
        return self.request.client.host if self.request.client else ""

    @property
    def session(self) -> str | None:
        """Return the session that the browser sent."""
        return self.request.cookies.get(self.program.session_cookie)

    def text(self, key: str, **values: object) -> str:
        """Return a text in the page's language."""
        return self.language.text(key, **values)

    def query(self, name: str) -> str:
        """Return a value of the address's query; the empty text where there is none."""
        return self.request.query_params.get(name, "")

    def path(self, name: str) -> str:
        """Return a part of the address's path."""
        return str(self.request.path_params[name])

    def render(
        self, template: str, *, status: int = 200, images: Iterable[str] = (), **values: object
    ) -> Response:
        """Answer with a template.

        :param images: addresses of pictures from elsewhere that the page may load.
        """
        text = self.program.templates.render(template, page=self, **values)
        response = Response(text, status, media_type="text/html")
        response.headers["Content-Security-Policy"] = content_security_policy(images)
        return response

    def in_language(self, code: str) -> str:
        """Return the address of this page in another language."""
        stays = self.here == self.request.url.path
        asked = self.request.query_params.multi_items() if stays else []
        kept = [(name, value) for name, value in asked if name != "lang"]
        return f"{self.here}?{urlencode([*kept, ('lang', code)])}"

    def go(self, path: str) -> Response:
        """Answer by sending the browser to another page of ours."""
        return RedirectResponse(path, status_code=303)


def page_route(
    path: str,
    handler: Handler,
    program: Program,
    *,
    methods: Iterable[str] = ("GET",),
    roles: Iterable[str] | None = (),
    keeps: Collection[str] = (),
) -> Route:
    """Make a route of a page.

    :param roles: who may: anybody who signed in (none named), those of these roles, or everybody (`None`).
    :param keeps: fields that outlive the end of a session. A person who signs in then is asked to go on, and the
        handler gets them with the field `do` saying `again`: it draws its form, and does nothing.
    """
    admitted = None if roles is None else frozenset(roles)

    async def endpoint(request: Request) -> Response:
        page, unreadable = _open(request, program, here=request.url.path), None
        try:
            if request.method not in ("GET", "HEAD"):
                page.form = await read_form(request)
        except Refused as refused:
            unreadable = refused
        # One thread for all of it: changing threads takes longer than finding out who asks.
        response = await program.run(lambda: answer(page, unreadable))
        if (chosen := page.query("lang")) in LANGUAGES:
            response.set_cookie(COOKIE, chosen, max_age=A_YEAR, httponly=True, samesite="lax")
        return response

    def answer(page: Page, unreadable: Refused | None) -> Response:
        try:
            # A page that refreshes itself on a screen that nobody looks at is no use of a session.
            refreshes = page.is_partial and page.request.method == "GET"
            page.user = program.access.user_of(page.session, in_use=not refreshes)
            if unreadable is not None:
                return refusal(page, unreadable)
            if admitted is not None and page.user is None:
                return _ask_to_sign_in(page, keeps)
            if page.user is not None and admitted and page.user.role not in admitted:
                return refusal(page, Refused(403, "role"))
            return handler(page)
        except Refused as refused:
            return refusal(page, refused)
        except Exception:
            # Whatever went wrong, a person gets a page, with a number by which its entry in the log is found.
            number = secrets.token_hex(4)
            log.exception("a page failed: %s %s", number, path)
            return refusal(page, Refused(500, "failed"), number=number)

    return Route(path, endpoint, methods=list(methods))


def _open(request: Request, program: Program, *, here: str = "/") -> Page:
    """Open a page in the language of the request; its user is not known yet."""
    accepted = request.headers.get("accept-language", "")
    language = program.catalogues.choose(request.query_params, request.cookies, accepted)
    return Page(program, request, language, None, here=here)


def refusal(page: Page, refused: Refused, *, number: str = "") -> Response:
    """Write the page that says why something is not shown or not done."""
    response = page.render("refused.html", status=refused.status, reason=refused.reason, number=number)
    if refused.status == 413:
        # What is still to come is not read.
        response.headers["Connection"] = "close"
    return as_a_whole(page, response)


def as_a_whole(page: Page, response: Response) -> Response:
    """Replace the whole page, also where the script has asked for a part that the answer does not have."""
    if page.is_partial:
        response.headers["HX-Retarget"] = response.headers["HX-Reselect"] = "main"
        response.headers["HX-Reswap"] = "outerHTML"
    return response


def refuse_outright(request: Request, refused: Refused, *, program: Program) -> Response:
    """Refuse a request before any page is opened."""
    return refusal(_open(request, program), refused)


async def not_found(request: Request, error: Exception, *, program: Program) -> Response:
    """Answer what the framework refuses: an unknown path, a method that is not offered."""
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for this class alone
    page = _open(request, program)
    page.user = await run_in_threadpool(program.access.user_of, page.session)
    status = error.status_code
    response = refusal(page, Refused(status, "not_found" if status == 404 else "not_offered"))
    # Among them is which methods are offered.
    response.headers.update(error.headers or {})
    return response


def own_path(path: str) -> str:
    """Return a path of ours as it is, and the start page for anything that could lead elsewhere."""
    is_own = path.startswith("/") and not path.startswith("//") and path.isprintable() and "\\" not in path
    return path if is_own else "/"


def _ask_to_sign_in(page: Page, keeps: Collection[str]) -> Response:
    if page.is_partial:
        # Back to the page that one was on, not to the part of it that was asked for.
        shown = ""
        with suppress(ValueError):
            shown = urlsplit(page.request.headers.get("hx-current-url", "")).path
        return Response(status_code=401, headers={"HX-Redirect": _sign_in_for(shown)})
    if page.request.method in ("GET", "HEAD"):
        asked = page.request.url
        return page.go(_sign_in_for(f"{asked.path}?{asked.query}".removesuffix("?")))
    kept = {name: page.form.all(name) for name in keeps if name in page.form}
    if not kept:
        return refusal(page, Refused(401, "signed_out"))
    return page.render(
        "sign_in.html", status=401, wanted=page.request.url.path, kept=kept, problem="", name=""
    )


def _sign_in_for(wanted: str) -> str:
    return f"/sign-in?next={quote(wanted, safe='/')}" if wanted else "/sign-in"
