"""The program `planner-host`."""

import re
import sys
from contextlib import closing
from pathlib import Path

import click

from demo_base.program import (
    Command,
    Group,
    Mistake,
    Texts,
    chosen_language,
    fail,
    is_of_the_extra,
    language_option,
    new_group,
    option,
    run,
)
from planner_host.texts import TEXTS

SHORTEST_PASSWORD = 10

_EXAMPLES = """
  planner-host serve
  planner-host serve --port 0 --data ./planner
  planner-host account anna --role advisor --data ./planner
"""


def main() -> None:
    """Run the program."""
    run(program, TEXTS)


def program(texts: Texts) -> Group:
    """Build the program in one language."""
    epilog = f"\b\n{texts('examples')}{_EXAMPLES}"
    group = new_group("planner-host", texts=texts, epilog=epilog)
    for name, callback, params in (
        ("serve", _serve, _serve_options(texts)),
        ("account", _account, _account_options(texts)),
    ):
        group.add_command(
            Command(name, texts=texts, callback=callback, params=params, help=texts(name), epilog=epilog)
        )
    return group


def _serve_options(texts: Texts) -> list[click.Parameter]:
    return [
        option(texts, "--host", default="127.0.0.1", metavar=texts("address_word")),
        option(texts, "--port", default=8080, metavar="PORT", type=click.IntRange(0, 65_535)),
        option(texts, "--data", type=click.Path(path_type=Path), metavar=texts("folder_word")),
        language_option(texts),
    ]


def _account_options(texts: Texts) -> list[click.Parameter]:
    return [
        click.Argument(["name"], metavar=texts("name_word")),
        option(
            texts,
            "--role",
            default="advisor",
            type=click.Choice(["advisor", "admin"]),
            metavar="advisor|admin",
        ),
        option(texts, "--data", required=True, type=click.Path(path_type=Path), metavar=texts("folder_word")),
        language_option(texts),
    ]


def _serve(host: str, port: int, data: Path | None) -> None:
    texts = Texts(chosen_language(), TEXTS)
    try:
        from demo_base.server import bind
        from planner_host.serving import Failure, serve
    except ModuleNotFoundError as error:
        if not is_of_the_extra(error):
            raise
        fail(texts("no_extra"))
    try:
        bind(host, 0).close()  # a host that is not ours is not helped by another port
    except (OSError, UnicodeError) as error:
        fail(texts("no_host", host=host, why=getattr(error, "strerror", None) or error))
    try:
        serve(host, port, data, texts, say=lambda text: click.echo(text, err=True))
    except Failure as failure:
        fail(str(failure))


def _account(name: str, role: str, data: Path) -> None:
    texts = Texts(chosen_language(), TEXTS)
    if not re.fullmatch(r"[\w.-]{1,80}", name):
        raise Mistake(texts("strange_name"))
    try:
        from demo_base.access import Access
        from demo_base.database import sqlite3
    except ModuleNotFoundError as error:
        if not is_of_the_extra(error):
            raise
        fail(texts("no_extra"))
    password = _read_password(texts)
    if len(password) < SHORTEST_PASSWORD:
        fail(texts("password_short"))
    try:
        data.mkdir(parents=True, exist_ok=True)
        with closing(Access(data)) as access:
            access.set_account(name, role=role, password=password)
    except (OSError, sqlite3.Error) as error:
        fail(texts("no_data", data=data, why=getattr(error, "strerror", None) or error))
    click.echo(texts("account_set", name=name, role=role), err=True)


def _read_password(texts: Texts) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password: str = click.prompt(
        texts("password"), hide_input=True, confirmation_prompt=texts("password_again"), err=True
    )
    return password
