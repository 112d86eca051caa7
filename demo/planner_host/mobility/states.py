"""The states of appointments for lists, from what all providers say; they are asked once for all appointments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mobility_hookspecs import Failure, make_problem
from planner_host.planner import Planner
from planner_host.providers.open_changes import OpenChange
from planner_host.storage.audit import AuditEntry

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

TIMEOUT: Final = 3.0

ORDER: Final = ("none", "silent", "returned", "reserved", "picked_up", "unknown", "attention")
"""From the least to the most urgent."""

_NOT_LOADED: Final = {
    "de": "Der Anbieter ist nicht geladen; sein Verleihvorgang zu diesem Termin kann noch bestehen.",
    "en": "The provider is not loaded; its rental for this appointment may still exist.",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How an appointment stands with one provider, without what somebody has hidden or noted.

    :ivar word: one of `ORDER`.
    :ivar reasons: the notices that say why it needs a look; those of `noted_as` do so until somebody has noted them.
    :ivar notices: what the provider has to say beside them. Notices beside a pending change are about that change.
    :ivar is_gone: whether a rental was booked here that the provider does not have any more.
    """

    provider: str
    word: str
    rental: contract.Rental | None
    pending: contract.Pending | None
    proposals: tuple[contract.Proposal, ...] = ()
    reasons: tuple[contract.Notice, ...] = ()
    notices: tuple[contract.Notice, ...] = ()
    noted_as: tuple[str, ...] = ()
    is_gone: bool = False

    @property
    def sentences(self) -> list[str]:
        """Return what the provider says of it: the reasons, else the proposals."""
        return [each["message"] for each in self.reasons or self.proposals]


@dataclass(frozen=True, slots=True)
class States:
    """How appointments stand, by their ids.

    :ivar words: the most urgent word of `ORDER` of all providers.
    :ivar open_changes: the changes asked for here whose outcome is not known.
    :ivar unseen: outcomes that became known while nobody was waiting for them.
    """

    words: Mapping[str, str]
    standings: Mapping[str, Sequence[Standing]]
    open_changes: Mapping[str, Sequence[OpenChange]]
    unseen: Mapping[str, Sequence[AuditEntry]]
    failures: tuple[Failure, ...]


def states_of(ids: Iterable[str], planner: Planner, *, locale: str, also_urgent: bool = False) -> States:
    """Return how appointments stand, and who did not answer.

    :param also_urgent: also those, whatever their day, that wait for an outcome or to be told one.
    """
    open_changes, unseen = planner.changes.all_open(), planner.audit.all_unseen()
    wanted = list(dict.fromkeys([*ids, *open_changes, *unseen] if also_urgent else ids))
    if not wanted:
        return States({}, {}, {}, {}, ())
    gathered = planner.host.mobility_states(wanted, timeout=TIMEOUT, locale=locale)
    booked_here = planner.records.booked_here(wanted, now=planner.now())
    failures = (*gathered.failures, *not_loaded(planner, booked_here, locale=locale))
    given = [each for states in gathered.answers.values() for each in states]
    hidden = planner.records.hidden_of(
        each["appointment_id"] for each in given if each["state"] == "attention"
    )
    # Where a provider did not answer, nobody can say that there is no rental.
    words = dict.fromkeys(wanted, "silent" if failures else "none")
    found = [(each, "unknown") for each in open_changes] + [(each, "attention") for each in unseen]
    standings: dict[str, list[Standing]] = defaultdict(list)
    for state in given:
        appointment_id = state["appointment_id"]
        # While a change is open here, it may be what the rental is gone by.
        is_missed = (appointment_id, state["provider"]) in booked_here and appointment_id not in open_changes
        standing = standing_of(state, hidden, is_gone=is_missed and state["state"] == "open")
        standings[appointment_id].append(standing)
        found.append((appointment_id, standing.word))
    for appointment_id, word in found:
        if appointment_id in words:
            words[appointment_id] = max(words[appointment_id], word, key=ORDER.index)
    return States(words, standings, open_changes, unseen, failures)


def not_loaded(planner: Planner, booked_here: Iterable[tuple[str, str]], *, locale: str) -> list[Failure]:
    """Return the providers that rentals were booked at, and that are not there any more."""
    missing = {provider for _, provider in booked_here} - {info["id"] for info in planner.host.providers}
    problem = make_problem("not_supported", locale=locale, title=_NOT_LOADED[locale])
    return [Failure(each, problem) for each in sorted(missing)]


def notice_id(state: contract.MobilityState | contract.MobilityStep, notice: contract.Notice) -> str:
    """Return by which id a notice is kept as noted: a car that is swapped once more is another notice."""
    vehicle = state.get("rental", {}).get("vehicle", {})
    return "/".join(("notice", state["provider"], notice["code"], vehicle.get("id", "")))


def standing_of(
    state: contract.MobilityState | contract.MobilityStep, hidden: set[tuple[str, str]], *, is_gone: bool
) -> Standing:
    """Return how an appointment stands with a provider.

    :param hidden: what was hidden or noted, with the appointment's id.
    :param is_gone: whether a rental was booked here that the provider does not have any more.
    """
    appointment_id, rental, pending = state["appointment_id"], state.get("rental"), state.get("pending")
    notices = () if pending else tuple(state.get("notices") or ())
    if is_gone:
        # A warning says why it is gone; an error, as about wrong settings, is about something else.
        why = tuple(each for each in notices if each["severity"] == "warning")
        rest = tuple(each for each in notices if each not in why)
        return Standing(
            state["provider"], "attention", None, pending, reasons=why, notices=rest, is_gone=True
        )
    proposals = tuple(each for each in state["proposals"] if (appointment_id, each["id"]) not in hidden)
    status = rental["status"] if rental and rental["status"] in ORDER else "none"
    if state["state"] != "attention":
        word = {"booked": status, "unknown": "unknown"}.get(state["state"], "none")
        return Standing(state["provider"], word, rental, pending, proposals, notices=notices)
    # A notice that says what a proposal is about is hidden with that.
    of_all = {each["reason"] for each in state["proposals"]}
    of_shown = {each["reason"] for each in proposals}
    # A mere information needs no look, but that the car is another one does, however a provider weighs it.
    weighs = [each for each in notices if each["severity"] != "info" or each["code"] == "vehicle_swapped"]
    names = {each["code"]: notice_id(state, each) for each in weighs if each["code"] not in of_all}
    left = {code: name for code, name in names.items() if (appointment_id, name) not in hidden}
    reasons = tuple(each for each in notices if each["code"] in of_shown or each["code"] in left)
    rest = tuple(each for each in notices if each["code"] not in of_all and each["code"] not in names)
    # Nothing is left to decide of what was said; a provider that says nothing needs a look all the same.
    is_settled = not (proposals or left) and (state["proposals"] or names)
    word = status if is_settled else "attention"
    return Standing(state["provider"], word, rental, pending, proposals, reasons, rest, tuple(left.values()))
