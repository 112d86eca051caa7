"""Records across a fork: a child opens its own, no open file of SQLite gets into it, no transaction is divided."""

import threading
from pathlib import Path

from carloop_plugin.domain.values import AppointmentId
from carloop_plugin.store.records import source_of
from tests.store.deadlines import soon


def held_open(path):
    """Count this process's open files of a store, its journals included."""
    held = 0
    for each in Path("/proc/self/fd").iterdir():
        try:
            held += str(each.readlink()).startswith(str(path))
        except OSError:
            continue
    return held


def test_a_forked_process_opens_its_own(source, in_child):
    """A host that forks its workers after a first call: what is open is not shared with them."""

    def look():
        with source.open(deadline=soon()) as store:
            return store.figures().pending

    assert (look(), in_child(look), look()) == (0, 0, 0)


def test_no_open_file_gets_into_a_child(path, file, in_child):
    """SQLite would believe there that it holds the parent's locks."""
    with file.open(deadline=soon()) as one, file.open(deadline=soon()) as two:
        assert (one.pending_intents(), two.pending_intents()) == ([], [])
        assert held_open(path) > 0
        assert in_child(lambda: held_open(path)) == 0
        # a call that spans the fork goes on, in both
        assert in_child(lambda: len(one.pending_intents())) == 0
        assert one.pending_intents() == []


def test_a_fork_waits_for_a_transaction(path, in_child, until_forking):
    """What the child reads is from after it."""
    source = source_of(str(path))
    begun = threading.Event()
    written = []

    def write():
        with source.open(deadline=soon(60)) as records:

            def work():
                records.database.query("INSERT INTO sites (site) VALUES ('half')")
                begun.set()
                until_forking()
                records.database.query("UPDATE sites SET site = 'whole'")
                written.append("whole")

            records.database.transact(work)

    thread = threading.Thread(target=write)
    thread.start()
    assert begun.wait(10)

    def read():
        with source.open(deadline=soon()) as records:
            assert records.pending_of([AppointmentId("A-1")]).get(AppointmentId("A-1")) is None
            return [*written, str(records.database.query("SELECT site FROM sites")[0]["site"])]

    assert in_child(read) == ["whole", "whole"]
    thread.join()
    source.close()
