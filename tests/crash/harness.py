"""Kill the plugin with SIGKILL anywhere in a booking, restart it, and count what is doubled or not linked.

    python tests/crash/harness.py --rounds 50 [--seed 1]

Each round forks a process that books through the plugin's own hook and is killed at one of its function calls, C
calls into SQLite and the socket included. Every other round the recovery is killed as well. Then a fresh process
reconciles, asks for the same change again, and Carloop itself is asked how many rentals there are. Ends with the
line `N rounds, 0 doubled, 0 unlinked`; exits 1 where that is not so.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import signal
import sys
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from carloop_plugin import plugin
from carloop_sandbox.running import SandboxProcess, run_sandbox_process
from mobility_hookspecs import CallContext
from mobility_schemas import InvalidDocument, validate

Document = dict[str, Any]
FAULTS = ("none", "none", "drop_after", "drop_before")


@dataclass(frozen=True, slots=True)
class Round:
    """One round: the appointment, the change, and the call at which each process is killed."""

    number: int
    appointment: Document
    change: Document
    fault: str
    kill_booking_at: int
    kill_recovery_at: int | None


def in_a_process(work: Callable[[], object], *, kill_at: int | None = None) -> tuple[int, Any]:
    """Run `work` in a forked process, killed at its n-th call. Give the calls made (0 when killed) and the answer."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiving)
        _work_and_leave(work, kill_at, sending)
    os.close(sending)
    with os.fdopen(receiving, "rb") as answers:
        said = answers.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return 0, None
    if os.WEXITSTATUS(status) != 0:
        raise RuntimeError(f"the process ended with {os.WEXITSTATUS(status)}")
    calls, answer = json.loads(said)
    return calls, answer


def _work_and_leave(work: Callable[[], object], kill_at: int | None, sending: int) -> None:
    calls = 0

    def count(_frame: object, _event: str, _argument: object) -> None:
        nonlocal calls
        calls += 1
        if calls == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        sys.setprofile(count)
        answer = work()
        sys.setprofile(None)
        os.write(sending, json.dumps([calls, answer]).encode())
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 - the forked process must end here, whatever happened
        sys.setprofile(None)
        sys.stderr.write(f"{type(error).__name__}\n")
        os._exit(3)


def preload() -> None:
    """Import what a booking needs, so that the processes die in its steps and not in its imports."""
    for name in ("change", "edge", "step", "reconcile", "documents", "api.session", "store.pool"):
        importlib.import_module(f"carloop_plugin.{name}")
    for name in ("appointment", "rental_change", "carloop/Rental", "carloop/Account", "carloop/RentalList"):
        try:
            validate({}, name)
        except InvalidDocument:
            continue


def draw_round(number: int, chance: random.Random, *, vehicle: str, span: tuple[int, int]) -> Round:
    """Draw a round on a day of its own, killed at a call within `span`."""
    start = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(
        days=100 + 2 * number
    )
    period = {"start": start.isoformat(), "end": (start + timedelta(hours=9)).isoformat()}
    customer = {"source": "manual", "last_name": "Canary"}
    appointment = {
        "id": f"A-{number}",
        "revision": 1,
        "status": "scheduled",
        "site": "main",
        "period": period,
        "time_zone": "Europe/Berlin",
        "customer": customer,
    }
    change = {
        "change_id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "provider": "carloop",
        "action": "book",
        "appointment_id": f"A-{number}",
        "option_id": vehicle,
        "site": "main",
        "period": period,
        "customer": customer,
    }
    kill_recovery_at = chance.randrange(*span) if number % 2 else None
    fault = FAULTS[number % len(FAULTS)]
    return Round(number, appointment, change, fault, chance.randrange(*span), kill_recovery_at)


def save(round_: Round) -> object:
    """Save the appointment."""
    return plugin.on_appointment_saved(round_.appointment, CallContext.within(10))  # type: ignore[arg-type]


def book(round_: Round) -> object:
    """Ask for the booking."""
    return plugin.on_rental_change(round_.change, CallContext.within(10))  # type: ignore[arg-type]


def reconcile() -> object:
    """Reconcile once."""
    return plugin.reconcile_rentals(CallContext.within(10))


