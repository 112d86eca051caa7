"""What rounds run on: a Carloop, a recording proxy, the records, and the plugin in processes."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from carloop_plugin import bootstrap, plugin
from carloop_plugin.store.sqlite.database import SqliteDatabase
from mobility_hookspecs import CallContext, MobilityProblem
from proofs.crash.plan import OF_A_RENTAL, Operation, Round
from proofs.crash.processes import TOKEN, CarloopProcess, CarloopRental, Document, Ended, Kill, run_in_process
from proofs.crash.recording_proxy import Interruption, RecordingProxy, has_intent, start_proxy

SELF = -1
"""The process that requests the interruption is the one to be killed."""

DOUBLED, UNLINKED, MOMENTS = KINDS = ("doubled", "unlinked", "moments with two or none")
"""A rental or a change too many; a rental that is not linked, or a wrong answer; a moment in Carloop's history."""

DISK = "1m"
PAGE = 4096
FILLER = "filler"


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken guarantee, of one of the kinds."""

    round: Round
    kind: str
    text: str


class Testbed:
    """Carloop, the recording proxy and the records of some rounds."""

    def __init__(
        self, folder: Path, disk: Path | None, carloop: CarloopProcess, recording_proxy: RecordingProxy
    ) -> None:
        self.folder = folder
        self._disk = disk
        self.carloop = carloop
        self.proxy = recording_proxy
        self.vehicle, self.other_vehicle = carloop.vehicles()
        self.store = folder / "carloop.sqlite3"
        self.killed_process = 0
        self.violations: list[Violation] = []

    def use_records(self, store: Path) -> None:
        """Start a round with these records."""
        self.store = store
        os.environ["CARLOOP_STORE"] = str(store)
        self.proxy.start_round(store)

    def use_records_on_small_disk(self, name: str) -> None:
        """Start a round with records on the small disk, which `fill_disk` fills."""
        self.use_records((self._disk or self.folder) / name)

    def fill_disk(self, *, pages: int) -> None:
        """Fill the disk up to so many pages; without a disk of our own, limit the length of this process's files."""
        if self._disk is None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (pages * PAGE, resource.RLIM_INFINITY))
        else:
            fill(self._disk, pages=pages)

    def free_disk(self) -> None:
        """Free the disk again; a limit has ended with its process."""
        if self._disk is not None:
            (self._disk / FILLER).unlink()

    def remove_records(self) -> None:
        """Remove the records of a round that had its own, with the files beside them."""
        for each in self.store.parent.glob(f"{self.store.name}*"):
            each.unlink()

    def add_violation(self, round_: Round, text: str, kind: str = UNLINKED) -> None:
        """Add a violation."""
        self.violations.append(Violation(round_, kind, text))

    def do(
        self,
        round_: Round,
        *,
        kill: Kill | None = None,
        interruption: Interruption | None = None,
        just_before: Callable[[], object] = lambda: None,
        seconds: float = 10.0,
        counted: bool = False,
    ) -> Ended:
        """Make the round's change in a process that may be killed, after everything that the change needs."""
        if round_.operation is Operation.GIVE_UP:
            self._lose_booking(round_)
        change: Document = {}

        def before() -> None:
            rental_id = self._prepare(round_)
            change.update(self._change(round_, rental_id))
            just_before()
            if interruption is not None:
                self.proxy.interrupt_next(
                    replace(interruption, process=os.getpid())
                    if interruption.process == SELF
                    else interruption
                )

        ended = run_in_process(lambda: ask(change, seconds), before=before, kill=kill, counted=counted)
        self.killed_process = self.proxy.cancel_interruption()
        return ended

    def run_change_here(self, round_: Round) -> None:
        """Make the round's change in this process."""
        ask(self._change(round_, self._prepare(round_)))
        plugin.reconcile_rentals(CallContext.within(10))

    def leave_pending(self, round_: Round, *, has_arrived: bool) -> None:
        """Leave the change pending: the plugin was killed after Carloop had done it, or before it received it."""
        if round_.operation is Operation.GIVE_UP and not has_arrived:
            # A booking that never arrived cannot be cancelled: giving it up waits until no sending can be in flight.
            self.do(round_)
            return
        self.do(round_, interruption=Interruption("answer" if has_arrived else "request", SELF))

    def reconcile(self, round_: Round, *, kill: Kill | None = None, counted: bool = False) -> Ended:
        """Reconcile in a process that may be killed."""
        ended = run_in_process(reconcile, before=lambda: set_clock(round_), kill=kill, counted=counted)
        self.killed_process = self.proxy.cancel_interruption()
        return ended

    def continue_as_planner(self, round_: Round) -> None:
        """Continue as a planner does, whatever state the records are in: reconcile, open step 4, ask for the change."""
        with suppress(MobilityProblem):
            reconcile()
            self._ask_again(round_)

    def recover(self, round_: Round) -> Document:
        """Recover in a new process, open step 4, ask for the same change twice more, and return what was answered."""

        def work() -> Document:
            pending = reconcile()
            recovered = self._both_sides(round_)
            answers = self._ask_again(round_)
            return {
                "pending": [pending, count_pending()],
                "sides": [recovered, self._both_sides(round_)],
                "answers": answers,
            }

        return dict(run_in_process(work, before=lambda: set_clock(round_)).answer)

    def _both_sides(self, round_: Round) -> tuple[list[CarloopRental], Document]:
        return self.carloop.rentals(round_.appointment_id), state(round_)

    def _ask_again(self, round_: Round) -> list[Document]:
        """Ask for the change again, and once more; of what was given up, for the booking as well."""
        save(round_)
        booking = round_.booking | {"option_id": self.vehicle}
        rental_id = next((rental.id for rental in self.carloop.rentals(round_.appointment_id)), None)
        if rental_id is None and round_.operation in OF_A_RENTAL:
            rental_id = ask(booking)["rental"]["id"]
        change = self._change(round_, rental_id)
        return [ask(change), ask(change), *([ask(booking)] if round_.operation is Operation.GIVE_UP else [])]

    def restart_carloop(self) -> None:
        """Start Carloop again where it was killed."""
        if self.killed_process == self.carloop.process:
            self.carloop.stop()
            self.carloop.start()
            self.proxy.forward_to(self.carloop.port)

    def check_recorded(self, round_: Round) -> None:
        """Check before any recovery that the records have an intent for each of our rentals at Carloop."""
        for rental in self.carloop.rentals(round_.appointment_id):
            if not has_intent(self.store, rental.change_id):
                self.add_violation(round_, "Carloop has a rental whose change the records do not know")

    def _change(self, round_: Round, rental_id: str | None) -> Document:
        return round_.change(vehicle=self.vehicle, rental_id=rental_id, other_vehicle=self.other_vehicle)

    def _prepare(self, round_: Round) -> str | None:
        """Save the appointment, and book where the change needs a rental."""
        save(round_)
        if round_.operation not in OF_A_RENTAL:
            return None
        outcome = ask(round_.booking | {"option_id": self.vehicle})
        if outcome["status"] != "done":
            raise RuntimeError(f"what the change needs could not be booked: {outcome['problem']}")
        return str(outcome["rental"]["id"])

    def _lose_booking(self, round_: Round) -> None:
        """Book for an appointment, and kill the process when the answer has arrived, or before anything was sent."""
        point = "request" if round_.detail == "lost" else "answer"
        self.do(replace(round_, operation=Operation.BOOK), interruption=Interruption(point, SELF))


