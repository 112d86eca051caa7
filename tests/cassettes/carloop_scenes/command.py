"""The command behind `make cassettes`: record every scene in a fresh sandbox, and say what is different by now."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

from carloop_scenes import SCENES
from carloop_scenes.tape import FOLDER, cassette_of
from carloop_scenes.theatre import record


@dataclass(frozen=True, slots=True)
class Difference:
    """A cassette that is no longer what a sandbox says: `new`, `changed` or `dropped` (its scene is gone)."""

    name: str
    kind: str


def record_all(names: tuple[str, ...], folder: Path) -> None:
    """Record scenes into a folder; all of them where none is named."""
    chosen, quiet = names or tuple(SCENES), not sys.stderr.isatty()
    with click.progressbar(chosen, label="Recording", file=sys.stderr, hidden=quiet) as waiting:
        for name in waiting:
            _record(name, cassette_of(name, folder=folder))


def _record(name: str, path: Path) -> None:
    try:
        record(SCENES[name], path)
    except Exception as error:
        error.add_note(f"in the scene {name}; no cassette was touched")
        raise


def compare(fresh: Path, kept: Path, *, names: tuple[str, ...] = ()) -> list[Difference]:
    """Say where the cassettes kept differ from fresh ones, byte by byte."""
    found = []
    for path in sorted(fresh.glob("*.yaml")):
        other = kept / path.name
        if not other.exists():
            found.append(Difference(path.stem, "new"))
        elif other.read_bytes() != path.read_bytes():
            found.append(Difference(path.stem, "changed"))
    if not names:
        gone = {path.stem for path in kept.glob("*.yaml")} - {path.stem for path in fresh.glob("*.yaml")}
        found += [Difference(name, "dropped") for name in sorted(gone)]
    return found


def take_over(differences: list[Difference], fresh: Path, kept: Path) -> None:
    """Bring differences into the kept cassettes; what is the same is not touched."""
    kept.mkdir(exist_ok=True)
    for each in differences:
        path = cassette_of(each.name, folder=kept)
        if each.kind == "dropped":
            path.unlink()
        else:
            path.write_bytes(cassette_of(each.name, folder=fresh).read_bytes())


@click.command
@click.argument("names", nargs=-1, type=click.Choice(sorted(SCENES)), metavar="[SCENE]…")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 where a cassette would change.")
@click.option("--folder", type=click.Path(path_type=Path), default=FOLDER, help="Where cassettes are kept.")
def main(names: tuple[str, ...], folder: Path, *, check: bool) -> None:
    """Record cassettes anew, each SCENE (all of them where none is named) against a fresh sandbox.

    Say on standard output which cassettes are new, changed or dropped, and write those alone.
    """
    with tempfile.TemporaryDirectory() as fresh:
        record_all(names, Path(fresh))
        differences = compare(Path(fresh), folder, names=names)
        if not check:
            take_over(differences, Path(fresh), folder)
    for each in differences:
        click.echo(f"{each.kind:8} {each.name}")
    same = len(names or SCENES) - sum(each.kind != "dropped" for each in differences)
    click.echo(f"{same} unchanged, {len(differences)} different", err=True)
    sys.exit(1 if check and differences else 0)
