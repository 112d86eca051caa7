"""Check the evidence of a cell. Pure functions: evidence in, findings out.

lost      something that happened is not known, or an answer is wrong: `done` without a rental,
          `refused` although it happened, a page that says more than is known
doubled   a second rental, or a second change where one was asked for
stuck     not settled once nothing is in its way any more, or not answered by its deadline
raw       an exception, or a failure without a code of the contract
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mobility_hookspecs.problems import RETRYABLE, ProblemCode
from mobility_schemas import InvalidDocument, validate
from proofs.faults.cells import Cell
from proofs.faults.evidence import (
    Answer,
    ChangeEvidence,
    Document,
    Evidence,
    Observation,
    QuoteEvidence,
    SearchEvidence,
)

KINDS = ("lost", "doubled", "stuck", "raw")
MOST_OVERRUN = 0.05
_CODES = frozenset(code.value for code in ProblemCode)
# the host kit's code for a provider's bugs
_BUGS = frozenset({"provider_failed"})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong. `timing`: a busy machine may be the cause, so the cell is repeated."""

    kind: str
    text: str
    timing: bool = False


def check_cell(cell: Cell, evidence: Evidence) -> tuple[Finding, ...]:
    """Return everything that is wrong with a cell."""
    match evidence:
        case SearchEvidence():
            return (*_check_read(cell, evidence), *_check_search(evidence))
        case QuoteEvidence():
            return (*_check_read(cell, evidence), *_check_quote(evidence))
        case ChangeEvidence():
            return tuple(_check_change(cell, evidence))


def _check_read(cell: Cell, seen: SearchEvidence | QuoteEvidence) -> Iterator[Finding]:
    yield from _check_raw_and_late(seen.raw, seen.late, (seen.overrun,))
    yield from _check_code(seen.answer)
    if "problem" in seen.again:
        yield Finding("stuck", f"the {cell.operation} fails without a fault: {seen.again['problem']['code']}")
    if cell.fault.harmless and "problem" in seen.answer:
        yield Finding(
            "stuck", f"a harmless fault cost the answer: {seen.answer['problem']['code']}", timing=True
        )


def _check_quote(seen: QuoteEvidence) -> Iterator[Finding]:
    """Check that a quote that was lost is no price, and nothing else: it keeps nothing and delays no booking."""
    # the booking meanwhile changes until when the car is free
    prices = [(each.get("possible"), each.get("price")) for each in (seen.answer, seen.again)]
    if "problem" not in seen.answer and prices[0] != prices[1]:
        yield Finding("lost", "another price than without a fault")
    if seen.before != seen.after or seen.keys:
        yield Finding("doubled", "a quote changed what it was for")
    if seen.booking["status"] != "done":
        yield Finding("stuck", f"a quote made a booking wait: {seen.booking['status']}", timing=True)


def _check_search(seen: SearchEvidence) -> Iterator[Finding]:
    for offer in (seen.answer, seen.again):
        ids = [option["id"] for option in offer.get("options", ())]
        if len(set(ids)) < len(ids):
            yield Finding("doubled", "an offer holds a car twice")
        if "problem" not in offer and sorted(ids) != sorted(seen.free):
            yield Finding("lost", f"{len(ids)} cars offered, {len(seen.free)} are free")


def _check_change(cell: Cell, seen: ChangeEvidence) -> Iterator[Finding]:
    yield from _check_raw_and_late(seen.raw, seen.late, tuple(each.overrun for each in seen.answers))
    for answer in seen.answers:
        yield from _check_code(answer.outcome)
        yield from _check_answer(cell, seen, answer)
    if cell.fault.harmless and any(each.outcome["status"] != "done" for each in seen.answers):
        yield Finding("stuck", "a harmless fault cost the answer", timing=True)
    if not seen.keys <= {seen.change["change_id"]}:
        yield Finding("doubled", f"sent under {len(seen.keys)} keys that are not the change's alone")
    if seen.pending:
        yield Finding("stuck", f"{seen.pending} pending after the recovery")
    for observation in (seen.settled, seen.final):
        yield from _check_doubled(seen, observation)
        if observation.state["state"] == "unknown":
            yield Finding("stuck", "the page says unknown after the recovery")
    yield from _check_moments(seen)
    yield from (_check_wrong_result if cell.fault.wrong_result else _check_end)(seen)


