"""`carloop completion`: the lines that teach a shell to complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from carloop_plugin.cli.invocation import BadValue
from carloop_plugin.cli.localization import Argument, Command
from carloop_plugin.cli.output import Exit

SHELLS = ("bash", "zsh", "fish")


def _known_shell(ctx: click.Context, param: click.Parameter, value: str) -> str:
    if value not in SHELLS:
        raise BadValue("usage.not_one_of", ctx=ctx, param=param, value=value, known=", ".join(SHELLS))
    return value


@click.command("completion", cls=Command)
@click.argument("shell", metavar="bash|zsh|fish", callback=_known_shell, cls=Argument)
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
