"""The phases of an outage, in the order in which they come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from proofs.faults.catalogue import GATEWAYS
from proofs.outage.carloop import MortalCarloop
from tests.support.proxy import FaultProxy, Mode
from tests.support.wire_faults import Effect, Position, WireFault


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the outage: what it is called, what a planner meets, and how it begins."""

    name: str
    says: str
    begin: Callable[[FaultProxy, MortalCarloop], None]


def _mute(proxy: FaultProxy, _: MortalCarloop) -> None:
    proxy.switch(Mode.MUTE)


def _close(proxy: FaultProxy, carloop: MortalCarloop) -> None:
    carloop.kill()
    proxy.switch(Mode.PASS)


def _refuse(proxy: FaultProxy, _: MortalCarloop) -> None:
    proxy.switch(Mode.REFUSE)


def _swallow(proxy: FaultProxy, _: MortalCarloop) -> None:
    proxy.switch(Mode.BLACKHOLE)


def _gateway(proxy: FaultProxy, _: MortalCarloop) -> None:
    proxy.switch(Mode.PASS)
    proxy.always(WireFault(Effect.INSTEAD, Position.BEFORE, answer=GATEWAYS["502 with a page"]))


PHASES = (
    Phase("mute", "Carloop works, and every answer is lost", _mute),
    Phase(
        "killed", "its process is killed with `kill -9`; what lies before it closes every connection", _close
    ),
    Phase("refused", "nobody listens any more", _refuse),
    Phase("blackhole", "connections are taken, and nothing comes back", _swallow),
    Phase("gateway", "a gateway answers 502 in its place", _gateway),
)


def end_outage(proxy: FaultProxy, carloop: MortalCarloop) -> None:
    """Bring Carloop back as it was."""
    carloop.start()
    proxy.clear()
    proxy.switch(Mode.PASS)
