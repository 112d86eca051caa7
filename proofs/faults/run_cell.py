"""Run a cell: the operation with its fault, the recovery without it, and the observations in between."""

from __future__ import annotations

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import cast

from carloop_plugin import bootstrap
from mobility_hookspecs import Gathered, MobilityProblem
from proofs.documents import new_booking, new_change, new_search
from proofs.faults.catalogue import Fault
from proofs.faults.cells import Cell, Plan
from proofs.faults.evidence import Answer, ChangeEvidence, Document, Evidence, QuoteEvidence, SearchEvidence
from proofs.faults.testbed import CALL_SECONDS, FaultTestbed
from tests.support.proxy import ANY, Mode
from tests.support.wire_faults import Effect, Position, WireFault

SECONDS = 0.6
"""The time-out of every call during a fault."""

_WORK_SECONDS = 0.1
_SOON_SECONDS = 0.15


def run_cell(cell: Cell, testbed: FaultTestbed) -> Evidence:
    """Run one cell and return its evidence."""
    testbed.host_log.take()
    if cell.plan().fresh:
        bootstrap.close()
    soon = threading.Timer(_SOON_SECONDS, testbed.proxy.release)
    try:
        if cell.operation == "search":
            return _run_search(cell, testbed, soon)
        if cell.operation == "quote":
            return _run_quote(cell, testbed, soon)
        return _run_change(cell, testbed, soon)
    finally:
        soon.cancel()
        testbed.proxy.switch(Mode.PASS)
        testbed.clear_faults()


def _run_search(cell: Cell, testbed: FaultTestbed, soon: threading.Timer) -> SearchEvidence:
    period = testbed.appointment()["period"]
    request = new_search(period)
    plan = cell.plan()
    _arm(cell, plan, testbed)
    if plan.release == "soon":
        soon.start()
    began = time.monotonic()
    answer = testbed.host.mobility_options(request, timeout=SECONDS)  # type: ignore[arg-type]
    overrun = time.monotonic() - began - SECONDS
    testbed.proxy.switch(Mode.PASS)
    testbed.clear_faults()
    testbed.proxy.drain()
    again = testbed.host.mobility_options(request, timeout=CALL_SECONDS)  # type: ignore[arg-type]
    free = tuple(str(each["id"]) for each in testbed.free(period))
    return SearchEvidence(_single(answer), overrun, _single(again), free, *testbed.host_log.take())


def _run_quote(cell: Cell, testbed: FaultTestbed, soon: threading.Timer) -> QuoteEvidence:
    plan = cell.plan()
    appointment, other = testbed.appointment(), testbed.appointment()
    for each in (appointment, other):
        testbed.host.appointment_saved(each, timeout=CALL_SECONDS)
    change = _change("rebook" if plan.asks_twice else "change_end", appointment, testbed)
    before, passed = testbed.observe(appointment["id"]), len(testbed.proxy.passed)
    booking = new_booking(other, testbed.vehicle)
    _arm(cell, plan, testbed)
    if plan.release == "soon":
        soon.start()
    with ThreadPoolExecutor(1) as pool:
        quoting = pool.submit(_quote, change, testbed, SECONDS)
        # the same fault is no booking's where it affects the quote alone
        is_alone = not plan.any_request and (cell.fault.sandbox or cell.fault.effect)
        outcome = _do(booking, testbed, SECONDS) if is_alone else None
        answer, overrun = quoting.result()
    testbed.proxy.switch(Mode.PASS)
    testbed.clear_faults()
    testbed.proxy.drain()
    outcome = outcome or _do(booking, testbed, CALL_SECONDS)
    again, _ = _quote(change, testbed, CALL_SECONDS)
    testbed.left_pending += testbed.recover()
    keys = frozenset(each.key for each in testbed.proxy.passed[passed:] if each.key == change["change_id"])
    after = testbed.observe(appointment["id"])
    return QuoteEvidence(answer, overrun, again, outcome, before, after, keys, *testbed.host_log.take())


def _quote(change: Document, testbed: FaultTestbed, seconds: float) -> tuple[Document, float]:
    began = time.monotonic()
    try:
        answer: Document = dict(testbed.host.quote(change, timeout=seconds))
    except MobilityProblem as failure:
        answer = {"problem": dict(failure.problem)}
    return answer, time.monotonic() - began - seconds


def _single(gathered: Gathered[Document]) -> Document:
    if gathered.failures:
        return {"problem": dict(gathered.failures[0].problem)}
    return dict(gathered.answers["carloop"])


