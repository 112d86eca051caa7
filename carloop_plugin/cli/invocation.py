"""What one run of the program was asked for, and the mistakes in how it was asked: exit code 2."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import click

from carloop_plugin.cli.output import printable
from carloop_plugin.cli.texts import Texts


@dataclass(slots=True)
class Invocation:
    """The language of this run, and the site if one was named. Click fills it in while it reads the options."""

    texts: Texts
    site: str | None = None


def invocation_of(context: click.Context) -> Invocation:
    """Return the invocation a context belongs to; English where click completes a line in the shell."""
    found = context.find_object(Invocation)
    return found if found is not None else Invocation(Texts("en"))


pass_invocation = click.make_pass_decorator(Invocation)
"""Pass a command its `Invocation` as the first argument."""


class UsageMistake(click.UsageError):
    """A mistake in how the command was given, as a key of the texts; `near` are words that may have been meant."""

    def __init__(
        self, key: str, /, *, ctx: click.Context | None = None, near: Sequence[str] = (), **params: object
    ) -> None:
        super().__init__(key, ctx)
        self.key = key
        self.possibilities = near
        self.params = params


class BadValue(click.BadParameter):
    """A value an option or argument does not take."""

    def __init__(
        self, key: str, /, *, ctx: click.Context | None, param: click.Parameter | None, **params: object
    ) -> None:
        super().__init__(key, ctx, param)
        self.key = key
        self.params = params


def usage_message(error: click.UsageError, texts: Texts) -> str:
    """Return a sentence that says what was wrong with the command."""
    if isinstance(error, UsageMistake):
        params = dict(error.params)
        if params.get("name") == "-":
            params["name"] = texts("input.standard_input")
        return printable(texts(error.key, **params)) + _suggestion(error, texts)
    if isinstance(error, BadValue):
        return texts("usage.bad_value", name=_name(error), why=texts(error.key, **error.params))
    if isinstance(error, click.MissingParameter):
        return texts("usage.missing", name=_name(error))
    if isinstance(error, click.NoSuchOption):
        return texts("usage.no_option", name=error.option_name) + _suggestion(error, texts)
    if isinstance(error, click.BadOptionUsage):
        return texts("usage.option_alone", name=error.option_name)
    return texts("usage.not_understood")


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words that are spelt much like this one, the nearest first."""
    return get_close_matches(word.lower(), list(known))


def _name(error: click.BadParameter) -> str:
    return "" if error.param is None else error.param.get_error_hint(error.ctx).strip("'\"")


def _suggestion(error: click.UsageError, texts: Texts) -> str:
    near = getattr(error, "possibilities", None)
    return " " + texts("usage.did_you_mean", names=", ".join(near)) if near else ""
