"""gunicorn with `--preload`: its workers use a host that was made, used and reconciling before they were forked."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from carloop_sandbox.running import run_sandbox_process
from proofs.forks.advisor import APPOINTMENTS, THREADS, ClientThread, Plan
from proofs.forks.checks import Results, active_rentals, check
from proofs.reporting import ROOT
from proofs.servers import first_day, our_rentals, plugin_environment, vehicle_ids

CLIENTS = 8
ROUNDS = 1


@contextmanager
def gunicorn(folder, environ):
    """Serve with two workers of four threads; yield the address and what is logged."""
    options = ("--preload", "--workers", "2", "--threads", "4", "--bind", "127.0.0.1:0", "--timeout", "120")
    # 3.12 and later warn of every fork with threads.
    warnings = ("-W", "error", "-W", "ignore:This process:DeprecationWarning")
    command = [sys.executable, *warnings, "-m", "gunicorn", *options, "proofs.forks.wsgi"]
    with subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | environ | {"FORKS_FOLDER": str(folder)},
    ) as process:
        assert process.stderr is not None
        logged = []
        for line in process.stderr:
            logged.append(line)
            if "Listening at: " in line:
                break
        assert "Listening at: http" in logged[-1], "".join(logged)
        url = logged[-1].partition("Listening at: ")[2].split()[0]
        reading = threading.Thread(target=logged.extend, args=(process.stderr,))
        reading.start()
        try:
            yield url, logged
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
            reading.join(60)


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_preloaded_workers_book_for_their_own_clients(store, tmp_path, request):
    """Eight clients, two workers: every answer is right, and Carloop has what they were told."""
    location = str(tmp_path / "carloop.sqlite3")
    if store == "postgres":
        location = request.getfixturevalue("postgres").new_database()
    with run_sandbox_process() as sandbox:
        plan = Plan(1, ROUNDS, tuple(vehicle_ids(sandbox, 1000)), first_day().isoformat())
        plan.write(tmp_path)
        environ = plugin_environment(tmp_path, location, sandbox.url, sandbox.token)
        with gunicorn(tmp_path, environ) as (url, logged), ThreadPoolExecutor(CLIENTS) as clients:
            threads = [
                ClientThread(n, client, thread)
                for n in range(ROUNDS)
                for client in range(CLIENTS)
                for thread in range(THREADS)
            ]
            answers = list(clients.map(lambda thread: book(url, thread), threads))
        active = active_rentals(our_rentals(sandbox))
    results = Results()
    for thread, (_, entries) in zip(threads, answers, strict=True):
        check(str(thread), entries, active, results)
    assert (results.lost, results.swapped, results.raised) == ([], [], [])
    assert len({process for processes, _ in answers for process in processes}) == 2
    assert [line for line in logged if "[INFO]" not in line] == []


def book(url, worker):
    """Make the calls for all appointments of a client's thread, whichever process answers them."""
    processes, entries = set(), []
    for number in range(APPOINTMENTS):
        asked = {"round": worker.round, "process": worker.process, "thread": worker.thread, "number": number}
        answer = httpx.get(url, params=asked, timeout=120).raise_for_status().json()
        processes.add(answer["process"])
        entries += answer["entries"]
    return processes, entries
