"""Play a cell: the operation with its fault, the recovery without it, and the questions in between."""

from __future__ import annotations

import threading
import time
import uuid
from datetime import datetime, timedelta
from typing import cast

from carloop_plugin import bootstrap
from mobility_hookspecs import Gathered
from proofs.faults.bench import CALM_SECONDS, CUSTOMER, Bench
from proofs.faults.catalogue import Fault
from proofs.faults.cells import Cell, Plan
from proofs.faults.evidence import ChangeEvidence, Document, SearchEvidence, Told
from tests.support.proxy import ANY, Mode
from tests.support.wire_faults import Effect, Position, WireFault

SECONDS = 0.6
"""The time-out of every call that meets a fault."""

_WORK_SECONDS = 0.1
_SOON_SECONDS = 0.15


def play(cell: Cell, bench: Bench) -> ChangeEvidence | SearchEvidence:
    """Play one cell and give what came of it."""
    bench.heard.take()
    if cell.plan().fresh:
        bootstrap.close()
    soon = threading.Timer(_SOON_SECONDS, bench.proxy.release)
    try:
        if cell.operation == "search":
            return _play_search(cell, bench, soon)
        return _play_change(cell, bench, soon)
    finally:
        soon.cancel()
        bench.proxy.switch(Mode.PASS)
        bench.calm()


def _play_search(cell: Cell, bench: Bench, soon: threading.Timer) -> SearchEvidence:
    period = bench.appointment()["period"]
    request = {"site": "main", "period": period, "filters": {"vehicle_classes": [], "features": []}}
    plan = cell.plan()
    _arm(cell, plan, bench)
    if plan.release == "soon":
        soon.start()
    began = time.monotonic()
    told = bench.host.mobility_options(request, timeout=SECONDS)  # type: ignore[arg-type]
    overrun = time.monotonic() - began - SECONDS
    bench.proxy.switch(Mode.PASS)
    bench.calm()
    bench.proxy.drain()
    again = bench.host.mobility_options(request, timeout=CALM_SECONDS)  # type: ignore[arg-type]
    free = tuple(str(each["id"]) for each in bench.free(period))
    return SearchEvidence(_single(told), overrun, _single(again), free, *bench.heard.take())


def _single(gathered: Gathered[Document]) -> Document:
    if gathered.failures:
        return {"problem": dict(gathered.failures[0].problem)}
    return dict(gathered.answers["carloop"])


def _play_change(cell: Cell, bench: Bench, soon: threading.Timer) -> ChangeEvidence:
    plan = cell.plan()
    appointment = bench.appointment()
    bench.host.appointment_saved(appointment, timeout=CALM_SECONDS)
    change = _change(cell.operation, appointment, bench)
    before = bench.glimpse(appointment["id"])
    passed = len(bench.proxy.passed)
    _arm(cell, plan, bench)
    if plan.release == "soon":
        soon.start()
    told = [_ask(change, appointment, bench) for _ in range(1 + plan.impatient)]
    bench.proxy.switch(Mode.PASS)
    bench.calm(release=plan.release != "after")
    bench.recover()
    if plan.release == "after":
        bench.proxy.release()
    bench.proxy.drain()
    pending = bench.recover()
    bench.given_up += pending
    settled = bench.glimpse(appointment["id"])
    keys = frozenset(each.key for each in bench.proxy.passed[passed:] if each.key)
    mended = _follow_proposal(settled.state, bench) if cell.fault.astray else None
    again, once_more = (_do(change, bench, CALM_SECONDS) for _ in range(2))
    final = bench.glimpse(appointment["id"])
    raw, late = bench.heard.take()
    return ChangeEvidence(
        *(change, before, tuple(told), keys, settled, pending, again, once_more, final, raw, late, mended)
    )


def _ask(change: Document, appointment: Document, bench: Bench) -> Told:
    began = time.monotonic()
    outcome = _do(change, bench, SECONDS)
    overrun = time.monotonic() - began - SECONDS
    return Told(outcome, overrun, bench.glimpse(appointment["id"]))


def _do(change: Document, bench: Bench, seconds: float) -> Document:
    return dict(bench.host.change_rental(change, timeout=seconds))


def _change(operation: str, appointment: Document, bench: Bench) -> Document:
    booking = _new("book") | {
        "appointment_id": appointment["id"],
        "option_id": bench.vehicle,
        "site": "main",
        "period": appointment["period"],
        "customer": CUSTOMER,
    }
    if operation == "book":
        return booking
    rental = _do(booking, bench, CALM_SECONDS)["rental"]
    if operation == "cancel":
        return _new("cancel") | {"rental_id": rental["id"], "site": "main", "reason": "Kunde verzichtet"}
    later = datetime.fromisoformat(appointment["period"]["end"]) + timedelta(hours=1)
    return _new("change_end") | {"rental_id": rental["id"], "site": "main", "end": later.isoformat()}


def _new(action: str) -> Document:
    return {"change_id": str(uuid.uuid4()), "provider": "carloop", "action": action}


def _follow_proposal(state: Document, bench: Bench) -> Document | None:
    for proposal in state["proposals"]:
        if proposal.get("change", {}).get("action") == "cancel":
            return _do(proposal["change"] | {"change_id": str(uuid.uuid4())}, bench, CALM_SECONDS)
    return None


def _arm(cell: Cell, plan: Plan, bench: Bench) -> None:
    fault = cell.fault
    if fault.sandbox is not None:
        # not the reads, which Carloop itself is asked for the truth with; those the proxy strikes
        operations = (cell.operation, "account") if plan.any_request else (cell.operation,)
        for operation in operations:
            _arm_sandbox(fault, operation, plan.times, bench)
    elif fault.effect is None:
        bench.proxy.switch(Mode.REFUSE)
    else:
        if cell.position is Position.DURING:
            bench.sandbox.controls.arm(cell.operation, "delay", times=plan.times, value=_WORK_SECONDS)
        operation = ANY if plan.any_request else cell.operation
        bench.proxy.arm(_strike(fault, cell.position, plan), operation, times=plan.times)


def _arm_sandbox(fault: Fault, operation: str, times: int, bench: Bench) -> None:
    arm = bench.sandbox.controls.arm
    if fault.then is None:
        arm(operation, str(fault.sandbox), times=times, value=fault.value)
    else:
        arm(operation, str(fault.sandbox), times=1, value=fault.value)
        arm(operation, "status", times=times, value=fault.then)


def _strike(fault: Fault, position: Position, plan: Plan) -> WireFault:
    return WireFault(cast("Effect", fault.effect), position, plan.at, fault.answer)
