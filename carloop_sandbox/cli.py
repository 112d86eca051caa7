"""The program `carloop-sandbox`."""

import re
import sys
from pathlib import Path

import click

from carloop_sandbox.loopback import is_loopback
from carloop_sandbox.texts import Texts, chosen_language

_EXAMPLES = """
  carloop-sandbox serve
  carloop-sandbox serve --port 0 --data ./sandbox --vehicles 200
  carloop-sandbox serve --allow-faults --token test-token
"""


def main() -> None:
    """Run the program."""
    program(Texts(chosen_language()))(prog_name="carloop-sandbox")


def program(texts: Texts) -> click.Group:
    """Build the program in one language."""
    settings = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
    epilog = f"\b\n{texts('examples')}{_EXAMPLES}"
    group = click.Group("carloop-sandbox", help=texts("about"), epilog=epilog, context_settings=settings)
    group.params.append(_language(texts))
    group.add_command(
        click.Command("serve", callback=_serve, params=_options(texts), help=texts("serve"), epilog=epilog)
    )
    for command in (group, *group.commands.values()):
        command.help_option_names = ["-h", "--help"]  # type: ignore[attr-defined]
    return group


def _language(texts: Texts) -> click.Option:
    choice = click.Choice(["de", "en"])
    return click.Option(["--lang"], type=choice, expose_value=False, help=texts("lang"))


def _options(texts: Texts) -> list[click.Parameter]:
    def option(*names: str, **more: object) -> click.Option:
        key = names[-1].removeprefix("--").replace("-", "_")
        return click.Option(names, help=texts(key), **more)  # type: ignore[arg-type]

    return [
        option("--host", default="127.0.0.1", show_default=True),
        option("--port", default=8081, show_default=True, type=click.IntRange(0, 65_535)),
        option("--data", type=click.Path(path_type=Path, file_okay=False), metavar="DIR"),
        option("--token", metavar="TOKEN"),
        option("--vehicles", default=40, show_default=True, type=click.IntRange(0, 100_000)),
        option("--seed", default=1, show_default=True, type=int),
        option("--turnaround", default=0, show_default=True, type=click.IntRange(0, 1440)),
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
    texts = Texts(chosen_language())
    if allow_faults and not is_loopback(host):
        raise click.UsageError(texts("loopback_only"))
    if token is not None and not re.fullmatch("[!-~]{1,200}", token):
        raise click.UsageError(texts("strange_token"))
    try:
        from carloop_sandbox.serving import Failure, Wishes, serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("starlette", "uvicorn"):
            raise
        _fail(texts("no_extra"))
    wishes = Wishes(host, port, data, token, vehicles, seed, turnaround, allow_faults)
    try:
        serve(wishes, texts, say=lambda text: click.echo(text, err=True))
    except Failure as failure:
        _fail(str(failure))


def _fail(sentence: str) -> None:
    click.echo(sentence, err=True)
    sys.exit(1)
