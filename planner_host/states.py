"""How appointments stand, for lists: one word for each, of what all providers say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from planner_host.planner import Planner

if TYPE_CHECKING:
    from mobility_hookspecs import Failure
    from mobility_schemas import documents as contract

TIMEOUT: Final = 3.0
NONE: Final = "none"

ORDER: Final = ("none", "returned", "reserved", "picked_up", "unknown", "attention")
"""From what needs nobody's eye to what needs it most."""


def states_of(
    ids: Sequence[str], planner: Planner, *, locale: str
) -> tuple[Mapping[str, str], tuple[Failure, ...]]:
    """Give each appointment's word of `ORDER`, the one that matters most, and who did not answer."""
    words = dict.fromkeys(ids, NONE)
    if not ids:
        return words, ()
    gathered = planner.host.mobility_states(ids, timeout=TIMEOUT, locale=locale)
    for states in gathered.answers.values():
        for state in states:
            told = words[state["appointment_id"]]
            words[state["appointment_id"]] = max(told, _word(state), key=ORDER.index)
    for appointment_id in planner.changes.appointments_with_open_changes(ids):
        words[appointment_id] = max(words[appointment_id], "unknown", key=ORDER.index)
    for appointment_id in planner.changes.unseen.appointments(ids):
        words[appointment_id] = "attention"
    return words, gathered.failures


def _word(state: contract.MobilityState) -> str:
    if state["state"] in ("unknown", "attention"):
        return state["state"]
    status = state.get("rental", {}).get("status", NONE)
    return status if status in ORDER and state["state"] == "booked" else NONE
