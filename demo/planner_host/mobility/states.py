"""The states of appointments for lists: one word for each, from what all providers say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from planner_host.planner import Planner

if TYPE_CHECKING:
    from mobility_hookspecs import Failure
    from mobility_schemas import documents as contract

TIMEOUT: Final = 3.0

ORDER: Final = ("none", "silent", "returned", "reserved", "picked_up", "unknown", "attention")
"""From the least to the most urgent."""


def states_of(
    ids: Sequence[str], planner: Planner, *, locale: str
) -> tuple[Mapping[str, str], tuple[Failure, ...]]:
    """Return each appointment's state of `ORDER`, the most urgent of all providers, and who did not answer."""
    if not ids:
        return {}, ()
    gathered = planner.host.mobility_states(ids, timeout=TIMEOUT, locale=locale)
    open_here = planner.changes.appointments_with_open_changes(ids)
    booked_here = planner.records.booked_here(set(ids) - open_here, now=planner.now())
    # Where a provider did not answer, nobody can say that there is no rental.
    words = dict.fromkeys(ids, "silent" if gathered.failures else "none")
    found = [(each, "unknown") for each in open_here]
    found += [(each, "attention") for each in planner.audit.subjects_with_unseen(ids)]
    for provider, states in gathered.answers.items():
        for state in states:
            appointment_id = state["appointment_id"]
            # A rental was booked here, and its provider has none any more: somebody has to look.
            is_gone = state["state"] == "open" and (appointment_id, provider) in booked_here
            found.append((appointment_id, "attention" if is_gone else _word(state)))
    for appointment_id, word in found:
        words[appointment_id] = max(words[appointment_id], word, key=ORDER.index)
    return words, gathered.failures


def _word(state: contract.MobilityState) -> str:
    if state["state"] in ("unknown", "attention"):
        return state["state"]
    status = state.get("rental", {}).get("status", "none")
    return status if status in ORDER and state["state"] == "booked" else "none"
