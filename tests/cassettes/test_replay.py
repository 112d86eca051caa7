"""Every scene plays from its cassette: with no network at all, not even this machine's own."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest
from carloop_scenes import SCENES
from carloop_scenes.scene import Scene
from carloop_scenes.stage import END, START, Stage, key
from carloop_scenes.tape import cassette_of
from carloop_scenes.theatre import replay
from vcr.errors import CannotOverwriteExistingCassetteException

pytestmark = pytest.mark.block_network(allowed_hosts=["nobody.invalid"])


@pytest.mark.parametrize("name", SCENES)
def test_scene_plays_from_its_cassette(name: str) -> None:
    """What came of it when it was recorded comes of it again."""
    replay(SCENES[name], cassette_of(name))


def test_no_sandbox_can_be_reached() -> None:
    """A connection, even to this machine, is refused before it is made."""
    with socket.socket() as client, pytest.raises(RuntimeError, match="Network is disabled"):
        client.connect(("127.0.0.1", 9))


@pytest.mark.parametrize(
    "play",
    [
        lambda stage: stage.ask("POST", "/health"),
        lambda stage: stage.ask("GET", "/account"),
        lambda stage: stage.ask("GET", "/vehicles", params={"start": START, "end": END, "limit": 4}),
        lambda stage: stage.book(vehicle_id="V1002"),
        lambda stage: stage.book(change=key(7)),
        lambda stage: stage.change_end({"id": "R100001", "revision": 7}, "2027-03-05T10:00:00Z"),
    ],
    ids=["method", "path", "query", "body", "idempotency-key", "if-match"],
)
@pytest.mark.parametrize("name", ["interface_search_pages", "interface_change_end"])
def test_what_was_not_recorded_is_not_answered(name: str, play: object) -> None:
    """A request that differs in what decides finds nothing, and goes nowhere else."""
    with pytest.raises(CannotOverwriteExistingCassetteException):
        replay(Scene(name, play), cassette_of(name))  # type: ignore[arg-type]


def test_what_is_no_longer_asked_is_noticed() -> None:
    """A scene that asks less than its cassette holds fails: the tape is out of date."""

    def asks_once(stage: Stage) -> None:
        stage.ask("GET", "/vehicle-classes")

    scene = replace(SCENES["interface_vehicle_classes"], play=asks_once)
    with pytest.raises(AssertionError, match="no longer made"):
        replay(scene, cassette_of(scene.name))


def test_missing_cassette_says_what_to_do(tmp_path: Path) -> None:
    """A scene that was never recorded names the command."""
    with pytest.raises(FileNotFoundError, match="make cassettes"):
        replay(SCENES["interface_health"], cassette_of("interface_health", folder=tmp_path))
