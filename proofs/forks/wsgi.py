"""A planner for a prefork server: the host is made and used when this module is imported, before the workers are."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import parse_qs

from carloop_plugin import plugin
from mobility_hookspecs import MobilityHost
from proofs.forks.advisor import ClientThread, Plan, call_all

PLAN = Plan.read(Path(os.environ["FORKS_FOLDER"]))
HOST = MobilityHost.of(plugin, strict=True)
HOST.keep_reconciling(every=30.0)
HOST.mobility_filters("main", timeout=60.0)


def application(environ: dict[str, str], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Make the calls for one appointment."""
    asked = {name: int(values[0]) for name, values in parse_qs(environ["QUERY_STRING"]).items()}
    number = asked.pop("number")
    entries = call_all(HOST, *ClientThread(**asked).appointment(PLAN, number), number)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"process": os.getpid(), "entries": entries}).encode()]