def _check_raw_and_late(
    raw: tuple[str, ...], late: tuple[str, ...], overruns: tuple[float, ...]
) -> Iterator[Finding]:
    for text in raw:
        yield Finding("raw", text.splitlines()[0][:200])
    for text in late:
        yield Finding("stuck", text, timing=True)
    for overrun in overruns:
        if overrun > MOST_OVERRUN:
            yield Finding("stuck", f"answered {overrun * 1000:.0f} ms past the deadline", timing=True)


def _check_code(answer: Document) -> Iterator[Finding]:
    problem = answer.get("problem")
    if problem is None:
        if answer.get("status") in ("refused", "unknown"):
            yield Finding("raw", f"{answer['status']} without a problem")
        return
    if problem["code"] not in _CODES or problem["code"] in _BUGS:
        yield Finding("raw", f"the code {problem['code']}")
    if not problem.get("title"):
        yield Finding("raw", "a problem without a sentence")
    if "status" in answer:
        try:
            validate(answer, "rental_outcome")
        except InvalidDocument as invalid:
            yield Finding("raw", f"an outcome that is none, at {invalid.pointer}")


def _check_answer(cell: Cell, seen: ChangeEvidence, answer: Answer) -> Iterator[Finding]:
    """Compare an answer, and what the page then showed, with Carloop."""
    status, state = answer.outcome["status"], answer.after.state["state"]
    if status == "done":
        if not is_done(seen.change, answer.after):
            yield Finding("lost", "answered done, and Carloop has it not")
        if state != state_when_done(seen.change):
            yield Finding("lost", f"answered done, and the page says {state}")
    elif status == "unknown":
        if state != "unknown":
            yield Finding("lost", f"answered unknown, and the page says {state}")
    elif not cell.fault.wrong_result:
        code = answer.outcome["problem"]["code"]
        if code not in RETRYABLE and code != "invalid_document":
            yield Finding("lost", f"refused for ever by a fault: {code}")
        if not is_untouched(seen, answer.after):
            yield Finding("lost", f"answered refused ({code}), and Carloop has done it")
        if state != seen.before.state["state"]:
            yield Finding("lost", f"answered refused ({code}), and the page says {state}")


def _check_end(seen: ChangeEvidence) -> Iterator[Finding]:
    """Check the end: as if there had been no fault, and the same answer every time."""
    last = seen.answers[-1].outcome["status"]
    if last == "refused" and not is_untouched(seen, seen.settled):
        yield Finding("lost", "answered refused, and it happened later")
    if last == "done" and not is_done(seen.change, seen.settled):
        yield Finding("lost", "answered done, and it was undone later")
    if last == "unknown":
        yield from _check_settled(seen)
    if seen.again["status"] != "done":
        code = (seen.again.get("problem") or {}).get("code")
        yield Finding("stuck", f"asked again without a fault: {seen.again['status']} ({code})")
    elif not is_done(seen.change, seen.final):
        yield Finding("lost", "done in the end, and Carloop has it not")
    elif seen.final.state["state"] != state_when_done(seen.change):
        yield Finding("lost", f"done in the end, and the page says {seen.final.state['state']}")
    elif not _is_linked(seen):
        yield Finding("lost", "done in the end, and the page shows another rental")
    if seen.once_more != seen.again:
        yield Finding("lost", "the same change was answered with two outcomes")


def _check_settled(seen: ChangeEvidence) -> Iterator[Finding]:
    expected = (
        state_when_done(seen.change) if is_done(seen.change, seen.settled) else seen.before.state["state"]
    )
    if seen.settled.state["state"] not in (expected, "unknown"):
        yield Finding("lost", f"settled, and the page says {seen.settled.state['state']}, not {expected}")


