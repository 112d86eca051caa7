"""The phases of an outage, in their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from proofs.faults.catalogue import GATEWAYS
from proofs.outage.carloop import KillableCarloop
from tests.support.proxy import FaultProxy, Mode
from tests.support.wire_faults import Effect, Position, WireFault


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the outage: its name, its description, and how it begins."""

    name: str
    text: str
    begin: Callable[[FaultProxy, KillableCarloop], None]


def _close(proxy: FaultProxy, carloop: KillableCarloop) -> None:
    carloop.kill()
    proxy.switch(Mode.PASS)


def _gateway(proxy: FaultProxy, _: KillableCarloop) -> None:
    proxy.switch(Mode.PASS)
    proxy.always(WireFault(Effect.INSTEAD, Position.BEFORE, answer=GATEWAYS["502 with a page"]))


PHASES = (
    Phase("mute", "Carloop works, and every answer is lost", lambda proxy, _: proxy.switch(Mode.MUTE)),
    Phase(
        "killed", "its process is killed with `kill -9`; what lies before it closes every connection", _close
    ),
    Phase("refused", "nobody listens any more", lambda proxy, _: proxy.switch(Mode.REFUSE)),
    Phase(
        "blackhole",
        "connections are taken, and nothing comes back",
        lambda proxy, _: proxy.switch(Mode.BLACKHOLE),
    ),
    Phase("gateway", "a gateway answers 502 in its place", _gateway),
)


def end_outage(proxy: FaultProxy, carloop: KillableCarloop) -> None:
    """Start Carloop again and end every fault."""
    carloop.start()
    proxy.clear()
    proxy.switch(Mode.PASS)
