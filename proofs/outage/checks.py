"""Compare the journals with Carloop's rentals, and count. Pure functions.

A *useful* request is the first attempt of a read or a write that somebody asked for. Any other is *more*: an
attempt after it within the call, and a write sent again by recovery with a key that had been sent before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from proofs.outage.journal import Bug, ChangeAnswer, Document, Entry, PageState, Sent

MAX_MORE = 0.10
SKEW = 0.05
"""Seconds between the readings of the same clock by Carloop and the journals."""


@dataclass(frozen=True, slots=True)
class Span:
    """A phase with its begin and end."""

    name: str
    text: str
    began: float
    ended: float

    def holds(self, at: float) -> bool:
        """Return whether an instant lies in it."""
        return self.began <= at < self.ended


@dataclass(frozen=True, slots=True)
class Requests:
    """How many requests were made: the useful ones, and those that were more than that."""

    useful: int = 0
    more: int = 0

    @property
    def share(self) -> float:
        """Return how many more there were, for one useful request."""
        return self.more / self.useful if self.useful else float(bool(self.more))


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong, a sentence each."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong_pages: list[str] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)


def count_requests(entries: Iterable[Entry], spans: Sequence[Span]) -> Requests:
    """Count the requests of some phases; a key may have been sent in an earlier phase."""
    useful = more = 0
    seen: set[str] = set()
    for sent in sorted((each for each in entries if isinstance(each, Sent)), key=lambda each: each.at):
        is_more = sent.attempt > 0 or (sent.key != "" and sent.key in seen)
        seen.add(sent.key)
        if any(span.holds(sent.at) for span in spans):
            useful, more = useful + (not is_more), more + is_more
    return Requests(useful, more)


def check_all(
    entries: Sequence[Entry], rentals: Iterable[Document], states: Mapping[str, Document]
) -> Findings:
    """Compare what was answered and shown, at any time, with what Carloop has in the end.

    `states` are the pages after all is settled, by appointment.
    """
    findings = Findings()
    at_carloop = by_appointment(rentals)
    answers_of: dict[str, list[ChangeAnswer]] = defaultdict(list)
    for entry in entries:
        match entry:
            case ChangeAnswer():
                answers_of[entry.change["appointment_id"]].append(entry)
            case PageState():
                _check_page(entry, at_carloop[entry.appointment_id], findings)
            case Bug(text):
                findings.raw.append(text.splitlines()[0][:200])
            case _:
                pass
    for appointment_id, answers in answers_of.items():
        _check_appointment(
            appointment_id, answers, at_carloop[appointment_id], states[appointment_id], findings
        )
    return findings


def by_appointment(rentals: Iterable[Document]) -> defaultdict[str, list[Document]]:
    """Group rentals by the appointment in their reference."""
    found: defaultdict[str, list[Document]] = defaultdict(list)
    for rental in rentals:
        found[rental["external_reference"].split("/")[-2]].append(rental)
    return found


def _check_page(page: PageState, rentals: Sequence[Document], findings: Findings) -> None:
    """A page may show `unknown` for what is pending; any other state must be true at that time."""
    was_there = any(_made(each) <= page.ended + SKEW for each in rentals)
    is_certain = any(_made(each) < page.began - SKEW for each in rentals)
    was_active = any(_gone(each) > page.began - SKEW for each in rentals)
    is_certainly_active = any(
        _made(each) < page.began - SKEW and _gone(each) > page.ended + SKEW for each in rentals
    )
    if page.state in ("booked", "attention") and not (was_there and was_active):
        findings.wrong_pages.append(f"{page.appointment_id}: {page.state}, and Carloop had no such rental")
    if page.state == "open" and is_certain and is_certainly_active:
        findings.wrong_pages.append(f"{page.appointment_id}: open, and Carloop had a rental")


def _check_appointment(
    appointment_id: str,
    answers: Sequence[ChangeAnswer],
    rentals: Sequence[Document],
    state: Document,
    findings: Findings,
) -> None:
    if len(rentals) > 1:
        findings.doubled.append(f"{appointment_id}: {len(rentals)} rentals")
    active = [each for each in rentals if each["status"] != "cancelled"]
    shown = state.get("rental", {}).get("id") if state["state"] == "booked" else None
    if shown != (active[0]["id"] if active else None):
        findings.lost.append(f"{appointment_id}: the page shows {shown}, Carloop has {len(active)} active")
    last = {each.change["change_id"]: each for each in answers}
    for answer in last.values():
        if answer.status != "unknown" and not _is_true(answer, [*last.values()], rentals):
            findings.lost.append(
                f"{appointment_id}: {answer.change['action']} was answered {answer.status} ({answer.code})"
            )


def _is_true(answer: ChangeAnswer, all_answers: Sequence[ChangeAnswer], rentals: Sequence[Document]) -> bool:
    """Return whether the last answer to a change fits what Carloop has, whatever came after it."""
    rental = rentals[0] if rentals else None
    done = answer.status == "done"
    match answer.change["action"]:
        case "book":
            return (rental is not None) is done
        case "cancel":
            is_cancelled = rental is not None and rental["status"] == "cancelled"
            others = [
                each for each in all_answers if each is not answer and each.change["action"] == "cancel"
            ]
            return is_cancelled if done else not is_cancelled or _any_may_be_done(others)
        case _:
            ended = rental is not None and _instant(rental["end"]) == _instant(answer.change["end"])
            others = [each for each in all_answers if each is not answer and "end" in each.change]
            later = [each for each in others if each.began > answer.began]
            same = [each for each in others if each.change["end"] == answer.change["end"]]
            return ended or _any_may_be_done(later) if done else not ended or _any_may_be_done(same)


def _any_may_be_done(answers: Iterable[ChangeAnswer]) -> bool:
    return any(answer.status in ("done", "unknown") for answer in answers)


def count_answers(entries: Iterable[Entry], span: Span) -> Counter[str]:
    """Count the answers to advisors in a phase."""
    return Counter(
        each.status if each.status != "refused" else f"refused {each.code}"
        for each in entries
        if isinstance(each, ChangeAnswer) and span.holds(each.ended)
    )


def count_pages(entries: Iterable[Entry], span: Span) -> Counter[str]:
    """Count the states that pages showed in a phase."""
    return Counter(each.state for each in entries if isinstance(each, PageState) and span.holds(each.ended))


def _made(rental: Document) -> float:
    return _instant(rental["created_at"])


def _gone(rental: Document) -> float:
    return _instant(rental["updated_at"]) if rental["status"] == "cancelled" else float("inf")


def _instant(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
