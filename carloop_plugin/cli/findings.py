"""The findings of a check or of the doctor, shown to a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from carloop_plugin.cli.plain import plain
from carloop_plugin.settings.check import CONNECTED

if TYPE_CHECKING:
    from carloop_plugin.cli.texts import Texts
    from mobility_schemas.documents import CheckFinding

_MARKS = {"info": "·", "warning": "!", "error": "✗"}


def tell_findings(findings: Iterable[CheckFinding], texts: Texts) -> None:
    """Print findings, each with what to do about it."""
    for finding in findings:
        mark = "✓" if finding["code"] == CONNECTED else _MARKS[finding["severity"]]
        click.echo(f"{mark} {plain(finding['message'])}")
        if "hint" in finding:
            click.echo(f"  {plain(finding['hint'])}")
        if finding["severity"] != "info":
            click.echo("  " + texts("error.code", code=plain(finding["code"])))
