"""The program `carloop-sandbox`."""

import re
from pathlib import Path
from typing import Any, Final

import click

from web_base.program import (
    Command,
    Group,
    Mistake,
    Texts,
    chosen_language,
    language_option,
    new_group,
    option,
    run,
    serve_options,
    tell,
)
from web_base.running.loopback import is_loopback

LOCALE: Final = Path(__file__).parent / "locale"

_EXAMPLES = """
  carloop-sandbox serve
  carloop-sandbox serve --port 0 --data ./sandbox --vehicles 200
  carloop-sandbox serve --allow-faults --token test-token
"""


def main() -> None:
    """Run the program."""
    run(program, LOCALE)


def program(texts: Texts) -> Group:
    """Build the program in one language."""
    epilog = f"\b\n{texts('examples')}{_EXAMPLES}"
    group = new_group("carloop-sandbox", texts=texts, epilog=epilog)
    serve = Command(
        "serve", texts=texts, callback=_serve, params=_options(texts), help=texts("serve"), epilog=epilog
    )
    group.add_command(serve)
    return group


def _options(texts: Texts) -> list[click.Parameter]:
    number = texts("number_word")
    return [
        *serve_options(texts, port=8081),
        option(texts, "--token", metavar="TOKEN"),
        option(texts, "--vehicles", default=40, metavar=number, type=click.IntRange(0, 100_000)),
        option(texts, "--seed", default=1, metavar=number, type=int),
        option(texts, "--turnaround", default=0, metavar=number, type=click.IntRange(0, 1440)),
        option(texts, "--allow-faults", is_flag=True),
        language_option(texts),
    ]


def _serve(**options: Any) -> None:
    texts, token = Texts(chosen_language(), LOCALE), options["token"]
    if options["allow_faults"] and not is_loopback(options["host"]):
        raise Mistake(texts("loopback_only"))
    if token is not None and not re.fullmatch("[!-~]{1,200}", token):
        raise Mistake(texts("strange_token"))
    # imported here: a help text needs neither pages nor a database
    from carloop_sandbox.serve_command import ServeOptions, serve

    serve(ServeOptions(**options), texts, say=tell)
