"""The pages' templates, and the files they load: a program's own before those it shares."""

import hashlib
import html
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Expr, Template
from jinja2.utils import missing
from markupsafe import Markup, escape
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

if TYPE_CHECKING:
    from web_base.pages import Page

BASE: Final = Path(__file__).parent
_FOREVER: Final = "public, max-age=31536000, immutable"
_needs_escaping: Final = re.compile("[&<>\"']").search


class _Lacking(Undefined):
    """An undefined value: an empty text where a document lacks an optional field, else a mistake of the template."""

    def __new__(cls, hint: str | None = None, obj: object = missing, *more: Any, **named: Any) -> Any:
        # Strict for unknown names, and for attributes that objects of ours do not have.
        return (
            super().__new__(cls) if isinstance(obj, Mapping) else StrictUndefined(hint, obj, *more, **named)
        )


class _CodeGenerator(CodeGenerator):
    """Compiles `{{ value }}` to a call of `_Environment.escaped`, where Jinja escapes."""

    def visit_Template(self, node: Template, frame: Frame | None = None) -> None:  # noqa: N802 - Jinja calls it so
        self.writeline("escaped = environment.escaped")
        super().visit_Template(node, frame)

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write("escaped(")
        else:
            super()._output_child_pre(node, frame, finalize)


class _Environment(Environment):
    code_generator_class = _CodeGenerator

    @staticmethod
    def escaped(value: object) -> str:
        """Return a value as HTML. Making `Markup` of a text that is written at once takes longer than to escape it."""
        if type(value) is Markup:
            return value
        if type(value) is not str:
            return escape(value)
        return html.escape(value) if _needs_escaping(value) else value


class Templates:
    """Renders templates; an unknown name in a template is a mistake, not an empty text."""

    def __init__(self, folder: Path) -> None:
        """Take a program's folder, which holds `templates/` and `static/`."""
        self._environment = _Environment(
            loader=FileSystemLoader([folder / "templates", BASE / "templates"]),
            autoescape=True,
            undefined=_Lacking,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals["static"] = _address_of(folder / "static")

    def render(self, template: str, *, page: "Page", **values: object) -> str:
        """Render a template for a page; `t` gives a text, `n` one that depends on a number."""
        return self._environment.get_template(template).render(
            page=page, t=page.text, n=page.language.count, language=page.language, user=page.user, **values
        )


class _Files(StaticFiles):
    """Files whose address changes with their content, so that a browser keeps them for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers["Cache-Control"] = _FOREVER
        return response


def static_mounts(folder: Path) -> list[Mount]:
    """Serve a program's `static/` and the shared one."""
    return [
        Mount("/static/base", _Files(directory=BASE / "static")),
        Mount("/static/own", _Files(directory=folder / "static")),
    ]


def _address_of(own: Path) -> object:
    """Make the templates' function that gives the address of `base/…` or `own/…`, with its content's digest."""

    @cache
    def static(name: str) -> str:
        place, _, path = name.partition("/")
        file = (own if place == "own" else BASE / "static") / path
        digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
        return f"/static/{name}?v={digest}"

    return static
