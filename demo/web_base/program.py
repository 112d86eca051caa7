"""The command line of a program that speaks German and English: its texts, its help, its refusals."""

import io
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click

COMMON: Final[dict[str, tuple[str, str]]] = {
    "examples": ("Examples:", "Beispiele:"),
    "help": ("Show this help.", "Diese Hilfe anzeigen."),
    "usage": ("Usage:", "Aufruf:"),
    "options": ("Options", "Optionen"),
    "commands": ("Commands", "Befehle"),
    "options_word": ("[OPTIONS]", "[OPTIONEN]"),
    "command_word": ("COMMAND [ARGS]...", "BEFEHL [ANGABEN]..."),
    "address_word": ("ADDRESS", "ADRESSE"),
    "folder_word": ("FOLDER", "ORDNER"),
    "number_word": ("NUMBER", "ZAHL"),
    "default": ("(default: {value})", "(sonst {value})"),
    "lang": ("Language of the messages.", "Sprache der Meldungen."),
    "wrong": ("Error: {message} Help: --help", "Fehler: {message} Hilfe: --help"),
    "no_option": ("There is no option {name}.", "Die Option {name} gibt es nicht."),
    "option_alone": (
        "The value of {name} is missing, or one too many.",
        "Die Angabe zu {name} fehlt oder ist zu viel.",
    ),
    "bad_value": ("{name} does not take this value.", "{name} nimmt diesen Wert nicht."),
    "not_understood": (
        "The arguments cannot be understood; these commands exist: {commands}.",
        "Die Angaben sind nicht zu verstehen; diese Befehle gibt es: {commands}.",
    ),
    "host": ("Address to listen on.", "Adresse, auf der gelauscht wird."),
    "port": ("Port; 0 means any free one.", "Port; 0 bedeutet irgendein freier."),
    "data": (
        "Folder that keeps the data; without it a temporary one that is removed at the end.",
        "Ordner für die Daten; ohne ihn ein vorübergehender, der am Ende gelöscht wird.",
    ),
    "no_host": (
        "Cannot listen on {host}: {why}. Choose another --host, such as 127.0.0.1.",
        "Auf {host} geht es nicht: {why}. Wählen Sie einen anderen --host, etwa 127.0.0.1.",
    ),
    "no_address": (
        "Cannot listen on {host}, port {port}: {why}. Choose another --port (0: any free one).",
        "Auf {host}, Port {port}, geht es nicht: {why}. Wählen Sie einen anderen --port (0: irgendein freier).",
    ),
    "no_data": (
        "Cannot keep data in {data}: {why}.",
        "In {data} können keine Daten abgelegt werden: {why}.",
    ),
    "bad_proxies": (
        "{name} names something that is no address: {value}",
        "{name} nennt etwas, das keine Adresse ist: {value}",
    ),
    "plain_http": (
        "This address can be reached from other machines and speaks plain http: put https in front.",
        "Diese Adresse ist von anderen Rechnern erreichbar und spricht http ohne Verschlüsselung: https davorsetzen.",
    ),
}
"""What both programs say, in English and German."""


class Texts:
    """A program's texts in one language."""

    def __init__(self, language: str, own: Mapping[str, tuple[str, str]]) -> None:
        """Choose a language: `de`, anything else is English; a program's own texts go before the common ones."""
        self.language = "de" if language == "de" else "en"
        self._texts = {**COMMON, **own}

    def __call__(self, key: str, **values: object) -> str:
        """Give a text with its values put in."""
        english, german = self._texts[key]
        return (german if self.language == "de" else english).format(**values)


class Mistake(click.UsageError):
    """A mistake in the arguments, worded in the language of the run."""


class Failure(Exception):  # what a person reads is not called an error
    """It does not go on; the message is a sentence for a person."""


class Command(click.Command):
    """A command whose usage line, headings and failures are in one language."""

    def __init__(self, name: str, *, texts: Texts, **attributes: Any) -> None:  # click's, whatever they are
        super().__init__(name, **attributes)
        self.texts = texts

    def invoke(self, ctx: click.Context) -> Any:  # click's
        """Do it; where it does not go on, say why and end with 1."""
        try:
            return super().invoke(ctx)
        except Failure as failure:
            tell(str(failure))
        sys.exit(1)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Describe `--help`."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = self.texts("help")
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        words = {"[OPTIONS]": "options_word", "COMMAND [ARGS]...": "command_word"}
        pieces = self.collect_usage_pieces(ctx)
        usage = " ".join(self.texts(words[piece]) if piece in words else piece for piece in pieces)
        formatter.write_usage(ctx.command_path, usage, prefix=self.texts("usage") + " ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, and a group's commands, under their headings."""
        records = (param.get_help_record(ctx) for param in self.get_params(ctx))
        with formatter.section(self.texts("options")):
            formatter.write_dl([record for record in records if record is not None])
        if isinstance(self, click.Group):
            rows = [(name, each.get_short_help_str(90)) for name, each in self.commands.items()]
            with formatter.section(self.texts("commands")):
                formatter.write_dl(rows)


class Group(Command, click.Group):
    """A group of such commands."""


def new_group(name: str, *, texts: Texts, epilog: str) -> Group:
    """Make the program itself; asked for nothing, it says what is missing, as for any other usage mistake."""
    settings = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
    about = texts("about")
    group = Group(
        name, texts=texts, help=about, epilog=epilog, context_settings=settings, no_args_is_help=False
    )
    group.params.append(language_option(texts))
    return group


def language_option(texts: Texts) -> click.Option:
    """Make `--lang`, which is read before anything else (see `chosen_language`)."""
    choice = click.Choice(["de", "en"])
    return click.Option(["--lang"], type=choice, metavar="de|en", expose_value=False, help=texts("lang"))


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


def run(program: Callable[[Texts], Group], own: Mapping[str, tuple[str, str]]) -> None:
    """Run a program in the language of this run; a usage mistake ends it with 2, Ctrl-C at a prompt with 130."""
    texts = Texts(chosen_language(), own)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal's charset may lack letters
    group = program(texts)
    try:
        group.main(prog_name=group.name, standalone_mode=False)
    except click.UsageError as error:
        if error.ctx is not None:
            click.echo(error.ctx.get_usage(), err=True)
        tell(texts("wrong", message=_explain(error, texts, group)))
        sys.exit(2)
    except click.Abort:
        sys.exit(130)


def tell(sentence: str) -> None:
    """Tell a person something, on standard error."""
    click.echo(sentence, err=True)


def chosen_language(arguments: list[str] | None = None) -> str:
    """Give the language of `--lang`, else of the environment's locale; help is built before options are read."""
    arguments = sys.argv[1:] if arguments is None else arguments
    for index, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
        if argument == "--lang" and index + 1 < len(arguments):
            return arguments[index + 1]
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return next((name for name in names if name), "en")[:2]


def _explain(error: click.UsageError, texts: Texts, group: Group) -> str:
    """Say in the language of the run what was wrong; our own mistakes are worded already."""
    if isinstance(error, click.NoSuchOption):
        return texts("no_option", name=error.option_name)
    if isinstance(error, click.BadParameter) and error.param is not None:
        return texts("bad_value", name=error.param.get_error_hint(error.ctx).strip("'"))
    if isinstance(error, click.BadOptionUsage):
        return texts("option_alone", name=error.option_name)
    if isinstance(error, Mistake):
        return error.message
    return texts("not_understood", commands=", ".join(group.commands))
