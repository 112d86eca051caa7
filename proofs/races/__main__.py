"""Let planner servers race for the same cars and appointments over one store, a random one killed every second.

    python -m proofs.races --store sqlite|postgres [--processes 8] [--attempts 1000] [--vehicles 50] [--seed 1]

Each server is a process with the plugin in a host that reconciles every 30 s, as in real life; one that is killed is
started again at once. Afterwards the killing ends and the servers have a minute to settle what is pending. Then Carloop
itself is asked what there is. Ends with the line
`N processes, M attempts, 0 overlaps, 0 lost, 0 locked, 0 unsettled`; exits 1 where that is not so.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from carloop_plugin import bootstrap, plugin
from carloop_sandbox.running import SandboxProcess, run_sandbox_process
from mobility_hookspecs import MobilityHost
from proofs.races.planner_server import Diary, Race, ask, entries
from proofs.races.verdict import LOCKED, Verdict, lost, overlaps
from proofs.reporting import ROOT, command, provenance, write_report
from proofs.servers import empty_store, first_day, our_rentals, plugin_environment, vehicle_ids

Document = dict[str, Any]
A_MINUTE = 60.0
SAY_EVERY = 5.0


@dataclass
class Field:
    """The servers, each restarted when it was killed."""

    folder: Path
    processes: dict[int, subprocess.Popen[str]] = field(default_factory=dict)
    kills: int = 0
    last_kill: float = 0.0

    def start(self, number: int) -> None:
        """Start a server, or start it again."""
        command = [sys.executable, "-m", "proofs.races.planner_server", str(self.folder), str(number)]
        with (self.folder / f"server-{number}.log").open("ab") as log:
            self.processes[number] = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                text=True,
                cwd=ROOT,
            )

    def kill_one(self, chance: random.Random) -> None:
        """Kill a random server, wherever it is, and start it again."""
        number = chance.choice(sorted(self.processes))
        self._end(self.processes[number])
        self.kills, self.last_kill = self.kills + 1, time.monotonic()
        self.start(number)

    def stop(self) -> None:
        """End them all."""
        for process in self.processes.values():
            self._end(process)

    def check(self) -> None:
        """Complain of a server that ended by itself."""
        for number, process in self.processes.items():
            if process.poll() is not None:
                raise RuntimeError(f"server {number} ended with {process.returncode}, see its log")

    def _end(self, process: subprocess.Popen[str]) -> None:
        process.kill()
        process.wait()
        assert process.stdin is not None
        process.stdin.close()


def race_in(folder: Path, asked: argparse.Namespace, vehicles: list[str]) -> Race:
    """Draw the race: two servers in three meet at an appointment, and two cars in three are taken on a day."""
    attempts = asked.processes * asked.attempts
    race = Race(
        seed=asked.seed,
        attempts=asked.attempts,
        vehicles=tuple(vehicles),
        appointments=max(2, attempts // 2),
        days=max(2, attempts // (2 * len(vehicles))),
        first_day=first_day().isoformat(),
    )
    (folder / "race.json").write_text(json.dumps(asdict(race)))
    return race


def run_race(servers: Field, race: Race, asked: argparse.Namespace) -> None:
    """Let them race, one killed at every turn, until all attempts are made."""
    chance, began, said = random.Random(asked.seed), time.monotonic(), 0.0
    for number in range(asked.processes):
        servers.start(number)
    total = asked.processes * asked.attempts
    while (made := told_so_far(servers.folder, asked.processes)) < total:
        time.sleep(asked.kill_every)
        servers.check()
        servers.kill_one(chance)
        if (passed := time.monotonic() - began) - said >= SAY_EVERY and made:
            said, left = passed, passed / made * (total - made)
            print(f"{made:,} of {total:,} attempts, {servers.kills} kills, {left:.0f} s left", flush=True)


def told_so_far(folder: Path, processes: int) -> int:
    """Count the attempts whose outcome was told."""
    diaries = (folder / f"server-{number}.jsonl" for number in range(processes))
    return sum(
        each.read_bytes().count(b'{"kind": "told", "change_id": "')
        - each.read_bytes().count(b'"change_id": "save-')
        for each in diaries
        if each.exists()
    )


def settle(servers: Field) -> float:
    """Return the servers a minute to settle what is pending; give the seconds since the last kill."""
    while time.monotonic() - servers.last_kill < A_MINUTE and pending():
        time.sleep(0.2)
    return time.monotonic() - servers.last_kill


def pending() -> list[str]:
    """List what is pending, as the records say."""
    with bootstrap.opened(deadline=time.monotonic() + 10) as services:
        return [intent.change_id for intent in services.context.store.pending_intents()]


def judge(folder: Path, race: Race, processes: int, sandbox: SandboxProcess) -> tuple[Verdict, Counter[str]]:
    """Compare what was told with what there is. What was told as unknown is asked again first."""
    verdict = Verdict(unsettled=pending())
    diaries = [Diary.open(folder, number) for number in range(processes)]
    outcomes = Counter(
        f"{told['status']} {told['code'] or ''}".strip() for each in diaries for told in each.told.values()
    )
    said = [entry for each in diaries for entry in entries(each.path) if entry["kind"] == "told"]
    verdict.locked = [json.dumps(entry) for entry in said if entry["document"]["code"] in LOCKED]
    with MobilityHost.of(plugin, strict=True) as host:
        for diary in diaries:
            for change_id in [each for each, told in diary.told.items() if told["status"] == "unknown"]:
                ask(host, diary.asked[change_id], diary)
        ids = [f"A-{number}" for number in range(race.appointments)]
        states = host.mobility_states(ids, timeout=60).answers["carloop"]
    rentals = our_rentals(sandbox)
    verdict.overlaps = overlaps(rentals)
    asked = {change_id: change for each in diaries for change_id, change in each.asked.items()}
    told = {change_id: outcome for each in diaries for change_id, outcome in each.told.items()}
    verdict.lost = lost(asked, told, rentals, {state["appointment_id"]: dict(state) for state in states})
    return verdict, outcomes


def report(asked: argparse.Namespace, line: str, figures: dict[str, object], outcomes: Counter[str]) -> str:
    """Write what was found, as Markdown."""
    words = (f"--{name.replace('_', '-')} {value}" for name, value in vars(asked).items() if name != "report")
    facts = provenance(command=f"`{command('races', words)}`", **figures)
    rows = "\n".join(f"| {outcome} | {count:,} |" for outcome, count in outcomes.most_common())
    title = f"# Races on {'PostgreSQL' if asked.store == 'postgres' else 'one SQLite file'}"
    return f"{title}\n\n**{line}**\n\n{facts}\n\n| outcome | times |\n|---|---|\n{rows}\n"


def main() -> int:
    """Run the race and judge it."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    options.add_argument("--processes", type=int, default=8)
    options.add_argument("--attempts", type=int, default=100, help="of each process")
    options.add_argument("--vehicles", type=int, default=50)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--kill-every", type=float, default=1.0, metavar="SECONDS")
    options.add_argument("--report", type=Path, help="a Markdown file to write the figures to")
    asked = options.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="carloop-races-") as name,
        empty_store(asked.store, Path(name)) as store,
    ):
        fleet = ("--vehicles", str(asked.vehicles), "--allow-faults")
        with run_sandbox_process(arguments=fleet) as sandbox:
            os.environ |= plugin_environment(store, sandbox)
            folder, began = Path(name), time.monotonic()
            race = race_in(folder, asked, vehicle_ids(sandbox, asked.vehicles))
            servers = Field(folder)
            try:
                run_race(servers, race, asked)
                raced = time.monotonic() - began
                settled = settle(servers)
            finally:
                servers.stop()
            verdict, outcomes = judge(folder, race, asked.processes, sandbox)
            bootstrap.close()
    attempts = asked.processes * asked.attempts
    line = f"{asked.processes} processes, {attempts} attempts, {verdict.line()}"
    for wrong in (*verdict.overlaps, *verdict.lost, *verdict.locked, *verdict.unsettled):
        print(wrong)
    figures: dict[str, object] = {
        "kills": servers.kills,
        "seconds of the race": f"{raced:.0f}",
        "all settled, seconds after the last kill": f"{settled:.1f}",
    }
    if asked.report:
        write_report(asked.report, report(asked, line, figures, outcomes))
    print(", ".join(f"{name}: {value}" for name, value in figures.items()))
    print(line)
    return 0 if verdict.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
