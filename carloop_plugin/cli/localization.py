"""Commands and options whose help is in the language of the run, and the options that several commands take.

Click fixes help when the module is imported; here it is looked up when it is shown, under the command's key
(`settings.set.help`) and the option's name (`option.limit`, or `settings.set.option.limit` where it differs).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from carloop_plugin.cli.invocation import BadValue, Invocation, UsageMistake, invocation_of, nearest
from carloop_plugin.cli.texts import LANGUAGES, Texts, language_of


class _Filled(click.Parameter):
    """A parameter whose value is not empty."""

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        """Convert a value. Click passes whatever it read, hence `Any`."""
        # An empty word is as a rule a shell variable that is not set.
        words = value if isinstance(value, list | tuple) else (value,)
        if any(isinstance(word, str) and not word.strip() for word in words):
            raise BadValue("usage.empty", ctx=ctx, param=self)
        return super().type_cast_value(ctx, value)


class Option(_Filled, click.Option):
    """An option whose help and metavar come from the catalogues."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the names and the help."""
        record = super().get_help_record(ctx)
        if record is None:
            return None
        texts = invocation_of(ctx).texts
        own = f"{_key_of(ctx.command)}.option.{self.name}"
        help_text = texts(own if texts.has(own) else f"option.{self.name}")
        mark = (
            texts("usage.required") if self.required else texts("usage.repeatable") if self.multiple else ""
        )
        return record[0], f"{help_text} {mark}".rstrip()

    def make_metavar(self, ctx: click.Context) -> str:
        """Return the placeholder."""
        return _metavar(self.metavar, ctx) or super().make_metavar(ctx)


class Argument(_Filled, click.Argument):
    """An argument whose metavar comes from the catalogues."""

    def make_metavar(self, ctx: click.Context) -> str:
        """Return the placeholder."""
        name = _metavar(self.metavar, ctx) or super().make_metavar(ctx)
        return name if self.required or name.startswith("[") else f"[{name}]"

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """Name the argument as the usage line does."""
        return self.make_metavar(ctx).strip("[]") if ctx is not None else (self.name or "")


class OneOf(click.ParamType[str]):
    """One of some words; `normalized` turns what is given into one of them."""

    name = "word"

    def __init__(self, known: Sequence[str], normalized: Callable[[str], str] = str) -> None:
        self.known, self.normalized = known, normalized

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Validate a word. Click passes whatever it read, hence `Any`."""
        word = self.normalized(str(value))
        if word not in self.known:
            raise BadValue("usage.not_one_of", ctx=ctx, param=param, value=value, known=", ".join(self.known))
        return word


class WholeNumber(click.ParamType[int]):
    """A whole number within bounds."""

    name = "whole number"

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Parse a number. Click passes whatever it read, hence `Any`."""
        text = str(value)
        if text.isascii() and text.isdigit() and len(text) < 10 and self.least <= int(text) <= self.most:
            return int(text)
        raise BadValue("usage.not_whole", ctx=ctx, param=param, value=text, least=self.least, most=self.most)


class Command(click.Command):
    """A command whose help, usage line and headings come from the catalogues."""

    def __init__(self, name: str | None, *, key: str | None = None, **attrs: Any) -> None:
        super().__init__(name, **attrs)
        self.key = name or "" if key is None else key
        # Every command takes these, so that they may stand before or after it.
        self.params += [
            Option(["--site"], metavar="NAME", expose_value=False, callback=_remember_site),
            Option(
                ["--lang"],
                metavar="de|en",
                type=OneOf(LANGUAGES, language_of),
                expose_value=False,
                is_eager=True,
            ),
        ]

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
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = invocation_of(ctx).texts("option.help")
        return option

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002 - click's signature
        """Return the line shown in a list of commands."""
        context = click.get_current_context(silent=True)
        texts = invocation_of(context).texts if context else Texts("en")
        return texts(f"{self.key}.short")

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        texts = invocation_of(ctx).texts
        known = {"[OPTIONS]": "usage.options_metavar", "COMMAND [ARGS]...": "usage.command_metavar"}
        pieces = [texts(known[each]) if each in known else each for each in self.collect_usage_pieces(ctx)]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=texts("usage.usage") + " ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(invocation_of(ctx).texts(f"{_key_of(ctx.command)}.help"))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options under their heading, then a group's commands under theirs."""
        options = [each for each in self.get_params(ctx) if not isinstance(each, click.Argument)]
        rows = [record for each in options if (record := each.get_help_record(ctx)) is not None]
        with formatter.section(invocation_of(ctx).texts("usage.options")):
            formatter.write_dl(rows)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        texts = invocation_of(ctx).texts
        with formatter.section(texts("usage.examples")):
            for line in texts(f"{_key_of(ctx.command)}.examples").splitlines():
                formatter.write(f"{'':>{formatter.current_indent}}{line}\n")


class Group(Command, click.Group):
    """A group of commands whose help comes from the catalogues."""

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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their heading."""
        rows = [(name, self.commands[name].get_short_help_str()) for name in self.list_commands(ctx)]
        with formatter.section(invocation_of(ctx).texts("usage.commands")):
            formatter.write_dl(rows)


json_option = click.option("--json", "as_json", is_flag=True, cls=Option)
appointment_option = click.option("--appointment", "appointment_id", metavar="ID", cls=Option)
start_option = click.option("--start", metavar="TIME", cls=Option)
end_option = click.option("--end", metavar="TIME", cls=Option)
change_id_option = click.option("--change-id", metavar="UUID", cls=Option)


def _key_of(command: click.Command) -> str:
    """Return the key of a command's texts, such as `settings.set`."""
    return command.key if isinstance(command, Command) else command.name or ""


def _remember_site(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    found = ctx.find_object(Invocation)
    if found is not None and value:
        found.site = value


def _metavar(metavar: str | None, ctx: click.Context) -> str | None:
    texts = invocation_of(ctx).texts
    return texts(f"metavar.{metavar}") if metavar and texts.has(f"metavar.{metavar}") else metavar
