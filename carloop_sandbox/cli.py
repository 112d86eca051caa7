"""The program `carloop-sandbox`."""

import io
import re
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from carloop_sandbox.loopback import is_loopback
from carloop_sandbox.texts import Texts, chosen_language

_EXAMPLES = """
  carloop-sandbox serve
  carloop-sandbox serve --port 0 --data ./sandbox --vehicles 200
  carloop-sandbox serve --allow-faults --token test-token
"""


class _Command(click.Command):
    """A command whose usage line and headings are in one language."""

    def __init__(self, name: str, *, texts: Texts, **attributes: Any) -> None:  # click's, whatever they are
        super().__init__(name, **attributes)
        self.texts = texts

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


class _Group(_Command, click.Group):
    """A group of such commands."""


def main() -> None:
    """Run the program."""
    texts = _texts()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal's charset may lack letters
    try:
        program(texts).main(prog_name="carloop-sandbox", standalone_mode=False)
    except click.UsageError as error:
        if error.ctx is not None:
            click.echo(error.ctx.get_usage(), err=True)
        click.echo(texts("wrong", message=_explain(error, texts)), err=True)
        sys.exit(2)
    except click.Abort:
        sys.exit(130)


def program(texts: Texts) -> click.Group:
    """Build the program in one language."""
    settings = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
    epilog = f"\b\n{texts('examples')}{_EXAMPLES}"
    # Asked for nothing, it is told what is missing, which is a usage mistake as any other.
    group = _Group(
        "carloop-sandbox",
        texts=texts,
        help=texts("about"),
        epilog=epilog,
        context_settings=settings,
        no_args_is_help=False,
    )
    group.params.append(_language(texts))
    group.add_command(
        _Command(
            "serve", texts=texts, callback=_serve, params=_options(texts), help=texts("serve"), epilog=epilog
        )
    )
    return group


def _texts() -> Texts:
    return Texts(chosen_language())


def _explain(error: click.UsageError, texts: Texts) -> str:
    """Say in the language of the run what was wrong; our own mistakes are worded already."""
    if isinstance(error, click.NoSuchOption):
        return texts("no_option", name=error.option_name)
    if isinstance(error, click.BadParameter) and error.param is not None:
        return texts("bad_value", name=error.param.get_error_hint(error.ctx).strip("'"))
    if isinstance(error, click.BadOptionUsage):
        return texts("option_alone", name=error.option_name)
    return error.message if isinstance(error, _Mistake) else texts("not_understood")


class _Mistake(click.UsageError):
    """A mistake worded in the language of the run."""


def _language(texts: Texts) -> click.Option:
    choice = click.Choice(["de", "en"])
    return click.Option(["--lang"], type=choice, metavar="de|en", expose_value=False, help=texts("lang"))


def _options(texts: Texts) -> list[click.Parameter]:
    def option(*names: str, **more: object) -> click.Option:
        words = texts(names[-1].removeprefix("--").replace("-", "_"))
        if "default" in more:
            words += " " + texts("default", value=more["default"])
        return click.Option(names, help=words, **more)  # type: ignore[arg-type]

    number = texts("number_word")

    return [
        option("--host", default="127.0.0.1", metavar=texts("address_word")),
        option("--port", default=8081, metavar="PORT", type=click.IntRange(0, 65_535)),
        option("--data", type=click.Path(path_type=Path), metavar=texts("folder_word")),
        option("--token", metavar="TOKEN"),
        option("--vehicles", default=40, metavar=number, type=click.IntRange(0, 100_000)),
        option("--seed", default=1, metavar=number, type=int),
        option("--turnaround", default=0, metavar=number, type=click.IntRange(0, 1440)),
        option("--allow-faults", is_flag=True),
        _language(texts),
    ]


def _serve(
    host: str,
    port: int,
    data: Path | None,
    token: str | None,
    vehicles: int,
    seed: int,
    turnaround: int,
    allow_faults: bool,  # click hands options over by name
) -> None:
    texts = _texts()
    if allow_faults and not is_loopback(host):
        raise _Mistake(texts("loopback_only"))
    if token is not None and not re.fullmatch("[!-~]{1,200}", token):
        raise _Mistake(texts("strange_token"))
    try:
        from carloop_sandbox.server import bind
        from carloop_sandbox.serving import Failure, Wishes, serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("starlette", "uvicorn"):
            raise
        _fail(texts("no_extra"))
    try:
        bind(host, 0).close()  # a host that is not ours is not helped by another port
    except (OSError, UnicodeError) as error:
        _fail(texts("no_host", host=host, why=getattr(error, "strerror", None) or error))
    wishes = Wishes(host, port, data, token, vehicles, seed, turnaround, allow_faults)
    try:
        serve(wishes, texts, say=lambda text: click.echo(text, err=True))
    except Failure as failure:
        _fail(str(failure))


def _fail(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)
