"""`carloop appointment save`: hand an appointment to the provider and see what step 4 shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from carloop_plugin.cli.documents import show_step
from carloop_plugin.cli.input import STANDARD_INPUT, load_document, remember_file
from carloop_plugin.cli.localization import Group, argument
from carloop_plugin.cli.output import Exit
from carloop_plugin.cli.planner import HOST_TIMEOUT, answer_of, planner_host
from carloop_plugin.domain.appointments import zone_of

if TYPE_CHECKING:
    from carloop_plugin.cli.invocation import Invocation
    from mobility_schemas.documents import Appointment

appointment = Group("appointment")
"""The group `carloop appointment`."""


@appointment.command("save")
@argument("file", metavar="FILE|-")
def save(invocation: Invocation, file: str) -> int:
    """Save an appointment and print step 4."""
    document = cast("Appointment", load_document(file))
    with planner_host(invocation.texts) as host:
        step = answer_of(host.appointment_saved(document, timeout=HOST_TIMEOUT))
    if "customer" in step:  # the newest revision: its file is the one to book from
        remember_file(step["appointment_id"], None if file == STANDARD_INPUT else Path(file))
    zone = zone_of(str(document.get("time_zone")))
    invocation.answer(step, lambda: show_step(step, invocation.texts, zone))
    return Exit.DONE
