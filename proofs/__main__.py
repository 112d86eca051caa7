"""List the proofs, or run all of them: their short version, as a merge must pass, or the long one, for hours.

    python -m proofs [--short | --long] [NAME]…

A proof by itself: `python -m proofs.NAME --help`. Exits 1 where one of them fails; the others are run all the same.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from proofs.reporting import ROOT

RACE = "--processes 3 --attempts 20 --vehicles 3 --kill-every 3"
OUTAGE = "--minutes 0.15 --planners 2 --advisors 4 --pause 0.08 --timeout 0.4 --reconcile-every 1"
STORES = ("sqlite", "postgres")
LONG_RACE = "--processes 8 --attempts 1000 --vehicles 50"


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof: what it shows, and the arguments of its short and its long runs, a string for each."""

    name: str
    shows: str
    short: tuple[str, ...]
    long: tuple[str, ...]


def _report(name: str, arguments: str = "") -> str:
    return f"{arguments} --report docs/evidence/{name}.md".strip()


PROOFS = (
    Proof("own_tests", "the tests beside the proofs: their checks find each kind of error", ("",), ("",)),
    Proof(
        "crash",
        "SIGKILL at every step, recovery included: nothing doubled, nothing unlinked, one rental at each moment",
        ("--rounds 100",),
        (
            _report("crash", "--rounds 10000"),
            _report("crash-rebooking", "--rounds 500 --operation REBOOK"),
        ),
    ),
    Proof("crash.erasing", "an erasure that is killed is finished", ("--rounds 3",), ("--rounds 1000",)),
    Proof(
        "model",
        "runs of planners, desk, crashes, faults and clocks, drawn by hypothesis",
        ("--runs 50",),
        (_report("model", "--runs 2000"),),
    ),
    Proof(
        "faults",
        "each fault in each operation and position",
        ("--seeds 1 --daily",),
        (_report("faults", "--seeds 10"),),
    ),
    Proof(
        "races",
        "planner servers that share a store and are killed",
        tuple(f"--store {store} {RACE}" for store in STORES),
        tuple(_report(f"races-{store}", f"--store {store} {LONG_RACE}") for store in STORES),
    ),
    Proof("forks", "planner servers that fork while they book", ("--rounds 3",), (_report("forks"),)),
    Proof(
        "hostile",
        "what hostile answers cost, and where the token is sent",
        ("--few --no-second-origin --timeout 0.3",),
        (_report("hostile-answers"),),
    ),
    Proof(
        "outage",
        "Carloop away under load: few requests, everything settled afterwards",
        (OUTAGE,),
        (_report("outage", "--minutes 5"),),
    ),
    Proof("deadlines", "how long after its deadline a call ends", ("--tries 1",), (_report("deadlines"),)),
    Proof(
        "bad_documents",
        "bad documents into every hook, on both databases",
        ("--each 40",),
        (_report("bad-documents"),),
    ),
    Proof(
        "planted",
        "planted bugs, each noticed by the tests that it names",
        ("key-per-attempt refusal-believed-unlooked payload-kept",),
        (_report("planted"),),
    ),
    Proof("browser", "every page, state, language and colour scheme in Chromium", ("--short",), ("",)),
    Proof(
        "properties", "properties of schemas and interface on many generated examples", ("--short",), ("",)
    ),
    Proof("timing", "what only an idle machine can measure, run alone", ("--short",), ("",)),
    Proof("bench", "that the speed table is measured and written as promised", ("--short",), ("",)),
    Proof("mutants", "changes to the decision modules, noticed by the tests", (), (_report("mutants"),)),
)


def main() -> int:
    """List the proofs, or run them."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("names", nargs="*", metavar="NAME", help="proofs to run; else all")
    which = options.add_mutually_exclusive_group()
    which.add_argument(
        "--short", action="store_true", help="run the short version of each, some minutes together"
    )
    which.add_argument(
        "--long", action="store_true", help="run the long version of each, some hours together"
    )
    asked = options.parse_args()
    if unknown := set(asked.names) - {proof.name for proof in PROOFS}:
        options.error(f"no such proof: {', '.join(sorted(unknown))}")
    if not asked.short and not asked.long:
        print_list()
        return 0
    runs = [
        (proof.name, arguments)
        for proof in PROOFS
        if proof.name in asked.names or not asked.names
        for arguments in (proof.short if asked.short else proof.long)
    ]
    failed = [name for name, arguments in runs if not run(name, arguments)]
    print(f"{len(runs)} runs, {len(failed)} failed" + (f": {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


def run(name: str, arguments: str) -> bool:
    """Run a proof and return whether it holds."""
    began = time.monotonic()
    print(f"proofs.{name} {arguments}".rstrip(), flush=True)
    done = subprocess.run([sys.executable, "-m", f"proofs.{name}", *arguments.split()], cwd=ROOT, check=False)
    word = "holds" if done.returncode == 0 else f"FAILED with exit code {done.returncode}"
    print(f"  {word}, {time.monotonic() - began:.0f} s", flush=True)
    return done.returncode == 0


def print_list() -> None:
    """Print the list."""
    table = Table("name", "what it shows", box=None, pad_edge=False)
    for proof in PROOFS:
        table.add_row(proof.name, proof.shows)
    Console().print(table)
    print(
        "\nOne of them: make proof NAME=crash ARGS='--rounds 50'. All: make proof (minutes), make soak (hours)."
    )


if __name__ == "__main__":
    sys.exit(main())
