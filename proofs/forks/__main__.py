"""Let planner servers fork while they book, and check that no call of a parent or a child is lost, swapped or raises.

    python -m proofs.forks [--store sqlite|postgres|both] [--rounds 300] [--seed 1] [--report FILE]

A server makes a host, uses it and forks 2 to 8 children in each round, from its main thread, from another thread or
from inside a hook. Parent and children go on using that host, in two threads each, over real sockets to one
Carloop and one store. Every thread has its own appointments, vehicles and days, so every call has one right answer.
Counted on each store: calls without the answer `done`, rentals that are missing at Carloop or there twice (lost),
answers that belong to another call (swapped), and exceptions, warnings and any other output on standard error (raised).
Ends with the line `N rounds, 0 lost, 0 swapped, 0 raised`; exits 1 if that is not so.

From 3.12 on Python warns when a process with threads forks (DeprecationWarning). This one warning is ignored; every
other one counts as raised.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from carloop_sandbox.running import run_sandbox_process
from proofs.forks.advisor import Plan
from proofs.forks.checks import Results, check_all
from proofs.reporting import ROOT, command, provenance, write_report
from proofs.servers import empty_store, first_day, our_rentals, plugin_environment, vehicle_ids

VEHICLES = 60
ROUNDS_A_SERVER = 10
WARNINGS = ("-W", "error", "-W", "ignore:This process:DeprecationWarning")


def run_rounds(store: str, asked: argparse.Namespace, folder: Path) -> Results:
    """Run all rounds on one store."""
    with run_sandbox_process(arguments=("--vehicles", str(VEHICLES))) as sandbox:
        plan = Plan(asked.seed, asked.rounds, tuple(vehicle_ids(sandbox, 50)), first_day().isoformat())
        plan.write(folder)
        environment = plugin_environment(folder, store, sandbox.url, sandbox.token)
        for first in range(0, asked.rounds, ROUNDS_A_SERVER):
            last = min(first + ROUNDS_A_SERVER, asked.rounds)
            serve(folder, first, last, environment)
            if last < asked.rounds:
                print(f"{last} of {asked.rounds} rounds", flush=True)
        return check_all(folder, plan, our_rentals(sandbox))


def serve(folder: Path, first: int, last: int, environment: dict[str, str]) -> None:
    """Run one server through its rounds; its standard error is kept."""
    command = [sys.executable, *WARNINGS, "-m", "proofs.forks.server", str(folder), str(first), str(last)]
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith("CARLOOP_")
    } | environment
    with (folder / f"server-{first}.log").open("ab") as log:
        done = subprocess.run(command, stderr=log, cwd=ROOT, env=environ, check=False)
        if done.returncode:
            log.write(f"the server ended with {done.returncode}\n".encode())


def report(asked: argparse.Namespace, line: str, figures: dict[str, dict[str, object]]) -> str:
    """Return the report as Markdown."""
    arguments = (f"--store {asked.store}", f"--rounds {asked.rounds}", f"--seed {asked.seed}")
    names = list(next(iter(figures.values())))
    rows = [f"| | {' | '.join(figures)} |", f"|---|{'---|' * len(figures)}"]
    rows += [f"| {name} | {' | '.join(str(each[name]) for each in figures.values())} |" for name in names]
    facts = provenance(command=f"`{command('forks', arguments)}`", rounds="as many on each store")
    return f"# Forks\n\n**{line}**\n\n{facts}\n\n" + "\n".join(rows) + "\n"


def figures_of(results: Results, seconds: float) -> dict[str, object]:
    """Return the figures of one store."""
    return {
        "children": f"{results.children:,}",
        **{f"right answers: {call}": f"{count:,}" for call, count in sorted(results.calls.items())},
        "lost": len(results.lost),
        "swapped": len(results.swapped),
        "raised": len(results.raised),
        "seconds": f"{seconds:.0f}",
    }


def main() -> int:
    """Run the rounds and check them."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--store", choices=["sqlite", "postgres", "both"], default="both")
    options.add_argument("--rounds", type=int, default=300, help="on each store")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--report", type=Path, help="a Markdown file to write the figures to")
    asked = options.parse_args()
    found: list[Results] = []
    figures: dict[str, dict[str, object]] = {}
    for kind in ["sqlite", "postgres"] if asked.store == "both" else [asked.store]:
        with (
            tempfile.TemporaryDirectory(prefix="carloop-forks-") as name,
            empty_store(kind, Path(name)) as store,
        ):
            began = time.monotonic()
            results = run_rounds(store, asked, Path(name))
        found.append(results)
        figures[kind] = figures_of(results, time.monotonic() - began)
        print(f"{kind}: {', '.join(f'{name}: {value}' for name, value in figures[kind].items())}", flush=True)
        for text in (*results.lost, *results.swapped, *results.raised):
            print(text)
    lost, swapped, raised = (
        sum(len(getattr(each, name)) for each in found) for name in ("lost", "swapped", "raised")
    )
    line = f"{asked.rounds} rounds, {lost} lost, {swapped} swapped, {raised} raised"
    if asked.report:
        write_report(asked.report, report(asked, line, figures))
    print(line)
    return 0 if all(each.is_clean for each in found) else 1


if __name__ == "__main__":
    sys.exit(main())
