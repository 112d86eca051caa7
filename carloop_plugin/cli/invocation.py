"""What one run of the program was asked for, and the mistakes in how it was asked: exit code 2."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import click

from carloop_plugin.cli.output import printable, write_json
from carloop_plugin.cli.texts import Texts


@dataclass(slots=True)
class Invocation:
    """The language of this run, the site if one was named, and whether a program reads what is printed.

    Every command gets it as its first argument. Click fills it in while it reads the options.
    """

    texts: Texts
    site: str | None = None
    as_json: bool = False

    def answer(self, document: object, show: Callable[[], None]) -> None:
        """Print a document: as JSON for a program, else as `show` does for a person."""
        if self.as_json:
            write_json(document)
        else:
            show()


class UsageMistake(click.UsageError):
    """A mistake in how the command was given, as a key of the texts.

    `param` is the option or argument whose value it is about, `near` are words that may have been meant.
    """

    def __init__(
        self,
        key: str,
        /,
        *,
        ctx: click.Context | None = None,
        param: click.Parameter | None = None,
        near: Sequence[str] = (),
        **params: object,
    ) -> None:
        super().__init__(key, ctx)
        self.key, self.param, self.possibilities, self.params = key, param, near, params


def usage_message(error: click.UsageError, texts: Texts) -> str:
    """Return a sentence that says what was wrong with the command."""
    param = getattr(error, "param", None)
    name = param.get_error_hint(error.ctx).strip("'\"[]") if param else ""
    if isinstance(error, UsageMistake):
        params = dict(error.params)
        if params.get("name") == "-":
            params["name"] = texts("input.standard_input")
        message = printable(texts(error.key, **params))
        message = texts("usage.bad_value", name=name, why=message) if name else message
    elif isinstance(error, click.MissingParameter):
        message = texts("usage.missing", name=name)
    elif isinstance(error, click.NoSuchOption):
        message = texts("usage.no_option", name=error.option_name)
    elif isinstance(error, click.BadOptionUsage):
        message = texts("usage.option_alone", name=error.option_name)
    else:
        message = texts("usage.not_understood")
    near = getattr(error, "possibilities", None)
    return f"{message} {texts('usage.did_you_mean', names=', '.join(near))}" if near else message


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words that are spelt much like this one, the nearest first."""
    return get_close_matches(word.lower(), list(known))
