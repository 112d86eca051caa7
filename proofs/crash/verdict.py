"""What has to be so after a round, whatever was killed: one rental, known to both sides, and told the same for ever."""

from __future__ import annotations

from datetime import datetime

from proofs.crash.carloop import AtCarloop, Document
from proofs.crash.plan import Operation, Round, Scene
from proofs.crash.stage import Stage

ACTIVE = ("reserved", "picked_up")
CANCELLED = "cancelled"


def verify(round_: Round, stage: Stage) -> None:
    """Recover, compare both sides, ask for the same change again, and compare once more."""
    found = stage.recover(round_)
    if any(found["pending"]):
        stage.breach(round_, "something stays pending after recovery")
    sides = [([AtCarloop(*rental) for rental in rentals], state) for rentals, state in found["sides"]]
    for present, state in sides:
        _compare(round_, stage, present, state)
    _told_the_same(round_, stage, found["answers"])
    _was_done(round_, stage, sides[-1][0])
    _sent_as_one(round_, stage)


def _compare(round_: Round, stage: Stage, present: list[AtCarloop], state: Document) -> None:
    """Hold what Carloop has against what the plugin says."""
    if len(present) > 1:
        stage.breach(round_, f"Carloop has {len(present)} rentals of one appointment", is_double=True)
    active = [(each.id, _instant(each.end)) for each in present if each.status in ACTIVE]
    shown = state.get("rental")
    known = [(shown["id"], _instant(shown["period"]["end"]))] if shown else []
    if active != known:
        stage.breach(round_, f"Carloop has {active}, the plugin says {known}")


def _told_the_same(round_: Round, stage: Stage, answers: list[Document]) -> None:
    first, second, *booking = answers
    if first["status"] != "done" or first != second:
        stage.breach(round_, f"asked again: {_short(first)}, and once more: {_short(second)}")
    # What was given up before it was known is refused; what was known by then had been done, and stays so.
    if booking and _short(booking[0]) not in ("done", "refused given_up"):
        stage.breach(round_, f"the booking given up: {_short(booking[0])}")


def _was_done(round_: Round, stage: Stage, present: list[AtCarloop]) -> None:
    """In the end Carloop has what was asked for."""
    statuses = [each.status for each in present]
    match round_.operation:
        case Operation.BOOK:
            is_so = statuses == ["reserved"]
        case Operation.CHANGE_END:
            ends = [_instant(each.end) for each in present]
            is_so = (statuses, ends) == (["reserved"], [_instant(round_.new_end)])
        case Operation.CANCEL:
            is_so = statuses == [CANCELLED]
        case Operation.GIVE_UP:
            is_so = statuses in ([], [CANCELLED])
    if not is_so:
        stage.breach(round_, f"Carloop has {statuses} after {round_.operation.value}")


def _sent_as_one(round_: Round, stage: Stage) -> None:
    """Every sending had been recorded before; one intent had one key, one content and one revision."""
    writes = stage.tap.writes()
    if not all(write.is_recorded for write in writes):
        stage.breach(round_, "a write was sent before its intent was in the records")
    keys = {write.key for write in writes}
    expected = {round_.change_id(each) for each in (Operation.BOOK, round_.operation)}
    if keys - expected:
        stage.breach(round_, "a write was sent under a key that no change has", is_double=True)
    # Rebuilt records know the rental as it is now, not what was once sent for it.
    contents = {
        (w.key, w.digest, "" if round_.scene in (Scene.DAMAGED, Scene.BESIDE) else w.revision) for w in writes
    }
    if len(contents) > len(keys):
        stage.breach(round_, "one key was sent with two contents", is_double=True)


def _short(outcome: Document) -> str:
    return f"{outcome.get('status')} {outcome.get('problem', {}).get('code', '')}".strip()


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