def state(round_: Round) -> Any:
    """Ask how the appointment stands."""
    return plugin.provide_mobility_states([round_.appointment["id"]], CallContext.within(10))[0]


def play(round_: Round, sandbox: SandboxProcess, http: httpx.Client) -> tuple[bool, bool]:
    """Play a round; tell whether a rental was doubled, and whether one is not linked."""
    in_a_process(lambda: save(round_))
    if round_.fault != "none":
        fault = {"operation": "book", "fault": round_.fault, "times": 3}
        http.post("/sandbox/faults", json=fault).raise_for_status()
    in_a_process(lambda: book(round_), kill_at=round_.kill_booking_at)
    http.request("DELETE", "/sandbox/faults", json={}).raise_for_status()
    if round_.kill_recovery_at is not None:
        in_a_process(reconcile, kill_at=round_.kill_recovery_at)
    in_a_process(reconcile)
    after_recovery = at_carloop(round_, sandbox, http)
    _, recovered = in_a_process(lambda: state(round_))
    linked = recovered.get("rental", {}).get("id")
    unlinked = [rental["id"] for rental in after_recovery] != ([linked] if linked else [])
    _, outcome = in_a_process(lambda: book(round_))
    finally_there = at_carloop(round_, sandbox, http)
    unlinked |= outcome["status"] != "done" or outcome["rental"]["id"] != finally_there[0]["id"]
    return len(finally_there) > 1, unlinked


def at_carloop(round_: Round, sandbox: SandboxProcess, http: httpx.Client) -> list[Document]:
    """Ask Carloop for the rentals of the round's appointment, whatever the plugin believes."""
    found, cursor = [], None
    while True:
        answer = http.get(
            "/api/planner/v1/rentals",
            params={"limit": 1000} | ({"cursor": cursor} if cursor else {}),
            headers={"Authorization": f"Bearer {sandbox.token}"},
        )
        page = answer.raise_for_status().json()
        ours = f"/main/{round_.appointment['id']}/"
        found += [each for each in page["items"] if ours in (each["external_reference"] or "")]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def measure(sandbox: SandboxProcess, http: httpx.Client, chance: random.Random, vehicle: str) -> int:
    """Count the calls of a booking that nobody kills."""
    probe = draw_round(0, chance, vehicle=vehicle, span=(1, 2))
    in_a_process(lambda: save(probe))
    calls, outcome = in_a_process(lambda: book(probe))
    if outcome["status"] != "done":
        raise RuntimeError(outcome["problem"]["code"])
    return calls


def main() -> int:
    """Play the rounds and count."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--rounds", type=int, default=50)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    chance = random.Random(asked.seed)
    doubled = unlinked = 0
    preload()
    with tempfile.TemporaryDirectory() as folder, run_sandbox_process() as sandbox:
        os.environ |= {
            "CARLOOP_STORE": str(Path(folder) / "carloop.sqlite3"),
            "CARLOOP_BASE_URL": sandbox.url,
            "CARLOOP_TOKEN": sandbox.token,
        }
        with httpx.Client(base_url=sandbox.url, timeout=10) as http:
            vehicle = _any_vehicle(sandbox, http)
            calls = measure(sandbox, http, chance, vehicle)
            for number in range(1, asked.rounds + 1):
                round_ = draw_round(number, chance, vehicle=vehicle, span=(1, calls))
                is_doubled, is_unlinked = play(round_, sandbox, http)
                doubled, unlinked = doubled + is_doubled, unlinked + is_unlinked
    print(f"{asked.rounds} rounds, {doubled} doubled, {unlinked} unlinked")
    return 1 if doubled or unlinked else 0


def _any_vehicle(sandbox: SandboxProcess, http: httpx.Client) -> str:
    far = datetime.now(UTC) + timedelta(days=1000)
    answer = http.get(
        "/api/planner/v1/vehicles",
        params={"start": far.isoformat(), "end": (far + timedelta(days=1)).isoformat()},
        headers={"Authorization": f"Bearer {sandbox.token}"},
    )
    return str(answer.raise_for_status().json()["items"][0]["id"])


if __name__ == "__main__":
    sys.exit(main())
