"""Every scene plays from its cassette: with no network at all, not even this machine's own."""

import socket
from contextlib import suppress
from dataclasses import replace

import httpx
import pytest
import vcr
from carloop_scenes import SCENES
from carloop_scenes.scene import Scene
from carloop_scenes.stage import END, START, key
from carloop_scenes.tape import cassette_of
from carloop_scenes.theatre import replay
from vcr.errors import CannotOverwriteExistingCassetteException

pytestmark = pytest.mark.block_network(allowed_hosts=["nobody.invalid"])


@pytest.mark.parametrize("name", SCENES)
def test_scene_plays_from_its_cassette(name):
    """What came of it when it was recorded comes of it again."""
    replay(SCENES[name], cassette_of(name))


def test_no_sandbox_can_be_reached():
    """A connection, even to this machine, is refused before it is made."""
    with socket.socket() as client, pytest.raises(RuntimeError, match="Network is disabled"):
        client.connect(("127.0.0.1", 9))


def extend(stage, *, revision):
    """Extend the rental of `interface_change_end`."""
    stage.change_end({"id": "R100001", "revision": revision}, "2027-03-05T10:00:00Z")


def find(stage, *, limit):
    """Ask for the first page of `interface_search_pages`."""
    stage.ask("GET", "/vehicles", params={"start": START, "end": END, "limit": limit})


RECORDED = {
    "account": ("interface_account", lambda stage: stage.ask("GET", "/account")),
    "search": ("interface_search_pages", lambda stage: find(stage, limit=3)),
    "book": ("interface_book", lambda stage: stage.book()),
    "change_end": ("interface_change_end", lambda stage: extend(stage, revision=1)),
}
NOT_RECORDED = {
    "method": ("interface_account", lambda stage: stage.ask("POST", "/account")),
    "path": ("interface_account", lambda stage: stage.ask("GET", "/vehicle-classes")),
    "query": ("interface_search_pages", lambda stage: find(stage, limit=4)),
    "body": ("interface_book", lambda stage: stage.book(vehicle_id="V1002")),
    "idempotency-key": ("interface_book", lambda stage: stage.book(change=key(7))),
    "if-match": ("interface_change_end", lambda stage: extend(stage, revision=7)),
}


@pytest.mark.parametrize("what", NOT_RECORDED)
def test_what_was_not_recorded_is_not_answered(what):
    """A request that differs in one thing that decides finds nothing, and goes nowhere else."""
    name, play = NOT_RECORDED[what]
    with pytest.raises(CannotOverwriteExistingCassetteException):
        replay(Scene(name, play), cassette_of(name))


@pytest.mark.parametrize("what", RECORDED)
def test_what_was_recorded_is_answered(what):
    """The same request without the difference is answered, so that it was the difference that decided."""
    name, play = RECORDED[what]
    with suppress(AssertionError):  # the rest of the cassette is left over, and said to be
        replay(Scene(name, play), cassette_of(name))


@pytest.mark.parametrize("host", ["http://127.0.0.1:1", "https://carloop.example"])
def test_cassettes_are_ordinary(host):
    """vcrpy as it comes plays them, for whatever address it is asked."""
    with (
        vcr.VCR(match_on=["method", "path", "query", "body"], record_mode="none").use_cassette(
            str(cassette_of("interface_account"))
        ),
        httpx.Client() as http,
    ):
        assert http.get(f"{host}/api/planner/v1/account").json()["id"] == "autohaus-beispiel"


def test_what_is_no_longer_asked_is_noticed():
    """A scene that asks less than its cassette holds fails: the tape is out of date."""

    def asks_once(stage):
        stage.ask("GET", "/vehicle-classes")

    scene = replace(SCENES["interface_vehicle_classes"], play=asks_once)
    with pytest.raises(AssertionError, match="no longer made"):
        replay(scene, cassette_of(scene.name))


def test_missing_cassette_says_what_to_do(tmp_path):
    """A scene that was never recorded names the command."""
    with pytest.raises(FileNotFoundError, match="make cassettes"):
        replay(SCENES["interface_health"], cassette_of("interface_health", folder=tmp_path))
