"""The command line of a program that speaks German and English: its texts, its help, its refusals."""

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from web_base.languages import LANGUAGES, Catalogues

_COMMON: Final = Path(__file__).parent / "locale"


class Texts:
    """What a program says on a terminal, in one language."""

    def __init__(self, language: str, locale: Path) -> None:
        """Choose a language: `de`, anything else is English.

        :param locale: the program's folder of catalogues, whose texts go before the common ones.
        """
        self.language = "de" if language == "de" else "en"
        self._texts = Catalogues(_COMMON, locale, domain="program")[self.language]

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its values put in."""
        return self._texts.text(key, **values)


class Mistake(click.UsageError):
    """A mistake in the arguments, worded in the language of the run."""


class Failure(Exception):  # what a person reads is not called an error
    """It does not go on; the message is a sentence for a person."""


class Command(click.Command):
    """A command whose usage line and headings are in one language."""

    def __init__(self, name: str, *, texts: Texts, **attributes: Any) -> None:  # click's, whatever they are
        super().__init__(name, **attributes)
        self.texts = texts
        languages = {"type": click.Choice(LANGUAGES), "metavar": "|".join(LANGUAGES)}
        self.params.append(option(texts, "--lang", expose_value=False, **languages))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = self.texts("help")
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        words = {"[OPTIONS]": "options_word", "COMMAND [ARGS]...": "command_word"}
        pieces = self.collect_usage_pieces(ctx)
        usage = " ".join(self.texts(words[piece]) if piece in words else piece for piece in pieces)
        formatter.write_usage(ctx.command_path, usage, prefix=self.texts("usage") + " ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = (param.get_help_record(ctx) for param in self.get_params(ctx))
        with formatter.section(self.texts("options")):
            formatter.write_dl([record for record in records if record is not None])
        if isinstance(self, click.Group):
            rows = [(name, each.get_short_help_str(90)) for name, each in self.commands.items()]
            with formatter.section(self.texts("commands")):
                formatter.write_dl(rows)


class Group(Command, click.Group):
    """A group of such commands."""


def new_group(name: str, *, texts: Texts, examples: str) -> Group:
    """Make the program itself; asked for nothing, it says what is missing, as for any other usage mistake."""
    return Group(
        name,
        texts=texts,
        help=texts("about"),
        # Click would fill the lines up to paragraphs without the mark.
        epilog=f"\b\n{texts('examples')}{examples}",
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
        no_args_is_help=False,
    )


def add_command(group: Group, name: str, callback: Callable[..., None], *params: click.Parameter) -> None:
    """Add a command, described by the text of its name; its callback gets the program's texts first."""
    about = {"help": group.texts(name), "epilog": group.epilog, "params": [*params]}
    group.add_command(Command(name, texts=group.texts, callback=click.pass_obj(callback), **about))


def option(texts: Texts, *names: str, **more: object) -> click.Option:
    """Make an option whose help is the text of its name, with its default named."""
    words = texts(names[-1].removeprefix("--").replace("-", "_"))
    if "default" in more:
        words += " " + texts("default", value=more["default"])
    return click.Option(names, help=words, **more)  # type: ignore[arg-type]


def serve_options(texts: Texts, *, port: int) -> list[click.Parameter]:
    """Make the options that `serve` takes in both programs."""
    return [
        option(texts, "--host", default="127.0.0.1", metavar=texts("address_word")),
        option(texts, "--port", default=port, metavar="PORT", type=click.IntRange(0, 65_535)),
        data_option(texts),
    ]


def data_option(texts: Texts, *, required: bool = False) -> click.Option:
    """Make `--data`."""
    folder = click.Path(path_type=Path)
    return option(texts, "--data", required=required, type=folder, metavar=texts("folder_word"))


def run(program: Callable[[Texts], Group], locale: Path) -> None:
    """Run a program in the language of this run; a usage mistake ends it with 2, Ctrl-C at a prompt with 130."""
    texts = Texts(_chosen_language(), locale)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal's charset may lack letters.
            stream.reconfigure(errors="replace")
    group = program(texts)
    try:
        group.main(prog_name=group.name, standalone_mode=False, obj=texts)
    except Failure as failure:
        print_message(str(failure))
        sys.exit(1)
    except click.UsageError as error:
        if error.ctx is not None:
            click.echo(error.ctx.get_usage(), err=True)
        print_message(texts("wrong", message=_explain(error, texts, group)))
        sys.exit(2)
    except click.Abort:
        sys.exit(130)


def print_message(sentence: str) -> None:
    """Print a message on standard error."""
    click.echo(sentence, err=True)


def _chosen_language() -> str:
    """Return the language of `--lang`, else of the environment's locale; help is built before options are read."""
    # An option may be written in one word or in two.
    words = [part for word in sys.argv[1:] for part in word.split("=", 1)]
    if "--lang" in words[:-1]:
        return words[words.index("--lang") + 1]
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return next(filter(None, names), "en")[:2]


def _explain(error: click.UsageError, texts: Texts, group: Group) -> str:
    """Return what was wrong in the language of the run; our own mistakes are worded already."""
    match error:
        case Mistake():
            return error.message
        case click.NoSuchOption():
            return texts("no_option", name=error.option_name)
        case click.BadOptionUsage():
            return texts("option_alone", name=error.option_name)
        case click.BadParameter(param=click.Parameter() as param):
            return texts("bad_value", name=param.get_error_hint(error.ctx).strip("'"))
        case _:
            return texts("not_understood", commands=", ".join(group.commands))
