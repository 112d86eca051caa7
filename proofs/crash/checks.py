"""What must hold after a round, whatever was killed: one rental, linked, and the same answer every time."""

from __future__ import annotations

from datetime import datetime

from proofs.crash.plan import Disruption, Operation, Round
from proofs.crash.processes import CarloopRental, Document
from proofs.crash.testbed import DOUBLED, MOMENTS, Testbed

ACTIVE = ("reserved", "picked_up")
CANCELLED = "cancelled"
ENDING = (Operation.CANCEL, Operation.GIVE_UP)


def check_round(round_: Round, testbed: Testbed) -> None:
    """Recover, compare both sides, ask for the same change again, and compare once more."""
    found = testbed.recover(round_)
    if any(found["pending"]):
        testbed.add_violation(round_, "something stays pending after recovery")
    sides = [([CarloopRental(*rental) for rental in rentals], state) for rentals, state in found["sides"]]
    for present, state in sides:
        _compare(round_, testbed, present, state)
    _check_repeated_answers(round_, testbed, found["answers"])
    _check_result(round_, testbed, sides[-1][0])
    _check_writes(round_, testbed)
    _check_moments(round_, testbed)


def _compare(round_: Round, testbed: Testbed, present: list[CarloopRental], state: Document) -> None:
    """Compare what Carloop has with what the plugin shows."""
    active = [(each.id, _instant(each.end)) for each in present if each.status in ACTIVE]
    if len(active) > 1 or len(present) > 1 + (round_.operation is Operation.REBOOK):
        testbed.add_violation(round_, f"Carloop has {len(present)} rentals of one appointment", DOUBLED)
    shown = state.get("rental")
    known = [(shown["id"], _instant(shown["period"]["end"]))] if shown else []
    if active != known:
        testbed.add_violation(round_, f"Carloop has {active}, the plugin says {known}")


def _check_repeated_answers(round_: Round, testbed: Testbed, answers: list[Document]) -> None:
    first, second, *booking = answers
    if first["status"] != "done" or first != second:
        testbed.add_violation(round_, f"asked again: {_summary(first)}, and once more: {_summary(second)}")
    # A booking that was given up before its outcome was known is refused; one known as done stays done.
    if booking and _summary(booking[0]) not in ("done", "refused given_up"):
        testbed.add_violation(round_, f"the booking given up: {_summary(booking[0])}")


def _check_result(round_: Round, testbed: Testbed, present: list[CarloopRental]) -> None:
    """Check that Carloop has what was asked for in the end."""
    statuses, ends = [each.status for each in present], [_instant(each.end) for each in present]
    match round_.operation:
        case Operation.BOOK:
            is_so = statuses == ["reserved"]
        case Operation.CHANGE_END:
            is_so = (statuses, ends) == (["reserved"], [_instant(round_.new_end)])
        case Operation.REBOOK:
            is_so = (statuses, ends[-1:]) == ([CANCELLED, "reserved"], [_instant(round_.new_end)])
        case Operation.CANCEL:
            is_so = statuses == [CANCELLED]
        case Operation.GIVE_UP:
            is_so = statuses in ([], [CANCELLED])
    if not is_so:
        testbed.add_violation(round_, f"Carloop has {statuses} after {round_.operation.value}")


def _check_writes(round_: Round, testbed: Testbed) -> None:
    """Check that each write was recorded before it was sent, and that an intent had one key, content and revision."""
    writes = testbed.proxy.writes()
    if not all(write.is_recorded for write in writes):
        testbed.add_violation(round_, "a write was sent before its intent was in the records")
    keys = {write.key for write in writes}
    expected = {round_.change_id(each) for each in (Operation.BOOK, round_.operation)}
    if keys - expected:
        testbed.add_violation(round_, "a write was sent under a key that no change has", DOUBLED)
    # Rebuilt records have the rental as it is now, not what was once sent for it.
    contents = {
        (
            w.key,
            w.digest,
            "" if round_.disruption in (Disruption.DAMAGED, Disruption.CONCURRENT_REBUILD) else w.revision,
        )
        for w in writes
    }
    if len(contents) > len(keys):
        testbed.add_violation(round_, "one key was sent with two contents", DOUBLED)


def _check_moments(round_: Round, testbed: Testbed) -> None:
    """Check that the appointment had one rental after each transaction, until it was cancelled."""
    moments = testbed.carloop.moments(round_.appointment_id)
    if set(moments[:-1] if round_.operation in ENDING else moments) - {1}:
        testbed.add_violation(round_, f"Carloop had {moments} rentals, one moment after another", MOMENTS)


def _summary(outcome: Document) -> str:
    return f"{outcome.get('status')} {outcome.get('problem', {}).get('code', '')}".strip()


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