def _run_change(cell: Cell, testbed: FaultTestbed, soon: threading.Timer) -> ChangeEvidence:
    plan = cell.plan()
    appointment = testbed.appointment()
    testbed.host.appointment_saved(appointment, timeout=CALL_SECONDS)
    change = _change(cell.operation, appointment, testbed)
    before = testbed.observe(appointment["id"])
    passed = len(testbed.proxy.passed)
    _arm(cell, plan, testbed)
    if plan.release == "soon":
        soon.start()
    answers = [_ask(change, appointment, testbed) for _ in range(1 + plan.asks_twice)]
    testbed.proxy.switch(Mode.PASS)
    testbed.clear_faults(release=plan.release != "after")
    testbed.recover()
    if plan.release == "after":
        testbed.proxy.release()
    testbed.proxy.drain()
    pending = testbed.recover()
    testbed.left_pending += pending
    settled = testbed.observe(appointment["id"])
    keys = frozenset(each.key for each in testbed.proxy.passed[passed:] if each.key)
    cancellation = _follow_proposal(settled.state, testbed) if cell.fault.wrong_result else None
    again, once_more = (_do(change, testbed, CALL_SECONDS) for _ in range(2))
    final = testbed.observe(appointment["id"])
    during = (change, before, tuple(answers), keys, settled, pending)
    afterwards = (again, once_more, final, *testbed.host_log.take(), testbed.moments(appointment["id"]))
    return ChangeEvidence(*during, *afterwards, cancellation)


def _ask(change: Document, appointment: Document, testbed: FaultTestbed) -> Answer:
    began = time.monotonic()
    outcome = _do(change, testbed, SECONDS)
    overrun = time.monotonic() - began - SECONDS
    return Answer(outcome, overrun, testbed.observe(appointment["id"]))


def _do(change: Document, testbed: FaultTestbed, seconds: float) -> Document:
    return dict(testbed.host.change_rental(change, timeout=seconds))


def _change(operation: str, appointment: Document, testbed: FaultTestbed) -> Document:
    booking = new_booking(appointment, testbed.vehicle)
    if operation == "book":
        return booking
    rental = _do(booking, testbed, CALL_SECONDS)["rental"]
    if operation == "cancel":
        return new_change("cancel", rental_id=rental["id"], reason="Kunde verzichtet")
    later = datetime.fromisoformat(appointment["period"]["end"]) + timedelta(hours=1)
    if operation == "rebook":
        period = appointment["period"] | {"end": later.isoformat()}
        wanted = {"option_id": testbed.vehicle, "period": period, "customer": appointment["customer"]}
        return new_change("rebook", rental_id=rental["id"], **wanted)
    return new_change("change_end", rental_id=rental["id"], end=later.isoformat())


def _follow_proposal(state: Document, testbed: FaultTestbed) -> Document | None:
    for proposal in state["proposals"]:
        if proposal.get("change", {}).get("action") == "cancel":
            return _do(proposal["change"] | {"change_id": str(uuid.uuid4())}, testbed, CALL_SECONDS)
    return None


def _arm(cell: Cell, plan: Plan, testbed: FaultTestbed) -> None:
    fault = cell.fault
    if fault.sandbox is not None:
        # not the reads, which the observations need; the proxy makes faults in those
        operations = (cell.request, "account") if plan.any_request else (cell.request,)
        for operation in operations:
            _arm_sandbox(fault, operation, plan.times, testbed)
    elif fault.effect is None:
        testbed.proxy.switch(Mode.REFUSE)
    else:
        if cell.position is Position.DURING:
            testbed.sandbox.controls.arm(cell.request, "delay", times=plan.times, value=_WORK_SECONDS)
        operation = ANY if plan.any_request else cell.request
        testbed.proxy.arm(_wire_fault(fault, cell.position, plan), operation, times=plan.times)


def _arm_sandbox(fault: Fault, operation: str, times: int, testbed: FaultTestbed) -> None:
    arm = testbed.sandbox.controls.arm
    if fault.then is None:
        arm(operation, str(fault.sandbox), times=times, value=fault.value)
    else:
        arm(operation, str(fault.sandbox), times=1, value=fault.value)
        arm(operation, "status", times=times, value=fault.then)


def _wire_fault(fault: Fault, position: Position, plan: Plan) -> WireFault:
    return WireFault(cast("Effect", fault.effect), position, plan.at, fault.answer)
