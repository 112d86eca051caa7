"""`carloop appointment save`: hand an appointment to the provider and see what step 4 shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from carloop_plugin.cli.documents import show_step
from carloop_plugin.cli.input import STANDARD_INPUT, read_document, remember_file
from carloop_plugin.cli.invocation import Invocation, pass_invocation
from carloop_plugin.cli.localization import Argument, Command, Group, json_option
from carloop_plugin.cli.output import Exit, write_json
from carloop_plugin.cli.planner import HOST_TIMEOUT, answer_of, planner_host
from carloop_plugin.cli.records import store_location
from carloop_plugin.cli.times import zone_of
from carloop_plugin.cli.waiting import spinner

if TYPE_CHECKING:
    from mobility_schemas.documents import Appointment

appointment = Group("appointment", no_args_is_help=True)
"""The group `carloop appointment`."""


@appointment.command("save", cls=Command, key="appointment.save")
@click.argument("file", metavar="FILE|-", cls=Argument)
@json_option
@pass_invocation
def save(invocation: Invocation, file: str, as_json: bool) -> int:
    """Save an appointment and print step 4."""
    document = cast("Appointment", read_document(file))
    texts = invocation.texts
    with planner_host(texts) as host, spinner(texts("waiting.appointment")):
        step = answer_of(host.appointment_saved(document, timeout=HOST_TIMEOUT, locale=texts.locale))
    if "customer" in step:  # the newest revision: its file is the one to book from
        known = None if file == STANDARD_INPUT else Path(file)
        remember_file(store_location(), step["appointment_id"], known)
    if as_json:
        write_json(step)
    else:
        show_step(step, texts, zone_of(str(document.get("time_zone"))))
    return Exit.DONE