def save(round_: Round) -> None:
    """Save the appointment."""
    plugin.on_appointment_saved(round_.appointment, CallContext.within(10))  # type: ignore[arg-type]


def ask(change: Document, seconds: float = 10.0) -> Document:
    """Ask for a change."""
    return dict(plugin.on_rental_change(change, CallContext.within(seconds)) or {})  # type: ignore[arg-type]


def reconcile() -> int:
    """Reconcile, and count what is pending afterwards."""
    return int(plugin.reconcile_rentals(CallContext.within(10))["pending"])


def state(round_: Round) -> Document:
    """Return the state of the appointment."""
    return dict(plugin.provide_mobility_states([round_.appointment_id], CallContext.within(10))[0])


def count_pending() -> int:
    """Count what is still pending, for any appointment."""
    with bootstrap.opened(deadline=CallContext.within(10).deadline) as services:
        return services.context.store.backlog().pending


def set_clock(round_: Round) -> None:
    """Let time pass when a booking is given up, until no sending can be in flight."""
    if round_.operation is Operation.GIVE_UP:
        SqliteDatabase.NOW = f"{SqliteDatabase.NOW} + 300"


@contextmanager
def running_testbed(folder: Path, *, with_disk: bool) -> Iterator[Testbed]:
    """Run a testbed in a folder, with a small disk of its own if asked for."""
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(folder / "disk")) if with_disk else None
        carloop = CarloopProcess(folder / "carloop")
        recording_proxy = start_proxy(folder)
        stack.callback(recording_proxy.stop)
        stack.callback(carloop.stop)
        carloop.start()
        recording_proxy.forward_to(carloop.port)
        os.environ |= {"CARLOOP_BASE_URL": recording_proxy.url, "CARLOOP_TOKEN": TOKEN}
        yield Testbed(folder, disk, carloop, recording_proxy)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a disk of one megabyte. `OSError` where this user may not, or this system cannot."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        raise OSError(mounted.stderr.strip() or "mount failed")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=False)


def fill(disk: Path, *, pages: int) -> None:
    """Fill a disk except for some pages."""
    with (disk / FILLER).open("wb", buffering=0) as filler:
        with suppress(OSError):
            while filler.write(b"x" * PAGE):
                pass
        filler.truncate(max(0, filler.tell() - pages * PAGE))


def downgrade(store: Path) -> None:
    """Downgrade the records to an earlier version of the plugin, with all their rows."""
    with closing(sqlite3.connect(store)) as db, db:
        db.execute("ALTER TABLE intents DROP COLUMN settled_at")
        db.execute("DROP TABLE erasures")
        db.execute("DELETE FROM _sqlite_migrations WHERE name IN ('note_when_settled', 'remember_erasures')")


def damage(store: Path, how: str) -> None:
    """Damage a file of records: garbage, cut in half, without its header, or with an index of garbage."""
    size, page = store.stat().st_size, 0
    if how == "index":
        with closing(sqlite3.connect(store)) as db:
            (page,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'rentals_by_id'").fetchone()
    with store.open("r+b") as file:
        match how:
            case "garbage":
                file.write(b"no database " * (size // 12))
            case "half":
                file.truncate(size // 2)
            case "header":
                file.write(bytes(100))
            case "index":
                file.seek((page - 1) * PAGE)
                file.write(b"\xff" * PAGE)
