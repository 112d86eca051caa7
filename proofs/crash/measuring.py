"""Measure the steps of each piece of work when it is not killed."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

from carloop_plugin import bootstrap
from proofs.crash.disruptions import open_records, rebuild_records
from proofs.crash.plan import Disruption, Measured, Measures, Operation, Round
from proofs.crash.processes import Ended, run_in_process
from proofs.crash.recording_proxy import Interruption
from proofs.crash.testbed import SELF, Testbed, damage, downgrade, running_testbed, state

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


def measure(disruptions: Collection[Disruption]) -> Measures:
    """Measure what these disruptions kill, each on a testbed of its own; the changes in any case."""
    tasks = {(Disruption.PLUGIN, operation, ""): _change for operation in Operation}
    tasks |= {
        (Disruption.RECOVERY, operation, arrival): _recovery
        for operation in Operation
        for arrival in ARRIVALS
    }
    tasks |= {(Disruption.MIGRATION, Operation.BOOK, records): _migration for records in RECORDS}
    tasks |= {(Disruption.DAMAGED, Operation.BOOK, ""): _rebuild}
    return {
        (disruption, operation, detail): _measure_alone(work, operation, detail)
        for (disruption, operation, detail), work in tasks.items()
        if disruption in (Disruption.PLUGIN, *disruptions)
    }


def _measure_alone(work: Callable[[Round, Testbed], Ended], operation: Operation, detail: str) -> Measured:
    with tempfile.TemporaryDirectory() as folder, running_testbed(Path(folder), with_disk=False) as testbed:
        testbed.use_records(testbed.store)
        ended = work(Round(1, Disruption.PLUGIN, operation, detail=detail), testbed)
    if ended.killed:
        raise RuntimeError("what was to be measured was killed")
    return Measured(ended.steps, ended.calls, ended.seconds)


def _change(round_: Round, testbed: Testbed) -> Ended:
    return testbed.do(round_, counted=True)


def _recovery(round_: Round, testbed: Testbed) -> Ended:
    testbed.leave_pending(round_, has_arrived=round_.detail == "arrived")
    return testbed.reconcile(round_, counted=True)


def _migration(round_: Round, testbed: Testbed) -> Ended:
    if round_.detail == "old":
        testbed.leave_pending(round_, has_arrived=True)
        downgrade(testbed.store)
    return run_in_process(open_records, counted=True)


def _rebuild(round_: Round, testbed: Testbed) -> Ended:
    testbed.do(round_, interruption=Interruption("answer", SELF))
    damage(testbed.store, "garbage")
    return run_in_process(rebuild_records, counted=True)
