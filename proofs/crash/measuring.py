"""What each piece of work does when nobody kills it: the steps at which it can be."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

from carloop_plugin import bootstrap
from proofs.crash.plan import Measured, Measures, Operation, Round, Scene
from proofs.crash.processes import Ended, in_a_process
from proofs.crash.scenes import open_records, rebuild_records
from proofs.crash.stage import SELF, Stage, damage, downgrade, raised, state
from proofs.crash.tap import Arm

ARRIVALS = ("arrived", "lost")
RECORDS = ("new", "old")


def warm_up() -> None:
    """Have everything imported and compiled once, so that the processes die in their work and not in its imports.

    Nothing stays open: a connection cannot be shared with a forked process.
    """
    with tempfile.TemporaryDirectory() as folder, raised(Path(folder), with_disk=False) as stage:
        stage.use_records(stage.store)
        round_ = Round(0, Scene.PLUGIN)
        stage.do_here(round_)
        state(round_)
        bootstrap.close()
    gc.collect()
    gc.freeze()


def measure(scenes: Collection[Scene]) -> Measures:
    """Do what these scenes kill once, each on a stage of its own; the changes in any case."""
    works = {(Scene.PLUGIN, operation, ""): _change for operation in Operation}
    works |= {
        (Scene.RECOVERY, operation, arrival): _recovery for operation in Operation for arrival in ARRIVALS
    }
    works |= {(Scene.MIGRATION, Operation.BOOK, records): _migration for records in RECORDS}
    works |= {(Scene.DAMAGED, Operation.BOOK, ""): _rebuild}
    return {
        (scene, operation, detail): _alone(work, operation, detail)
        for (scene, operation, detail), work in works.items()
        if scene in (Scene.PLUGIN, *scenes)
    }


def _alone(work: Callable[[Round, Stage], Ended], operation: Operation, detail: str) -> Measured:
    with tempfile.TemporaryDirectory() as folder, raised(Path(folder), with_disk=False) as stage:
        stage.use_records(stage.store)
        ended = work(Round(1, Scene.PLUGIN, operation, detail=detail), stage)
    if ended.killed:
        raise RuntimeError("what was to be measured was killed")
    return Measured(ended.steps, ended.calls, ended.seconds)


def _change(round_: Round, stage: Stage) -> Ended:
    return stage.do(round_, watched=True)


def _recovery(round_: Round, stage: Stage) -> Ended:
    stage.leave_pending(round_, has_arrived=round_.detail == "arrived")
    return stage.reconcile(round_, watched=True)


def _migration(round_: Round, stage: Stage) -> Ended:
    if round_.detail == "old":
        stage.leave_pending(round_, has_arrived=True)
        downgrade(stage.store)
    return in_a_process(open_records, watched=True)


def _rebuild(round_: Round, stage: Stage) -> Ended:
    stage.do(round_, arm=Arm("answer", SELF))
    damage(stage.store, "garbage")
    return in_a_process(rebuild_records, watched=True)
