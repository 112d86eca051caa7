"""The stage that rounds are played on: a Carloop, a tap on the wire, the records, and the plugin in processes."""

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
from proofs.crash.carloop import TOKEN, AtCarloop, CarloopProcess, Document
from proofs.crash.plan import Operation, Round
from proofs.crash.processes import Ended, Kill, in_a_process
from proofs.crash.tap import Arm, Tap, knows, start_tap

SELF = -1
"""The process that arms the tap is the one to be killed."""

DISK = "1m"
PAGE = 4096
FILLER = "filler"


@dataclass(frozen=True, slots=True)
class Breach:
    """What must not be. `is_double`: a car or a change more than was asked for; else a rental nobody knows of."""

    round: Round
    is_double: bool
    says: str


class Stage:
    """Carloop, the tap and the records of some rounds."""

    def __init__(
        self, folder: Path, disk: Path | None, carloop: CarloopProcess, tap: Tap, vehicle: str
    ) -> None:
        self.folder = folder
        self._disk = disk
        self.carloop = carloop
        self.tap = tap
        self.vehicle = vehicle
        self.store = folder / "carloop.sqlite3"
        self.struck = 0
        self.breaches: list[Breach] = []

    def use_records(self, store: Path) -> None:
        """Begin a round with these records."""
        self.store = store
        os.environ["CARLOOP_STORE"] = str(store)
        self.tap.watch(store)

    def use_scarce_records(self, name: str) -> None:
        """Begin a round with records that there will be no room for."""
        self.use_records((self._disk or self.folder) / name)

    def use_up_room(self, *, pages: int) -> None:
        """Leave so many pages of the disk; without a disk of our own, let no file of this process grow longer."""
        if self._disk is None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (pages * PAGE, resource.RLIM_INFINITY))
        else:
            fill(self._disk, pages=pages)

    def make_room(self) -> None:
        """Have room on the disk again; a limit has ended with its process."""
        if self._disk is not None:
            (self._disk / FILLER).unlink()

    def remove_records(self) -> None:
        """Remove the records of a round that had its own, with all that lies beside them."""
        for each in self.store.parent.glob(f"{self.store.name}*"):
            each.unlink()

    def breach(self, round_: Round, says: str, *, is_double: bool = False) -> None:
        """Take note of what must not be."""
        self.breaches.append(Breach(round_, is_double, says))

    def do(
        self,
        round_: Round,
        *,
        kill: Kill | None = None,
        arm: Arm | None = None,
        just_before: Callable[[], object] = lambda: None,
        seconds: float = 10.0,
        watched: bool = False,
    ) -> Ended:
        """Have the round's change made by a process that is killed on the way, all that it needs made before."""
        if round_.operation is Operation.GIVE_UP:
            self._lose_booking(round_)
        change: Document = {}

        def before() -> None:
            rental_id = self._prepare(round_)
            change.update(round_.change(vehicle=self.vehicle, rental_id=rental_id))
            just_before()
            if arm is not None:
                self.tap.arm(replace(arm, victim=os.getpid()) if arm.victim == SELF else arm)

        ended = in_a_process(lambda: ask(change, seconds), before=before, kill=kill, watched=watched)
        self.struck = self.tap.disarm()
        return ended

    def do_here(self, round_: Round) -> None:
        """Make the round's change in this very process."""
        ask(round_.change(vehicle=self.vehicle, rental_id=self._prepare(round_)))
        plugin.reconcile_rentals(CallContext.within(10))

    def leave_pending(self, round_: Round, *, has_arrived: bool) -> None:
        """Leave the change pending: Carloop has done it, or has never heard of it, and the plugin was killed."""
        if round_.operation is Operation.GIVE_UP and not has_arrived:
            # A booking that never arrived cannot be cancelled: giving it up waits until no sending can be under way.
            self.do(round_)
            return
        self.do(round_, arm=Arm("answer" if has_arrived else "request", SELF))

    def reconcile(self, round_: Round, *, kill: Kill | None = None, watched: bool = False) -> Ended:
        """Reconcile in a process that may be killed."""
        ended = in_a_process(reconcile, before=lambda: set_clock(round_), kill=kill, watched=watched)
        self.struck = self.tap.disarm()
        return ended

    def go_on(self, round_: Round) -> None:
        """Go on as a planner does, whatever state the records are in: reconcile, open step 4, ask for the change."""
        with suppress(MobilityProblem):
            reconcile()
            self._ask_again(round_)

    def recover(self, round_: Round) -> Document:
        """Recover in a fresh process, open step 4, and ask for the same change twice more; look at all of it."""

        def work() -> Document:
            pending = reconcile()
            recovered = self._both_sides(round_)
            answers = self._ask_again(round_)
            return {
                "pending": [pending, count_pending()],
                "sides": [recovered, self._both_sides(round_)],
                "answers": answers,
            }

        return dict(in_a_process(work, before=lambda: set_clock(round_)).answer)

    def _both_sides(self, round_: Round) -> tuple[list[AtCarloop], Document]:
        return self.carloop.rentals(round_.appointment_id), state(round_)

    def _ask_again(self, round_: Round) -> list[Document]:
        """Ask for the change again, and once more; of what was given up, for the booking as well."""
        save(round_)
        booking = round_.booking | {"option_id": self.vehicle}
        rental_id = next((rental.id for rental in self.carloop.rentals(round_.appointment_id)), None)
        if rental_id is None and round_.operation in (Operation.CHANGE_END, Operation.CANCEL):
            rental_id = ask(booking)["rental"]["id"]
        change = round_.change(vehicle=self.vehicle, rental_id=rental_id)
        return [ask(change), ask(change), *([ask(booking)] if round_.operation is Operation.GIVE_UP else [])]

    def restart_carloop(self) -> None:
        """Start Carloop again where it was killed."""
        if self.struck == self.carloop.process:
            self.carloop.stop()
            self.carloop.start()
            self.tap.lead_to(self.carloop.port)

    def look(self, round_: Round) -> None:
        """Before any recovery: whatever Carloop has of ours, the records have an intent of."""
        for rental in self.carloop.rentals(round_.appointment_id):
            if not knows(self.store, rental.change_id):
                self.breach(round_, "Carloop has a rental whose change the records do not know")

    def _prepare(self, round_: Round) -> str | None:
        """Save the appointment, and book where the change needs a rental."""
        save(round_)
        if round_.operation in (Operation.BOOK, Operation.GIVE_UP):
            return None
        outcome = ask(round_.booking | {"option_id": self.vehicle})
        if outcome["status"] != "done":
            raise RuntimeError(f"what the change needs could not be booked: {outcome['problem']}")
        return str(outcome["rental"]["id"])

    def _lose_booking(self, round_: Round) -> None:
        """Book for an appointment, and be killed when the answer is there, or before anything has arrived."""
        point = "request" if round_.detail == "lost" else "answer"
        self.do(replace(round_, operation=Operation.BOOK), arm=Arm(point, SELF))


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
    """Ask how the appointment stands."""
    return dict(plugin.provide_mobility_states([round_.appointment_id], CallContext.within(10))[0])


