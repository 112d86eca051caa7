"""Options that several commands take."""

from __future__ import annotations

import click

from carloop_plugin.cli.localised import Option

as_json = click.option("--json", "as_json", is_flag=True, cls=Option)
appointment_id = click.option("--appointment", "appointment_id", metavar="ID", cls=Option)
start = click.option("--start", metavar="TIME", cls=Option)
end = click.option("--end", metavar="TIME", cls=Option)
change_id = click.option("--change-id", metavar="UUID", cls=Option)
