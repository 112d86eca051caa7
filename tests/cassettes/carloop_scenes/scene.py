"""A scene: one function that talks with Carloop and says what must come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from carloop_scenes.stage import Stage

Play = Callable[[Stage], None]


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene. Its `play` asserts the outcome, recording and replaying alike.

    `desk_rentals`: the sandbox begins with rentals that were made at the desk, not with an empty diary.
    """

    name: str
    play: Play
    desk_rentals: bool = False


class Playbill:
    """The scenes of one module, in the order they stand there."""

    def __init__(self, prefix: str) -> None:
        """Begin the names of all scenes with `prefix`."""
        self._prefix = prefix
        self.scenes: list[Scene] = []

    def __call__(self, play: Play) -> Play:
        """Add a scene."""
        return self._add(play, desk_rentals=False)

    def with_desk_rentals(self, play: Play) -> Play:
        """Add a scene that begins with rentals made at the desk."""
        return self._add(play, desk_rentals=True)

    def _add(self, play: Play, *, desk_rentals: bool) -> Play:
        self.scenes.append(Scene(f"{self._prefix}_{play.__name__}", play, desk_rentals))
        return play
