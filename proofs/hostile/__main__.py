"""Measure what hostile answers cost, each in a fresh process, and try to lure the token away.

    python -m proofs.hostile [--timeout 0.5] [--few | --only TEXT] [--no-lures] [--report FILE]

A figure that a busy machine may have spoilt is measured again, twice at most. Ends with the line
`N calls, 0 late, 0 swollen, 0 stalled, 0 raw, 0 strayed`; exits 1 where that is not so.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from carloop_sandbox.running import run_sandbox_process
from proofs.faults.bench import run_bench
from proofs.hostile.answers import FEW, hostile_answers
from proofs.hostile.elsewhere import Lured, lure_away
from proofs.hostile.figures import Suffered, last_line, markdown, wrong_of
from proofs.hostile.victim import Measured, suffer
from proofs.reporting import counted, write_report
from tests.support.proxy import FaultProxy
from tests.support.wire_faults import WireFault

MOST_AGAIN = 2


def main() -> int:
    """Measure, try, and write the report where asked to."""
    asked = _options().parse_args()
    names = [name for name in (FEW if asked.few else hostile_answers(0)) if asked.only in name]
    suffered = list(counted(_suffer_all(names, asked.timeout), len(names), "hostile answers"))
    lured = [] if asked.no_lures else _lure_all()
    if asked.report:
        write_report(asked.report, markdown(suffered, lured, asked.timeout))
    for each in suffered:
        for measured in each.calls:
            for kind in wrong_of(measured):
                print(f"{kind}: {each.answer}: {measured}", file=sys.stderr)
    for lure in lured:
        if lure.connections or lure.shown:
            print(f"strayed: {lure}", file=sys.stderr)
    line, is_good = last_line(suffered, lured)
    print(line)
    return 0 if is_good else 1


def _lure_all() -> list[Lured]:
    with tempfile.TemporaryDirectory(prefix="carloop-hostile-") as folder, run_bench(Path(folder)) as bench:
        return list(lure_away(bench))


def _suffer_all(names: Sequence[str], seconds: float) -> Iterator[Suffered]:
    # the host kit leaves a provider nine tenths of the time: the last moment comes earlier there
    client, provider = hostile_answers(seconds), hostile_answers(seconds * 0.9)
    with run_sandbox_process() as sandbox, FaultProxy(sandbox.url) as proxy:
        for name in names:
            strikes = (client[name], client[name], provider[name], provider[name])
            yield _suffer(name, strikes, seconds, proxy, sandbox.token)


def _suffer(
    name: str, strikes: Sequence[WireFault], seconds: float, proxy: FaultProxy, token: str
) -> Suffered:
    for again in range(MOST_AGAIN + 1):
        suffered = Suffered(name, tuple(_measure(strikes, seconds, proxy, token)), again)
        # a machine may be late or stand still by itself; it swells and raises for nobody's sake but ours
        if not {"late", "stalled"} & {kind for each in suffered.calls for kind in wrong_of(each)}:
            break
    return suffered


def _measure(
    strikes: Sequence[WireFault], seconds: float, proxy: FaultProxy, token: str
) -> Iterator[Measured]:
    with tempfile.TemporaryDirectory(prefix="carloop-victim-") as folder:
        environment = {
            "CARLOOP_STORE": str(Path(folder) / "carloop.sqlite3"),
            "CARLOOP_BASE_URL": proxy.url,
            "CARLOOP_TOKEN": token,
            "XDG_CONFIG_HOME": folder,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        victim = context.Process(target=suffer, args=(environment, seconds, theirs), daemon=True)
        victim.start()
        theirs.close()
        ours.recv()
        try:
            for strike in strikes:
                proxy.always(strike)
                ours.send("go")
                yield ours.recv()
                proxy.release()
                proxy.drain()
        finally:
            proxy.clear()
            victim.join(30)
            ours.close()


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--timeout", type=float, default=0.5, help="seconds each call has")
    options.add_argument("--only", default="", help="answers whose name holds this text")
    options.add_argument("--few", action="store_true", help="one answer of each kind")
    options.add_argument("--no-lures", action="store_true", help="leave the second origin out")
    options.add_argument("--report", type=Path)
    return options


if __name__ == "__main__":
    sys.exit(main())
