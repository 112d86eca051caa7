"""Call every hook with bad documents, on both databases.

    python -m proofs.bad_documents [--seed 1] [--each 1200] [--report FILE]

Carloop's address does not answer: a bad document is refused before any request. Ends with the line
`N documents, 0 raw, 0 unexpected, 0 kept`; exits 1 where that is not so, with what was found on standard error.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.postgres import run_postgres
from carloop_plugin import bootstrap
from proofs.reporting import provenance, with_progress, write_report
from proofs.servers import plugin_environment
from tests.support.hook_fuzzing import EACH, HOOKS, FuzzResult, fuzz

STORES = ("SQLite", "PostgreSQL")
MOST_SHOWN = 20
_LEGEND = """Each document is one of the contract's own examples with one part altered so that it is invalid; each
site and id is too long, of another type, or has invalid characters. *Refused*: as `invalid_document`, with a pointer, a
title and a detail, in German and English alternately. *Raw*: another exception than the contract's. *Unexpected*: any
other answer. *Kept*: rows in any table afterwards."""


def main() -> int:
    """Call the hooks, count, and write the report if asked for."""
    asked = _options().parse_args()
    found = list(with_progress(_fuzz_all(asked.seed, asked.each), len(STORES) * len(HOOKS), "hooks"))
    for store, result in found:
        for wrong in (result.raw + result.unexpected)[:MOST_SHOWN]:
            print(f"{result.hook} on {store}: {wrong}", file=sys.stderr)
    if asked.report:
        write_report(asked.report, markdown(found, seed=asked.seed))
    line, is_good = last_line(found)
    print(line)
    return 0 if is_good else 1


def _fuzz_all(seed: int, each: int) -> Iterator[tuple[str, FuzzResult]]:
    with tempfile.TemporaryDirectory(prefix="carloop-bad-") as folder, run_postgres() as postgres:
        for number, hook in enumerate(HOOKS):
            locations = (str(Path(folder) / f"{number}.sqlite3"), postgres.new_database())
            for store, location in zip(STORES, locations, strict=True):
                with _configured(location, Path(folder)):
                    yield store, fuzz(hook, location=location, seed=seed, each=each)


@contextmanager
def _configured(location: str, folder: Path) -> Iterator[None]:
    os.environ |= plugin_environment(folder, location, "http://127.0.0.1:9", "tok_of_nobody")
    try:
        yield
    finally:
        bootstrap.close()


def last_line(found: Sequence[tuple[str, FuzzResult]]) -> tuple[str, bool]:
    """Return the line the run ends with, and whether it is as it should be."""
    documents = sum(result.documents for _, result in found)
    wrong = [
        sum(len(result.raw) for _, result in found),
        sum(len(result.unexpected) for _, result in found),
        sum(result.kept for _, result in found),
    ]
    raw, unexpected, kept = wrong
    return (
        f"{documents} documents, {raw} raw, {unexpected} unexpected, {kept} kept",
        documents > 0 and not any(wrong),
    )


def markdown(found: Sequence[tuple[str, FuzzResult]], *, seed: int) -> str:
    """Return the report."""
    rows = [
        "| hook | records in | documents | refused | raw | unexpected | kept |",
        "|---|---|---|---|---|---|---|",
    ]
    for store, result in found:
        figures = (result.documents, result.refused, len(result.raw), len(result.unexpected), result.kept)
        rows.append(f"| `{result.hook}` | {store} | {' | '.join(f'{figure:,}' for figure in figures)} |")
    parts = [
        "# Bad documents",
        f"Written by `python -m proofs.bad_documents`. {_LEGEND}",
        provenance(seed=str(seed)),
        "\n".join(rows),
        f"**{last_line(found)[0]}**",
    ]
    return "\n\n".join(parts)


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--seed", type=int, default=1, help="the same seed alters the same documents")
    options.add_argument("--each", type=int, default=EACH, help="documents for each hook")
    options.add_argument("--report", type=Path)
    return options


if __name__ == "__main__":
    sys.exit(main())
