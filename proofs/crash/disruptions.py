"""Run a round: kill something or disturb the plugin, and check what must hold afterwards.

Where a round kills at each step, `measure` finds out what steps there are.
"""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from carloop_plugin import bootstrap
from carloop_plugin.domain.failures import StoreFailed
from proofs.crash.checks import check_round
from proofs.crash.plan import Disruption, Measured, Measures, Operation, Round, Selection
from proofs.crash.processes import Ended, run_in_process, running_beside
from proofs.crash.recording_proxy import Interruption
from proofs.crash.testbed import SELF, Testbed, Violation, damage, downgrade, running_testbed, state

RoundResult = tuple[Round, bool, list[Violation]]
"""A round, whether it was disrupted as planned, and the violations found."""

SHARED = "carloop.sqlite3"


def run_round(round_: Round, testbed: Testbed) -> RoundResult:
    """Run a round and check the result."""
    testbed.violations = []
    testbed.use_records(testbed.folder / SHARED)
    took_effect = False
    try:
        took_effect = _RUNNERS[round_.disruption](round_, testbed)
        check_round(round_, testbed)
    except Exception as error:  # noqa: BLE001 - a round that cannot be finished is a violation
        testbed.add_violation(round_, f"{type(error).__name__}: {error}")
    if testbed.store.name != SHARED:
        testbed.remove_records()
    return round_, took_effect, testbed.violations


def _plugin(round_: Round, testbed: Testbed) -> bool:
    ended = testbed.do(round_, kill=round_.kill)
    testbed.check_recorded(round_)
    return ended.killed


def _wire(round_: Round, testbed: Testbed) -> bool:
    ended = testbed.do(round_, interruption=Interruption(round_.point, SELF))
    testbed.check_recorded(round_)
    return ended.killed


def _recovery(round_: Round, testbed: Testbed) -> bool:
    testbed.leave_pending(round_, has_arrived=round_.detail == "arrived")
    testbed.check_recorded(round_)
    ended = testbed.reconcile(round_, kill=round_.kill)
    testbed.check_recorded(round_)
    return ended.killed


def _sandbox(round_: Round, testbed: Testbed) -> bool:
    process = testbed.carloop.process
    if round_.detail == "change":
        testbed.do(round_, interruption=Interruption(round_.point, process))
    else:
        testbed.leave_pending(round_, has_arrived=False)
        testbed.proxy.interrupt_next(Interruption(round_.point, process))
        testbed.reconcile(round_)
    testbed.restart_carloop()
    testbed.check_recorded(round_)
    return testbed.carloop.process != process


def _both(round_: Round, testbed: Testbed) -> bool:
    process = testbed.carloop.process
    ended = testbed.do(round_, kill=round_.kill, interruption=Interruption(round_.point, process))
    testbed.restart_carloop()
    testbed.check_recorded(round_)
    return ended.killed or testbed.carloop.process != process


def _migration(round_: Round, testbed: Testbed) -> bool:
    testbed.use_records(testbed.folder / f"migrated-{round_.number}.sqlite3")
    if round_.detail == "old":
        testbed.leave_pending(round_, has_arrived=round_.number % 2 == 0)
        downgrade(testbed.store)
    ended = run_in_process(open_records, kill=round_.kill)
    if round_.detail == "old":
        run_in_process(open_records)
        testbed.check_recorded(round_)
    return ended.killed


def _full(round_: Round, testbed: Testbed) -> bool:
    testbed.use_records_on_small_disk(f"full-{round_.number}.sqlite3")
    pages = int(round_.detail.split()[0])
    ended = testbed.do(round_, kill=round_.kill, just_before=lambda: testbed.fill_disk(pages=pages))
    testbed.check_recorded(round_)
    testbed.free_disk()
    _check_refusal(round_, ended, testbed)
    return ended.killed or bool(ended.answer["status"] != "done")


def _locked(round_: Round, testbed: Testbed) -> bool:
    when, how = round_.detail.split()
    try:
        if when == "before":
            ended = testbed.do(round_, just_before=lambda: testbed.proxy.lock(how), seconds=0.3)
        else:
            ended = testbed.do(round_, interruption=Interruption("request", lock=how), seconds=0.8)
    finally:
        testbed.proxy.unlock()
    testbed.check_recorded(round_)
    _check_refusal(round_, ended, testbed)
    return bool(ended.answer["status"] != "done")


def _damaged(round_: Round, testbed: Testbed) -> bool:
    testbed.use_records(testbed.folder / f"damaged-{round_.number}.sqlite3")
    points = ("request", "answer", "")
    point = points[round_.number % len(points)]
    testbed.do(round_, interruption=Interruption(point, SELF) if point else None)
    testbed.check_recorded(round_)
    damage(testbed.store, round_.detail or "garbage")
    before, sent = testbed.store.read_bytes(), len(testbed.proxy.writes())
    refused = run_in_process(open_records).answer
    if refused and (testbed.store.read_bytes(), len(testbed.proxy.writes())) != (before, sent):
        testbed.add_violation(round_, "damaged records were touched, or something was sent without any")
    ended = run_in_process(rebuild_records, kill=round_.kill)
    if ended.killed:
        # The planner does not wait for the rebuild. One killed at its very end has left sound records.
        run_in_process(lambda: testbed.continue_as_planner(round_))
        run_in_process(try_rebuild)
    return bool(refused)


