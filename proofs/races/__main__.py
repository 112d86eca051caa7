"""Let planner servers race for the same vehicles and appointments over one store, a random one killed every second.

    python -m proofs.races --store sqlite|postgres [--processes 8] [--attempts 1000] [--vehicles 50] [--seed 1]

Each server is a process with the plugin in a host that reconciles every 30 s, as in production; one that is killed is
started again at once. Afterwards the killing ends and the servers have a minute to settle what is pending. Then Carloop
itself is asked what there is. Ends with the line
`N processes, M attempts, 0 overlaps, 0 moments with two or none, 0 lost, 0 locked, 0 unsettled`; exits 1 where that is
not so.
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
from proofs.races.checks import LOCKED, Results, lost, moments, overlaps
from proofs.races.planner_server import AttemptLog, Race, ask, entries
from proofs.reporting import ROOT, command, provenance, write_report
from proofs.servers import empty_store, first_day, our_rentals, plugin_environment, vehicle_ids

Document = dict[str, Any]
SETTLING_SECONDS = 60.0
PRINT_EVERY = 5.0
SAVE: Document = {"action": "save"}


@dataclass
class ServerGroup:
    """The servers, each restarted when it is killed."""

    folder: Path
    processes: dict[int, subprocess.Popen[str]] = field(default_factory=dict)
    kills: int = 0
    last_kill: float = 0.0

    def start(self, number: int) -> None:
        """Start a server, or start it again."""
        command = [sys.executable, "-m", "proofs.races.planner_server", str(self.folder), str(number)]
        with (self.folder / f"server-{number}.log").open("ab") as log:
            self.processes[number] = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log, text=True, cwd=ROOT
            )

    def kill_one(self, rng: random.Random) -> None:
        """Kill a random server and start it again."""
        number = rng.choice(sorted(self.processes))
        self._end(self.processes[number])
        self.kills, self.last_kill = self.kills + 1, time.monotonic()
        self.start(number)

    def stop(self) -> None:
        """End them all."""
        for process in self.processes.values():
            self._end(process)

    def check(self) -> None:
        """Raise if a server has ended by itself."""
        for number, process in self.processes.items():
            if process.poll() is not None:
                raise RuntimeError(f"server {number} ended with {process.returncode}, see its log")

    def _end(self, process: subprocess.Popen[str]) -> None:
        process.kill()
        process.wait()
        assert process.stdin is not None
        process.stdin.close()


def plan_race(folder: Path, asked: argparse.Namespace, vehicles: list[str]) -> Race:
    """Draw the race: two servers in three meet at an appointment, and two vehicles in three are booked on a day."""
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


def run_race(servers: ServerGroup, race: Race, asked: argparse.Namespace) -> None:
    """Let them race, killing one after each pause, until all attempts are made."""
    rng, began, printed = random.Random(asked.seed), time.monotonic(), 0.0
    for number in range(asked.processes):
        servers.start(number)
    total = asked.processes * asked.attempts
    while (made := count_answered(servers.folder, asked.processes)) < total:
        time.sleep(asked.kill_every)
        servers.check()
        servers.kill_one(rng)
        if (passed := time.monotonic() - began) - printed >= PRINT_EVERY and made:
            printed, left = passed, passed / made * (total - made)
            print(f"{made:,} of {total:,} attempts, {servers.kills} kills, {left:.0f} s left", flush=True)


def count_answered(folder: Path, processes: int) -> int:
    """Count the attempts that were answered."""
    logs = (folder / f"server-{number}.jsonl" for number in range(processes))
    return sum(
        each.read_bytes().count(b'{"kind": "answers", "change_id": "')
        - each.read_bytes().count(b'"change_id": "save-')
        for each in logs
        if each.exists()
    )


def settle(servers: ServerGroup) -> float:
    """Wait up to a minute until nothing is pending; return the seconds since the last kill."""
    while time.monotonic() - servers.last_kill < SETTLING_SECONDS and pending():
        time.sleep(0.2)
    return time.monotonic() - servers.last_kill


def pending() -> list[str]:
    """Return the pending changes in the records."""
    with bootstrap.opened(deadline=time.monotonic() + 10) as services:
        return [intent.change_id for intent in services.context.store.pending_intents()]


def check_all(
    folder: Path, race: Race, processes: int, sandbox: SandboxProcess
) -> tuple[Results, Counter[str]]:
    """Compare the answers with Carloop and the records. Changes answered as unknown are requested again first."""
    results = Results(unsettled=pending())
    logs = [AttemptLog.open(folder, number) for number in range(processes)]
    outcomes = Counter(
        " ".join(filter(None, (log.asked.get(key, SAVE)["action"], answer["status"], answer["code"])))
        for log in logs
        for key, answer in log.answers.items()
    )
    answered = [entry for each in logs for entry in entries(each.path) if entry["kind"] == "answers"]
    results.locked = [json.dumps(entry) for entry in answered if entry["document"]["code"] in LOCKED]
    with MobilityHost.of(plugin, strict=True) as host:
        for log in logs:
            for change_id in [each for each, answer in log.answers.items() if answer["status"] == "unknown"]:
                ask(host, log.asked[change_id], log)
        ids = [f"A-{number}" for number in range(race.appointments)]
        states = host.mobility_states(ids, timeout=60).answers["carloop"]
    rentals = our_rentals(sandbox)
    results.overlaps = overlaps(rentals)
    asked = {change_id: change for each in logs for change_id, change in each.asked.items()}
    results.moments = moments(asked, rentals, sandbox.controls.history())
    answers = {change_id: outcome for each in logs for change_id, outcome in each.answers.items()}
    results.lost = lost(asked, answers, rentals, {state["appointment_id"]: dict(state) for state in states})
    return results, outcomes


def report(asked: argparse.Namespace, line: str, figures: dict[str, object], outcomes: Counter[str]) -> str:
    """Return the report as Markdown."""
    arguments = (
        f"--{name.replace('_', '-')} {value}" for name, value in vars(asked).items() if name != "report"
    )
    facts = provenance(command=f"`{command('races', arguments)}`", **figures)
    rows = "\n".join(f"| {outcome} | {count:,} |" for outcome, count in outcomes.most_common())
    title = f"# Races on {'PostgreSQL' if asked.store == 'postgres' else 'one SQLite file'}"
    return f"{title}\n\n**{line}**\n\n{facts}\n\n| outcome | times |\n|---|---|\n{rows}\n"


def main() -> int:
    """Run the race and check it."""
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
            os.environ |= plugin_environment(Path(name), store, sandbox.url, sandbox.token)
            folder, began = Path(name), time.monotonic()
            race = plan_race(folder, asked, vehicle_ids(sandbox, asked.vehicles))
            servers = ServerGroup(folder)
            try:
                run_race(servers, race, asked)
                race_seconds = time.monotonic() - began
                settling_seconds = settle(servers)
            finally:
                servers.stop()
            results, outcomes = check_all(folder, race, asked.processes, sandbox)
            bootstrap.close()
    attempts = asked.processes * asked.attempts
    line = f"{asked.processes} processes, {attempts} attempts, {results.line()}"
    for text in results.texts:
        print(text)
    figures: dict[str, object] = {
        "kills": servers.kills,
        "seconds of the race": f"{race_seconds:.0f}",
        "all settled, seconds after the last kill": f"{settling_seconds:.1f}",
    }
    if asked.report:
        write_report(asked.report, report(asked, line, figures, outcomes))
    print(", ".join(f"{name}: {value}" for name, value in figures.items()))
    print(line)
    return 0 if results.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
