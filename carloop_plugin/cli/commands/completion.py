"""`carloop completion`: the lines with which a shell completes commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from carloop_plugin.cli.localization import Argument, Command, OneOf
from carloop_plugin.cli.output import Exit


@click.command("completion", cls=Command)
@click.argument("shell", metavar="bash|zsh|fish", type=OneOf(("bash", "zsh", "fish")), cls=Argument)
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print the completion script of a shell."""
    kind = get_completion_class(shell)
    if kind is None:  # pragma: no cover - click knows these three
        return Exit.REFUSED
    # `source` would ask the shell for its version; the script itself is the same for all that matter.
    script = kind(context.find_root().command, {}, "carloop", "_CARLOOP_COMPLETE")
    click.echo(script.source_template % script.source_vars())
    return Exit.DONE
