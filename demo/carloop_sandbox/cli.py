"""The program `carloop-sandbox`."""

import re
from pathlib import Path
from typing import Any, Final

import click

from web_base.program import (
    Group,
    Mistake,
    Texts,
    add_command,
    new_group,
    option,
    print_message,
    run,
    serve_options,
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
    group, number = new_group("carloop-sandbox", texts=texts, examples=_EXAMPLES), texts("number_word")
    add_command(
        group,
        "serve",
        _serve,
        *serve_options(texts, port=8081),
        option(texts, "--token", metavar="TOKEN"),
        option(texts, "--vehicles", default=40, metavar=number, type=click.IntRange(0, 100_000)),
        option(texts, "--seed", default=1, metavar=number, type=int),
        option(texts, "--turnaround", default=0, metavar=number, type=click.IntRange(0, 1440)),
        option(texts, "--allow-faults", is_flag=True),
    )
    return group


def _serve(
    texts: Texts,
    host: str,
    token: str | None,
    vehicles: int,
    seed: int,
    turnaround: int,
    allow_faults: bool,
    **rest: Any,
) -> None:
    if allow_faults and not is_loopback(host):
        raise Mistake(texts("loopback_only"))
    if token is not None and not re.fullmatch("[!-~]{1,200}", token):
        raise Mistake(texts("strange_token"))
    # The server brings Starlette and the database along, which `--help` must not wait for.
    from carloop_sandbox.serve_command import serve
    from carloop_sandbox.store import Fleet

    fleet = Fleet(vehicles, seed, turnaround_minutes=turnaround)
    serve(host, token=token, fleet=fleet, allow_faults=allow_faults, texts=texts, say=print_message, **rest)
