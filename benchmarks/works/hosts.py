"""Whether slow providers are waited for together instead of one after the other."""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks.measuring import alternate
from benchmarks.row import ProgressDisplay, Row, Scale
from mobility_hookspecs import MobilityHost, hookimpl

SECONDS = 0.2
PROVIDERS = 10


class Slow:
    """A provider that answers slowly."""

    def __init__(self, name: str) -> None:
        """Create a provider with a name."""
        self._name = name

    @hookimpl
    def describe_mobility_provider(self) -> dict[str, object]:
        """Describe this provider."""
        info = {"id": self._name, "name": self._name, "version": "1", "contract": ">=1.0,<2"}
        return {**info, "kinds": ["taxi"], "capabilities": []}

    @hookimpl
    def provide_mobility_filters(self) -> dict[str, object]:
        """Answer late."""
        time.sleep(SECONDS)
        return {"provider": self._name, "vehicle_classes": [], "features": []}


def hosts(scale: Scale, progress: ProgressDisplay) -> Iterator[Row]:
    """Measure one question to many slow providers against the same to one of them."""
    slow = [Slow(f"slow-{number}") for number in range(PROVIDERS)]
    with MobilityHost.of(*slow, strict=True) as many, MobilityHost.of(slow[0], strict=True) as one:

        def ask(host: MobilityHost, expected: int) -> None:
            if len(host.mobility_filters("main").answers) != expected:
                raise AssertionError("a provider did not answer")

        ours, theirs = alternate(
            lambda: ask(many, PROVIDERS),
            lambda: ask(one, 1),
            rounds=progress.rounds("ten slow providers against one", scale.rounds(30)),
            warm_up=1,
        )
    yield Row("host kit: 10 providers that take 200 ms each", "one of them", 1.1, ours, theirs)