def _is_linked(seen: ChangeEvidence) -> bool:
    rental = seen.final.state.get("rental")
    shown = [each["id"] for each in _without_replaced(seen.change, seen.final)]
    return rental is None or [rental["id"]] == shown


def _check_wrong_result(seen: ChangeEvidence) -> Iterator[Finding]:
    """Check that another vehicle than requested is shown, not linked, and can be cancelled as proposed."""
    if seen.again["status"] != "refused" or seen.again["problem"]["code"] != "invalid_answer":
        yield Finding("lost", f"another car than asked for, and answered {seen.again['status']}")
    if seen.settled.state["state"] != "attention":
        yield Finding("lost", f"another car than asked for, and the page says {seen.settled.state['state']}")
    if seen.cancellation is None or seen.cancellation["status"] != "done":
        yield Finding("stuck", "the car nobody asked for cannot be given back")
    if any(rental["status"] != "cancelled" for rental in seen.final.rentals):
        yield Finding("lost", "the car nobody asked for is still reserved")


def _check_doubled(seen: ChangeEvidence, observation: Observation) -> Iterator[Finding]:
    rentals = _without_replaced(seen.change, observation)
    if len(rentals) > 1:
        yield Finding("doubled", f"{len(rentals)} rentals")
    changes = sum(_revision(each) for each in observation.rentals) - _base(seen)
    # a rebooking changes the old one and makes the new one
    if changes > 1 + (seen.change["action"] == "rebook") and seen.cancellation is None:
        yield Finding("doubled", f"{changes} changes where one was asked for")


def _check_moments(seen: ChangeEvidence) -> Iterator[Finding]:
    """Check that the appointment had one rental after each transaction, until it was cancelled."""
    is_ended = seen.change["action"] == "cancel" or seen.cancellation is not None
    for active in set(seen.moments[:-1] if is_ended else seen.moments) - {1}:
        yield Finding("doubled" if active else "lost", f"a moment with {active} rentals")


def _base(seen: ChangeEvidence) -> int:
    return sum(_revision(each) for each in seen.before.rentals)


def _revision(rental: Document) -> int:
    return int(rental["revision"])


def _without_replaced(change: Document, observation: Observation) -> list[Document]:
    """Return the rentals but for the one that a rebooking has cancelled by making another one."""
    if change["action"] != "rebook" or len(observation.rentals) < 2:
        return [*observation.rentals]
    old = change["rental_id"]
    return [each for each in observation.rentals if each["id"] != old or each["status"] != "cancelled"]


def is_done(change: Document, observation: Observation) -> bool:
    """Return whether Carloop has what a change asked for."""
    rentals = _without_replaced(change, observation)
    if len(rentals) != 1 or (change["action"] == "rebook") != (len(observation.rentals) == 2):
        return False
    rental = rentals[0]
    match change["action"]:
        case "book" | "rebook":
            asked = change["period"]
            return (
                rental["status"] == "reserved"
                and rental["vehicle"]["id"] == change["option_id"]
                and _same(rental["start"], asked["start"])
                and _same(rental["end"], asked["end"])
            )
        case "change_end":
            return rental["status"] == "reserved" and _same(rental["end"], change["end"])
        case _:
            return bool(rental["status"] == "cancelled")


def is_untouched(seen: ChangeEvidence, observation: Observation) -> bool:
    """Return whether Carloop has exactly what it had before the change."""
    return [(each["id"], each["revision"]) for each in observation.rentals] == [
        (each["id"], each["revision"]) for each in seen.before.rentals
    ]


def state_when_done(change: Document) -> str:
    """Return the state that the page must show when a change is done."""
    return "open" if change["action"] == "cancel" else "booked"


def _same(one: str, other: str) -> bool:
    return datetime.fromisoformat(one) == datetime.fromisoformat(other)
