"""Record the cassettes anew: `python -m tests.cassettes.record`, which is `make cassettes`."""

import sys
import tempfile
from pathlib import Path

import click

from tests.cassettes.recorder.cassette import FOLDER, cassette_of
from tests.cassettes.recorder.scenario import record
from tests.cassettes.scenarios import SCENARIOS


def record_all(names, folder):
    """Record scenarios into a folder."""
    quiet = not sys.stderr.isatty()
    with click.progressbar(names, label="Recording", file=sys.stderr, hidden=quiet) as waiting:
        for name in waiting:
            try:
                record(SCENARIOS[name], cassette_of(name, folder=folder))
            except Exception as error:
                error.add_note(f"in the scenario {name}; no cassette was touched")
                raise


def compare(fresh, kept, names):
    """Return the kept cassettes that differ from those freshly recorded, as (name, `new`, `changed` or `dropped`).

    What is kept and of no scenario any more is dropped, unless only some scenarios were named.
    """
    found = []
    for name in sorted(path.stem for path in fresh.glob("*.yaml")):
        path = cassette_of(name, folder=kept)
        if not path.exists():
            found.append((name, "new"))
        elif path.read_bytes() != cassette_of(name, folder=fresh).read_bytes():
            found.append((name, "changed"))
    gone = set() if names else {path.stem for path in kept.glob("*.yaml")} - set(SCENARIOS)
    return found + [(name, "dropped") for name in sorted(gone)]


def take_over(differences, fresh, kept):
    """Bring differences into the kept cassettes; what is the same is not touched."""
    for name, kind in differences:
        path = cassette_of(name, folder=kept)
        if kind == "dropped":
            path.unlink()
        else:
            path.write_bytes(cassette_of(name, folder=fresh).read_bytes())


@click.command
@click.argument("names", nargs=-1, type=click.Choice(sorted(SCENARIOS)), metavar="[SCENARIO]…")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 where a cassette would change.")
@click.option("--folder", type=click.Path(path_type=Path), default=FOLDER, help="Where cassettes are kept.")
def main(names, folder, *, check):
    """Record cassettes anew, each SCENARIO (all of them where none is named) against a fresh sandbox.

    Say on standard output which cassettes are new, changed or dropped, and write those alone.
    """
    chosen = names or tuple(SCENARIOS)
    with tempfile.TemporaryDirectory() as temporary:
        fresh = Path(temporary)
        record_all(chosen, fresh)
        differences = compare(fresh, folder, names)
        if not check:
            take_over(differences, fresh, folder)
    for name, kind in differences:
        click.echo(f"{kind:8} {name}")
    same = len(chosen) - sum(kind != "dropped" for _, kind in differences)
    click.echo(f"{same} unchanged, {len(differences)} different", err=True)
    sys.exit(1 if check and differences else 0)


if __name__ == "__main__":
    main(prog_name="python -m tests.cassettes.record")
