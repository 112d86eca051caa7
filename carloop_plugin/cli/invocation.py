"""What one run of the program was asked for, as click hands it to every command."""

from __future__ import annotations

from dataclasses import dataclass

import click

from carloop_plugin.cli.texts import Texts


@dataclass(slots=True)
class Invocation:
    """The language of this run, and the site if one was named. Click fills it in while it reads the options."""

    texts: Texts
    site: str | None = None

    @property
    def locale(self) -> str:
        """Give the language, `de` or `en`."""
        return self.texts.locale


def invocation_of(context: click.Context) -> Invocation:
    """Give the invocation a context belongs to; English where click completes a line in the shell."""
    found = context.find_object(Invocation)
    return found if found is not None else Invocation(Texts("en"))


pass_invocation = click.make_pass_decorator(Invocation)
"""Hand a command its `Invocation` as the first argument."""
