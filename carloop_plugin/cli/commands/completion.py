"""`carloop completion`: the lines with which a shell completes commands and options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.shell_completion import get_completion_class

from carloop_plugin.cli.localization import Command, argument, one_of
from carloop_plugin.cli.output import Exit

if TYPE_CHECKING:
    from carloop_plugin.cli.invocation import Invocation


@click.command("completion", cls=Command, has_json=False)
@argument("shell", metavar="bash|zsh|fish", type=one_of(("bash", "zsh", "fish")))
def completion(_invocation: Invocation, shell: str) -> int:
    """Print the completion script of a shell."""
    kind = get_completion_class(shell)
    if kind is None:  # pragma: no cover - click knows these three
        return Exit.REFUSED
    # `source` would ask the shell for its version; the script itself is the same for all that matter.
    script = kind(click.get_current_context().find_root().command, {}, "carloop", "_CARLOOP_COMPLETE")
    click.echo(script.source_template % script.source_vars())
    return Exit.DONE