def count_pending() -> int:
    """Count what is still pending, whose appointment it may be."""
    with bootstrap.opened(deadline=CallContext.within(10).deadline) as services:
        return services.context.store.count_pending()[0]


def set_clock(round_: Round) -> None:
    """Let time pass where a booking is given up: it is waited for until no sending can be under way."""
    if round_.operation is Operation.GIVE_UP:
        SqliteDatabase.NOW = f"{SqliteDatabase.NOW} + 300"


@contextmanager
def raised(folder: Path, *, with_disk: bool) -> Iterator[Stage]:
    """Raise a stage in a folder, with a small disk of its own where one is asked for."""
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(folder / "disk")) if with_disk else None
        carloop = CarloopProcess(folder / "carloop")
        tap = start_tap(folder)
        stack.callback(tap.stop)
        stack.callback(carloop.stop)
        carloop.start()
        tap.lead_to(carloop.port)
        os.environ |= {"CARLOOP_BASE_URL": tap.url, "CARLOOP_TOKEN": TOKEN}
        yield Stage(folder, disk, carloop, tap, carloop.vehicle())


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
    """Fill a disk up to the last pages."""
    with (disk / FILLER).open("wb", buffering=0) as filler:
        with suppress(OSError):
            while filler.write(b"x" * PAGE):
                pass
        filler.truncate(max(0, filler.tell() - pages * PAGE))


def downgrade(store: Path) -> None:
    """Make records look as an earlier version of the plugin left them, with all that was in them."""
    with closing(sqlite3.connect(store)) as db, db:
        db.execute("ALTER TABLE intents DROP COLUMN settled_at")
        db.execute("DROP TABLE erasures")
        db.execute("DELETE FROM _sqlite_migrations WHERE name IN ('note_when_settled', 'remember_erasures')")


def damage(store: Path, how: str) -> None:
    """Damage a file of records: noise, cut in two, without its beginning, or with an index that is noise."""
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
