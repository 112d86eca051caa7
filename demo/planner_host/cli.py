"""The program `planner-host`."""

import sys
from contextlib import closing
from pathlib import Path
from typing import Final

import click

from web_base.program import (
    Failure,
    Group,
    Mistake,
    Texts,
    add_command,
    data_option,
    new_group,
    option,
    print_message,
    run,
    serve_options,
)

LOCALE: Final = Path(__file__).parent / "locale"

_EXAMPLES = """
  planner-host serve
  planner-host serve --port 0 --data ./planner
  planner-host account anna --role advisor --data ./planner
  planner-host accounts --data ./planner --disable anna
  planner-host erase --customer 10001 --data ./planner
  planner-host retention --months 24 --data ./planner
"""


def main() -> None:
    """Run the program."""
    run(program, LOCALE)


def program(texts: Texts) -> Group:
    """Build the program in one language."""
    group = new_group("planner-host", texts=texts, examples=_EXAMPLES)
    name = click.Argument(["name"], metavar=texts("name_word"))
    roles = ("advisor", "admin")
    role = option(texts, "--role", default=roles[0], type=click.Choice(roles), metavar="|".join(roles))
    data = data_option(texts, required=True)
    changes = [option(texts, f"--{do}", metavar=texts("name_word")) for do in ("disable", "enable", "delete")]
    add_command(group, "serve", _serve, *serve_options(texts, port=8080))
    add_command(group, "account", _account, name, role, data)
    add_command(group, "accounts", _accounts, *changes, data)
    erased = [
        option(texts, "--customer", multiple=True, metavar=texts("number_word")),
        option(texts, "--appointment", multiple=True, metavar="ID"),
        *(option(texts, f"--{flag}", is_flag=True) for flag in ("due", "dry-run", "yes")),
    ]
    add_command(group, "erase", _erase, *erased, data)
    months = option(texts, "--months", type=click.IntRange(0, 600), metavar=texts("number_word"))
    add_command(group, "retention", _retention, months, data)
    return group


# The commands import what they need: `--help` answers without loading a web server.


def _serve(texts: Texts, host: str, port: int, data: Path | None) -> None:
    from planner_host.startup import serve

    serve(host, port, data, texts, say=print_message)


def _account(texts: Texts, name: str, role: str, data: Path) -> None:
    from web_base.accounts.access import ACCOUNT_NAME, SHORTEST_PASSWORD, Access
    from web_base.running.serving import opening

    if not ACCOUNT_NAME.fullmatch(name):
        raise Mistake(texts("strange_name"))
    password = _read_password(texts)
    if len(password) < SHORTEST_PASSWORD:
        raise Failure(texts("password_short"))
    with opening(data, texts), closing(Access(data)) as access:
        # Without an admin nobody could set anything up any more.
        if role != "admin" and access.is_last_admin(name):
            raise Failure(texts("last_admin", name=name))
        access.set_account(name, role=role, password=password)
        _note(data, "account_set", name)
    print_message(texts("account_set", name=name, role=role))


def _accounts(texts: Texts, disable: str | None, enable: str | None, delete: str | None, data: Path) -> None:
    from web_base.accounts.access import Access, Changed
    from web_base.running.serving import opening

    # Opening would make the file, and show no accounts in a folder that is only misspelt.
    if not (data / "access.sqlite3").is_file():
        raise Failure(texts("no_accounts", data=data))
    with opening(data, texts), closing(Access(data)) as access:
        for name, change, action in (
            (disable, access.disable, "account_disabled"),
            (enable, access.enable, "account_enabled"),
            (delete, access.delete, "account_deleted"),
        ):
            if name is None:
                continue
            changed = change(name)
            if changed is not Changed.DONE:
                raise Failure(texts(changed, name=name))
            _note(data, action, name)
            print_message(texts(action, name=name))
        for each in access.accounts:
            state = texts("is_disabled" if each.is_disabled else "is_active")
            click.echo(f"{each.name}  {each.role}  {state}")


def _erase(
    texts: Texts,
    customer: tuple[str, ...],
    appointment: tuple[str, ...],
    due: bool,
    dry_run: bool,
    yes: bool,
    data: Path,
) -> None:
    from planner_host.erase_command import erase, erase_due

    if due == bool(customer or appointment):
        raise Mistake(texts("erase_whom"))
    if due:
        erase_due(texts, data, dry_run=dry_run)
    else:
        erase(texts, customer, appointment, data, yes=yes, dry_run=dry_run)


def _retention(texts: Texts, months: int | None, data: Path) -> None:
    from planner_host.erase_command import set_retention

    set_retention(texts, months, data)


def _note(data: Path, action: str, name: str) -> None:
    """Write into the audit log that the operator of this machine has changed an account."""
    from planner_host.planner import utc_now
    from planner_host.storage.audit import Audit, AuditEntry
    from planner_host.storage.records import Records

    with closing(Records(data)) as records:
        Audit(records.database).add(AuditEntry(utc_now(), "planner-host", action, name))


def _read_password(texts: Texts) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    again = texts("password_again")
    return str(click.prompt(texts("password"), hide_input=True, confirmation_prompt=again, err=True))
