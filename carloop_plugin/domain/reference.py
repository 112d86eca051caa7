"""The reference by which a rental at Carloop is found again: `{installation}/{site}/{appointment}/{change}`."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote

from carloop_plugin.domain.values import AppointmentId, ChangeId, Site


@dataclass(frozen=True, slots=True)
class Reference:
    """What an external reference says: whose rental it is, and of which change."""

    installation: str
    site: Site
    appointment_id: AppointmentId
    change_id: ChangeId

    def __str__(self) -> str:
        parts = (self.installation, self.site, self.appointment_id, self.change_id)
        return "/".join(quote(part, safe="") for part in parts)


def read_reference(text: str | None, *, installation: str) -> Reference | None:
    """Read a reference of this installation; None for the desk's rentals and for other planners'."""
    parts = [unquote(part) for part in (text or "").split("/")]
    if len(parts) != 4 or parts[0] != installation:
        return None
    return Reference(parts[0], Site(parts[1]), AppointmentId(parts[2]), ChangeId(parts[3]))