def _concurrent_rebuild(round_: Round, testbed: Testbed) -> bool:
    """Rebuild repeatedly, as an impatient person might, while a planner makes the change."""
    testbed.use_records(testbed.folder / f"rebuilt-{round_.number}.sqlite3")
    match round_.detail:
        case "sound":
            with running_beside(try_rebuild):
                testbed.do(round_)
            testbed.check_recorded(round_)
        case "damaged":
            testbed.leave_pending(round_, has_arrived=round_.number % 2 == 0)
            damage(testbed.store, "index")
            with running_beside(try_rebuild):
                run_in_process(lambda: testbed.continue_as_planner(round_))
            run_in_process(try_rebuild)
            return True
        case how:
            testbed.leave_pending(round_, has_arrived=True)
            testbed.proxy.lock(how)
            try:
                run_in_process(lambda: try_rebuild(seconds=0.2))
            finally:
                testbed.proxy.unlock()
            testbed.check_recorded(round_)
    if aside := [each.name for each in testbed.store.parent.glob(f"{testbed.store.name}.damaged-*")]:
        testbed.add_violation(round_, f"sound records were moved aside: {', '.join(aside)}")
    return True


def _check_refusal(round_: Round, ended: Ended, testbed: Testbed) -> None:
    """Check that nothing was sent of a change that was refused because of the records."""
    if ended.killed or ended.answer["status"] != "refused":
        return
    change_id = round_.change_id(round_.operation)
    if any(write.key == change_id for write in testbed.proxy.writes()):
        testbed.add_violation(round_, f"refused ({ended.answer['problem']['code']}), and sent all the same")


_RUNNERS: dict[Disruption, Callable[[Round, Testbed], bool]] = {
    Disruption.PLUGIN: _plugin,
    Disruption.WIRE: _wire,
    Disruption.RECOVERY: _recovery,
    Disruption.SANDBOX: _sandbox,
    Disruption.BOTH: _both,
    Disruption.MIGRATION: _migration,
    Disruption.FULL: _full,
    Disruption.LOCKED: _locked,
    Disruption.DAMAGED: _damaged,
    Disruption.CONCURRENT_REBUILD: _concurrent_rebuild,
}


def open_records() -> str | None:
    """Open the records once, which migrates them; return the code of what is wrong with them, or None."""
    try:
        with bootstrap.opened(deadline=time.monotonic() + 10) as services:
            services.context.store.figures()
    except StoreFailed as failure:
        return failure.reason.code
    return None


def rebuild_records(seconds: float = 10.0) -> int:
    """Move the records aside and rebuild them from Carloop."""
    _, rebuilt = bootstrap.rebuild_store(deadline=time.monotonic() + seconds)
    return rebuilt.rentals


def try_rebuild(seconds: float = 10.0) -> None:
    """Rebuild the records if that is allowed; wait a moment."""
    with suppress(StoreFailed):
        rebuild_records(seconds)
    time.sleep(0.02)


ARRIVALS = ("arrived", "lost")
RECORDS = ("new", "old")


def warm_up() -> None:
    """Import and compile everything once, so that processes are killed in their work and not in its imports.

    Nothing stays open: a connection cannot be shared with a forked process.
    """
    with tempfile.TemporaryDirectory() as folder, running_testbed(Path(folder), with_disk=False) as testbed:
        testbed.use_records(testbed.store)
        round_ = Round(0, Disruption.PLUGIN)
        testbed.run_change_here(round_)
        state(round_)
        bootstrap.close()
    gc.collect()
    gc.freeze()


def measure(selection: Selection) -> Measures:
    """Measure what the disruptions kill, each on a testbed of its own; the changes in any case."""
    tasks = {(Disruption.PLUGIN, operation, ""): _whole_change for operation in selection.operations}
    tasks |= {
        (Disruption.RECOVERY, operation, arrival): _whole_recovery
        for operation in selection.operations
        for arrival in ARRIVALS
    }
    tasks |= {(Disruption.MIGRATION, Operation.BOOK, records): _whole_migration for records in RECORDS}
    tasks |= {(Disruption.DAMAGED, Operation.BOOK, ""): _whole_rebuild}
    return {
        (disruption, operation, detail): _measure_alone(work, operation, detail)
        for (disruption, operation, detail), work in tasks.items()
        if disruption in (Disruption.PLUGIN, *selection.disruptions)
    }


def _measure_alone(work: Callable[[Round, Testbed], Ended], operation: Operation, detail: str) -> Measured:
    with tempfile.TemporaryDirectory() as folder, running_testbed(Path(folder), with_disk=False) as testbed:
        testbed.use_records(testbed.store)
        ended = work(Round(1, Disruption.PLUGIN, operation, detail=detail), testbed)
    if ended.killed:
        raise RuntimeError("what was to be measured was killed")
    return Measured(ended.steps, ended.calls, ended.seconds)


def _whole_change(round_: Round, testbed: Testbed) -> Ended:
    return testbed.do(round_, counted=True)


def _whole_recovery(round_: Round, testbed: Testbed) -> Ended:
    testbed.leave_pending(round_, has_arrived=round_.detail == "arrived")
    return testbed.reconcile(round_, counted=True)


def _whole_migration(round_: Round, testbed: Testbed) -> Ended:
    if round_.detail == "old":
        testbed.leave_pending(round_, has_arrived=True)
        downgrade(testbed.store)
    return run_in_process(open_records, counted=True)


def _whole_rebuild(round_: Round, testbed: Testbed) -> Ended:
    testbed.do(round_, interruption=Interruption("answer", SELF))
    damage(testbed.store, "garbage")
    return run_in_process(rebuild_records, counted=True)
