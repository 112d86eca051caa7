"""`carloop appointment save`: hand an appointment to the provider and see what step 4 shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from carloop_plugin.cli import options
from carloop_plugin.cli.exits import Exit, write_json
from carloop_plugin.cli.input import STANDARD_INPUT, read_document
from carloop_plugin.cli.invocation import Invocation, pass_invocation
from carloop_plugin.cli.localised import Argument, Command, Group
from carloop_plugin.cli.planner import PATIENCE, answer_of, planner_host, waiting
from carloop_plugin.cli.records import store_location
from carloop_plugin.cli.saved_files import remember_file
from carloop_plugin.cli.showing import show_step
from carloop_plugin.cli.times import zone_of

if TYPE_CHECKING:
    from mobility_schemas.documents import Appointment

appointment = Group("appointment", no_args_is_help=True)
"""The group `carloop appointment`."""


@appointment.command("save", cls=Command, key="appointment.save")
@click.argument("file", metavar="FILE|-", cls=Argument)
@options.as_json
@pass_invocation
def save(invocation: Invocation, file: str, as_json: bool) -> int:
    """Save an appointment and print step 4."""
    document = cast("Appointment", read_document(file))
    texts = invocation.texts
    with planner_host(texts) as host, waiting(texts("waiting.appointment")):
        step = answer_of(host.appointment_saved(document, timeout=PATIENCE, locale=texts.locale))
    if "customer" in step:  # the newest revision: its file is the one to book from
        known = None if file == STANDARD_INPUT else Path(file)
        remember_file(store_location(), step["appointment_id"], known)
    if as_json:
        write_json(step)
    else:
        show_step(step, texts, zone_of(str(document.get("time_zone"))))
    return Exit.DONE
