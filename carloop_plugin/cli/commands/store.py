"""`carloop store`: move the records to another place."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from carloop_plugin.cli.layout import print_facts, print_table
from carloop_plugin.cli.localization import Group, argument
from carloop_plugin.cli.output import Exit
from carloop_plugin.cli.waiting import progress_bar
from carloop_plugin.domain.store_location import read_location

if TYPE_CHECKING:
    from carloop_plugin.cli.invocation import Invocation
    from carloop_plugin.cli.texts import Texts
    from carloop_plugin.store.copying import Copied

COPY_TIMEOUT = 24 * 3600.0
"""How long copying may take, in seconds; whoever watches can end it at any time, and then nothing was copied."""

store = Group("store")
"""The group `carloop store`."""


@store.command("copy")
@argument("origin", metavar="FROM")
@argument("target", metavar="TO")
def copy(invocation: Invocation, origin: str, target: str) -> int:
    """Copy all records to an empty place, a file or a PostgreSQL database."""
    from carloop_plugin.settings.environment import locate_store
    from carloop_plugin.store.copying import copy_records

    texts = invocation.texts
    if read_location(origin).has_password or read_location(target).has_password:
        click.echo(texts("store.password"), err=True)
    with progress_bar(texts("waiting.copy")) as show:
        here, there = locate_store(origin), locate_store(target)
        copied = copy_records(here, there, deadline=time.monotonic() + COPY_TIMEOUT, report=show)
    invocation.answer(_document(copied), lambda: _show(copied, texts))
    click.echo(texts("store.copied" if copied.is_whole else "store.differs"), err=True)
    return Exit.DONE if copied.is_whole else Exit.REFUSED


def _document(copied: Copied) -> dict[str, object]:
    here, there = copied.places
    return {
        "from": {"location": here, "rows": {table: rows[0] for table, rows in copied.counts.items()}},
        "to": {"location": there, "rows": {table: rows[1] for table, rows in copied.counts.items()}},
        "ok": copied.is_whole,
    }


def _show(copied: Copied, texts: Texts) -> None:
    here, there = zip(*copied.counts.values(), strict=True)
    counts = {**copied.counts, "all": (sum(here), sum(there))}
    names = {table: texts(f"store.table.{table}") for table in counts}
    rows = [{"records": names[table], "origin": a, "target": b} for table, (a, b) in counts.items()]
    print_facts(zip((texts("heading.origin"), texts("heading.target")), copied.places, strict=True))
    print_table(("records", "origin", "target"), rows, texts)
