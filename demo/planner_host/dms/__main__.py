"""Import an export of a DMS: `python -m planner_host.dms customers.csv cars.csv --into dms.sqlite3`."""

import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from planner_host.catalogues import catalogues
from planner_host.dms import Dms, DmsProblem, import_csv

_FILE: Final = click.Path(path_type=Path)


@click.command("import-dms")
@click.argument("customers", type=_FILE)
@click.argument("cars", type=_FILE)
@click.option("--into", type=_FILE, required=True, help="SQLite-Datei des DMS · SQLite file of the DMS")
@click.option(
    "--lang", type=click.Choice(["de", "en"]), default="de", help="Sprache · language", show_default=True
)
def import_dms(customers: Path, cars: Path, into: Path, lang: str) -> None:
    """Kunden und Fahrzeuge aus zwei CSV-Dateien einlesen · Import customers and cars from two CSV files."""
    try:
        with closing(Dms(into)) as dms:
            done = import_csv(dms, customers, cars)
    except DmsProblem as problem:
        click.echo(problem.message(lang), err=True)
        sys.exit(1)
    click.echo(catalogues()[lang].text("finding.imported", **asdict(done)))


if __name__ == "__main__":
    import_dms()
