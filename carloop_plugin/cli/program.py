"""The program itself: its commands, its language, and its exit codes.

0 done, 1 refused, 2 usage, 3 unknown outcome, 4 not reachable; 130 interrupted. Whatever happens, a person reads a
sentence and never a traceback.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from carloop_plugin import __version__
from carloop_plugin.cli.invocation import Invocation, usage_message
from carloop_plugin.cli.localization import Command, Group, Option, in_language
from carloop_plugin.cli.output import (
    Exit,
    discard_output,
    flush_output,
    is_output_broken,
    print_failure,
    replace_unencodable,
)
from carloop_plugin.cli.texts import Texts, choose_language

_LOG = logging.getLogger(__name__)

COMMANDS = (
    *("appointment", "classes", "features", "stations", "search"),
    *("book", "change-end", "rebook", "cancel", "rentals"),
    *("recover", "erase", "settings", "store", "doctor", "demo"),
)
"""The commands in the order of a day's work, each in the module of its name and imported only when it is asked for."""

_MODULES = {"classes": "filters", "features": "filters", "stations": "filters", "rebook": "book"}


class Program(Group):
    """The root of all commands: reads the language first, and turns every failure into an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """List the commands in the order of a day's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Import the command asked for, and no other."""
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        module = import_module(f"carloop_plugin.cli.commands.{_MODULES.get(name, name)}")
        command: Command = getattr(module, name)
        return in_language(command, self.texts, cmd_name)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: ARG002 - click's signature
        **extra: Any,  # noqa: ARG002
    ) -> NoReturn:
        """Run the program with its arguments and leave. Click's own way of leaving speaks English only."""
        replace_unencodable()
        arguments = list(sys.argv[1:] if args is None else args)
        texts = Texts(choose_language(arguments, os.environ))
        program = in_language(self, texts, "")
        if not logging.getLogger().handlers:
            # Else Python prints the log's warnings and tracebacks between the lines meant for a person.
            logging.getLogger().addHandler(logging.NullHandler())
        sys.exit(_run(program, arguments, prog_name=prog_name or "carloop", complete_var=complete_var))


def _run(program: Program, arguments: list[str], *, prog_name: str, complete_var: str | None) -> int:
    texts, invocation = program.texts, Invocation(program.texts)
    try:
        result = click.Group.main(
            program,
            arguments,
            prog_name=prog_name,
            complete_var=complete_var,
            standalone_mode=False,  # else click prints its own errors, in English
            obj=invocation,
        )
        flush_output()
    except click.UsageError as error:
        return _print_mistake(error, program)
    except (click.Abort, KeyboardInterrupt):
        click.echo(texts("error.interrupted"), err=True)
        return Exit.INTERRUPTED
    except BrokenPipeError:  # nobody reads any more (`carloop rentals | head -1`)
        discard_output()
        return Exit.REFUSED
    except Exception as error:  # noqa: BLE001 - a person gets a sentence, the log the rest
        if isinstance(error, OSError) and is_output_broken():
            discard_output()
            click.echo(texts("error.error", message=texts("error.output")), err=True)
            return Exit.REFUSED
        _LOG.debug("the command failed", exc_info=error)
        return print_failure(error, texts, as_json=invocation.as_json)
    finally:
        if (bootstrap := sys.modules.get("carloop_plugin.bootstrap")) is not None:
            bootstrap.close()
    return result if isinstance(result, int) else Exit.DONE


def _print_mistake(error: click.UsageError, program: Program) -> Exit:
    texts, context = program.texts, error.ctx or click.Context(program, info_name="carloop")
    kinds = (click.UsageError, click.exceptions.NoArgsIsHelpError)
    if type(error) in kinds and isinstance(context.command, Group):
        # Options alone, or nothing, without a command: the help says which there are.
        click.echo(context.get_help(), err=True)
        return Exit.USAGE
    click.echo(context.get_usage(), err=True)
    click.echo(texts("usage.try_help", command=f"{context.command_path} --help"), err=True)
    click.echo(texts("error.error", message=usage_message(error, texts)), err=True)
    return Exit.USAGE


def _print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"carloop {__version__}")
        ctx.exit()


_VERSION = Option(["--version"], is_flag=True, expose_value=False, is_eager=True, callback=_print_version)
_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
carloop = in_language(Program("carloop", params=[_VERSION], context_settings=_SETTINGS), Texts("en"), "")
"""The program, `carloop`; `main` shows it in the language of the run."""
