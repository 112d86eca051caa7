"""Commands and options whose help is in the language of the run, and the options that several commands take.

Click fixes help when a module is imported; here `in_language` returns a copy of a command with its texts, which stand
under the command's key (`settings.set.help`) and the option's name (`option.limit`, or `search.option.limit` where it
differs).
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4

import click

from carloop_plugin.cli.invocation import Invocation, UsageMistake, nearest
from carloop_plugin.cli.texts import LANGUAGES, Texts, language_of

T = TypeVar("T")
_Command = TypeVar("_Command", bound="Command")
_Parameter = TypeVar("_Parameter", bound=click.Parameter)


class _Filled(click.Parameter):
    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        """Convert a value. Click passes whatever it read, hence `Any`."""
        # An empty word is as a rule a shell variable that is not set.
        words = value if isinstance(value, list | tuple) else (value,)
        if any(isinstance(word, str) and not word.strip() for word in words):
            raise UsageMistake("usage.empty", ctx=ctx, param=self)
        return super().type_cast_value(ctx, value)


class Option(_Filled, click.Option):
    """An option with a value that is not empty."""

    def get_help_extra(self, ctx: click.Context) -> Any:  # noqa: ARG002 - click's signature and click's type
        """Add nothing to the help: its text says in the run's language what is required."""
        return {}


class Argument(_Filled, click.Argument):
    """An argument that is not empty."""


option = partial(click.option, cls=Option)
argument = partial(click.argument, cls=Argument)


class Parsed(click.ParamType[T]):
    """A value that `read` makes of a word; None means that it is none, which the text of `key` says."""

    name = "word"

    def __init__(self, read: Callable[[str], T | None], key: str, **params: Any) -> None:
        self.read, self.key, self.params = read, key, params

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> T:
        """Convert a word. Click passes whatever it read, hence `Any`."""
        found = self.read(str(value))
        if found is None:
            raise UsageMistake(self.key, ctx=ctx, param=param, value=value, **self.params)
        return found


def whole_number(least: int, most: int) -> Parsed[int]:
    """Make the type of the whole numbers within bounds."""

    def read(text: str) -> int | None:
        is_number = text.isascii() and text.isdigit() and len(text) < 10
        return int(text) if is_number and least <= int(text) <= most else None

    return Parsed(read, "usage.not_whole", least=least, most=most)


_LANGUAGE = Parsed(
    lambda word: language if (language := language_of(word)) in LANGUAGES else None,
    "usage.not_one_of",
    known=", ".join(LANGUAGES),
)


class Command(click.Command):
    """A command that gets its `Invocation`, and whose usage line and headings are in the language of `texts`."""

    texts = Texts("en")
    key = ""

    def __init__(self, name: str | None, **attrs: Any) -> None:
        super().__init__(name, **attrs)
        # Every command takes these, so that they may stand before or after it.
        as_json = Option(["--json", "as_json"], is_flag=True, expose_value=False, callback=_remember)
        site = Option(["--site"], metavar="NAME", expose_value=False, callback=_remember)
        language = Option(["--lang"], metavar="de|en", type=_LANGUAGE, expose_value=False, is_eager=True)
        self.params += [as_json, site, language]

    def invoke(self, ctx: click.Context) -> Any:
        """Call the command with its invocation."""
        if self.callback is not None:
            return ctx.invoke(self.callback, ctx.find_object(Invocation), **ctx.params)
        return super().invoke(ctx)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse options and arguments, and name those that are too many."""
        ctx.allow_extra_args = True  # click's own refusal does not say which they are
        try:
            rest = super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise
        if rest and not isinstance(self, click.Group) and not ctx.resilient_parsing:
            raise UsageMistake("usage.too_many", ctx=ctx, extra=" ".join(rest))
        return rest

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return `--help` with its text."""
        found = super().get_help_option(ctx)
        if found is not None:
            found.help = self.texts("option.help")
        return found

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=self.texts("usage.usage") + " ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options under their heading, then a group's commands under theirs, without importing them."""
        options = [each for each in self.get_params(ctx) if isinstance(each, click.Option)]
        with formatter.section(self.texts("usage.options")):
            formatter.write_dl([record for each in options if (record := each.get_help_record(ctx))])
        if isinstance(self, click.Group):
            keys = {name: f"{self.key}.{name}.short".lstrip(".") for name in self.list_commands(ctx)}
            with formatter.section(self.texts("usage.commands")):
                formatter.write_dl([(name, self.texts(key)) for name, key in keys.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the examples as they are."""
        with formatter.section(self.texts("usage.examples")):
            for line in self.texts(f"{self.key}.examples").splitlines():
                formatter.write(f"{'':>{formatter.current_indent}}{line}\n")


class Group(Command, click.Group):
    """A group of commands."""

    command_class = Command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command named; for one there is none of, suggest what is spelt much like it."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-") and not ctx.resilient_parsing:
            near = nearest(name, self.list_commands(ctx))
            raise UsageMistake("usage.no_command", ctx=ctx, near=near, name=name)
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """List the commands in the order of a day's work, as they were added."""
        return list(self.commands)


def in_language(command: _Command, texts: Texts, key: str) -> _Command:
    """Return a copy of a command with its texts; `key` is what they stand under, such as `settings.set`."""
    shown = copy(command)  # the module's own is shown in the other language too, by tests in one process
    shown.texts, shown.key, shown.help = texts, key, texts(f"{key}.help")
    shown.options_metavar = texts("usage.options_metavar")
    shown.params = [_in_language(each, texts, key) for each in command.params]
    if isinstance(command, Group) and isinstance(shown, Group):
        shown.subcommand_metavar = texts("usage.command_metavar")
        shown.commands = {
            name: in_language(each, texts, f"{key}.{name}")
            for name, each in command.commands.items()
            if isinstance(each, Command)
        }
    return shown


def _in_language(param: _Parameter, texts: Texts, key: str) -> _Parameter:
    shown = copy(param)
    metavar = f"metavar.{param.metavar}"
    shown.metavar = texts(metavar) if texts.has(metavar) else param.metavar
    if isinstance(shown, click.Option):
        # An option may mean something else for one command: `--json` of `demo` prints a line for each step.
        own = f"{key}.option.{param.name}"
        mark = "usage.required" if param.required else "usage.repeatable" if shown.multiple else ""
        words = [own if texts.has(own) else f"option.{param.name}", mark]
        shown.help = " ".join(texts(word) for word in words if word)
    elif not param.required:
        shown.metavar = f"[{shown.metavar}]"
    return shown


appointment_option = option("--appointment", "appointment_id", metavar="ID")
start_option = option("--start", metavar="TIME")
end_option = option("--end", metavar="TIME")
dry_run_option = option("--dry-run", is_flag=True)
change_id_option = option("--change-id", metavar="UUID", default=lambda: str(uuid4()))


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Note `--site` and `--json` in the invocation, where they were given."""
    found = ctx.find_object(Invocation)  # None where click completes a line in the shell
    if found is not None and value and param.name:
        setattr(found, param.name, value)
