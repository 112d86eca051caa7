"""Run a scenario: against a fresh sandbox while it is recorded, or against its cassette.

A scenario is a function that is given a `Carloop`, talks to it and asserts what comes of it, recording and replaying
alike.
"""

import ssl
import tempfile
from pathlib import Path

import httpx
import time_machine

from carloop_plugin import bootstrap
from carloop_sandbox.running import run_sandbox
from carloop_sandbox.service import InFlight
from carloop_sandbox.store import Fleet
from tests.cassettes.recorder.carloop import NOW, Carloop
from tests.cassettes.recorder.cassette import recording, replaying
from tests.cassettes.recorder.controls import Controls, SandboxControls
from tests.cassettes.recorder.scrub import HOST

RECORDING_TOKEN = "tok_of_the_recording"
REPLAYING_TOKEN = "tok_of_the_replay"
BUSY_KEY_SECONDS = 0.05
"""Seconds a second request with a busy key waits in the recorder's sandbox; a whole second elsewhere."""


def with_desk_rentals(scenario):
    """Start a scenario's sandbox with rentals that were made at the desk."""
    scenario.desk_rentals = True
    return scenario


def record(scenario, path):
    """Run a scenario against a sandbox of its own and write its cassette.

    The clock is stopped in the whole process, so that the sandbox, which runs in it, the plugin and
    the scenario have one time that is the same in every recording.
    """
    rentals = getattr(scenario, "desk_rentals", False)
    fleet = Fleet(vehicles=8, seed=1, account="autohaus-beispiel", rentals=rentals)
    with (
        time_machine.travel(NOW, tick=False) as clock,
        run_sandbox(token=RECORDING_TOKEN, fleet=fleet) as sandbox,
        _http(sandbox.url) as http,
    ):
        sandbox.service.in_flight = InFlight(timeout=BUSY_KEY_SECONDS)
        controls = SandboxControls(sandbox, http)
        try:
            with recording(path, origin=sandbox.url):
                _run(scenario, clock, controls, sandbox.url, sandbox.token)
        finally:
            controls.finish_attempt()


def replay(scenario, path):
    """Run a scenario against its cassette, under another address and token; every request must be made again."""
    with time_machine.travel(NOW, tick=False) as clock, replaying(path) as cassette:
        try:
            _run(scenario, clock, Controls(), HOST, REPLAYING_TOKEN)
        except Exception as error:
            # a request that was not recorded shows as "the provider failed" only: name the missing ones
            error.add_note(f"recorded, and not made so far: {_not_made(cassette)}")
            raise
        assert cassette.all_played, f"{path.name}: {_not_made(cassette)} no longer made: make cassettes"


def _not_made(cassette):
    requests = enumerate(cassette.requests)
    return [f"{each.method} {each.path}" for number, each in requests if not cassette.play_counts[number]]


def _run(scenario, clock, controls, base_url, token):
    bootstrap.close()  # sessions are kept by address and token: each scenario begins without any
    with tempfile.TemporaryDirectory() as folder, _http(base_url) as http:
        scenario(Carloop(base_url, clock, controls, Path(folder), http, token))


def _http(base_url):
    # a context without certificates is created at once, and none is verified here
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.Client(base_url=base_url, trust_env=False, timeout=10, verify=context)
