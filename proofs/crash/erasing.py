"""Kill an erasure at every step and at random, and search every file for the customer afterwards.

    python -m proofs.crash.erasing [--rounds 30] [--seed 1]

Each round's records hold a settled and a pending change of one customer. After the kill a planner
reconciles. An erasure that was recorded by then is finished without another request; else it had not begun.
Ends with the line `N kills, 0 left`; exits 1 where that is not so.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from carloop_plugin import bootstrap, plugin
from carloop_plugin.domain.values import AppointmentId
from mobility_hookspecs import CallContext
from proofs.crash.disruptions import warm_up
from proofs.crash.plan import Disruption, Operation, Round
from proofs.crash.processes import AfterSeconds, AtCall, AtStep, Ended, Kill, run_in_process
from proofs.crash.testbed import Testbed, reconcile, running_testbed

CANARY = b"Canary"


def erase(*rounds: Round) -> object:
    """Erase the appointments of some rounds."""
    subjects = {"customer_numbers": [], "appointment_ids": [each.appointment_id for each in rounds]}
    return plugin.on_personal_data_erased(subjects, CallContext.within(10))  # type: ignore[arg-type]


def is_known(round_: Round) -> bool:
    """Return whether the records still have the appointment."""
    with bootstrap.opened(deadline=CallContext.within(10).deadline) as services:
        return (
            services.context.store.appointments([AppointmentId(round_.appointment_id)]).get(
                AppointmentId(round_.appointment_id)
            )
            is not None
        )


def count_unfinished() -> int:
    """Count the erasures that are not finished."""
    with bootstrap.opened(deadline=CallContext.within(10).deadline) as services:
        return services.context.store.backlog().unfinished_erasures


def run_round(number: int, testbed: Testbed, kill: Kill | None) -> tuple[Ended, list[str]]:
    """Run a round; return how the erasure ended, and which files still contain the customer."""
    testbed.use_records(testbed.folder / f"erased-{number}.sqlite3")
    settled = Round(2 * number, Disruption.PLUGIN, Operation.CANCEL)
    pending = replace(settled, number=2 * number + 1)
    testbed.do(settled)
    testbed.leave_pending(pending, has_arrived=number % 2 == 0)
    ended = run_in_process(lambda: erase(settled, pending), kill=kill, counted=True)
    run_in_process(reconcile)
    if run_in_process(lambda: is_known(settled)).answer:
        run_in_process(lambda: erase(settled, pending))
    if run_in_process(count_unfinished).answer:
        return ended, ["an erasure that is not finished"]
    left = [each.name for each in testbed.folder.glob("erased-*") if CANARY in each.read_bytes()]
    testbed.remove_records()
    return ended, left


def kills(ended: Ended, rounds: int, rng: random.Random) -> list[Kill]:
    """Return a kill for every step, and random ones up to so many."""
    drawn: list[Kill] = [AtStep(number) for number in range(1, len(ended.steps) + 1)]
    while len(drawn) < rounds:
        drawn.append(AtCall(rng.randint(1, ended.calls)))
        drawn.append(AfterSeconds(rng.random() * ended.seconds))
    return drawn[: max(rounds, len(ended.steps))]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rounds and count."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--rounds", type=int, default=30)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args(arguments)
    warm_up()
    with tempfile.TemporaryDirectory() as folder, running_testbed(Path(folder), with_disk=False) as testbed:
        ended, left = run_round(0, testbed, None)
        planned = kills(ended, asked.rounds, random.Random(asked.seed))
        found = [left, *(run_round(number, testbed, kill)[1] for number, kill in enumerate(planned, 1))]
    for number, names in enumerate(found):
        if names:
            print(f"round {number}: {', '.join(names)}", file=sys.stderr)
    count = sum(bool(names) for names in found)
    print(f"{len(planned)} kills, {count} left")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
