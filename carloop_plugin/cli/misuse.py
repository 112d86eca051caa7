"""The command was not given as it should be: exit code 2, in the language of the run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

import click

from carloop_plugin.cli.plain import plain
from carloop_plugin.cli.texts import Texts


class Misuse(click.UsageError):
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


def explain(error: click.UsageError, texts: Texts) -> str:
    """Say in a sentence what was wrong with the command."""
    if isinstance(error, Misuse):
        params = dict(error.params)
        if params.get("name") == "-":
            params["name"] = texts("input.standard_input")
        return plain(texts(error.key, **params)) + _nearby(error, texts)
    if isinstance(error, BadValue):
        return texts("usage.bad_value", name=_name(error), why=texts(error.key, **error.params))
    if isinstance(error, click.MissingParameter):
        return texts("usage.missing", name=_name(error))
    if isinstance(error, click.NoSuchOption):
        return texts("usage.no_option", name=error.option_name) + _nearby(error, texts)
    if isinstance(error, click.BadOptionUsage):
        return texts("usage.option_alone", name=error.option_name)
    return texts("usage.not_understood")


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words that are spelt much like this one, the nearest first."""
    return get_close_matches(word.lower(), list(known))


def _name(error: click.BadParameter) -> str:
    return "" if error.param is None else error.param.get_error_hint(error.ctx).strip("'\"")


def _nearby(error: click.UsageError, texts: Texts) -> str:
    near = getattr(error, "possibilities", None)
    return " " + texts("usage.did_you_mean", names=", ".join(near)) if near else ""
