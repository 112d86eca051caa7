"""Read what a new fleet is made of: `fleet.toml` and `models.csv`."""

import csv
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).parent
_DOCUMENT: Final[dict[str, Any]] = tomllib.loads((_FOLDER / "fleet.toml").read_text("utf-8"))

STATIONS: Final[list[dict[str, Any]]] = _DOCUMENT["stations"]
CLASSES: Final[dict[str, str]] = _DOCUMENT["classes"]
FEATURES: Final[dict[str, list[str]]] = _DOCUMENT["features"]
"""Id to name and group."""
PEOPLE: Final[dict[str, list[Any]]] = _DOCUMENT["people"]

EXTRAS: Final = (
    *("anhaengerkupplung", "navigationssystem", "kindersitz"),
    *("sitzheizung", "einparkhilfe", "tempomat"),
)
"""Features that some vehicles of a model have and others not."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model that the fleet may hold; `cents` is its daily rate."""

    vehicle_class: str
    make: str
    name: str
    seats: int
    fuel: str
    transmission: str
    cents: int
    all_wheel: bool


def read_models() -> list[Model]:
    """Read the models of every class."""
    with (_FOLDER / "models.csv").open(encoding="utf-8", newline="") as file:
        return [_model(row) for row in csv.DictReader(file)]


def _model(row: dict[str, Any]) -> Model:
    numbers = {"seats": int(row["seats"]), "cents": int(row["cents"])}
    return Model(**row | numbers | {"all_wheel": row["all_wheel"] == "yes"})
