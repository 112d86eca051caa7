"""The scenes: what is killed or stands in the way, and what has to be so afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from carloop_plugin import bootstrap
from carloop_plugin.domain.failures import StoreFailed
from proofs.crash.plan import Round, Scene
from proofs.crash.processes import Ended, beside, in_a_process
from proofs.crash.stage import SELF, Breach, Stage, damage, downgrade
from proofs.crash.tap import Arm
from proofs.crash.verdict import verify

Played = tuple[Round, bool, list[Breach]]
"""A round, whether something was killed or stood in the way as it should, and what must not be."""

SHARED = "carloop.sqlite3"


def play(round_: Round, stage: Stage) -> Played:
    """Play a round and look at what came of it."""
    stage.breaches = []
    stage.use_records(stage.folder / SHARED)
    was_hit = False
    try:
        was_hit = _SCENES[round_.scene](round_, stage)
        verify(round_, stage)
    except Exception as error:  # noqa: BLE001 - a round that cannot be finished is one more thing that must not be
        stage.breach(round_, f"{type(error).__name__}: {error}")
    if stage.store.name != SHARED:
        stage.remove_records()
    return round_, was_hit, stage.breaches


def _plugin(round_: Round, stage: Stage) -> bool:
    ended = stage.do(round_, kill=round_.kill)
    stage.look(round_)
    return ended.killed


def _wire(round_: Round, stage: Stage) -> bool:
    ended = stage.do(round_, arm=Arm(round_.point, SELF))
    stage.look(round_)
    return ended.killed


def _recovery(round_: Round, stage: Stage) -> bool:
    stage.leave_pending(round_, has_arrived=round_.detail == "arrived")
    stage.look(round_)
    ended = stage.reconcile(round_, kill=round_.kill)
    stage.look(round_)
    return ended.killed


def _sandbox(round_: Round, stage: Stage) -> bool:
    process = stage.carloop.process
    if round_.detail == "change":
        stage.do(round_, arm=Arm(round_.point, process))
    else:
        stage.leave_pending(round_, has_arrived=False)
        stage.tap.arm(Arm(round_.point, process))
        stage.reconcile(round_)
    stage.restart_carloop()
    stage.look(round_)
    return stage.carloop.process != process


def _both(round_: Round, stage: Stage) -> bool:
    process = stage.carloop.process
    ended = stage.do(round_, kill=round_.kill, arm=Arm(round_.point, process))
    stage.restart_carloop()
    stage.look(round_)
    return ended.killed or stage.carloop.process != process


def _migration(round_: Round, stage: Stage) -> bool:
    stage.use_records(stage.folder / f"migrated-{round_.number}.sqlite3")
    if round_.detail == "old":
        stage.leave_pending(round_, has_arrived=round_.number % 2 == 0)
        downgrade(stage.store)
    ended = in_a_process(open_records, kill=round_.kill)
    if round_.detail == "old":
        in_a_process(open_records)
        stage.look(round_)
    return ended.killed


def _full(round_: Round, stage: Stage) -> bool:
    stage.use_scarce_records(f"full-{round_.number}.sqlite3")
    pages = int(round_.detail.split()[0])
    ended = stage.do(round_, kill=round_.kill, just_before=lambda: stage.use_up_room(pages=pages))
    stage.look(round_)
    stage.make_room()
    _is_honest(round_, ended, stage)
    return ended.killed or bool(ended.answer["status"] != "done")


def _locked(round_: Round, stage: Stage) -> bool:
    when, how = round_.detail.split()
    try:
        if when == "before":
            ended = stage.do(round_, just_before=lambda: stage.tap.lock(how), seconds=0.3)
        else:
            ended = stage.do(round_, arm=Arm("request", lock=how), seconds=0.8)
    finally:
        stage.tap.unlock()
    stage.look(round_)
    _is_honest(round_, ended, stage)
    return bool(ended.answer["status"] != "done")


def _damaged(round_: Round, stage: Stage) -> bool:
    stage.use_records(stage.folder / f"damaged-{round_.number}.sqlite3")
    points = ("request", "answer", "")
    point = points[round_.number % len(points)]
    stage.do(round_, arm=Arm(point, SELF) if point else None)
    stage.look(round_)
    damage(stage.store, round_.detail or "garbage")
    before, sent = stage.store.read_bytes(), len(stage.tap.writes())
    refused = in_a_process(open_records).answer
    if refused and (stage.store.read_bytes(), len(stage.tap.writes())) != (before, sent):
        stage.breach(round_, "damaged records were touched, or something was sent without any")
    ended = in_a_process(rebuild_records, kill=round_.kill)
    if ended.killed:
        # The planner does not wait for whoever rebuilds: it goes on with what it finds.
        in_a_process(lambda: stage.go_on(round_))
        in_a_process(rebuild_records)
    return bool(refused)


def _beside(round_: Round, stage: Stage) -> bool:
    """Rebuild over and over, as a person might who does not wait, while a planner makes the change."""
    stage.use_records(stage.folder / f"beside-{round_.number}.sqlite3")
    match round_.detail:
        case "sound":
            with beside(try_to_rebuild):
                stage.do(round_)
            stage.look(round_)
        case "damaged":
            stage.leave_pending(round_, has_arrived=round_.number % 2 == 0)
            damage(stage.store, "index")
            with beside(try_to_rebuild):
                in_a_process(lambda: stage.go_on(round_))
            in_a_process(try_to_rebuild)
            return True
        case how:
            stage.leave_pending(round_, has_arrived=True)
            stage.tap.lock(how)
            try:
                in_a_process(lambda: try_to_rebuild(seconds=0.2))
            finally:
                stage.tap.unlock()
            stage.look(round_)
    if aside := [each.name for each in stage.store.parent.glob(f"{stage.store.name}.damaged-*")]:
        stage.breach(round_, f"sound records were moved aside: {', '.join(aside)}")
    return True


def _is_honest(round_: Round, ended: Ended, stage: Stage) -> None:
    """Of what was refused for want of records, nothing was sent."""
    if ended.killed or ended.answer["status"] != "refused":
        return
    change_id = round_.change_id(round_.operation)
    if any(write.key == change_id for write in stage.tap.writes()):
        stage.breach(round_, f"refused ({ended.answer['problem']['code']}), and sent all the same")


_SCENES: dict[Scene, Callable[[Round, Stage], bool]] = {
    Scene.PLUGIN: _plugin,
    Scene.WIRE: _wire,
    Scene.RECOVERY: _recovery,
    Scene.SANDBOX: _sandbox,
    Scene.BOTH: _both,
    Scene.MIGRATION: _migration,
    Scene.FULL: _full,
    Scene.LOCKED: _locked,
    Scene.DAMAGED: _damaged,
    Scene.BESIDE: _beside,
}


def open_records() -> str | None:
    """Open the records once, which brings them up to date. Give the code of what is wrong with them."""
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


def try_to_rebuild(seconds: float = 10.0) -> None:
    """Rebuild what may be; whoever is refused tries again a moment later."""
    with suppress(StoreFailed):
        rebuild_records(seconds)
    time.sleep(0.02)
