"""What is measured, by the name that `--only` takes."""

from __future__ import annotations

from benchmarks.row import Bench
from benchmarks.works.booking import book
from benchmarks.works.growth import growth
from benchmarks.works.history import history
from benchmarks.works.hosts import hosts
from benchmarks.works.loading import load
from benchmarks.works.pages import pages
from benchmarks.works.search import search
from benchmarks.works.servers import servers
from benchmarks.works.states import shared_states, states

BENCHES: dict[str, Bench] = {
    "search": search,
    "growth": growth,
    "book": book,
    "load": load,
    "hosts": hosts,
    "states": states,
    "shared-states": shared_states,
    "servers": servers,
    "history": history,
    "pages": pages,
}
